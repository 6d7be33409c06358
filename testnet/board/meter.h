// SPDX-License-Identifier: Apache-2.0
// From what a node counts since its start to what happens now: differences over the last seconds. Pure; time is a
// value.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>
#include <vector>

namespace quipu::board {

// Of a histogram of Prometheus: how many took at most so long.
struct Bucket {
  double at_most_s = 0;  // the last: infinity
  std::uint64_t count = 0;
};

struct Reading {
  std::int64_t at_ms = 0;  // of any clock that goes forward
  std::uint64_t final_ = 0;
  std::uint64_t in_bytes = 0;
  std::uint64_t out_bytes = 0;
  std::vector<Bucket> until_final{};
};

// What Prometheus' text says of one series, e.g. `quipu_view`; nothing when it is not there.
std::optional<double> metric(std::string_view page, std::string_view series);
std::vector<Bucket> histogram(std::string_view page, std::string_view name);

class Meter {
 public:
  static constexpr std::int64_t kWindow_ms = 10'000;

  // A counter that went back is a node that has started again: what was before is forgotten.
  void add(Reading reading);
  void forget() { readings_.clear(); }
  // Over the last so many milliseconds, the window at most; 0 with fewer than two readings.
  double per_second(std::uint64_t Reading::* counter, std::int64_t over_ms = kWindow_ms) const;
  // Of what became final in the window, interpolated within a bucket; nothing when nothing did.
  std::optional<double> percentile_ms(double p) const;

 private:
  std::deque<Reading> readings_;
};

}  // namespace quipu::board
