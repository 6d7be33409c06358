// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "node/ledger/cases.h"
#include "node/ledger/rules/records.h"
#include "world.h"

namespace rules_irregularity_test {

using namespace quipu::ledger;
using namespace quipu::ledger::testing;

constexpr const char* kReport =
    "irregularity_reported { case: 'K1' issuer: 'BR' subject: 'S1' severity: 2 answer_due: '2025-04-10' }";

// CL reported an irregularity of BR's operator S1.
World world_with_case() {
  World world = world_with_certificate();
  REQUIRE(world.says("CL", kReport) == "OK");
  return world;
}

std::string answers(World& world, const std::string& rest, std::string_view author = "BR") {
  return world.says(author, "irregularity_answered { reporter: 'CL' case: 'K1' " + rest + " }");
}

v1::CaseRecord case_of(const World& world) { return *get<v1::CaseRecord>(world.state(), "CL", "K1"); }

TEST_CASE("any member reports an irregularity of an issuer's operator with a day for the answer", "[rules]") {
  World world = world_with_certificate();
  const auto reports = [&](const std::string& rest) {
    return world.says("CL", "irregularity_reported { issuer: 'BR' subject: 'S1' " + rest + " }");
  };
  CHECK(reports("answer_due: '2025-04-10'") == "ID_MALFORMED");
  CHECK(reports("case: 'K1'") == "DATE_MALFORMED");
  CHECK(reports("case: 'K1' answer_due: '2025-02-30'") == "DATE_MALFORMED");
  CHECK(reports("case: 'K1' answer_due: '2025-03-09'") == "END_BEFORE_START");
  CHECK(reports("case: 'K1' answer_due: '2025-04-10' content_commitment: 'x'") == "COMMITMENT_MALFORMED");
  CHECK(world.says("CL", "irregularity_reported { case: 'K1' issuer: 'B' subject: 'S1' answer_due: '2025-04-10' }") ==
        "COUNTRY_MALFORMED");
  CHECK(world.says("CL", "irregularity_reported { case: 'K1' issuer: 'BR' subject: 'S9' answer_due: '2025-04-10' }") ==
        "OPERATOR_UNKNOWN");
  CHECK(world.says("UY", kReport) == "NOT_A_VOTING_MEMBER");
  CHECK(world.says("CL", kReport) == "OK");
  CHECK(world.says("CL", kReport) == "CASE_TAKEN");
  CHECK(world.says("PE", kReport) == "OK");  // names of cases are the reporter's own
}

TEST_CASE("the issuer answers a case that is open", "[rules]") {
  World world = world_with_case();
  CHECK(answers(world, "outcome: NO_ACTION", "PE") == "NOT_YOUR_CASE");
  CHECK(answers(world, "outcome: NO_ACTION", "CL") == "NOT_YOUR_CASE");
  CHECK(answers(world, "") == "FIELD_MISSING");
  CHECK(world.says("BR", "irregularity_answered { reporter: 'CL' case: 'K2' outcome: NO_ACTION }") == "CASE_UNKNOWN");
  CHECK(world.says("BR", "irregularity_answered { reporter: '' case: 'K1' outcome: NO_ACTION }") ==
        "COUNTRY_MALFORMED");
  CHECK(world.says("BR", "irregularity_answered { reporter: 'CL' case: '' outcome: NO_ACTION }") == "ID_MALFORMED");
  CHECK(answers(world, "outcome: UNDER_REVIEW") == "OK");
  CHECK(case_open(case_of(world)));
  CHECK(answers(world, "outcome: NO_ACTION") == "OK");
  CHECK_FALSE(case_open(case_of(world)));
  CHECK(answers(world, "outcome: MEASURE_TAKEN") == "CASE_CLOSED");
  CHECK(case_of(world).history().events_size() == 3);
}

TEST_CASE("a measure taken may name the issuer's event about that operator", "[rules]") {
  World world = world_with_case();
  const auto links = [&](const v1::EventRef& link) {
    v1::Event event = event_from_text("irregularity_answered { reporter: 'CL' case: 'K1' outcome: MEASURE_TAKEN }");
    *event.mutable_irregularity_answered()->mutable_linked_event() = link;
    return world.states("BR", {event});
  };
  CHECK(links({}) == "EVENT_UNKNOWN");
  REQUIRE(world.says("BR", {"operator_registered { subject: 'S2' person: LEGAL tin: 'BR99999999000190' }",
                            "certificate_granted { certificate: 'C2' subject: 'S2' scheme: BASIC roles: PORT }"}) ==
          "OK");
  v1::EventRef other = world.last();
  CHECK(links(other) == "EVENT_UNKNOWN");  // the registration
  other.set_index(1);
  CHECK(links(other) == "CERTIFICATE_OF_OTHER");
  REQUIRE(world.says("BR",
                     "validation_recorded { validation: 'V2' issuer: 'BR' subject: 'S2' mode: ONSITE "
                     "result: COMPLIANT from: '2025-03-01' to: '2025-03-05' }") == "OK");
  CHECK(links(v1::EventRef(world.last())) == "CERTIFICATE_OF_OTHER");
  REQUIRE(world.says("BR", "certificate_suspended { certificate: 'C1' ground: INVESTIGATION }") == "OK");
  const v1::EventRef suspension = world.last();
  CHECK(links(suspension) == "OK");
  CHECK(case_of(world).answers(0).linked_event().leaf() == suspension.leaf());
}

TEST_CASE("a case is overdue from the day after its answer was due until it is answered", "[rules]") {
  World world = world_with_case();
  const auto overdue = [&](std::string_view day) { return case_overdue(case_of(world), *Date::parse(day)); };
  CHECK_FALSE(overdue("2025-04-10"));
  CHECK(overdue("2025-04-11"));
  REQUIRE(answers(world, "outcome: UNDER_REVIEW") == "OK");
  CHECK(overdue("2025-04-11"));
  REQUIRE(answers(world, "outcome: NO_ACTION") == "OK");
  CHECK_FALSE(overdue("2025-04-11"));
}

}  // namespace rules_irregularity_test
