// SPDX-License-Identifier: Apache-2.0
#include "testnet/processes/latencies.h"

#include <algorithm>
#include <cmath>

namespace quipu::processes {

namespace {

constexpr double kLeastMs = 0.01;
constexpr double kStep = 1.02;

double middle(std::size_t bucket) { return kLeastMs * std::pow(kStep, static_cast<double>(bucket) + 0.5); }

// 0.01, 0.02, 0.05, 0.1, ...
double edge(std::size_t index) {
  constexpr double kMantissas[] = {1, 2, 5};
  return kLeastMs * kMantissas[index % 3] * std::pow(10, static_cast<double>(index / 3));
}

}  // namespace

void Latencies::add(double ms) {
  const double step = std::log(std::max(ms, kLeastMs) / kLeastMs) / std::log(kStep);
  ++counts_[std::min(static_cast<std::size_t>(step), counts_.size() - 1)];
  ++total_;
  max_ms_ = std::max(max_ms_, ms);
}

double Latencies::percentile(double p) const {
  if (total_ == 0) return 0;
  const auto wanted = static_cast<std::uint64_t>(p * static_cast<double>(total_ - 1)) + 1;
  std::uint64_t seen = 0;
  std::size_t step = 0;
  while ((seen += counts_[step]) < wanted) ++step;
  return std::min(middle(step), max_ms_);
}

std::vector<Latencies::Bar> Latencies::bars() const {
  std::vector<Bar> bars;
  std::uint64_t seen = 0;
  std::size_t bucket = 0;
  for (std::size_t i = 0; seen < total_; ++i) {
    Bar bar{.from_ms = edge(i), .to_ms = edge(i + 1), .count = 0};
    for (; bucket < counts_.size() && middle(bucket) < bar.to_ms; ++bucket) bar.count += counts_[bucket];
    seen += bar.count;
    if (seen > 0) bars.push_back(bar);
  }
  return bars;
}

}  // namespace quipu::processes
