// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "world.h"

namespace {

using namespace quipu::ledger::testing;

std::string activated(World& world, const std::string& rest) {
  return world.says("PE", "recognition_activated { " + rest + " }");
}

}  // namespace

TEST_CASE("a party of a signed arrangement activates recognition of another", "[rules]") {
  World world = small_world();
  CHECK(activated(world, "arrangement: 'NAFTA' issuer: 'CL' schemes: SECURITY") == "ARRANGEMENT_UNKNOWN");
  CHECK(activated(world, "arrangement: 'PACIFIC' issuer: 'BR' schemes: SECURITY") == "NOT_A_PARTY");
  CHECK(activated(world, "arrangement: 'PACIFIC' issuer: 'PE' schemes: SECURITY") == "NOT_A_PARTY");
  CHECK(world.says("BR", "recognition_activated { arrangement: 'PACIFIC' issuer: 'PE' schemes: SECURITY }") ==
        "NOT_A_PARTY");
  CHECK(activated(world, "arrangement: 'ARR' issuer: 'CL'") == "FIELD_MISSING");
  CHECK(activated(world, "arrangement: 'ARR' issuer: 'CL' schemes: SECURITY flows: FLOW_UNSPECIFIED") ==
        "FIELD_MISSING");
  CHECK(activated(world, "arrangement: 'ARR' issuer: 'CL' schemes: SECURITY benefits: 'fewer inspections'") ==
        "CODE_MALFORMED");
  CHECK(world.says("PE",
                   "decision_date: '2022-05-17' recognition_activated { arrangement: 'ARR' issuer: 'CL' "
                   "schemes: SECURITY }") == "ARRANGEMENT_NOT_IN_FORCE");
  CHECK(activated(world, "arrangement: 'ARR' issuer: 'UY' schemes: SECURITY") == "OK");  // no vote needed to be a party
  CHECK(activated(world, "arrangement: 'ARR' issuer: 'CL' schemes: SECURITY") == "OK");
}

TEST_CASE("recognition is suspended after the notice or in an emergency", "[rules]") {
  World world = world_with_certificate();
  const auto suspended = [&](const std::string& effect, const std::string& rest) {
    return world.says("CL",
                      "effective_from: '" + effect + "' recognition_suspended { arrangement: 'ARR' " + rest + " }");
  };
  CHECK(suspended("2025-05-09", "issuer: 'AR' notified_on: '2025-03-10'") == "EDGE_UNKNOWN");
  CHECK(suspended("2025-05-08", "issuer: 'BR' notified_on: '2025-03-10'") == "NOTICE_TOO_SHORT");
  CHECK(suspended("2025-05-09", "issuer: 'BR'") == "DATE_MALFORMED");
  CHECK(suspended("2025-05-09", "issuer: 'BR' emergency: true notified_on: 'now'") == "DATE_MALFORMED");
  SECTION("sixty days after the notice") {
    CHECK(suspended("2025-05-09", "issuer: 'BR' notified_on: '2025-03-10'") == "OK");
  }
  SECTION("at once in an emergency") { CHECK(suspended("2025-03-10", "issuer: 'BR' emergency: true") == "OK"); }
  world.today("2025-05-09");
  CHECK(suspended("2026-01-01", "issuer: 'BR' emergency: true") == "EDGE_NOT_LIVE");
}

TEST_CASE("a suspended recognition is resumed", "[rules]") {
  World world = world_with_certificate();
  constexpr const char* kResumed = "recognition_resumed { arrangement: 'ARR' issuer: 'BR' }";
  CHECK(world.says("CL", "recognition_resumed { arrangement: 'ARR' issuer: 'AR' }") == "EDGE_UNKNOWN");
  CHECK(world.says("CL", kResumed) == "EDGE_NOT_SUSPENDED");
  REQUIRE(world.says("CL",
                     "effective_from: '2025-03-20' recognition_suspended { arrangement: 'ARR' issuer: 'BR' "
                     "emergency: true }") == "OK");
  CHECK(world.says("CL", kResumed) == "EDGE_NOT_SUSPENDED");  // not on this day yet
  world.today("2025-03-20");
  CHECK(world.says("CL", kResumed) == "OK");
}

TEST_CASE("benefits are denied to a known firm where recognition exists and restored while denied", "[rules]") {
  World world = world_with_certificate();
  constexpr const char* kRestored = "benefits_restored { arrangement: 'ARR' issuer: 'BR' subject: 'S1' }";
  CHECK(world.says("CL", "benefits_denied { arrangement: 'ARR' issuer: 'AR' subject: 'S1' }") == "EDGE_UNKNOWN");
  CHECK(world.says("CL", "benefits_denied { arrangement: 'ARR' issuer: 'BR' subject: 'S9' }") == "OPERATOR_UNKNOWN");
  CHECK(world.says("CL", "benefits_denied { arrangement: 'ARR' issuer: 'BR' subject: 'S1' until: '2025-03-01' }") ==
        "END_BEFORE_START");
  CHECK(world.says("CL", kRestored) == "NO_DENIAL");
  CHECK(world.says("CL", "benefits_denied { arrangement: 'ARR' issuer: 'BR' subject: 'S1' until: '2025-03-31' }") ==
        "OK");
  SECTION("while it lasts") {
    CHECK(world.says("CL", kRestored) == "OK");
    CHECK(world.says("CL", kRestored) == "NO_DENIAL");
  }
  SECTION("not after it has run out") {
    world.today("2025-04-01");
    CHECK(world.says("CL", kRestored) == "NO_DENIAL");
  }
}
