// SPDX-License-Identifier: Apache-2.0
// Loads a running network over HTTP: every member's own submissions through its own node. One thread.
#pragma once

#include <functional>
#include <optional>

#include "testnet/processes/lane.h"
#include "testnet/processes/latencies.h"
#include "testnet/processes/network.h"

namespace quipu::processes {

struct LoadReport {
  LaneCounts counts;
  Latencies latency;  // from when a submission was due until it was seen FINAL
  double seconds = 0;
  std::string trouble;  // why some did not become FINAL; empty when all did

  bool all_final() const { return counts.final_ == counts.sent; }
  double per_second() const { return seconds > 0 ? static_cast<double>(counts.final_) / seconds : 0; }
};

struct LoadPlan {
  std::vector<std::string> authors{};  // codes; empty: all members
  std::optional<double> per_second{};  // of all together; without: as fast as a bounded number in flight allows
  std::chrono::milliseconds time{10'000};
  std::size_t events = 1;  // in each submission
  // How long to wait after that until all is FINAL.
  std::chrono::milliseconds patience{120'000};
  std::function<void(const SeenFinal&)> on_final = [](const SeenFinal&) {};
  std::function<void(const LoadReport&)> every_second = [](const LoadReport&) {};
  std::function<bool()> enough = [] { return false; };   // asked often: ends the sending
  std::function<bool()> give_up = [] { return false; };  // asked often: ends the waiting, too
};

// Goes on where the keys' numbers stand, so that it may be run again and again. The error: it could not begin.
std::expected<LoadReport, std::string> run_load(const Network& network, const LoadPlan& plan);

}  // namespace quipu::processes
