// SPDX-License-Identifier: Apache-2.0
#include "testnet/board/meter.h"

#include <catch2/catch.hpp>
#include <cmath>

namespace quipu::board::meter_test {

constexpr const char* kPage =
    "# HELP quipu_view Current view of consensus.\n"
    "quipu_view 67\n"
    "quipu_viewers 3\n"
    "quipu_final_seconds_bucket{le=\"0.005\"} 0\n"
    "quipu_final_seconds_bucket{le=\"0.01\"} 90\n"
    "quipu_final_seconds_bucket{le=\"+Inf\"} 100\n"
    "quipu_final_seconds_sum 1.5\n";

Reading at(std::int64_t ms, std::uint64_t final_) { return {.at_ms = ms, .final_ = final_}; }

std::vector<Bucket> buckets(std::uint64_t to_10ms, std::uint64_t to_100ms, std::uint64_t all) {
  return {{0.01, to_10ms}, {0.1, to_100ms}, {INFINITY, all}};
}

TEST_CASE("figures are found on a page of metrics by their whole name") {
  CHECK(metric(kPage, "quipu_view") == 67);
  CHECK_FALSE(metric(kPage, "quipu_vie"));
  CHECK_FALSE(metric("", "quipu_view"));
  const auto found = histogram(kPage, "quipu_final_seconds");
  REQUIRE(found.size() == 3);
  CHECK((found[1].at_most_s == 0.01 && found[1].count == 90));
  CHECK((std::isinf(found[2].at_most_s) && found[2].count == 100));
  CHECK(histogram("quipu_final_seconds_bucket{le=\"0.01\nx", "quipu_final_seconds").empty());
}

TEST_CASE("a rate is over the window and no longer") {
  Meter meter;
  CHECK(meter.per_second(&Reading::final_) == 0);
  meter.add(at(0, 100));
  CHECK(meter.per_second(&Reading::final_) == 0);
  meter.add(at(1000, 150));
  CHECK(meter.per_second(&Reading::final_) == 50);
  for (int second = 2; second <= 30; ++second) meter.add(at(second * 1000, 150));
  CHECK(meter.per_second(&Reading::final_) == 0);
  meter.add(at(31'000, 250));
  CHECK(meter.per_second(&Reading::final_) == Approx(10));
  CHECK(meter.per_second(&Reading::final_, 1000) == Approx(100));
}

TEST_CASE("a node that has started again counts from nothing") {
  Meter meter;
  meter.add(at(0, 1000));
  meter.add(at(1000, 1010));
  meter.add(at(2000, 3));
  CHECK(meter.per_second(&Reading::final_) == 0);
  meter.add(at(3000, 8));
  CHECK(meter.per_second(&Reading::final_) == 5);
}

TEST_CASE("percentiles are of the window alone and within their bucket") {
  Meter meter;
  meter.add({.at_ms = 0, .until_final = buckets(1000, 1000, 1000)});
  CHECK_FALSE(meter.percentile_ms(0.5));
  meter.add({.at_ms = 1000, .until_final = buckets(1000, 1000, 1000)});
  CHECK_FALSE(meter.percentile_ms(0.5));
  meter.add({.at_ms = 2000, .until_final = buckets(1000, 1100, 1100)});
  CHECK(meter.percentile_ms(0.5) == Approx(55));
  meter.add({.at_ms = 3000, .until_final = buckets(1100, 1200, 1200)});
  CHECK(meter.percentile_ms(0.25) == Approx(5));
  meter.add({.at_ms = 4000, .until_final = buckets(1100, 1200, 5200)});
  CHECK(meter.percentile_ms(0.99) == Approx(100));  // more than the last bound, and nobody knows how much
}

}  // namespace quipu::board::meter_test
