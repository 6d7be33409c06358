// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "node/ledger/rules/records.h"
#include "world.h"

namespace rules_withdrawal_test {

using namespace quipu::ledger;
using namespace quipu::ledger::testing;

// CL and BR recognise each other, PE recognises BR; all under ARR, with 60 days' notice.
World recognising() {
  World world = world_with_certificate();
  const std::string terms = "schemes: SECURITY benefits: 'FEWER_INSPECTIONS' }";
  REQUIRE(world.says("PE", "recognition_activated { arrangement: 'ARR' issuer: 'BR' " + terms) == "OK");
  REQUIRE(world.says("BR", "recognition_activated { arrangement: 'ARR' issuer: 'CL' " + terms) == "OK");
  REQUIRE(
      world.says("CL",
                 {"operator_registered { subject: 'K1' person: LEGAL tin: 'CL1' }", "consent_granted { subject: 'K1' }",
                  "certificate_granted { certificate: 'D1' subject: 'K1' scheme: SECURITY roles: EXPORTER }"}) == "OK");
  return world;
}

std::string withdraws(World& world, const std::string& author, const std::string& from,
                      const std::string& notified_on = "2025-03-10", const std::string& arrangement = "ARR") {
  return world.says(author, "effective_from: '" + from + "' party_withdrawn { arrangement: '" + arrangement +
                                "' notified_on: '" + notified_on + "' }");
}

const std::string kFirm = "BR12345678000190";

TEST_CASE("a party leaves an arrangement of its own with the notice that it asks for", "[rules]") {
  World world = recognising();
  CHECK(withdraws(world, "BR", "2025-06-01", "2025-03-10", "NAFTA") == "ARRANGEMENT_UNKNOWN");
  CHECK(withdraws(world, "BR", "2025-06-01", "2025-03-10", "PACIFIC") == "NOT_A_PARTY");
  CHECK(withdraws(world, "BR", "2025-06-01", "") == "DATE_MALFORMED");
  CHECK(withdraws(world, "BR", "2025-05-08") == "NOTICE_TOO_SHORT");
  CHECK(world.says("BR",
                   "decision_date: '2022-05-17' effective_from: '2022-08-01' party_withdrawn { arrangement: 'ARR' "
                   "notified_on: '2022-05-01' }") == "ARRANGEMENT_NOT_IN_FORCE");
  CHECK(withdraws(world, "BR", "2025-05-09") == "OK");
  CHECK(withdraws(world, "BR", "2025-09-09") == "PARTY_HAS_WITHDRAWN");
}

TEST_CASE("recognition of the party's firms and by the party ends with the withdrawal and no other", "[rules]") {
  World world = recognising();
  REQUIRE(withdraws(world, "BR", "2025-05-09") == "OK");
  CHECK(world.reason("CL", kFirm, "2025-05-08") == "RECOGNISED");
  CHECK(world.reason("CL", kFirm, "2025-05-09") == "RECOGNITION_SUSPENDED");
  CHECK(world.reason("PE", kFirm, "2025-05-09") == "RECOGNITION_SUSPENDED");
  CHECK(world.reason("BR", "CL1", "2025-05-08") == "RECOGNISED");
  CHECK(world.reason("BR", "CL1", "2025-05-09") == "RECOGNITION_SUSPENDED");
  REQUIRE(world.says("PE", "recognition_activated { arrangement: 'ARR' issuer: 'CL' schemes: SECURITY }") == "OK");
  CHECK(world.reason("PE", "CL1", "2025-05-09") == "RECOGNISED");
}

TEST_CASE("who has stated that it leaves is not newly recognised and recognises nobody anew", "[rules]") {
  World world = recognising();
  REQUIRE(world.says("CL",
                     "effective_from: '2025-08-01' recognition_activated { arrangement: 'ARR' issuer: 'BR' "
                     "schemes: SECURITY }") == "OK");
  REQUIRE(withdraws(world, "BR", "2025-05-09") == "OK");
  CHECK(world.says("CL", "recognition_activated { arrangement: 'ARR' issuer: 'BR' schemes: SECURITY }") ==
        "PARTY_HAS_WITHDRAWN");
  CHECK(world.says("BR", "recognition_activated { arrangement: 'ARR' issuer: 'PE' schemes: SECURITY }") ==
        "PARTY_HAS_WITHDRAWN");
  CHECK(world.reason("CL", kFirm, "2025-08-01") == "RECOGNITION_SUSPENDED");  // an end is for good
  world.today("2025-08-02");
  CHECK(world.says("CL", "recognition_suspended { arrangement: 'ARR' issuer: 'BR' emergency: true }") ==
        "EDGE_NOT_LIVE");
  CHECK(world.says("CL", "recognition_resumed { arrangement: 'ARR' issuer: 'BR' }") == "EDGE_NOT_SUSPENDED");
}

TEST_CASE("until the withdrawal has effect recognition is suspended and resumed as before", "[rules]") {
  World world = recognising();
  REQUIRE(withdraws(world, "BR", "2025-05-09") == "OK");
  CHECK(world.says("CL", "recognition_suspended { arrangement: 'ARR' issuer: 'BR' emergency: true }") == "OK");
  CHECK(world.reason("CL", kFirm, "2025-03-10") == "RECOGNITION_SUSPENDED");
  CHECK(world.says("CL", "effective_from: '2025-04-01' recognition_resumed { arrangement: 'ARR' issuer: 'BR' }") ==
        "OK");
  CHECK(world.reason("CL", kFirm, "2025-04-01") == "RECOGNISED");
  CHECK(world.reason("CL", kFirm, "2025-05-09") == "RECOGNITION_SUSPENDED");
}

TEST_CASE("nobody is kept in an arrangement by a record that another has filled", "[rules]") {
  World world = recognising();
  auto edge = *get<v1::EdgeRecord>(world.state(), "CL", "ARR/BR");
  while (edge.history().events_size() < 512) edge.mutable_history()->add_events()->set_leaf(1);
  put(world.state_by_hand(), "CL", "ARR/BR", edge);
  CHECK(world.says("CL", "recognition_suspended { arrangement: 'ARR' issuer: 'BR' emergency: true }") == "RECORD_FULL");
  CHECK(withdraws(world, "BR", "2025-05-09") == "OK");
  CHECK(world.reason("CL", kFirm, "2025-05-09") == "RECOGNITION_SUSPENDED");
}

}  // namespace rules_withdrawal_test
