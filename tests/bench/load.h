// SPDX-License-Identifier: Apache-2.0
// A closed-loop load on a network: every member's own submissions through its own node, so many in flight, each in
// flight from the first byte of its POST until its node was seen to answer FINAL. One thread.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "testnet/processes/lane.h"

namespace quipu::bench {

struct LoadPlan {
  std::size_t in_flight = 1;  // through each node
  std::chrono::milliseconds warm_up{1000};
  std::chrono::milliseconds window{4000};
  std::chrono::microseconds look_pause{4000};  // between two looks whose answer was PENDING
};

// Submissions signed ahead, in the order of their sequence numbers.
struct LaneStock {
  std::string address;
  std::uint64_t first_sequence = 1;
  std::vector<processes::Statement> stock;
};

struct LoadResult {
  double seconds = 0;              // the window, shorter when a lane ran out of stock
  std::size_t submissions = 0;     // seen final within it
  std::vector<double> latency_ms;  // of those, ascending
  std::vector<std::size_t> sent;   // per lane, warm-up included: all final at the end
  bool ran_dry = false;
};

// Throws std::runtime_error when a node refuses or goes away, or finality stops.
LoadResult run_load(const LoadPlan& plan, const std::vector<LaneStock>& stocks);

// p in 0..1 of ascending values; 0 without any.
double percentile(const std::vector<double>& ascending, double p);

}  // namespace quipu::bench
