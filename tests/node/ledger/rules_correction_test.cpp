// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "node/ledger/rules/corrections.h"
#include "node/ledger/rules/records.h"
#include "node/ledger/timeline.h"
#include "world.h"

namespace rules_correction_test {

using namespace quipu::ledger;
using namespace quipu::ledger::testing;

v1::Event correction(const v1::EventRef& target, std::string field, std::string value) {
  v1::Event event;
  *event.mutable_event_corrected()->mutable_target() = target;
  event.mutable_event_corrected()->set_field(std::move(field));
  event.mutable_event_corrected()->set_value(std::move(value));
  return event;
}

// C1 of BR with an event about it, to be corrected. The grant is the third event of its submission.
struct Desk {
  World world = world_with_certificate();
  v1::EventRef target;

  explicit Desk(std::string_view event = {}) {
    if (event.empty()) return;
    REQUIRE(world.says("BR", event) == "OK");
    target = world.last();
  }
  std::string corrects(std::string field, std::string value, std::string_view author = "BR") {
    return world.states(author, {correction(target, std::move(field), std::move(value))});
  }
  std::string on(std::string_view day) { return world.status("BR", "C1", day); }
  v1::CertificateRecord record() { return world.certificate("BR", "C1"); }
  v1::Terms terms(std::string_view day) { return terms_on(record(), *Date::parse(day)); }
};

// The same, where the target is the grant itself.
struct GrantDesk : Desk {
  GrantDesk() {
    world = small_world();
    world.today("2024-01-10");
    REQUIRE(world.says("BR", {"operator_registered { subject: 'S1' person: LEGAL tin: 'BR12345678000190' }"}) == "OK");
    REQUIRE(world.says("BR",
                       "effective_from: '2024-01-15' certificate_granted { certificate: 'C1' subject: 'S1' "
                       "scheme: SECURITY roles: [IMPORTER, EXPORTER] valid_to: '2026-12-31' level: 'A' sites: 2 "
                       "national_label: 'OEA' validation_date: '2023-12-01' }") == "OK");
    target = world.last();
    world.today("2025-03-10");
  }
};

TEST_CASE("a correction names an event of the author's own about a certificate or a validation", "[rules]") {
  GrantDesk desk;
  CHECK(desk.corrects("level", "B", "CL") == "EVENT_UNKNOWN");
  const v1::EventRef grant = desk.target;
  desk.target.set_index(1);
  CHECK(desk.corrects("level", "B") == "EVENT_UNKNOWN");
  desk.target = {};
  CHECK(desk.corrects("level", "B") == "EVENT_UNKNOWN");
  desk.target = grant;
  CHECK(desk.corrects("level", "B") == "OK");
}

TEST_CASE("only the fields of the table are corrected", "[rules]") {
  GrantDesk desk;
  for (const char* field : {"roles", "scheme", "subject", "certificate", "decision_date", "legacy", ""}) {
    INFO(field);
    CHECK(desk.corrects(field, "2024-01-12") == "NOT_CORRECTABLE");
  }
}

TEST_CASE("never the effect of a revocation or an annulment", "[rules]") {
  Desk revoked("certificate_revoked { certificate: 'C1' }");
  CHECK(revoked.corrects("effective_from", "2025-03-20") == "NOT_CORRECTABLE");
  CHECK(revoked.corrects("reapply_not_before", "2026-03-20") == "OK");
  Desk annulled("certificate_annulled { certificate: 'C1' }");
  CHECK(annulled.corrects("effective_from", "2024-01-10") == "NOT_CORRECTABLE");
}

TEST_CASE("a corrected value has the form of its field", "[rules]") {
  GrantDesk desk;
  CHECK(desk.corrects("effective_from", "") == "DATE_MALFORMED");
  CHECK(desk.corrects("effective_from", "2024-02-30") == "DATE_MALFORMED");
  CHECK(desk.corrects("valid_to", "soon") == "DATE_MALFORMED");
  CHECK(desk.corrects("national_label", std::string(101, 'x')) == "TEXT_MALFORMED");
  CHECK(desk.corrects("level", "a b") == "CODE_MALFORMED");
  for (const char* number : {"", "-1", "03", "4294967296", "3 ", "three"}) {
    INFO(number);
    CHECK(desk.corrects("sites", number) == "NUMBER_MALFORMED");
  }
  CHECK(desk.corrects("sites_commitment", "abcd") == "COMMITMENT_MALFORMED");
  CHECK(desk.corrects("sites_commitment", std::string(64, 'A')) == "COMMITMENT_MALFORMED");
  CHECK(desk.corrects("sites_commitment", std::string(64, 'a')) == "OK");
}

TEST_CASE("every field of the table can be corrected", "[rules]") {
  const std::string suspended = "certificate_suspended { certificate: 'C1' ground: CURE until: '2025-06-01' }";
  const std::map<int, std::vector<std::string>> events = {
      {v1::Event::kValidationRecorded,
       {"validation_recorded { validation: 'V1' issuer: 'BR' subject: 'S1' mode: ONSITE result: COMPLIANT "
        "from: '2025-03-01' to: '2025-03-31' }"}},
      {v1::Event::kCertificateAmended, {"certificate_amended { certificate: 'C1' roles_added: PORT sites: 3 }"}},
      {v1::Event::kCertificateRenewed, {"certificate_renewed { certificate: 'C1' valid_to: '2029-12-31' }"}},
      {v1::Event::kCertificateExtended,
       {"certificate_extended { certificate: 'C1' valid_to: '2027-06-30' ground: FORCE_MAJEURE }"}},
      {v1::Event::kCertificateSuspended, {suspended}},
      {v1::Event::kSuspensionProlonged, {suspended, "suspension_prolonged { certificate: 'C1' until: '2025-09-01' }"}},
      {v1::Event::kCertificateReinstated, {suspended, "certificate_reinstated { certificate: 'C1' effect: EX_NUNC }"}},
      {v1::Event::kCertificateRevoked, {"certificate_revoked { certificate: 'C1' }"}},
      {v1::Event::kCertificateSurrendered, {"certificate_surrendered { certificate: 'C1' }"}},
  };
  for (const CorrectableField& row : correctable_fields()) {
    INFO(row.statement << " " << row.field);
    const bool of_grant = row.statement == v1::Event::kCertificateGranted;
    Desk desk = of_grant ? Desk(GrantDesk()) : Desk();
    for (const std::string& event : of_grant ? std::vector<std::string>{} : events.at(row.statement)) {
      REQUIRE(desk.world.says("BR", event) == "OK");
      desk.target = desk.world.last();
    }
    const std::map<ValueForm, std::string> values = {{ValueForm::kDay, of_grant ? "2024-02-01" : "2025-03-12"},
                                                     {ValueForm::kDayOrNone, "2027-01-31"},
                                                     {ValueForm::kLabel, "OEA Básico"},
                                                     {ValueForm::kLevel, "GOLD"},
                                                     {ValueForm::kNumber, "7"},
                                                     {ValueForm::kHash, std::string(64, 'b')}};
    CHECK(desk.corrects(std::string(row.field), values.at(row.form)) == "OK");
    CHECK(desk.corrects(std::string(row.field), values.at(row.form)) == "VALUE_UNCHANGED");
  }
}

TEST_CASE("both versions of a corrected field are kept", "[rules]") {
  GrantDesk desk;
  REQUIRE(desk.corrects("valid_to", "2027-12-31") == "OK");
  REQUIRE(desk.corrects("valid_to", "") == "OK");
  const auto record = desk.record();
  REQUIRE(record.corrections_size() == 2);
  CHECK(record.corrections(0).field() == "valid_to");
  CHECK(record.corrections(0).before() == "2026-12-31");
  CHECK(record.corrections(0).value() == "2027-12-31");
  CHECK(record.corrections(1).before() == "2027-12-31");
  CHECK(record.corrections(1).value().empty());
  CHECK(record.corrections(0).target().leaf() == record.grant().leaf());
  CHECK(record.history().events_size() == 3);
  CHECK(desk.on("2199-12-31") == "ACTIVE");
}

TEST_CASE("the grant's first day moves with all that hangs on it", "[rules]") {
  GrantDesk desk;
  CHECK(desk.corrects("effective_from", "2024-01-09") == "BACKDATED");
  CHECK(desk.corrects("effective_from", "2025-01-11") == "EFFECT_TOO_FAR");
  CHECK(desk.corrects("effective_from", "2024-01-12") == "OK");
  CHECK(desk.on("2024-01-11") == "NOT_YET_EFFECTIVE");
  CHECK(desk.on("2024-01-12") == "ACTIVE");
  CHECK(desk.world.says("BR", "effective_from: '2024-01-15' certificate_annulled { certificate: 'C1' }") ==
        "NOT_THE_ORIGINAL_DATE");
  CHECK(desk.world.says("BR", "effective_from: '2024-01-12' certificate_annulled { certificate: 'C1' }") == "OK");
}

TEST_CASE("a correction does not end anything before it begins", "[rules]") {
  GrantDesk grant;
  CHECK(grant.corrects("valid_to", "2024-01-14") == "END_BEFORE_START");
  Desk suspended("certificate_suspended { certificate: 'C1' ground: CURE until: '2025-06-01' }");
  CHECK(suspended.corrects("until", "2025-03-09") == "END_BEFORE_START");
  CHECK(suspended.corrects("effective_from", "2025-06-02") == "END_BEFORE_START");
  REQUIRE(suspended.world.says("BR",
                               "effective_from: '2025-04-01' certificate_reinstated { certificate: 'C1' "
                               "effect: EX_NUNC }") == "OK");
  CHECK(suspended.corrects("effective_from", "2025-04-02") == "END_BEFORE_START");
  Desk validated(
      "validation_recorded { validation: 'V1' issuer: 'BR' subject: 'S1' mode: ONSITE result: COMPLIANT "
      "from: '2025-03-01' to: '2025-03-05' }");
  CHECK(validated.corrects("to", "2025-02-28") == "END_BEFORE_START");
}

TEST_CASE("a corrected effect of an amendment keeps a role on every day", "[rules]") {
  Desk desk("certificate_amended { certificate: 'C1' roles_added: PORT }");
  const v1::EventRef added = desk.target;
  REQUIRE(desk.world.says("BR",
                          "effective_from: '2025-05-01' certificate_amended { certificate: 'C1' "
                          "roles_removed: [IMPORTER, EXPORTER] }") == "OK");
  desk.target = added;
  CHECK(desk.corrects("effective_from", "2025-05-02") == "ROLES_EMPTY");
  CHECK(desk.corrects("effective_from", "2025-04-30") == "OK");
  CHECK(roles_on(desk.record(), *Date::parse("2025-04-29")) == std::vector<int>{v1::IMPORTER, v1::EXPORTER});
  CHECK(roles_on(desk.record(), *Date::parse("2025-05-01")) == std::vector<int>{v1::PORT});
}

TEST_CASE("what a later amendment left alone follows the correction", "[rules]") {
  GrantDesk desk;
  const v1::EventRef grant = desk.target;
  REQUIRE(desk.world.says("BR", "certificate_amended { certificate: 'C1' sites: 5 }") == "OK");
  desk.target = grant;
  REQUIRE(desk.corrects("level", "B") == "OK");
  REQUIRE(desk.corrects("sites", "3") == "OK");
  CHECK(desk.terms("2025-03-09").sites() == 3);
  CHECK(desk.terms("2025-03-10").level() == "B");
  CHECK(desk.terms("2025-03-10").sites() == 5);
}

TEST_CASE("only what an event still says is corrected", "[rules]") {
  GrantDesk desk;
  const v1::EventRef grant = desk.target;
  REQUIRE(desk.world.says("BR",
                          "certificate_extended { certificate: 'C1' valid_to: '2027-06-30' "
                          "ground: RENEWAL_PENDING }") == "OK");
  const v1::EventRef extension = desk.world.last();
  CHECK(desk.corrects("valid_to", "2027-01-31") == "EVENT_WITHOUT_EFFECT");
  desk.target = extension;
  CHECK(desk.corrects("valid_to", "2027-01-31") == "OK");
  CHECK(desk.on("2027-02-01") == "EXPIRED");
  desk.target = grant;
  CHECK(desk.corrects("national_label", "OEC") == "OK");
}

TEST_CASE("a grant that waits for approval is not corrected", "[rules]") {
  World world = small_world();
  REQUIRE(world.says("AR", "operator_registered { subject: 'S1' person: LEGAL tin: 'AR30123' }") == "OK");
  REQUIRE(world.says("AR", "certificate_granted { certificate: 'C1' subject: 'S1' scheme: BASIC roles: PORT }") ==
          "OK");
  const v1::EventRef grant = world.last();
  CHECK(world.states("AR", {correction(grant, "level", "B")}) == "NOT_GRANTED");
  REQUIRE(world.approves("AR", grant) == "OK");
  CHECK(world.states("AR", {correction(grant, "level", "B")}) == "OK");
}

TEST_CASE("a correction takes its place in the order of decisions and an ended certificate takes it", "[rules]") {
  Desk desk("certificate_suspended { certificate: 'C1' ground: CURE }");
  const v1::EventRef suspension = desk.target;
  REQUIRE(desk.world.says("BR", "certificate_annulled { certificate: 'C1' }") == "OK");
  v1::Event early = correction(suspension, "until", "2025-09-01");
  early.set_decision_date("2025-03-09");
  CHECK(desk.world.states("BR", {early}) == "DECISION_OUT_OF_ORDER");
  desk.target = suspension;
  CHECK(desk.corrects("until", "2025-09-01") == "OK");
}

TEST_CASE("a corrected validation keeps its first version", "[rules]") {
  Desk desk(
      "validation_recorded { validation: 'V1' issuer: 'BR' subject: 'S1' mode: ONSITE result: COMPLIANT "
      "from: '2025-03-01' to: '2025-03-05' }");
  v1::Event early = correction(desk.target, "to", "2025-03-06");
  early.set_decision_date("2025-03-09");
  CHECK(desk.world.states("BR", {early}) == "DECISION_OUT_OF_ORDER");
  CHECK(desk.corrects("mode", "REMOTE") == "NOT_CORRECTABLE");
  CHECK(desk.corrects("to", "2025-03-06") == "OK");
  const auto record = get<v1::ValidationRecord>(desk.world.state(), "BR", "V1");
  REQUIRE(record);
  CHECK(record->validation().to() == "2025-03-06");
  REQUIRE(record->corrections_size() == 1);
  CHECK(record->corrections(0).before() == "2025-03-05");
}

TEST_CASE("correcting a reinstatement moves the day on which the suspension ended", "[rules]") {
  Desk desk("certificate_suspended { certificate: 'C1' ground: CURE }");
  REQUIRE(desk.world.says("BR", "certificate_reinstated { certificate: 'C1' effect: EX_NUNC }") == "OK");
  desk.target = desk.world.last();
  CHECK(desk.on("2025-03-12") == "ACTIVE");
  REQUIRE(desk.corrects("effective_from", "2025-03-15") == "OK");
  CHECK(desk.on("2025-03-14") == "SUSPENDED");
  CHECK(desk.on("2025-03-15") == "ACTIVE");
}

}  // namespace rules_correction_test
