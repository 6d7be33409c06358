// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "world.h"

namespace rules_alias_test {

using namespace quipu::ledger;
using namespace quipu::ledger::testing;

// CL knows BR's S1 by a number of its own.
std::string alias_text(const std::string& verb, const std::string& rest, const std::string& alias = "BRACME123SAO") {
  return verb + " { issuer: 'BR' recogniser: 'CL' kind: 'MID' alias: '" + alias + "' " + rest + " }";
}

std::string set(World& world, const std::string& author, const std::string& rest, const std::string& from = "") {
  const std::string effect = from.empty() ? "" : "effective_from: '" + from + "' ";
  return world.says(author, effect + alias_text("alias_set", rest));
}

std::string removed(World& world, const std::string& author, const std::string& rest, const std::string& from = "") {
  const std::string effect = from.empty() ? "" : "effective_from: '" + from + "' ";
  return world.says(author, effect + alias_text("alias_removed", rest));
}

RecognitionAnswer asked(const World& world, const std::string& alias, const std::string& day = "2025-03-10",
                        const std::string& by = "CL") {
  const auto answer = recognise(
      world.state(),
      {.tin = "", .role = "EXPORTER", .flow = "IMPORT", .recogniser = by, .on = *Date::parse(day), .alias = alias});
  REQUIRE(answer);
  return *answer;
}

std::string reason(const World& world, const std::string& alias, const std::string& day = "2025-03-10",
                   const std::string& by = "CL") {
  return std::string(name_of(asked(world, alias, day, by).reason));
}

World with_two_firms() {
  World world = world_with_certificate();
  REQUIRE(world.says("BR", "operator_registered { subject: 'S2' person: LEGAL tin: 'BR222' }") == "OK");
  return world;
}

TEST_CASE("an alias is set by the issuer or by the recogniser that uses it", "[rules]") {
  World world = with_two_firms();
  CHECK(set(world, "PE", "subject: 'S1'") == "NOT_ISSUER_OR_RECOGNISER");
  CHECK(set(world, "BR", "subject: 'S1'") == "OK");
  CHECK(set(world, "CL", "subject: 'S1'") == "OK");
  CHECK(removed(world, "PE", "subject: 'S1'") == "NOT_ISSUER_OR_RECOGNISER");
  CHECK(removed(world, "CL", "subject: 'S1'") == "OK");
}

TEST_CASE("an alias has a kind and capitals and digits and names a known firm", "[rules]") {
  World world = with_two_firms();
  CHECK(world.says("CL", "alias_set { issuer: 'brazil' subject: 'S1' recogniser: 'CL' kind: 'MID' alias: 'A1' }") ==
        "COUNTRY_MALFORMED");
  CHECK(world.says("CL", "alias_set { issuer: 'BR' subject: 'S1' recogniser: 'CL' kind: 'mid' alias: 'A1' }") ==
        "CODE_MALFORMED");
  for (const char* alias : {"", "br acme", "BR-ACME", "bracme", "BR:1"}) {
    INFO(alias);
    CHECK(world.says("CL", alias_text("alias_set", "subject: 'S1'", alias)) == "ALIAS_MALFORMED");
  }
  CHECK(world.says("CL", alias_text("alias_set", "subject: 'S1'", std::string(65, '1'))) == "ALIAS_MALFORMED");
  CHECK(set(world, "CL", "subject: 'S9'") == "OPERATOR_UNKNOWN");
  CHECK(set(world, "CL", "subject: 'S1' until: '2025-02-30'") == "DATE_MALFORMED");
  CHECK(set(world, "CL", "subject: 'S1' until: '2025-03-09'") == "END_BEFORE_START");
  CHECK(set(world, "CL", "subject: 'S1' until: '2025-03-10'") == "OK");
}

TEST_CASE("an alias means one firm at a time for one recogniser and kind", "[rules]") {
  World world = with_two_firms();
  REQUIRE(set(world, "CL", "subject: 'S1'") == "OK");
  CHECK(set(world, "CL", "subject: 'S2'") == "ALIAS_TAKEN");
  CHECK(set(world, "CL", "subject: 'S2'", "2025-06-01") == "ALIAS_TAKEN");
  CHECK(
      world.says("PE", "alias_set { issuer: 'BR' subject: 'S2' recogniser: 'PE' kind: 'MID' alias: 'BRACME123SAO' }") ==
      "OK");
  CHECK(world.says("CL",
                   "alias_set { issuer: 'BR' subject: 'S2' recogniser: 'CL' kind: 'NACCS' alias: 'BRACME123SAO' }") ==
        "OK");
  CHECK(reason(world, "MID:BRACME123SAO", "2025-03-10", "CL") == "RECOGNISED");
  CHECK(asked(world, "MID:BRACME123SAO", "2025-03-10", "PE").subject == "BR/S2");

  SECTION("and once removed it may mean another from that day on") {
    REQUIRE(removed(world, "BR", "subject: 'S1'", "2025-05-01") == "OK");
    CHECK(set(world, "CL", "subject: 'S2'", "2025-04-30") == "ALIAS_TAKEN");
    CHECK(set(world, "CL", "subject: 'S2'", "2025-05-01") == "OK");
    CHECK(asked(world, "MID:BRACME123SAO", "2025-04-30").subject == "BR/S1");
    CHECK(asked(world, "MID:BRACME123SAO", "2025-05-01").subject == "BR/S2");
    CHECK(set(world, "CL", "subject: 'S1'", "2025-04-01") == "ALIAS_TAKEN");  // S2 has it later
  }
}

TEST_CASE("an alias that ran out is free", "[rules]") {
  World world = with_two_firms();
  REQUIRE(set(world, "CL", "subject: 'S1' until: '2025-03-31'") == "OK");
  CHECK(set(world, "CL", "subject: 'S2'", "2025-03-31") == "ALIAS_TAKEN");
  CHECK(set(world, "CL", "subject: 'S2'", "2025-04-01") == "OK");
  CHECK(asked(world, "MID:BRACME123SAO", "2025-03-31").subject == "BR/S1");
  CHECK(asked(world, "MID:BRACME123SAO", "2025-04-01").subject == "BR/S2");
}

TEST_CASE("what is removed was bound to that very firm on the day of effect", "[rules]") {
  World world = with_two_firms();
  CHECK(removed(world, "CL", "subject: 'S1'") == "ALIAS_NOT_BOUND");
  REQUIRE(set(world, "CL", "subject: 'S1'", "2025-04-01") == "OK");
  CHECK(removed(world, "CL", "subject: 'S1'") == "ALIAS_NOT_BOUND");  // not yet
  CHECK(removed(world, "CL", "subject: 'S2'", "2025-04-01") == "ALIAS_NOT_BOUND");
  CHECK(removed(world, "CL", "subject: 'S1'", "2025-04-01") == "OK");
  CHECK(removed(world, "CL", "subject: 'S1'", "2025-04-01") == "ALIAS_NOT_BOUND");
}

TEST_CASE("a firm is recognised by the alias that the recogniser knows it by", "[rules]") {
  World world = with_two_firms();
  REQUIRE(set(world, "CL", "subject: 'S1'", "2025-03-05") == "BACKDATED");
  REQUIRE(set(world, "CL", "subject: 'S1'") == "OK");
  CHECK(reason(world, "MID:BRACME123SAO") == "RECOGNISED");
  CHECK(reason(world, "MID:br-acme.123/sao") == "RECOGNISED");
  CHECK(asked(world, "MID:BRACME123SAO").subject == "BR/S1");
  CHECK(reason(world, "MID:BRACME123SAO", "2025-03-09") == "ALIAS_UNKNOWN");
  CHECK(reason(world, "MID:BRACME123SAO", "2025-03-10", "PE") == "ALIAS_UNKNOWN");
  CHECK(reason(world, "NACCS:BRACME123SAO") == "ALIAS_UNKNOWN");
  for (const char* malformed : {"BRACME123SAO", "MID:", "mid:BRACME123SAO", "MID:BR_1"}) {
    INFO(malformed);
    CHECK(reason(world, malformed) == "ALIAS_MALFORMED");
  }
  CHECK_FALSE(recognise(world.state(), {.tin = "BR12345678000190",
                                        .role = "EXPORTER",
                                        .flow = "IMPORT",
                                        .recogniser = "CL",
                                        .on = *Date::parse("2025-03-10"),
                                        .alias = "MID:BRACME123SAO"}));
}

TEST_CASE("a natural person is found by alias though its TIN is on no log", "[rules]") {
  World world = world_with_certificate();
  const std::string commitment(32, 'p');
  REQUIRE(
      world.says("BR", {"operator_registered { subject: 'P1' person: NATURAL tin_commitment: '" + commitment + "' }",
                        "consent_granted { subject: 'P1' }",
                        "certificate_granted { certificate: 'C7' subject: 'P1' scheme: SECURITY roles: EXPORTER }"}) ==
      "OK");
  REQUIRE(set(world, "BR", "subject: 'P1'") == "OK");
  CHECK(reason(world, "MID:BRACME123SAO") == "RECOGNISED");
}

}  // namespace rules_alias_test
