// SPDX-License-Identifier: Apache-2.0
// How long something took, time after time, as Prometheus' histograms count it. One thread adds, any thread reads.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <vector>

namespace quipu::runtime {

class Durations {
 public:
  // From a disk that is quick to a member who gives up: upper bounds of all buckets but the last, which has none.
  static constexpr std::array kBounds_s{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0};

  void add(std::int64_t took_us) {
    const auto bound = std::ranges::lower_bound(kBounds_s, static_cast<double>(took_us) / 1e6);
    ++counts_[static_cast<std::size_t>(bound - kBounds_s.begin())];
    sum_us_ += took_us;
  }
  // One number a bucket, each counting only what fell into it.
  std::vector<double> counts() const { return {counts_.begin(), counts_.end()}; }
  double sum_s() const { return static_cast<double>(sum_us_) / 1e6; }

 private:
  std::array<std::atomic<std::uint64_t>, kBounds_s.size() + 1> counts_{};
  std::atomic<std::int64_t> sum_us_{0};
};

}  // namespace quipu::runtime
