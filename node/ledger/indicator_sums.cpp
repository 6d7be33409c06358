// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/indicator_sums.h"

#include <algorithm>
#include <cmath>

#include "node/ledger/ledger.pb.h"

namespace quipu::ledger {

namespace {

// The minutes at which the histogram's cells begin; the last one has no end.
constexpr std::array<std::uint64_t, 6> kCellFrom = {0, 15, 60, 240, 1440, 4320};

std::optional<double> ratio(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return std::nullopt;
  return static_cast<double>(part) / static_cast<double>(whole);
}

// Counts are bounded by the rules, minutes are not: a false figure stays the largest one instead of turning small.
void add_to(std::uint64_t& sum, std::uint64_t more) { sum = more > UINT64_MAX - sum ? UINT64_MAX : sum + more; }

}  // namespace

void IndicatorSums::add(const v1::IndicatorReported& cell) {
  ++cells;
  revised_cells += cell.revision() > 0 ? 1 : 0;
  declarations += cell.declarations();
  green += cell.green();
  documentary += cell.documentary();
  physical += cell.physical();
  released += cell.released();
  add_to(minutes_total, cell.minutes_total());
  const auto filled = std::min<std::size_t>(histogram.size(), static_cast<std::size_t>(cell.minutes_histogram_size()));
  for (std::size_t i = 0; i < filled; ++i) histogram[i] += cell.minutes_histogram(static_cast<int>(i));
  eligible += cell.eligible();
  claimed += cell.claimed();
  matched += cell.matched();
  recognised += cell.recognised();
  benefit_applied += cell.benefit_applied();
}

std::optional<double> IndicatorSums::green_share() const { return ratio(green, declarations); }
std::optional<double> IndicatorSums::utilisation() const { return ratio(recognised, eligible); }
std::optional<double> IndicatorSums::mean_minutes() const { return ratio(minutes_total, released); }

std::optional<Quantile> IndicatorSums::quantile(unsigned percent) const {
  if (released == 0) return std::nullopt;
  const double wanted = static_cast<double>(released) * percent / 100;
  double below = 0;
  for (std::size_t i = 0; i + 1 < histogram.size(); ++i) {
    const auto here = static_cast<double>(histogram[i]);
    if (here > 0 && below + here >= wanted) {
      const auto width = static_cast<double>(kCellFrom[i + 1] - kCellFrom[i]);
      const double inside = std::round((wanted - below) / here * width);
      return Quantile{.minutes = kCellFrom[i] + static_cast<std::uint64_t>(inside), .at_least = false};
    }
    below += here;
  }
  return Quantile{.minutes = kCellFrom.back(), .at_least = true};
}

}  // namespace quipu::ledger
