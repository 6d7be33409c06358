// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/date.h"

#include <catch2/catch.hpp>

namespace {

using namespace quipu::ledger;

}

TEST_CASE("a day that exists reads back as it was written", "[date]") {
  for (const std::string day : {"1900-01-01", "1969-12-31", "1970-01-01", "2000-02-29", "2024-02-29", "2199-12-31"}) {
    INFO(day);
    REQUIRE(Date::parse(day).has_value());
    CHECK(Date::parse(day)->text() == day);
  }
  CHECK(Date::parse("1970-01-02")->days == 1);
}

TEST_CASE("every day from 1900 to 2199 follows the one before", "[date]") {
  const Date last = *Date::parse("2199-12-31");
  for (Date day = *Date::parse("1900-01-01"); day < last; day = day.plus(1)) {
    REQUIRE(Date::parse(day.text()) == day);
    REQUIRE(day.text() < day.plus(1).text());  // records compare days as text
  }
}

TEST_CASE("what is not a day is refused", "[date]") {
  for (const std::string wrong :
       {"", "2023-02-29", "2100-02-29", "2024-13-01", "2024-00-01", "2024-01-00", "2024-01-32", "1899-12-31",
        "2200-01-01", "2024-1-1", "2024/01/01", "2024-01-01 ", "+024-01-01", "20240101", "2024-01-0x"}) {
    INFO(wrong);
    CHECK_FALSE(Date::parse(wrong).has_value());
  }
}

TEST_CASE("an instant falls on the day of the place", "[date]") {
  const std::uint64_t two_in_the_morning = *parse_instant_ms("2025-03-11T02:00:00Z");
  CHECK(Date::of(two_in_the_morning, 0).text() == "2025-03-11");
  CHECK(Date::of(two_in_the_morning, -180).text() == "2025-03-10");
  CHECK(Date::of(0, -1).text() == "1969-12-31");
}

TEST_CASE("instants are read with zone and milliseconds", "[date]") {
  CHECK(parse_instant_ms("1970-01-01T00:00:00Z") == 0u);
  CHECK(parse_instant_ms("1970-01-01T00:00:01.250Z") == 1250u);
  CHECK(parse_instant_ms("2026-11-22T02:14:04-03:00") == parse_instant_ms("2026-11-22T05:14:04Z"));
  CHECK(format_instant(*parse_instant_ms("2026-11-22T02:14:04.123Z")) == "2026-11-22T02:14:04.123Z");
  for (const std::string wrong :
       {"", "2026-11-22", "2026-11-22T02:14:04", "2026-11-22 02:14:04Z", "2026-11-22T24:00:00Z", "2026-11-22T02:60:04Z",
        "2026-11-22T02:14:60Z", "2026-11-22T02:14:04.1Z", "2026-11-22T02:14:04+3:00", "2026-11-22T02:14:04Zx",
        "1969-12-31T23:59:59Z", "2026-11-22T02:14:04.Z", "2026-11-22T02:14:04."}) {
    INFO(wrong);
    CHECK_FALSE(parse_instant_ms(wrong).has_value());
  }
}
