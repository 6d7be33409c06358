// SPDX-License-Identifier: Apache-2.0
// How long many things took, in little room: logarithmic buckets, each 2 % wider than the one before, from 0.01 ms to
// over an hour. Values.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace quipu::processes {

class Latencies {
 public:
  void add(double ms);
  std::uint64_t count() const { return total_; }
  // p in 0..1, within 2 %, at most max(); 0 without any.
  double percentile(double p) const;
  // Exactly; 0 without any.
  double max() const { return max_ms_; }

  // From `from_ms` to under `to_ms`.
  struct Bar {
    double from_ms = 0;
    double to_ms = 0;
    std::uint64_t count = 0;
  };
  // Steps of 1, 2, 5, 10, 20, 50 ms and so on, from the first that has any to the last; what lies on an edge may be
  // counted beside it, within 2 %.
  std::vector<Bar> bars() const;

 private:
  std::array<std::uint64_t, 1'024> counts_{};
  std::uint64_t total_ = 0;
  double max_ms_ = 0;
};

}  // namespace quipu::processes
