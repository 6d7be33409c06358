// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "node/ledger/rules/records.h"
#include "world.h"

namespace rules_erasure_test {

using namespace quipu::ledger;
using namespace quipu::ledger::testing;

const std::string kErased = "subject_erased { subject: 'S1' }";

void keep_for(World& world, const std::string& days) { world.sets("retention_days", days); }

TEST_CASE("a firm without certificates is erased once and leaves a tombstone", "[rules]") {
  World world = small_world();
  REQUIRE(world.says("BR", "operator_registered { subject: 'S1' person: LEGAL tin: 'BR123' }") == "OK");
  CHECK(world.says("BR", "subject_erased { subject: 'S9' }") == "OPERATOR_UNKNOWN");
  CHECK(world.says("CL", kErased) == "NOT_YOUR_OPERATOR");
  CHECK(world.says("BR", "effective_from: '2025-04-01' " + kErased) == "EFFECT_BY_HEIGHT");
  CHECK(world.says("BR", kErased) == "OK");
  CHECK(world.says("BR", kErased) == "SUBJECT_ERASED");
  const auto firm = get<v1::OperatorRecord>(world.state(), "BR", "S1");
  REQUIRE(firm);
  CHECK(firm->erased().decided_on() == "2025-03-10");
  CHECK(firm->tins(0).tin() == "BR123");
}

TEST_CASE("nothing new is stated about an erased firm", "[rules]") {
  World world = small_world();
  REQUIRE(world.says("BR", "operator_registered { subject: 'S1' person: LEGAL tin: 'BR123' }") == "OK");
  REQUIRE(world.says("BR", "consent_granted { subject: 'S1' }") == "OK");
  REQUIRE(world.says("BR", kErased) == "OK");
  for (const char* text : {"operator_amended { subject: 'S1' }",
                           "tin_replaced { subject: 'S1' tin: 'BR9' kind: SPLIT }", "consent_granted { subject: 'S1' }",
                           "alias_set { issuer: 'BR' subject: 'S1' recogniser: 'CL' kind: 'MID' alias: 'A1' }",
                           "certificate_granted { certificate: 'C1' subject: 'S1' scheme: BASIC roles: IMPORTER }"}) {
    INFO(text);
    CHECK(world.says("BR", text) == "SUBJECT_ERASED");
  }
  CHECK(world.says("BR", "consent_withdrawn { subject: 'S1' }") == "OK");
}

TEST_CASE("a live certificate keeps its firm", "[rules]") {
  World world = world_with_certificate();
  keep_for(world, "0");
  CHECK(world.says("BR", kErased) == "SUBJECT_HAS_CERTIFICATE");
  REQUIRE(world.says("BR", "certificate_suspended { certificate: 'C1' ground: CURE }") == "OK");
  CHECK(world.says("BR", kErased) == "SUBJECT_HAS_CERTIFICATE");
  REQUIRE(world.says("BR", "effective_from: '2025-06-01' certificate_revoked { certificate: 'C1' }") == "OK");
  CHECK(world.says("BR", kErased) == "SUBJECT_HAS_CERTIFICATE");  // until June
  world.today("2025-06-01");
  CHECK(world.says("BR", kErased) == "OK");
}

TEST_CASE("records are kept for five years after the last decision unless the members say otherwise", "[rules]") {
  World world = world_with_certificate();
  REQUIRE(world.says("BR", "certificate_revoked { certificate: 'C1' }") == "OK");
  world.today("2030-03-09");
  CHECK(world.says("BR", kErased) == "RETENTION_NOT_ELAPSED");
  world.today("2030-03-10");
  CHECK(world.says("BR", kErased) == "OK");
}

TEST_CASE("records are kept after the last day of a certificate that ran out", "[rules]") {
  World world = world_with_certificate();  // until the end of 2026
  keep_for(world, "10");
  world.today("2027-01-09");
  CHECK(world.says("BR", kErased) == "RETENTION_NOT_ELAPSED");
  world.today("2027-01-11");
  CHECK(world.says("BR", kErased) == "OK");
  CHECK(world.reason("CL", "BR12345678000190", "2026-12-31") == "RECOGNISED");  // the past stays as it was
}

}  // namespace rules_erasure_test
