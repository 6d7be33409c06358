// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "node/ledger/rules/records.h"
#include "world.h"

namespace {

using namespace quipu::ledger;
using namespace quipu::ledger::testing;

std::string amended(World& world, const std::string& head) {
  return world.says("BR", head + " certificate_amended { certificate: 'C1' level: 'A' }");
}

}  // namespace

TEST_CASE("dates are real days", "[rules]") {
  World world = world_with_certificate();
  CHECK(amended(world, "decision_date: '2025-02-29'") == "DATE_MALFORMED");
  CHECK(amended(world, "decision_date: '2025-3-1'") == "DATE_MALFORMED");
  CHECK(amended(world, "decision_date: '2025-03-01' effective_from: 'tomorrow'") == "DATE_MALFORMED");
  CHECK(amended(world, "decision_date: '2024-02-29'") == "OK");
}

TEST_CASE("a decision is at most one day after the block in the author's own days", "[rules]") {
  World world = world_with_certificate();
  CHECK(amended(world, "decision_date: '2025-03-12'") == "DECISION_IN_FUTURE");
  world.now_ms(Date::parse("2025-03-11")->days * 86'400'000ULL + 2 * 3'600'000);  // 23 h of the 10th in Brasilia
  CHECK(amended(world, "decision_date: '2025-03-12'") == "DECISION_IN_FUTURE");
  world.now_ms(Date::parse("2025-03-11")->days * 86'400'000ULL + 3 * 3'600'000);
  CHECK(amended(world, "decision_date: '2025-03-12'") == "OK");
}

TEST_CASE("effect starts between the decision and 366 days later", "[rules]") {
  World world = world_with_certificate();
  CHECK(amended(world, "decision_date: '2025-03-10' effective_from: '2025-03-09'") == "BACKDATED");
  CHECK(amended(world, "decision_date: '2025-03-10' effective_from: '2026-03-12'") == "EFFECT_TOO_FAR");
  CHECK(amended(world, "decision_date: '2025-03-10' effective_from: '2026-03-11'") == "OK");
}

TEST_CASE("an entry that comes late is taken", "[rules]") {
  World world = world_with_certificate();
  CHECK(amended(world, "decision_date: '2024-06-01' effective_from: '2024-06-05'") == "OK");
}

TEST_CASE("legal basis and reason are codes", "[rules]") {
  World world = world_with_certificate();
  CHECK(amended(world, "reason: 'because the officer said so'") == "CODE_MALFORMED");
  CHECK(amended(world, "legal_basis: '1ST'") == "CODE_MALFORMED");
  CHECK(amended(world, "reason: 'AUDIT' legal_basis: 'DECREE_12'") == "OK");
}

TEST_CASE("where the register has a list only its codes are taken", "[rules]") {
  World world = world_with_certificate();
  world.lists("reason", {"AUDIT", "REQUEST"});
  world.lists("legal_basis", {"DECREE_12"});
  world.lists("level", {"A"});
  CHECK(amended(world, "reason: 'WHIM'") == "CODE_NOT_LISTED");
  CHECK(amended(world, "legal_basis: 'WHIM'") == "CODE_NOT_LISTED");
  CHECK(world.says("BR", "certificate_amended { certificate: 'C1' level: 'B' }") == "CODE_NOT_LISTED");
  CHECK(amended(world, "reason: 'REQUEST' legal_basis: 'DECREE_12'") == "OK");
}

TEST_CASE("identifiers are capitals digits and dashes", "[rules]") {
  World world = small_world();
  const auto registered = [&](const std::string& subject) {
    return world.says("BR", "operator_registered { subject: '" + subject + "' person: LEGAL tin: 'BR123' }");
  };
  CHECK(registered("") == "ID_MALFORMED");
  CHECK(registered("-A") == "ID_MALFORMED");
  CHECK(registered("s1") == "ID_MALFORMED");
  CHECK(registered("A/B") == "ID_MALFORMED");
  CHECK(registered(std::string(65, 'A')) == "ID_MALFORMED");
  CHECK(registered(std::string(63, 'A') + "-") == "OK");
}

TEST_CASE("countries are two capitals wherever they are named", "[rules]") {
  World world = world_with_certificate();
  for (const std::string country : {"", "B", "br", "BRA", "B1"}) {
    INFO(country);
    CHECK(world.says("CL", "recognition_activated { arrangement: 'ARR' issuer: '" + country + "' }") ==
          "COUNTRY_MALFORMED");
    CHECK(world.says("CL", "recognition_resumed { arrangement: 'ARR' issuer: '" + country + "' }") ==
          "COUNTRY_MALFORMED");
    CHECK(world.says("CL", "benefits_denied { arrangement: 'ARR' subject: 'S1' issuer: '" + country + "' }") ==
          "COUNTRY_MALFORMED");
    CHECK(world.says("CL", "indicator_reported { arrangement: 'ARR' partner: '" + country + "' }") ==
          "COUNTRY_MALFORMED");
    CHECK(world.says("BR", "validation_recorded { validation: 'V1' issuer: '" + country + "' }") ==
          "COUNTRY_MALFORMED");
  }
  CHECK(world.says("CL", "benefits_denied { arrangement: 'ARR' subject: 'S1' issuer: 'BR' }") == "OK");
}

TEST_CASE("a record takes so many events and then only those that close something", "[rules]") {
  World world = world_with_certificate();
  const auto amendments = [&](int count) {
    const v1::Event event = event_from_text("certificate_amended { certificate: 'C1' level: 'A' }");
    return world.states("BR", std::vector<v1::Event>(static_cast<std::size_t>(count), event));
  };
  REQUIRE(amendments(255) == "OK");  // and the grant
  CHECK(amendments(1) == "RECORD_FULL");
  CHECK(world.certificate("BR", "C1").history().events_size() == 256);
  CHECK(world.says("BR", "certificate_suspended { certificate: 'C1' ground: CURE }") == "OK");
  CHECK(world.says("BR", "certificate_reinstated { certificate: 'C1' effect: EX_NUNC }") == "RECORD_FULL");
  CHECK(world.says("BR", "certificate_revoked { certificate: 'C1' }") == "OK");
}
