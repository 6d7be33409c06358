// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/rules/indicators.h"

#include <algorithm>
#include <array>
#include <numeric>

#include "node/ledger/rules/arrangements.h"
#include "node/ledger/rules/fields.h"
#include "node/ledger/rules/history.h"
#include "node/ledger/rules/records.h"
#include "node/ledger/rules/register.h"
#include "node/ledger/state.pb.h"

namespace quipu::ledger {
namespace {

// With counts up to this, no sum below leaves 64 bits.
constexpr std::uint64_t kLargestCount = 1'000'000'000'000;
constexpr std::uint32_t kFewestDeclarations = 5;
constexpr std::uint32_t kFewestOperators = 3;

// Whole minutes from registration to release that each cell of the histogram holds: <15m <1h <4h <24h <72h >=72h.
constexpr std::array<std::uint64_t, 6> kCellFrom = {0, 15, 60, 240, 1440, 4320};
constexpr std::array<std::uint64_t, 5> kCellLast = {14, 59, 239, 1439, 4319};

std::optional<Date> first_day(const std::string& month) { return Date::parse(month + "-01"); }

std::string cell_id(const v1::IndicatorReported& stated) {
  return stated.arrangement() + "/" + stated.partner() + "/" + v1::Flow_Name(stated.flow()) + "/" +
         v1::TransportMode_Name(stated.mode()) + "/" + v1::Group_Name(stated.group()) + "/" + stated.month();
}

Verdict check_month(const Context& at, const v1::IndicatorReported& stated) {
  const auto first = first_day(stated.month());
  if (!first) return refuse(Code::kMonthMalformed, "month");
  if (at.decision.text().substr(0, 7) <= stated.month()) return refuse(Code::kMonthNotOver, stated.month());
  return {};
}

Verdict check_size(const Context& at, const v1::IndicatorReported& stated) {
  const auto definition = definition_in_force(at, stated.definition());
  if (!definition) return refuse(Code::kDefinitionUnknown, std::to_string(stated.definition()));
  const auto least = [](std::uint32_t set, std::uint32_t otherwise) { return set == 0 ? otherwise : set; };
  if (stated.declarations() < least(definition->minimum_declarations(), kFewestDeclarations) ||
      stated.operators() < least(definition->minimum_operators(), kFewestOperators)) {
    return refuse(Code::kCellTooSmall, "declarations, operators");
  }
  return {};
}

bool counts_in_range(const v1::IndicatorReported& stated) {
  const std::array counts = {stated.declarations(), stated.green(),     stated.documentary(),    stated.physical(),
                             stated.released(),     stated.eligible(),  stated.claimed(),        stated.matched(),
                             stated.recognised(),   stated.operators(), stated.benefit_applied()};
  const auto fits = [](std::uint64_t count) { return count <= kLargestCount; };
  return std::ranges::all_of(counts, fits) && std::ranges::all_of(stated.minutes_histogram(), fits);
}

Verdict check_minutes(const v1::IndicatorReported& stated) {
  const auto& cells = stated.minutes_histogram();
  if (cells.size() != static_cast<int>(kCellFrom.size()) ||
      std::accumulate(cells.begin(), cells.end(), std::uint64_t{0}) != stated.released()) {
    return refuse(Code::kHistogramDoesNotSum, "minutes_histogram");
  }
  const std::uint64_t least = std::inner_product(cells.begin(), cells.end(), kCellFrom.begin(), std::uint64_t{0});
  const std::uint64_t most = std::inner_product(kCellLast.begin(), kCellLast.end(), cells.begin(), std::uint64_t{0});
  const bool bounded = cells.Get(5) == 0;
  if (stated.minutes_total() < least || (bounded && stated.minutes_total() > most)) {
    return refuse(Code::kMinutesImpossible, "minutes_total");
  }
  return {};
}

Verdict check_funnel(const v1::IndicatorReported& stated) {
  const std::array funnel = {stated.eligible(), stated.claimed(), stated.matched(), stated.recognised(),
                             stated.benefit_applied()};
  if (stated.group() != v1::RECOGNISED) {
    const bool empty = std::ranges::all_of(funnel, [](std::uint64_t count) { return count == 0; });
    return empty ? Verdict{} : refuse(Code::kFunnelNotForGroup, "eligible to benefit_applied");
  }
  if (!std::ranges::is_sorted(funnel, std::ranges::greater{})) {
    return refuse(Code::kFunnelNotDescending, "eligible to benefit_applied");
  }
  return {};
}

Verdict check_revision(const Context& at, const v1::IndicatorReported& stated) {
  const auto latest = get<v1::IndicatorRecord>(at.state, at.author, cell_id(stated));
  const std::uint64_t next = latest ? latest->report().revision() + 1 : 0;
  if (stated.revision() != next) return refuse(Code::kRevisionOutOfOrder, "the next is " + std::to_string(next));
  return {};
}

}  // namespace

Verdict check_indicator_reported(const Context& at, const v1::Event& event) {
  const v1::IndicatorReported& stated = event.indicator_reported();
  const auto arrangement = arrangement_between(at, stated.arrangement(), stated.partner());
  if (!arrangement) return std::unexpected(arrangement.error());
  if (auto fields = all_of({check_given("flow", stated.flow()), check_given("mode", stated.mode()),
                            check_given("group", stated.group()), check_month(at, stated), check_size(at, stated)});
      !fields) {
    return fields;
  }
  if (!counts_in_range(stated)) return refuse(Code::kCountsTooLarge, "counts");
  if (stated.green() + stated.documentary() + stated.physical() != stated.declarations()) {
    return refuse(Code::kChannelsDoNotSum, "green, documentary, physical");
  }
  return all_of({check_minutes(stated), check_funnel(stated), check_revision(at, stated)});
}

void act_indicator_reported(const Context& at, const v1::Event& event) {
  const std::string id = cell_id(event.indicator_reported());
  auto record = get<v1::IndicatorRecord>(at.state, at.author, id).value_or(v1::IndicatorRecord{});
  *record.mutable_report() = event.indicator_reported();
  record.set_decision_date(event.decision_date());
  remember(at, *record.mutable_history());
  put(at.state, at.author, id, record);
}

}  // namespace quipu::ledger
