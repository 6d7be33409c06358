// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/load.h"

#include <algorithm>
#include <memory>
#include <stdexcept>

namespace quipu::bench {

namespace {

using processes::Clock;
using processes::Lane;
using processes::SeenFinal;
using Lanes = std::vector<std::unique_ptr<Lane>>;

constexpr auto kPatience = std::chrono::milliseconds(60'000);

struct Window {
  Clock::time_point from;
  Clock::time_point to;
};

Lanes make_lanes(processes::Loop& loop, const LoadPlan& plan, const std::vector<LaneStock>& stocks,
                 std::vector<SeenFinal>& seen) {
  Lanes lanes;
  for (const auto& stock : stocks) {
    processes::LanePlan lane;
    lane.nodes = {stock.address};
    lane.first_sequence = stock.first_sequence;
    lane.most = stock.stock.size();
    lane.in_flight = plan.in_flight;
    lane.look_pause = plan.look_pause;
    lane.look_at_each = false;
    lane.patience = kPatience;
    lanes.push_back(std::make_unique<Lane>(
        loop, lane, [&stock](std::uint64_t sequence) { return stock.stock.at(sequence - stock.first_sequence); },
        [&seen](const SeenFinal& final_) { seen.push_back(final_); }));
  }
  return lanes;
}

// A measurement is of a network that works.
void check(const Lanes& lanes) {
  for (const auto& lane : lanes) {
    if (!lane->trouble().empty()) throw std::runtime_error("a node refused: " + lane->trouble());
    if (!lane->done()) throw std::runtime_error("submissions did not become final in a minute");
    if (lane->counts().retries > 0) throw std::runtime_error("a node was busy or away");
  }
}

void collect(const std::vector<SeenFinal>& seen, const Window& window, LoadResult& result) {
  for (const auto& one : seen) {
    if (one.at >= window.from && one.at < window.to) result.latency_ms.push_back(one.latency_ms);
  }
  std::ranges::sort(result.latency_ms);
  result.submissions = result.latency_ms.size();
  result.seconds = std::chrono::duration<double>(window.to - window.from).count();
}

}  // namespace

LoadResult run_load(const LoadPlan& plan, const std::vector<LaneStock>& stocks) {
  processes::Loop loop;
  std::vector<SeenFinal> seen;
  const Lanes lanes = make_lanes(loop, plan, stocks, seen);
  LoadResult result;
  Window window{Clock::now() + plan.warm_up, Clock::now() + plan.warm_up + plan.window};
  for (const auto& lane : lanes) lane->start();
  const auto any_dry = [&] { return std::ranges::any_of(lanes, [](const auto& lane) { return lane->dry(); }); };
  result.ran_dry = loop.run_until(any_dry, plan.warm_up + plan.window);
  window.to = std::min(window.to, Clock::now());
  window.from = std::min(window.from, window.to);
  for (const auto& lane : lanes) lane->stop();
  loop.run_until([&] { return std::ranges::all_of(lanes, [](const auto& lane) { return lane->done(); }); }, kPatience);
  check(lanes);
  for (const auto& lane : lanes) result.sent.push_back(lane->counts().sent);
  collect(seen, window, result);
  return result;
}

double percentile(const std::vector<double>& ascending, double p) {
  if (ascending.empty()) return 0;
  const auto at = static_cast<std::size_t>(p * static_cast<double>(ascending.size() - 1) + 0.5);
  return ascending[at];
}

}  // namespace quipu::bench
