// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "node/ledger/rules/records.h"
#include "node/ledger/timeline.h"
#include "world.h"

namespace {

using namespace quipu::ledger;
using namespace quipu::ledger::testing;

std::string granted(World& world, const std::string& number, const std::string& rest) {
  return world.says("BR", "certificate_granted { certificate: '" + number + "' " + rest + " }");
}

// All statements that change a certificate C1 which exists.
const std::string kChanges[] = {
    "certificate_amended { certificate: 'C1' level: 'A' }",
    "certificate_renewed { certificate: 'C1' valid_to: '2030-12-31' }",
    "certificate_extended { certificate: 'C1' valid_to: '2030-12-31' ground: FORCE_MAJEURE }",
    "certificate_suspended { certificate: 'C1' ground: CURE }",
    "suspension_prolonged { certificate: 'C1' until: '2030-12-31' }",
    "certificate_reinstated { certificate: 'C1' effect: EX_NUNC }",
    "certificate_revoked { certificate: 'C1' }",
    "certificate_surrendered { certificate: 'C1' }",
};

}  // namespace

TEST_CASE("a grant names a new number a known operator a scheme and roles", "[rules]") {
  World world = world_with_certificate();
  CHECK(granted(world, "C2", "subject: 'S9' scheme: BASIC roles: IMPORTER") == "OPERATOR_UNKNOWN");
  CHECK(granted(world, "C1", "subject: 'S1' scheme: BASIC roles: IMPORTER") == "NUMBER_TAKEN");
  CHECK(granted(world, "C2", "subject: 'S1' roles: IMPORTER") == "FIELD_MISSING");
  CHECK(granted(world, "C2", "subject: 'S1' scheme: BASIC") == "ROLES_EMPTY");
  CHECK(granted(world, "C2", "subject: 'S1' scheme: BASIC roles: ROLE_UNSPECIFIED") == "FIELD_MISSING");
  CHECK(granted(world, "C2", "subject: 'S1' scheme: BASIC roles: [EXPORTER, IMPORTER]") == "LIST_NOT_ASCENDING");
  CHECK(granted(world, "C2", "subject: 'S1' scheme: BASIC roles: [IMPORTER, IMPORTER]") == "LIST_NOT_ASCENDING");
  CHECK(granted(world, "C2", "subject: 'S1' scheme: BASIC roles: PORT valid_to: '2025-03-09'") == "END_BEFORE_START");
  CHECK(granted(world, "C2", "subject: 'S1' scheme: BASIC roles: PORT application: 'A1'") == "APPLICATION_UNKNOWN");
  CHECK(granted(world, "C2", "subject: 'S1' scheme: BASIC roles: PORT sites_commitment: 'x'") ==
        "COMMITMENT_MALFORMED");
  CHECK(
      granted(world, "C2", "subject: 'S1' scheme: BASIC roles: PORT national_label: '" + std::string(101, 'x') + "'") ==
      "TEXT_MALFORMED");
  CHECK(granted(world, "C2", "subject: 'S1' scheme: BASIC roles: PORT national_label: 'a\\nb'") == "TEXT_MALFORMED");
  CHECK(granted(world, "C2", "subject: 'S1' scheme: BASIC roles: PORT national_label: 'OEA Básico'") == "OK");
}

TEST_CASE("an operator has one live certificate for a scheme and role", "[rules]") {
  World world = world_with_certificate();
  CHECK(granted(world, "C2", "subject: 'S1' scheme: SECURITY roles: [EXPORTER, PORT]") == "LIVE_CERTIFICATE_EXISTS");
  SECTION("another role is free") { CHECK(granted(world, "C2", "subject: 'S1' scheme: SECURITY roles: PORT") == "OK"); }
  SECTION("another scheme is free") {
    CHECK(granted(world, "C2", "subject: 'S1' scheme: COMPLIANCE roles: EXPORTER") == "OK");
  }
  SECTION("a certificate that waits for its first day is live") {
    CHECK(world.says("BR",
                     "effective_from: '2025-04-01' certificate_granted { certificate: 'C2' subject: 'S1' "
                     "scheme: SECURITY roles: PORT }") == "OK");
    CHECK(granted(world, "C3", "subject: 'S1' scheme: SECURITY roles: PORT") == "LIVE_CERTIFICATE_EXISTS");
  }
  SECTION("an ended one is not") {
    REQUIRE(world.says("BR", "certificate_surrendered { certificate: 'C1' }") == "OK");
    CHECK(granted(world, "C2", "subject: 'S1' scheme: SECURITY roles: EXPORTER") == "OK");
  }
}

TEST_CASE("an operator waits for the date set when its certificate ended", "[rules]") {
  World world = world_with_certificate();
  REQUIRE(world.says("BR", "certificate_revoked { certificate: 'C1' reapply_not_before: '2025-03-20' }") == "OK");
  CHECK(granted(world, "C2", "subject: 'S1' scheme: SECURITY roles: EXPORTER") == "REAPPLY_BAN");
  world.today("2025-03-20");
  CHECK(granted(world, "C2", "subject: 'S1' scheme: SECURITY roles: EXPORTER") == "OK");
}

TEST_CASE("only the issuer changes a certificate and only one that exists", "[rules]") {
  World world = world_with_certificate();
  for (const std::string& change : kChanges) {
    INFO(change);
    CHECK(world.says("CL", change) == "NOT_YOUR_CERTIFICATE");
  }
  CHECK(world.says("CL", "certificate_annulled { certificate: 'C1' }") == "NOT_YOUR_CERTIFICATE");
  CHECK(world.says("BR", "certificate_annulled { certificate: 'C9' }") == "CERTIFICATE_UNKNOWN");
  CHECK(world.says("BR", "certificate_annulled { certificate: '' }") == "ID_MALFORMED");
  CHECK(world.says("BR", "certificate_annulled { certificate: 'C1' }") == "OK");
}

TEST_CASE("decisions about one certificate never go back", "[rules]") {
  World world = world_with_certificate();
  REQUIRE(world.says("BR", "decision_date: '2025-02-01' certificate_amended { certificate: 'C1' level: 'A' }") == "OK");
  for (const std::string& change : kChanges) {
    INFO(change);
    CHECK(world.says("BR", "decision_date: '2025-01-31' " + change) == "DECISION_OUT_OF_ORDER");
  }
  CHECK(world.says("BR", "decision_date: '2025-02-01' certificate_amended { certificate: 'C1' level: 'B' }") == "OK");
}

TEST_CASE("an ended certificate takes nothing but annulment", "[rules]") {
  World world = world_with_certificate();
  const auto all_say = [&](const std::string& code) {
    for (const std::string& change : kChanges) {
      INFO(change);
      CHECK(world.says("BR", change) == code);
    }
  };
  SECTION("revoked with an effect still to come") {
    REQUIRE(world.says("BR", "effective_from: '2026-01-01' certificate_revoked { certificate: 'C1' }") == "OK");
    CHECK(world.status("BR", "C1", "2025-12-31") == "ACTIVE");
    CHECK(world.status("BR", "C1", "2026-01-01") == "REVOKED");
    all_say("ALREADY_REVOKED");
  }
  SECTION("surrendered") {
    REQUIRE(world.says("BR", "certificate_surrendered { certificate: 'C1' }") == "OK");
    all_say("ALREADY_SURRENDERED");
  }
  REQUIRE(world.says("BR", "certificate_annulled { certificate: 'C1' }") == "OK");
  all_say("ALREADY_ANNULLED");
  CHECK(world.says("BR", "certificate_annulled { certificate: 'C1' }") == "ALREADY_ANNULLED");
}

TEST_CASE("an amendment keeps at least one role on every day", "[rules]") {
  World world = world_with_certificate();
  CHECK(world.says("BR", "certificate_amended { certificate: 'C1' roles_removed: [IMPORTER, EXPORTER] }") ==
        "ROLES_EMPTY");
  CHECK(world.says("BR", "certificate_amended { certificate: 'C1' roles_added: ROLE_UNSPECIFIED }") == "FIELD_MISSING");
  CHECK(world.says("BR",
                   "effective_from: '2025-06-01' certificate_amended { certificate: 'C1' "
                   "roles_removed: EXPORTER }") == "OK");
  CHECK(world.says("BR",
                   "effective_from: '2025-05-01' certificate_amended { certificate: 'C1' "
                   "roles_removed: IMPORTER }") == "ROLES_EMPTY");
  CHECK(world.says("BR",
                   "effective_from: '2025-05-01' certificate_amended { certificate: 'C1' "
                   "roles_removed: IMPORTER roles_added: PORT }") == "OK");
}

TEST_CASE("what an amendment leaves out stays as it was", "[rules]") {
  World world = world_with_certificate();
  REQUIRE(world.says("BR", "certificate_amended { certificate: 'C1' level: 'A' sites: 3 }") == "OK");
  REQUIRE(world.says("BR", "effective_from: '2025-06-01' certificate_amended { certificate: 'C1' level: 'B' }") ==
          "OK");
  const auto certificate = world.certificate("BR", "C1");
  CHECK(terms_on(certificate, *Date::parse("2025-03-09")).level().empty());
  CHECK(terms_on(certificate, *Date::parse("2025-05-31")).level() == "A");
  CHECK(terms_on(certificate, *Date::parse("2025-06-01")).level() == "B");
  CHECK(terms_on(certificate, *Date::parse("2025-06-01")).sites() == 3);
}

TEST_CASE("an amendment logged later with an earlier effect goes on where the other one is silent", "[rules]") {
  World world = world_with_certificate();
  REQUIRE(world.says("BR", "effective_from: '2025-06-01' certificate_amended { certificate: 'C1' level: 'B' }") ==
          "OK");
  REQUIRE(world.says("BR", "effective_from: '2025-05-01' certificate_amended { certificate: 'C1' sites: 4 }") == "OK");
  CHECK(terms_on(world.certificate("BR", "C1"), *Date::parse("2025-06-01")).sites() == 4);
}

TEST_CASE("a certificate is amended and ended only while active or suspended", "[rules]") {
  World world = world_with_certificate();
  world.today("2027-01-01");  // expired the day before
  CHECK(world.says("BR", "certificate_amended { certificate: 'C1' level: 'A' }") == "NOT_ACTIVE_OR_SUSPENDED");
  CHECK(world.says("BR", "certificate_extended { certificate: 'C1' valid_to: '2028-01-01' ground: RENEWAL_PENDING }") ==
        "NOT_ACTIVE_OR_SUSPENDED");
  CHECK(world.says("BR", "certificate_revoked { certificate: 'C1' }") == "NOT_ACTIVE_OR_SUSPENDED");
  CHECK(world.says("BR", "certificate_surrendered { certificate: 'C1' }") == "NOT_ACTIVE_OR_SUSPENDED");
  CHECK(world.says("BR", "certificate_suspended { certificate: 'C1' ground: CURE }") == "NOT_ACTIVE");
  CHECK(world.says("BR", "certificate_reinstated { certificate: 'C1' effect: EX_NUNC }") == "NOT_SUSPENDED");
  CHECK(world.says("BR", "decision_date: '2026-12-31' certificate_revoked { certificate: 'C1' }") == "OK");
}

TEST_CASE("a certificate is renewed while active or up to ninety days after it expired", "[rules]") {
  World world = world_with_certificate();
  CHECK(world.says("BR", "certificate_renewed { certificate: 'C1' valid_to: '2026-12-31' }") == "END_NOT_LATER");
  CHECK(world.says("BR", "certificate_renewed { certificate: 'C1' valid_to: '2025-03-09' }") == "END_BEFORE_START");
  SECTION("ninety-one days are too many") {
    world.today("2027-04-01");
    CHECK(world.says("BR", "certificate_renewed { certificate: 'C1' valid_to: '2030-12-31' }") == "NOT_RENEWABLE");
  }
  SECTION("ninety are not") {
    world.today("2027-03-31");
    CHECK(world.says("BR", "certificate_renewed { certificate: 'C1' valid_to: '2030-12-31' }") == "OK");
    CHECK(world.status("BR", "C1", "2027-03-30") == "EXPIRED");
    CHECK(world.status("BR", "C1", "2027-03-31") == "ACTIVE");
  }
  SECTION("the register may set another number of days") {
    world.sets("renewal_grace_days", "10");
    world.today("2027-01-11");
    CHECK(world.says("BR", "certificate_renewed { certificate: 'C1' valid_to: '2030-12-31' }") == "NOT_RENEWABLE");
    CHECK(world.says("BR",
                     "decision_date: '2027-01-10' certificate_renewed { certificate: 'C1' "
                     "valid_to: '2030-12-31' }") == "OK");
  }
  SECTION("a suspended one is not renewed") {
    REQUIRE(world.says("BR", "certificate_suspended { certificate: 'C1' ground: CURE }") == "OK");
    CHECK(world.says("BR", "certificate_renewed { certificate: 'C1' valid_to: '2030-12-31' }") == "NOT_RENEWABLE");
  }
  SECTION("an open-ended one has no later end") {
    REQUIRE(world.says("BR", "certificate_renewed { certificate: 'C1' }") == "OK");
    CHECK(world.status("BR", "C1", "2199-12-31") == "ACTIVE");
    CHECK(world.says("BR", "certificate_renewed { certificate: 'C1' valid_to: '2030-12-31' }") == "END_NOT_LATER");
  }
}

TEST_CASE("an extension moves the end of the interval of the decision", "[rules]") {
  World world = world_with_certificate();
  CHECK(world.says("BR", "certificate_extended { certificate: 'C1' valid_to: '2027-06-30' }") == "FIELD_MISSING");
  CHECK(world.says("BR", "certificate_extended { certificate: 'C1' valid_to: '2026-12-31' ground: FORCE_MAJEURE }") ==
        "END_NOT_LATER");
  CHECK(world.says("BR", "certificate_extended { certificate: 'C1' valid_to: '2027-06-30' ground: FORCE_MAJEURE }") ==
        "OK");
  CHECK(world.status("BR", "C1", "2027-06-30") == "ACTIVE");
  CHECK(world.status("BR", "C1", "2027-07-01") == "EXPIRED");
}

TEST_CASE("a certificate or some of its roles are suspended until reinstated", "[rules]") {
  World world = world_with_certificate();
  CHECK(world.says("BR", "certificate_suspended { certificate: 'C1' }") == "FIELD_MISSING");
  CHECK(world.says("BR", "certificate_suspended { certificate: 'C1' ground: CURE until: '2025-03-01' }") ==
        "END_BEFORE_START");
  CHECK(world.says("BR", "certificate_suspended { certificate: 'C1' ground: CURE roles: PORT }") == "ROLE_NOT_HELD");
  CHECK(world.says("BR", "certificate_suspended { certificate: 'C1' ground: CURE roles: EXPORTER }") == "OK");
  CHECK(world.says("BR", "certificate_suspended { certificate: 'C1' ground: CURE roles: EXPORTER }") ==
        "ALREADY_SUSPENDED");
  CHECK(world.status("BR", "C1", "2025-03-10") == "ACTIVE");
  CHECK(world.says("BR", "certificate_suspended { certificate: 'C1' ground: CURE until: '2025-04-01' }") == "OK");
  CHECK(world.says("BR", "certificate_suspended { certificate: 'C1' ground: CURE }") == "NOT_ACTIVE");
  CHECK(world.status("BR", "C1", "2025-05-01") == "SUSPENDED");  // the announced end ends nothing
}

TEST_CASE("a suspension is prolonged to a later day", "[rules]") {
  World world = world_with_certificate();
  CHECK(world.says("BR", "suspension_prolonged { certificate: 'C1' until: '2025-06-01' }") == "NOT_SUSPENDED");
  REQUIRE(world.says("BR", "certificate_suspended { certificate: 'C1' ground: CURE until: '2025-04-01' }") == "OK");
  CHECK(world.says("BR", "suspension_prolonged { certificate: 'C1' }") == "DATE_MALFORMED");
  CHECK(world.says("BR", "suspension_prolonged { certificate: 'C1' until: '2025-03-09' }") == "END_BEFORE_START");
  CHECK(world.says("BR", "suspension_prolonged { certificate: 'C1' until: '2025-04-01' }") == "END_NOT_LATER");
  CHECK(world.says("BR", "suspension_prolonged { certificate: 'C1' until: '2025-06-01' }") == "OK");
  CHECK(world.certificate("BR", "C1").suspensions(0).until() == "2025-06-01");
}

TEST_CASE("reinstatement acts from its effect or as if there had been no suspension", "[rules]") {
  World world = world_with_certificate();
  CHECK(world.says("BR", "certificate_reinstated { certificate: 'C1' effect: EX_NUNC }") == "NOT_SUSPENDED");
  REQUIRE(world.says("BR", "certificate_suspended { certificate: 'C1' ground: CURE }") == "OK");
  REQUIRE(world.status("BR", "C1", "2025-03-15") == "SUSPENDED");
  world.today("2025-03-20");
  CHECK(world.says("BR", "certificate_reinstated { certificate: 'C1' }") == "FIELD_MISSING");
  CHECK(world.says("BR", "effective_from: '2025-03-10' certificate_reinstated { certificate: 'C1' effect: EX_NUNC }") ==
        "BACKDATED");
  SECTION("from now on") {
    CHECK(world.says("BR", "certificate_reinstated { certificate: 'C1' effect: EX_NUNC }") == "OK");
    CHECK(world.status("BR", "C1", "2025-03-19") == "SUSPENDED");
    CHECK(world.status("BR", "C1", "2025-03-20") == "ACTIVE");
  }
  SECTION("as if never suspended") {
    CHECK(
        world.says("BR", "effective_from: '2025-03-10' certificate_reinstated { certificate: 'C1' effect: EX_TUNC }") ==
        "OK");
    CHECK(world.status("BR", "C1", "2025-03-15") == "ACTIVE");
  }
  CHECK(world.says("BR", "certificate_reinstated { certificate: 'C1' effect: EX_NUNC }") == "NOT_SUSPENDED");
}

TEST_CASE("an annulment reaches back to the first day and no other", "[rules]") {
  World world = world_with_certificate();
  CHECK(world.says("BR", "effective_from: '2025-01-01' certificate_annulled { certificate: 'C1' }") ==
        "NOT_THE_ORIGINAL_DATE");
  SECTION("named") {
    CHECK(world.says("BR", "effective_from: '2024-01-10' certificate_annulled { certificate: 'C1' }") == "OK");
  }
  SECTION("or left empty") { CHECK(world.says("BR", "certificate_annulled { certificate: 'C1' }") == "OK"); }
  CHECK(world.status("BR", "C1", "2024-01-10") == "ANNULLED");
  CHECK(world.certificate("BR", "C1").annulments(0).effective_from() == "2024-01-10");
}

TEST_CASE("a record names every event that changed it", "[rules]") {
  World world = world_with_certificate();
  REQUIRE(world.says("BR", "certificate_amended { certificate: 'C1' level: 'A' }") == "OK");
  const auto history = world.certificate("BR", "C1").history();
  REQUIRE(history.events_size() == 2);
  CHECK(history.events(0).event() == 2);  // third event of the first submission
  CHECK(history.events(1).leaf() > history.events(0).leaf());
  CHECK(history.events_root().size() == 32);
}
