// SPDX-License-Identifier: Apache-2.0
#include "testnet/processes/load.h"

#include <algorithm>
#include <boost/json.hpp>

#include "testnet/processes/patience.h"
#include "testnet/processes/probe.h"

namespace quipu::processes {

namespace {

constexpr std::size_t kInFlight = 64;          // of each member, when as many as can be are wanted
constexpr std::size_t kInFlightPaced = 1'024;  // of each member, when a rate is: an outage must not lower it
constexpr auto kStartPatience = std::chrono::seconds(60);

// The next number of the key: as the node says that knows most, since one that has just started may lag behind.
std::optional<std::uint64_t> next_sequence(const Network& network, const crypto::KeyFile& key) {
  const auto target = "/v1/keys/" + crypto::to_hex(crypto::key_id(key.public_key).view()) +
                      "/sequence?administration=" + key.administration;
  std::optional<std::uint64_t> next;
  for (const auto& node : network.nodes) {
    const auto answer = get(node.http, target);
    if (!answer || answer->status != 200) continue;
    boost::system::error_code error;
    const auto parsed = boost::json::parse(answer->body, error);
    const auto* number = !error && parsed.is_object() ? parsed.as_object().if_contains("next") : nullptr;
    if (number == nullptr || !number->is_number()) continue;
    next = std::max(next.value_or(1), number->to_number<std::uint64_t>());
  }
  return next;
}

struct Author {
  std::string code;
  Signatory signatory;
  std::vector<std::string> nodes;
  std::uint64_t next = 1;
};

std::vector<std::string> own_first(const Network& network, const NodeEntry& own) {
  std::vector<std::string> addresses;
  for (const auto& node : network.nodes) addresses.push_back(node.http);
  std::ranges::rotate(addresses, std::ranges::find(addresses, own.http));
  return addresses;
}

std::expected<Author, std::string> author_of(const Network& network, const NodeEntry& node, const LoadPlan& plan) {
  auto key = crypto::unlock_key_file(network.key(node, "issuer"), "");
  if (!key) return std::unexpected(key.error());
  std::optional<std::uint64_t> next;
  poll(kStartPatience, [&] { return plan.give_up() || (next = next_sequence(network, key->header)).has_value(); });
  if (!next) return std::unexpected("no node answers: start them with `quipu-testnet up`");
  return Author{node.code, Signatory(std::move(*key), network.chain_id), own_first(network, node), *next};
}

std::expected<std::vector<Author>, std::string> authors_of(const Network& network, const LoadPlan& plan) {
  std::vector<Author> authors;
  for (const auto& node : network.nodes) {
    if (!plan.authors.empty() && std::ranges::find(plan.authors, node.code) == plan.authors.end()) continue;
    auto author = author_of(network, node, plan);
    if (!author) return std::unexpected(author.error());
    authors.push_back(std::move(*author));
  }
  if (authors.empty()) return std::unexpected("no member is to send");
  return authors;
}

class Load {
 public:
  Load(const LoadPlan& plan, std::vector<Author> authors) : plan_(plan), authors_(std::move(authors)) {
    for (std::size_t i = 0; i < authors_.size(); ++i) add_lane(i);
  }

  LoadReport run() {
    for (auto& lane : lanes_) lane->start();
    tell_every_second();
    loop_.run_until(plan_.enough, plan_.time);
    for (auto& lane : lanes_) lane->stop();
    loop_.run_until([this] { return plan_.give_up() || all_done(); }, plan_.patience);
    auto report = this->report();
    if (!report.all_final() && report.trouble.empty()) {
      report.trouble = std::to_string(report.counts.sent - report.counts.final_) + " not FINAL in time";
    }
    return report;
  }

 private:
  void add_lane(std::size_t index) {
    LanePlan lane;
    lane.nodes = authors_[index].nodes;
    lane.first_sequence = authors_[index].next;
    lane.in_flight = plan_.per_second ? kInFlightPaced : kInFlight;
    lane.begin = start_;
    if (plan_.per_second) {
      // Evenly spread: the members take turns.
      const std::chrono::duration<double> turn(1 / *plan_.per_second);
      lane.interval = std::chrono::duration_cast<Clock::duration>(turn * authors_.size());
      lane.begin += std::chrono::duration_cast<Clock::duration>(turn * index);
    }
    lanes_.push_back(std::make_unique<Lane>(
        loop_, lane,
        [this, index](std::uint64_t sequence) { return authors_[index].signatory.sign(sequence, plan_.events); },
        [this](const SeenFinal& seen) {
          latency_.add(seen.latency_ms);
          plan_.on_final(seen);
        }));
  }

  bool all_done() const {
    return std::ranges::all_of(lanes_, [](const auto& lane) { return lane->done(); });
  }

  void tell_every_second() {
    plan_.every_second(report());
    loop_.at(Clock::now() + std::chrono::seconds(1), [this] { tell_every_second(); });
  }

  // Whose statements were refused, by which node and why.
  std::string refusals() const {
    std::string all;
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
      const auto trouble = lanes_[i]->trouble();
      if (!trouble.empty()) all += (all.empty() ? "of " : "; of ") + authors_[i].code + ": " + trouble;
    }
    return all;
  }

  LoadReport report() const {
    LoadReport report;
    report.latency = latency_;
    report.seconds = std::chrono::duration<double>(Clock::now() - start_).count();
    for (const auto& lane : lanes_) {
      const auto& counts = lane->counts();
      report.counts.sent += counts.sent;
      report.counts.final_ += counts.final_;
      report.counts.rejected += counts.rejected;
      report.counts.expired += counts.expired;
      report.counts.retries += counts.retries;
    }
    report.trouble = refusals();
    return report;
  }

  const LoadPlan& plan_;
  std::vector<Author> authors_;
  Loop loop_;
  Clock::time_point start_ = Clock::now();
  std::vector<std::unique_ptr<Lane>> lanes_;
  Latencies latency_;
};

}  // namespace

std::expected<LoadReport, std::string> run_load(const Network& network, const LoadPlan& plan) {
  auto authors = authors_of(network, plan);
  if (!authors) return std::unexpected(authors.error());
  return Load(plan, std::move(*authors)).run();
}

}  // namespace quipu::processes
