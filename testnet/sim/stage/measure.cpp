// SPDX-License-Identifier: Apache-2.0
// How long finality takes beside the least that three message delays allow, and what it costs on the wire.
#include <algorithm>
#include <cstdio>

#include "testnet/sim/stage/world.h"

namespace quipu::testnet::stage {

namespace {

// When a quorum's votes reach each node, which are sent at these times: its own counts too.
std::vector<Micros> quorum_arrives(const std::vector<Micros>& sent, const std::vector<std::vector<Micros>>& distance,
                                   std::size_t quorum) {
  std::vector<Micros> arrives;
  for (Endpoint to = 0; to < sent.size(); ++to) {
    std::vector<Micros> arrivals;
    for (Endpoint from = 0; from < sent.size(); ++from) arrivals.push_back(sent[from] + distance[from][to]);
    std::ranges::nth_element(arrivals, arrivals.begin() + static_cast<std::ptrdiff_t>(quorum - 1));
    arrives.push_back(arrivals[quorum - 1]);
  }
  return arrives;
}

std::string in_ms(double micros) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f ms", micros / kMillisecond);
  return text;
}

std::string count(double value) {
  char text[32];
  std::snprintf(text, sizeof text, value < 10 ? "%.1f" : "%.0f", value);
  return text;
}

}  // namespace

scenario::Done SimulatedWorld::measure(const Step& step) {
  const auto authors = steady_authors();
  const std::size_t nodes = cluster_.endpoints();
  if (distance_.empty()) distance_.assign(nodes, std::vector<Micros>(nodes, cluster_.options().delay_most / 2));
  double took = 0;
  double slowest = 0;
  double least = 0;
  const auto frames = cluster_.network().frames_sent();
  const auto bytes = cluster_.network().bytes_sent();
  for (std::uint64_t i = 0; i < step.number; ++i) {
    const Endpoint entry = authors[i * authors.size() / step.number];
    const Endpoint leads = place(leader());
    const Micros began = now();
    clients_.submit(1, {entry});
    if (!run_until(60 * kSecond, [this] { return clients_.not_final().empty(); }))
      return std::unexpected(clients_.not_final());
    const auto& commits = seen_.commits[cluster_.furthest().finalized.height.value];
    took += static_cast<double>(commits.at(entry) - began);
    slowest += static_cast<double>(
        std::ranges::max_element(commits, {}, [](const auto& c) { return c.second; })->second - began);
    // Proposal, notarize, finalize; before that, to the leader.
    std::vector<Micros> told;
    for (Endpoint each = 0; each < nodes; ++each) told.push_back(distance_[entry][leads] + distance_[leads][each]);
    const auto notarized = quorum_arrives(told, distance_, cluster_.quorum());
    least += static_cast<double>(quorum_arrives(notarized, distance_, cluster_.quorum())[entry]);
  }
  const auto blocks = static_cast<double>(step.number);
  const auto of_node = blocks * static_cast<double>(nodes);
  note_("finality at the submitter's node: mean " + in_ms(took / blocks) +
        "; the way to the leader and three delays: " + in_ms(least / blocks) +
        "; at the last node: " + in_ms(slowest / blocks));
  note_("sent per block and node: " + count(static_cast<double>(cluster_.network().frames_sent() - frames) / of_node) +
        " messages, " + count(static_cast<double>(cluster_.network().bytes_sent() - bytes) / of_node / 1000) + " kB");
  return {};
}

}  // namespace quipu::testnet::stage
