// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/indicator_sums.h"

#include <catch2/catch.hpp>

#include "node/ledger/ledger.pb.h"

namespace quipu::ledger::indicator_sums_test {

v1::IndicatorReported cell(std::uint64_t declarations, std::uint64_t green, std::vector<std::uint64_t> histogram,
                           std::uint64_t minutes_total) {
  v1::IndicatorReported out;
  out.set_declarations(declarations);
  out.set_green(green);
  for (const std::uint64_t count : histogram) {
    out.add_minutes_histogram(count);
    out.set_released(out.released() + count);
  }
  out.set_minutes_total(minutes_total);
  return out;
}

TEST_CASE("the rate of two cells is that of their sums and not the mean of their rates", "[indicators]") {
  IndicatorSums sums;
  sums.add(cell(10, 9, {10, 0, 0, 0, 0, 0}, 50));
  sums.add(cell(90, 9, {0, 90, 0, 0, 0, 0}, 2'700));
  CHECK(*sums.green_share() == Approx(0.18));
  CHECK(*sums.mean_minutes() == Approx(27.5));
  CHECK(sums.cells == 2);
}

TEST_CASE("nothing released and nobody eligible has no rate", "[indicators]") {
  IndicatorSums sums;
  CHECK_FALSE(sums.green_share());
  CHECK_FALSE(sums.utilisation());
  CHECK_FALSE(sums.mean_minutes());
  CHECK_FALSE(sums.quantile(50));
}

TEST_CASE("a quantile lies within its cell of the histogram", "[indicators]") {
  IndicatorSums sums;
  sums.add(cell(100, 0, {0, 50, 0, 50, 0, 0}, 0));
  CHECK(sums.quantile(25)->minutes == 38);   // half of 15..60
  CHECK(sums.quantile(50)->minutes == 60);   // the end of that cell
  CHECK(sums.quantile(75)->minutes == 840);  // half of 240..1440
  CHECK(sums.quantile(100)->minutes == 1'440);
  CHECK_FALSE(sums.quantile(100)->at_least);
}

TEST_CASE("a quantile in the cell without an end is a lower bound", "[indicators]") {
  IndicatorSums sums;
  sums.add(cell(10, 0, {5, 0, 0, 0, 0, 5}, 0));
  CHECK(sums.quantile(50)->minutes == 15);
  CHECK(sums.quantile(90)->minutes == 4'320);
  CHECK(sums.quantile(90)->at_least);
}

TEST_CASE("utilisation is recognised of eligible and revised cells are counted", "[indicators]") {
  IndicatorSums sums;
  v1::IndicatorReported first = cell(5, 5, {5, 0, 0, 0, 0, 0}, 5);
  first.set_eligible(8);
  first.set_recognised(2);
  first.set_revision(1);
  sums.add(first);
  CHECK(*sums.utilisation() == Approx(0.25));
  CHECK(sums.revised_cells == 1);
}

TEST_CASE("minutes beyond every measure stay the largest figure", "[indicators]") {
  IndicatorSums sums;
  sums.add(cell(1, 0, {0, 0, 0, 0, 0, 1}, UINT64_MAX));
  sums.add(cell(1, 0, {0, 0, 0, 0, 0, 1}, 10));
  CHECK(sums.minutes_total == UINT64_MAX);
}

}  // namespace quipu::ledger::indicator_sums_test
