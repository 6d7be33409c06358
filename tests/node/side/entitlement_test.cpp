// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "node/side/entitlement.h"
#include "tests/node/ledger/world.h"

namespace entitlement_test {

using namespace quipu;
using namespace quipu::side;
using ledger::Date;
using ledger::testing::World;

const Subject kFirm{"BR", "S1"};

Today on(const std::string& day) { return {*Date::parse(day), *Date::parse(day)}; }

Standing asks(const World& world, const std::string& code, const std::string& day = "2025-03-10") {
  return standing(world.state(), code, kFirm, on(day));
}

void says(World& world, const std::string& author, const std::string& text) {
  INFO(text);
  REQUIRE(world.says(author, text) == "OK");
}

TEST_CASE("the issuer may hold its own subject's records and so may a recogniser with consent") {
  const World world = ledger::testing::world_with_certificate();
  CHECK(asks(world, "BR") == Standing::kIssuer);
  CHECK(asks(world, "CL") == Standing::kRecogniser);
  CHECK(asks(world, "PE") == Standing::kNone);  // has no edge
  CHECK(asks(world, "UY") == Standing::kNone);
  CHECK(asks(world, "ZZ") == Standing::kNone);
  CHECK(standing(world.state(), "BR", {"BR", "S9"}, on("2025-03-10")) == Standing::kUnknown);
}

TEST_CASE("an edge entitles from the day on which it acts and not before") {
  World world = ledger::testing::world_with_certificate();
  says(world, "PE",
       "effective_from: '2025-06-01' recognition_activated { arrangement: 'ARR' issuer: 'BR' "
       "schemes: SECURITY }");
  CHECK(asks(world, "PE", "2025-05-31") == Standing::kNone);
  CHECK(asks(world, "PE", "2025-06-01") == Standing::kRecogniser);
}

TEST_CASE("neither a clock that is ahead nor one that is behind entitles") {
  World world = ledger::testing::world_with_certificate();
  says(world, "PE",
       "effective_from: '2025-06-01' recognition_activated { arrangement: 'ARR' issuer: 'BR' "
       "schemes: SECURITY }");
  const Date before = *Date::parse("2025-05-31");
  const Date after = *Date::parse("2025-06-01");
  CHECK(standing(world.state(), "PE", kFirm, {before, after}) == Standing::kNone);
  CHECK(standing(world.state(), "PE", kFirm, {after, before}) == Standing::kNone);
  CHECK(standing(world.state(), "PE", kFirm, {after, after}) == Standing::kRecogniser);
}

TEST_CASE("a suspended edge does not entitle and a resumed one does again") {
  World world = ledger::testing::world_with_certificate();
  says(world, "CL", "recognition_suspended { arrangement: 'ARR' issuer: 'BR' emergency: true }");
  CHECK(asks(world, "CL") == Standing::kNone);
  world.today("2025-03-20");
  says(world, "CL", "recognition_resumed { arrangement: 'ARR' issuer: 'BR' }");
  CHECK(asks(world, "CL", "2025-03-19") == Standing::kNone);
  CHECK(asks(world, "CL", "2025-03-20") == Standing::kRecogniser);
}

TEST_CASE("without consent an arrangement that requires it does not entitle and one that does not require it does") {
  World world = ledger::testing::small_world();
  says(world, "CL", "operator_registered { subject: 'S1' person: LEGAL tin: 'CL123' }");
  for (const char* arrangement : {"ARR", "PACIFIC"}) {
    const Subject firm{"CL", "S1"};
    CHECK(standing(world.state(), "PE", firm, on("2025-03-10")) == Standing::kNone);
    says(world, "PE",
         std::string("recognition_activated { arrangement: '") + arrangement + "' issuer: 'CL' schemes: SECURITY }");
  }
  CHECK(standing(world.state(), "PE", {"CL", "S1"}, on("2025-03-10")) == Standing::kRecogniser);
}

TEST_CASE("consent entitles for the arrangements that it names and until it is withdrawn") {
  World world = ledger::testing::world_with_certificate();
  says(world, "BR", "effective_from: '2025-04-01' consent_withdrawn { subject: 'S1' arrangements: 'ARR' }");
  CHECK(asks(world, "CL", "2025-03-31") == Standing::kRecogniser);
  CHECK(asks(world, "CL", "2025-04-01") == Standing::kNone);
  CHECK(asks(world, "BR", "2025-04-01") == Standing::kIssuer);
}

TEST_CASE("nobody may hold the records of an erased subject") {
  World world = ledger::testing::small_world();
  says(world, "BR", "operator_registered { subject: 'S1' person: LEGAL tin: 'BR123' }");
  says(world, "BR", "consent_granted { subject: 'S1' }");
  says(world, "CL", "recognition_activated { arrangement: 'ARR' issuer: 'BR' schemes: SECURITY }");
  REQUIRE(asks(world, "CL") == Standing::kRecogniser);
  says(world, "BR", "subject_erased { subject: 'S1' }");
  CHECK(asks(world, "CL") == Standing::kErased);
  CHECK(asks(world, "BR") == Standing::kErased);
}

}  // namespace entitlement_test
