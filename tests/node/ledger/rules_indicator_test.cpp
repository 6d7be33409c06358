// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "node/ledger/rules/records.h"
#include "world.h"

namespace {

using namespace quipu::ledger;
using namespace quipu::ledger::testing;

// CL about goods of BR's firms in February 2025, all consistent.
v1::Event consistent_report() {
  return event_from_text(
      "indicator_reported { arrangement: 'ARR' partner: 'BR' flow: IMPORT mode: SEA group: RECOGNISED month: '2025-02' "
      "definition: 1 declarations: 100 green: 90 documentary: 7 physical: 3 released: 60 minutes_total: 70000 "
      "minutes_histogram: [10, 10, 10, 10, 10, 10] eligible: 90 claimed: 80 matched: 70 recognised: 60 "
      "benefit_applied: 50 operators: 9 }");
}

// What is said to the report after a change.
template <class Change>
std::string with(const Change& change) {
  World world = small_world();
  v1::Event event = consistent_report();
  change(*event.mutable_indicator_reported());
  return world.states("CL", {event});
}

using Report = v1::IndicatorReported;

}  // namespace

TEST_CASE("a consistent report between two parties is taken", "[rules]") {
  CHECK(with([](Report&) {}) == "OK");
  CHECK(with([](Report& r) { r.set_arrangement("NAFTA"); }) == "ARRANGEMENT_UNKNOWN");
  CHECK(with([](Report& r) { r.set_partner("MX"); }) == "NOT_A_PARTY");
  CHECK(with([](Report& r) { r.set_partner("CL"); }) == "NOT_A_PARTY");
  CHECK(with([](Report& r) { r.clear_flow(); }) == "FIELD_MISSING");
  CHECK(with([](Report& r) { r.clear_mode(); }) == "FIELD_MISSING");
  CHECK(with([](Report& r) { r.clear_group(); }) == "FIELD_MISSING");
}

TEST_CASE("a report is about a month that is over", "[rules]") {
  CHECK(with([](Report& r) { r.set_month("2025-2"); }) == "MONTH_MALFORMED");
  CHECK(with([](Report& r) { r.set_month("2025-13"); }) == "MONTH_MALFORMED");
  CHECK(with([](Report& r) { r.set_month("2025-03"); }) == "MONTH_NOT_OVER");
  CHECK(with([](Report& r) { r.set_month("2024-12"); }) == "OK");
}

TEST_CASE("a cell is large enough by a definition in force", "[rules]") {
  CHECK(with([](Report& r) { r.set_definition(2); }) == "DEFINITION_UNKNOWN");
  CHECK(with([](Report& r) { r.set_declarations(4); }) == "CELL_TOO_SMALL");
  CHECK(with([](Report& r) { r.set_operators(2); }) == "CELL_TOO_SMALL");
  CHECK(with([](Report& r) { r.set_operators(3); }) == "OK");
}

TEST_CASE("counts agree with each other", "[rules]") {
  CHECK(with([](Report& r) { r.set_green(91); }) == "CHANNELS_DO_NOT_SUM");
  CHECK(with([](Report& r) { r.set_released(61); }) == "HISTOGRAM_DOES_NOT_SUM");
  CHECK(with([](Report& r) { r.add_minutes_histogram(0); }) == "HISTOGRAM_DOES_NOT_SUM");
  CHECK(with([](Report& r) { r.set_green(~std::uint64_t{0}); }) == "COUNTS_TOO_LARGE");
  CHECK(with([](Report& r) { r.set_minutes_histogram(0, ~std::uint64_t{0}); }) == "COUNTS_TOO_LARGE");
}

TEST_CASE("the minutes can come from the histogram", "[rules]") {
  // Least: 10 of each cell's first minute. Most: unbounded while the last cell holds something.
  const std::uint64_t least = 10 * (0 + 15 + 60 + 240 + 1440 + 4320);
  CHECK(with([](Report& r) { r.set_minutes_total(least - 1); }) == "MINUTES_IMPOSSIBLE");
  CHECK(with([](Report& r) { r.set_minutes_total(least); }) == "OK");
  CHECK(with([](Report& r) { r.set_minutes_total(~std::uint64_t{0}); }) == "OK");
  const auto bounded = [](Report& r, std::uint64_t minutes) {
    r.set_minutes_histogram(5, 0);
    r.set_released(50);
    r.set_minutes_total(minutes);
  };
  const std::uint64_t most = 10 * (14 + 59 + 239 + 1439 + 4319);
  CHECK(with([&](Report& r) { bounded(r, most); }) == "OK");
  CHECK(with([&](Report& r) { bounded(r, most + 1); }) == "MINUTES_IMPOSSIBLE");
}

TEST_CASE("the funnel narrows and is for the recognised group only", "[rules]") {
  CHECK(with([](Report& r) { r.set_claimed(91); }) == "FUNNEL_NOT_DESCENDING");
  CHECK(with([](Report& r) { r.set_benefit_applied(61); }) == "FUNNEL_NOT_DESCENDING");
  CHECK(with([](Report& r) { r.set_group(v1::NON_AEO); }) == "FUNNEL_NOT_FOR_GROUP");
  CHECK(with([](Report& r) {
          r.set_group(v1::NON_AEO);
          for (const auto clear : {&Report::clear_eligible, &Report::clear_claimed, &Report::clear_matched,
                                   &Report::clear_recognised, &Report::clear_benefit_applied}) {
            (r.*clear)();
          }
        }) == "OK");
}

TEST_CASE("revisions follow each other from zero", "[rules]") {
  World world = small_world();
  v1::Event event = consistent_report();
  const auto revision = [&](std::uint64_t number) {
    event.mutable_indicator_reported()->set_revision(number);
    return world.states("CL", {event});
  };
  CHECK(revision(1) == "REVISION_OUT_OF_ORDER");
  CHECK(revision(0) == "OK");
  CHECK(revision(0) == "REVISION_OUT_OF_ORDER");
  CHECK(revision(2) == "REVISION_OUT_OF_ORDER");
  CHECK(revision(1) == "OK");
  const auto record = get<v1::IndicatorRecord>(world.state(), "CL", "ARR/BR/IMPORT/SEA/RECOGNISED/2025-02");
  REQUIRE(record.has_value());
  CHECK(record->report().revision() == 1);
  CHECK(record->history().events_size() == 2);
}
