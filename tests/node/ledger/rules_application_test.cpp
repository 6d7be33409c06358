// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "node/ledger/applications.h"
#include "node/ledger/rules/records.h"
#include "world.h"

namespace rules_application_test {

using namespace quipu::ledger;
using namespace quipu::ledger::testing;

const std::string kApplicant(32, 'a');

void switch_on(World& world, const std::string& value = "1") { world.sets("application_profile", value); }

World recording() {
  World world = world_with_certificate();
  switch_on(world);
  return world;
}

std::string filed(World& world, const std::string& author = "BR", const std::string& applicant = kApplicant) {
  return world.says(author, "application_filed { application: 'A1' applicant_commitment: '" + applicant +
                                "' scheme: SECURITY roles: [IMPORTER, EXPORTER] filed_on: '2025-03-01' }");
}

std::string accepted(World& world, const std::string& author = "BR", const std::string& due = "2025-07-01") {
  return world.says(author,
                    "application_accepted { application: 'A1' accepted_on: '2025-03-05' decision_due: '" + due + "' }");
}

std::string closed(World& world, const std::string& outcome) {
  return world.says("BR", "application_closed { application: 'A1' outcome: " + outcome + " }");
}

v1::ApplicationRecord application(const World& world, const std::string& author = "BR") {
  const auto record = get<v1::ApplicationRecord>(world.state(), author, "A1");
  REQUIRE(record);
  return *record;
}

std::string state(const World& world, const std::string& author = "BR") {
  return std::string(name_of(state_of(application(world, author))));
}

TEST_CASE("applications are taken where the members have switched them on", "[rules]") {
  World world = world_with_certificate();
  CHECK(filed(world) == "APPLICATIONS_OFF");
  CHECK(accepted(world) == "APPLICATIONS_OFF");
  switch_on(world, "0");
  CHECK(filed(world) == "APPLICATIONS_OFF");
  switch_on(world);
  CHECK(filed(world) == "OK");
  CHECK(state(world) == "APPLIED");
}

TEST_CASE("an application names what it asks for and commits to who asks", "[rules]") {
  World world = recording();
  const auto says = [&](const std::string& rest) {
    return world.says("BR", "application_filed { application: 'A1' " + rest + " }");
  };
  const std::string applicant = "applicant_commitment: '" + kApplicant + "' ";
  const std::string scope = "scheme: SECURITY roles: EXPORTER ";
  CHECK(says(scope + "filed_on: '2025-03-01'") == "FIELD_MISSING");
  CHECK(says("applicant_commitment: 'x' " + scope + "filed_on: '2025-03-01'") == "COMMITMENT_MALFORMED");
  CHECK(says(applicant + "roles: EXPORTER filed_on: '2025-03-01'") == "FIELD_MISSING");
  CHECK(says(applicant + "scheme: BASIC filed_on: '2025-03-01'") == "FIELD_MISSING");
  CHECK(says(applicant + "scheme: BASIC roles: [EXPORTER, IMPORTER] filed_on: '2025-03-01'") == "LIST_NOT_ASCENDING");
  CHECK(says(applicant + scope) == "DATE_MALFORMED");
  CHECK(says(applicant + scope + "filed_on: '2025-03-11'") == "DATES_OUT_OF_ORDER");
  CHECK(filed(world) == "OK");
  CHECK(filed(world) == "APPLICATION_TAKEN");
  CHECK(filed(world, "CL") == "OK");  // each administration has its own
}

TEST_CASE("an application is accepted once and its decision falls due", "[rules]") {
  World world = recording();
  CHECK(accepted(world) == "APPLICATION_UNKNOWN");
  REQUIRE(filed(world) == "OK");
  CHECK(accepted(world, "CL") == "APPLICATION_UNKNOWN");
  CHECK(accepted(world, "BR", "2025-03-04") == "DATES_OUT_OF_ORDER");
  CHECK(accepted(world, "BR", "soon") == "DATE_MALFORMED");
  CHECK(world.says("BR",
                   "application_accepted { application: 'A1' accepted_on: '2025-02-28' "
                   "decision_due: '2025-07-01' }") == "DATES_OUT_OF_ORDER");
  CHECK(world.says("BR",
                   "application_accepted { application: 'A1' accepted_on: '2025-03-11' "
                   "decision_due: '2025-07-01' }") == "DATES_OUT_OF_ORDER");
  CHECK(accepted(world) == "OK");
  CHECK(accepted(world) == "APPLICATION_STATE");
  CHECK(state(world) == "IN_REVIEW");
  CHECK_FALSE(overdue_on(application(world), *Date::parse("2025-07-01")));
  CHECK(overdue_on(application(world), *Date::parse("2025-07-02")));
}

TEST_CASE("a decision is put off to a later day while the application is in review", "[rules]") {
  World world = recording();
  const auto extended = [&](const std::string& due) {
    return world.says("BR", "decision_extended { application: 'A1' decision_due: '" + due + "' }");
  };
  REQUIRE(filed(world) == "OK");
  CHECK(extended("2025-08-01") == "APPLICATION_STATE");
  REQUIRE(accepted(world) == "OK");
  CHECK(extended("2025-13-01") == "DATE_MALFORMED");
  CHECK(extended("2025-07-01") == "END_NOT_LATER");
  CHECK(extended("2025-09-01") == "OK");
  CHECK_FALSE(overdue_on(application(world), *Date::parse("2025-09-01")));
  CHECK(overdue_on(application(world), *Date::parse("2025-09-02")));
}

TEST_CASE("an application is closed once and refused only after a review", "[rules]") {
  World world = recording();
  REQUIRE(filed(world) == "OK");
  CHECK(world.says("BR", "application_closed { application: 'A1' }") == "FIELD_MISSING");
  CHECK(closed(world, "REFUSED") == "APPLICATION_STATE");
  SECTION("withdrawn before it is accepted") {
    CHECK(closed(world, "WITHDRAWN") == "OK");
    CHECK(state(world) == "WITHDRAWN");
    CHECK(accepted(world) == "APPLICATION_STATE");
  }
  SECTION("refused after the review and then overdue no more") {
    REQUIRE(accepted(world) == "OK");
    CHECK(closed(world, "REFUSED") == "OK");
    CHECK(state(world) == "REFUSED");
    CHECK_FALSE(overdue_on(application(world), *Date::parse("2026-01-01")));
    CHECK(closed(world, "ARCHIVED") == "APPLICATION_STATE");
  }
  SECTION("archived and its decisions never go back") {
    CHECK(world.says("BR", "decision_date: '2025-03-09' application_closed { application: 'A1' outcome: ARCHIVED }") ==
          "DATES_OUT_OF_ORDER");
    CHECK(closed(world, "ARCHIVED") == "OK");
    CHECK(state(world) == "ARCHIVED");
  }
}

TEST_CASE("a grant answers an application in review for its scheme", "[rules]") {
  World world = recording();
  const auto granted = [&](const std::string& scheme) {
    return world.says("BR", "certificate_granted { certificate: 'C2' subject: 'S1' scheme: " + scheme +
                                " roles: BROKER application: 'A1' }");
  };
  CHECK(granted("SECURITY") == "APPLICATION_UNKNOWN");
  REQUIRE(filed(world) == "OK");
  CHECK(granted("SECURITY") == "APPLICATION_STATE");
  REQUIRE(accepted(world) == "OK");
  CHECK(granted("BASIC") == "APPLICATION_OF_OTHER");
  CHECK(granted("SECURITY") == "OK");
  CHECK(state(world) == "GRANTED");
  CHECK(application(world).certificate() == "C2");
  CHECK(closed(world, "ARCHIVED") == "APPLICATION_STATE");
}

TEST_CASE("a grant that waits for approval leaves its application open", "[rules]") {
  World world = recording();
  REQUIRE(world.says("AR", "operator_registered { subject: 'S1' person: LEGAL tin: 'AR1' }") == "OK");
  REQUIRE(filed(world, "AR") == "OK");
  REQUIRE(accepted(world, "AR") == "OK");
  REQUIRE(world.says("AR",
                     "certificate_granted { certificate: 'C2' subject: 'S1' scheme: SECURITY roles: BROKER "
                     "application: 'A1' }") == "OK");
  CHECK(state(world, "AR") == "IN_REVIEW");
  CHECK(world.approves("AR", world.last()) == "OK");
  CHECK(state(world, "AR") == "GRANTED");
}

TEST_CASE("who may not apply again yet is refused where the ledger knows the applicant", "[rules]") {
  World world = recording();
  REQUIRE(world.says("BR", "operator_amended { subject: 'S1' identity_commitment: '" + kApplicant + "' }") == "OK");
  REQUIRE(world.says("BR", "certificate_revoked { certificate: 'C1' reapply_not_before: '2026-01-01' }") == "OK");
  CHECK(filed(world) == "REAPPLY_BAN");
  const std::string renewed(32, 'b');
  REQUIRE(world.says("BR", "operator_amended { subject: 'S1' identity_commitment: '" + renewed + "' }") == "OK");
  CHECK(filed(world, "BR", renewed) == "REAPPLY_BAN");
  CHECK(filed(world, "CL", renewed) == "OK");  // another programme's
  world.today("2026-01-01");
  CHECK(filed(world) == "OK");
}

}  // namespace rules_application_test
