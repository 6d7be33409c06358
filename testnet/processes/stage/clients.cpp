// SPDX-License-Identifier: Apache-2.0
#include "testnet/processes/stage/clients.h"

#include <algorithm>

namespace quipu::processes::stage {

std::expected<void, std::string> Clients::submit(std::uint64_t count, const std::string& code,
                                                 Clock::duration interval) {
  Author& author = author_of_[code];
  if (!author.signatory) {
    const auto node = std::ranges::find(network_.nodes, code, &NodeEntry::code);
    auto key = crypto::unlock_key_file(network_.key(*node, "issuer"), "");
    if (!key) return std::unexpected(key.error());
    author.signatory = std::make_unique<Signatory>(*std::move(key), network_.chain_id);
  }
  LanePlan plan{.nodes = own_first(code), .first_sequence = author.next, .most = count, .interval = interval};
  author.next += count;
  auto lane = std::make_unique<Lane>(
      loop_, plan,
      [signatory = author.signatory.get()](std::uint64_t sequence) { return signatory->sign(sequence, 1); },
      [this](const SeenFinal& seen) {
        acknowledged_.push_back({seen.id, seen.height, seen.index});
        highest_ = std::max(highest_, seen.height);
      });
  streams_.push_back({code, count, std::move(lane)});
  streams_.back().lane->start();
  return {};
}

bool Clients::done() const { return std::ranges::all_of(streams_, &Stream::done); }

bool Clients::done(const std::string& author) const {
  return std::ranges::all_of(streams_, [&](const Stream& each) { return each.author != author || each.done(); });
}

std::string Clients::unfinished() const {
  for (const auto& stream : streams_)
    if (!stream.done())
      return "of " + std::to_string(stream.count) + " statements of " + stream.author + " " +
             std::to_string(stream.lane->counts().final_) + " are FINAL";
  return {};
}

std::string Clients::refused() const {
  for (const auto& stream : streams_)
    if (stream.lane->counts().rejected > 0) return stream.author + "'s node said: " + stream.lane->trouble();
  return {};
}

std::vector<std::string> Clients::own_first(const std::string& author) const {
  std::vector<std::string> addresses;
  for (const auto& node : network_.nodes) addresses.push_back(node.http);
  const auto own = std::ranges::find(network_.nodes, author, &NodeEntry::code) - network_.nodes.begin();
  std::ranges::rotate(addresses, addresses.begin() + own);
  return addresses;
}

}  // namespace quipu::processes::stage
