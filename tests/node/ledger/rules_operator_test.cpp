// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "node/ledger/rules/records.h"
#include "node/ledger/tin.h"
#include "world.h"

namespace {

using namespace quipu::ledger;
using namespace quipu::ledger::testing;

std::string registered(World& world, const std::string& subject, const std::string& rest) {
  return world.says("BR", "operator_registered { subject: '" + subject + "' " + rest + " }");
}

std::string found(const World& world, std::string_view tin, std::string_view day = "2025-03-10") {
  const auto firm = find_operator(world.state(), tin, *Date::parse(day));
  return firm ? firm->subject() : "nobody";
}

const std::string kHash(32, 'x');

}  // namespace

TEST_CASE("a legal person is registered with its TIN", "[rules]") {
  World world = small_world();
  CHECK(registered(world, "S1", "tin: 'BR123'") == "FIELD_MISSING");  // person
  CHECK(registered(world, "S1", "person: LEGAL") == "TIN_AND_COMMITMENT");
  CHECK(registered(world, "S1", "person: LEGAL tin: 'BR123' tin_commitment: '" + kHash + "'") == "TIN_AND_COMMITMENT");
  CHECK(registered(world, "S1", "person: LEGAL tin_commitment: '" + kHash + "'") == "TIN_NOT_FOR_PERSON");
  CHECK(registered(world, "S1", "person: LEGAL tin: 'BR12.3'") == "TIN_MALFORMED");
  CHECK(registered(world, "S1", "person: LEGAL tin: 'CL123'") == "TIN_OF_OTHER_COUNTRY");
  CHECK(registered(world, "S1", "person: LEGAL tin: 'BR123' cover { prefix_length: 4 }") == "COVER_MALFORMED");
  CHECK(registered(world, "S1", "person: LEGAL tin: 'BR123' identity_commitment: 'short'") == "COMMITMENT_MALFORMED");
  CHECK(registered(world, "S1", "person: LEGAL tin: 'BR12K' cover { prefix_length: 3 }") == "OK");
  CHECK(registered(world, "S1", "person: LEGAL tin: 'BR999'") == "SUBJECT_TAKEN");
}

TEST_CASE("a natural person is registered with a commitment only", "[rules]") {
  World world = small_world();
  CHECK(registered(world, "S1", "person: NATURAL tin: 'BR123'") == "TIN_NOT_FOR_PERSON");
  CHECK(registered(world, "S1", "person: NATURAL tin_commitment: 'short'") == "COMMITMENT_MALFORMED");
  CHECK(registered(world, "S1", "person: NATURAL tin_commitment: '" + kHash + "'") == "OK");
  CHECK(registered(world, "S2", "person: NATURAL tin_commitment: '" + kHash + "'") == "TIN_TAKEN");
  CHECK(world.says("BR", "tin_replaced { subject: 'S1' tin: 'BR456' kind: RENUMBERED }") == "TIN_NOT_FOR_PERSON");
}

TEST_CASE("a TIN is taken when another of the author's operators has or covers it", "[rules]") {
  World world = small_world();
  REQUIRE(registered(world, "S1", "person: LEGAL tin: 'BR12345678000190' cover { prefix_length: 8 }") == "OK");
  CHECK(registered(world, "S2", "person: LEGAL tin: 'BR12345678000190'") == "TIN_TAKEN");
  CHECK(registered(world, "S2", "person: LEGAL tin: 'BR12345678000271'") == "TIN_TAKEN");
  CHECK(registered(world, "S2", "person: LEGAL tin: 'BR12345679000271'") == "OK");
}

TEST_CASE("a cover finds branches and an exact TIN goes before it", "[rules]") {
  World world = small_world();
  REQUIRE(registered(world, "BRANCH", "person: LEGAL tin: 'BR12345678000271'") == "OK");
  REQUIRE(registered(world, "HEAD", "person: LEGAL tin: 'BR12345678000190' cover { prefix_length: 8 }") == "OK");
  REQUIRE(registered(world, "GROUP", "person: LEGAL tin: 'BR12340000000100' cover { prefix_length: 4 }") == "OK");
  CHECK(found(world, "BR12345678000271") == "BRANCH");
  CHECK(found(world, "BR12345678000352") == "HEAD");
  CHECK(found(world, "BR12349999000111") == "GROUP");
  CHECK(found(world, "BR99") == "nobody");
  CHECK(found(world, "BR") == "nobody");
}

TEST_CASE("an amendment changes cover and identity of the author's own operator", "[rules]") {
  World world = small_world();
  REQUIRE(registered(world, "S1", "person: LEGAL tin: 'BR12345678000190'") == "OK");
  CHECK(world.says("BR", "operator_amended { subject: 'S9' }") == "OPERATOR_UNKNOWN");
  CHECK(world.says("CL", "operator_amended { subject: 'S1' }") == "NOT_YOUR_OPERATOR");
  CHECK(world.says("BR", "operator_amended { subject: 'S1' cover { prefix_length: 15 } }") == "COVER_MALFORMED");
  CHECK(found(world, "BR12345678000271") == "nobody");
  CHECK(
      world.says("BR", "effective_from: '2025-04-01' operator_amended { subject: 'S1' cover { prefix_length: 8 } }") ==
      "OK");
  CHECK(found(world, "BR12345678000271", "2025-03-31") == "nobody");
  CHECK(found(world, "BR12345678000271", "2025-04-01") == "S1");
  CHECK(world.says("BR", "operator_amended { subject: 'S1' identity_commitment: '" + kHash + "' }") == "OK");
  CHECK(get<v1::OperatorRecord>(world.state(), "BR", "S1")->identity_commitment() == kHash);
}

TEST_CASE("two operators never cover by the same prefix", "[rules]") {
  World world = small_world();
  REQUIRE(registered(world, "S1", "person: LEGAL tin: 'BR12345678000190'") == "OK");
  REQUIRE(registered(world, "S2", "person: LEGAL tin: 'BR12345678000271'") == "OK");
  CHECK(world.says("BR", "operator_amended { subject: 'S1' cover { prefix_length: 8 } }") == "OK");
  CHECK(world.says("BR", "operator_amended { subject: 'S2' cover { prefix_length: 8 } }") == "TIN_TAKEN");
}

TEST_CASE("a replaced TIN resolves before its effect and the new one from then on", "[rules]") {
  World world = world_with_certificate();
  REQUIRE(registered(world, "S2", "person: LEGAL tin: 'BR555'") == "OK");
  CHECK(world.says("BR", "tin_replaced { subject: 'S1' tin: 'BR777000000' }") == "FIELD_MISSING");
  CHECK(world.says("BR", "tin_replaced { subject: 'S1' tin: 'BR555' kind: MERGED }") == "TIN_TAKEN");
  CHECK(world.says("BR", "tin_replaced { subject: 'S1' tin: 'BR12345678000190' kind: SPLIT }") == "TIN_UNCHANGED");
  CHECK(world.says("BR", "tin_replaced { subject: 'S1' tin: 'BR7770' kind: SPLIT }") == "COVER_MALFORMED");
  CHECK(world.says("BR",
                   "effective_from: '2025-05-01' tin_replaced { subject: 'S1' tin: 'BR77700000000' "
                   "kind: RENUMBERED }") == "OK");
  CHECK(found(world, "BR12345678000190", "2025-04-30") == "S1");
  CHECK(found(world, "BR12345678000190", "2025-05-01") == "nobody");
  CHECK(found(world, "BR77700000000", "2025-04-30") == "nobody");
  CHECK(found(world, "BR77700000000", "2025-05-01") == "S1");
  CHECK(found(world, "BR12345678000999", "2019-01-01") == "S1");  // the cover goes with the TIN of the day
  CHECK(found(world, "BR77700000999", "2025-05-01") == "S1");
  CHECK(registered(world, "S3", "person: LEGAL tin: 'BR12345678000190'") == "TIN_TAKEN");  // for ever
}

TEST_CASE("an operator may take back a TIN of its own", "[rules]") {
  World world = world_with_certificate();
  REQUIRE(world.says("BR", "tin_replaced { subject: 'S1' tin: 'BR77700000000' kind: RENUMBERED }") == "OK");
  CHECK(world.says("BR",
                   "effective_from: '2025-06-01' tin_replaced { subject: 'S1' tin: 'BR12345678000190' "
                   "kind: RENUMBERED }") == "OK");
  CHECK(found(world, "BR12345678000190", "2025-05-31") == "nobody");
  CHECK(found(world, "BR12345678000190", "2025-06-01") == "S1");
}

TEST_CASE("consent is about known operators and arrangements", "[rules]") {
  World world = world_with_certificate();
  CHECK(world.says("BR", "consent_granted { subject: 'S9' }") == "OPERATOR_UNKNOWN");
  CHECK(world.says("CL", "consent_withdrawn { subject: 'S1' }") == "NOT_YOUR_OPERATOR");
  CHECK(world.says("BR", "consent_granted { subject: 'S1' arrangements: 'NAFTA' }") == "ARRANGEMENT_UNKNOWN");
  CHECK(world.says("BR", "consent_granted { subject: 'S1' evidence_commitment: 'short' }") == "COMMITMENT_MALFORMED");
  CHECK(world.says("BR", "consent_withdrawn { subject: 'S1' arrangements: 'ARR' }") == "OK");
}
