// SPDX-License-Identifier: Apache-2.0
// Indicator cells added up, and the rates of the sums (docs/rules.md, "Figures"). Counts are added, rates never are:
// a rate is made from sums, at the very end. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

namespace quipu::ledger {

namespace v1 {
class IndicatorReported;
}

// Minutes of which only a lower bound is known when they fall into the histogram's last cell, which has no end.
struct Quantile {
  std::uint64_t minutes = 0;
  bool at_least = false;
};

struct IndicatorSums {
  std::uint64_t cells = 0;
  std::uint64_t revised_cells = 0;  // of which the figure in force is not the first one
  std::uint64_t declarations = 0, green = 0, documentary = 0, physical = 0;
  std::uint64_t released = 0, minutes_total = 0;
  std::array<std::uint64_t, 6> histogram{};  // <15m <1h <4h <24h <72h >=72h
  std::uint64_t eligible = 0, claimed = 0, matched = 0, recognised = 0, benefit_applied = 0;

  void add(const v1::IndicatorReported& cell);

  // Nothing where the denominator is zero.
  std::optional<double> green_share() const;  // green of all declarations, 0 to 1
  std::optional<double> utilisation() const;  // recognised of eligible, 0 to 1
  std::optional<double> mean_minutes() const;
  // The minutes within which `percent` of all were released, those of one cell taken as evenly spread over it.
  std::optional<Quantile> quantile(unsigned percent) const;
};

}  // namespace quipu::ledger
