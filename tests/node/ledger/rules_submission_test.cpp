// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "node/ledger/rules/records.h"
#include "node/ledger/rules/rule.h"
#include "world.h"

namespace {

using namespace quipu::ledger;
using namespace quipu::ledger::testing;

v1::Event registration() { return event_from_text("operator_registered { subject: 'S1' person: LEGAL tin: 'BR123' }"); }

v1::Submission copy(const Submission& submission) { return *submission.payload; }

// An event whose statement is the one with this number, otherwise empty.
v1::Event empty_statement(int number) {
  v1::Event event;
  const auto* field = v1::Event::descriptor()->FindFieldByNumber(number);
  v1::Event::GetReflection()->MutableMessage(&event, field);
  return event;
}

}  // namespace

TEST_CASE("a submission is issued from a day before its block to a minute after", "[rules]") {
  World world = small_world();
  Submission submission = world.prepare("BR", {registration()}, v1::ISSUER);
  const std::uint64_t block_s = world.origin().block_time_ms / 1000;
  submission.statement.issued_at_s = block_s - 24 * 3600 - 1;
  CHECK(world.offers(submission) == "ISSUED_TOO_EARLY");
  submission.statement.issued_at_s = block_s + 61;
  CHECK(world.offers(submission) == "ISSUED_IN_FUTURE");
  submission.statement.issued_at_s = ~std::uint64_t{0};
  CHECK(world.offers(submission) == "ISSUED_IN_FUTURE");
  SECTION("a day before") { submission.statement.issued_at_s = block_s - 24 * 3600; }
  SECTION("a minute after") { submission.statement.issued_at_s = block_s + 60; }
  CHECK(world.offers(submission) == "OK");
}

TEST_CASE("only voting members state anything", "[rules]") {
  World world = small_world();
  CHECK(world.says("UY", "operator_registered { subject: 'S1' person: LEGAL tin: 'UY123' }") == "NOT_A_VOTING_MEMBER");
  CHECK(world.says("MX", "operator_registered { subject: 'S1' person: LEGAL tin: 'MX123' }") == "NOT_A_VOTING_MEMBER");
  Submission hostile = world.prepare("BR", {registration()}, v1::ISSUER);
  hostile.statement.administration = "a name far too long for a key";
  CHECK(world.offers(hostile) == "NOT_A_VOTING_MEMBER");
  CHECK(world.says("BR", "operator_registered { subject: 'S1' person: LEGAL tin: 'BR123' }") == "OK");
}

TEST_CASE("the signing key is one of the author's in force", "[rules]") {
  World world = small_world();
  Submission submission = world.prepare("BR", {registration()}, v1::ISSUER);
  const auto own = submission.statement.kid;
  submission.statement.kid = quipu::crypto::key_id(key_of("CL", v1::ISSUER));
  CHECK(world.offers(submission) == "UNKNOWN_KEY");
  CHECK(signing_key(world.state(), submission).error().code == Code::kUnknownKey);
  submission.statement.kid = own;
  CHECK(signing_key(world.state(), submission) == key_of("BR", v1::ISSUER));
  CHECK(world.offers(submission) == "OK");
}

TEST_CASE("a key is not used before the height from which it is valid", "[rules]") {
  World world = small_world();
  const std::string id = quipu::crypto::to_hex(key_of("BR", v1::ISSUER).view());
  auto key = *get<v1::KeyRecord>(world.state(), "BR", id);
  key.set_valid_from_height(2);
  put(world.state_by_hand(), "BR", id, key);
  CHECK(world.states("BR", {registration()}) == "UNKNOWN_KEY");
  key.set_valid_from_height(1);
  put(world.state_by_hand(), "BR", id, key);
  CHECK(world.states("BR", {registration()}) == "OK");
}

TEST_CASE("each purpose of key states its own kinds of event", "[rules]") {
  World world = small_world();
  CHECK(world.offers(world.prepare("BR", {registration()}, v1::APPROVER)) == "WRONG_KEY_PURPOSE");
  CHECK(world.offers(world.prepare("BR", {registration()}, v1::GOVERNANCE)) == "WRONG_KEY_PURPOSE");
  const v1::Event approval = event_from_text("event_approved { target { index: 0 } }");
  CHECK(world.offers(world.prepare("BR", {approval}, v1::ISSUER)) == "WRONG_KEY_PURPOSE");
  CHECK(world.offers(world.prepare("BR", {approval}, v1::APPROVER)) == "TARGET_UNKNOWN");
}

TEST_CASE("a key counts its submissions from one without gaps", "[rules]") {
  World world = small_world();
  Submission submission = world.prepare("BR", {registration()}, v1::ISSUER);
  auto payload = copy(submission);
  const auto with_sequence = [&](std::uint64_t sequence) {
    payload.set_sequence(sequence);
    submission.payload = std::make_shared<v1::Submission>(payload);
    return world.offers(submission);
  };
  CHECK(with_sequence(0) == "SEQUENCE_TAKEN");
  CHECK(with_sequence(2) == "SEQUENCE_GAP");
  CHECK(with_sequence(1) == "OK");
  CHECK(with_sequence(1) == "SEQUENCE_TAKEN");
  CHECK(next_sequence(world.state(), "BR", key_of("BR", v1::ISSUER)) == 2);
  CHECK(next_sequence(world.state(), "BR", key_of("BR", v1::APPROVER)) == 1);
}

TEST_CASE("all events of a submission are taken or none", "[rules]") {
  World world = small_world();
  CHECK(world.says("BR", {"operator_registered { subject: 'S1' person: LEGAL tin: 'BR123' }",
                          "consent_granted { subject: 'S2' }"}) == "OPERATOR_UNKNOWN");
  CHECK(world.last_rejection.event == 1u);
  CHECK_FALSE(get<v1::OperatorRecord>(world.state(), "BR", "S1").has_value());
  CHECK(next_sequence(world.state(), "BR", key_of("BR", v1::ISSUER)) == 1);
  CHECK(world.says("BR", {"operator_registered { subject: 'S1' person: LEGAL tin: 'BR123' }",
                          "consent_granted { subject: 'S1' }"}) == "OK");
}

TEST_CASE("every statement of the schema has a rule or is refused as not yet supported", "[rules]") {
  World world = small_world();
  const auto* statements = v1::Event::descriptor()->FindOneofByName("statement");
  std::size_t taken = 0;
  for (int i = 0; i < statements->field_count(); ++i) {
    const int number = statements->field(i)->number();
    const std::string said = world.states("BR", {empty_statement(number)});
    INFO(statements->field(i)->name());
    CHECK(said != "OK");
    CHECK((said == "NOT_YET_SUPPORTED") == (rule_for(number) == nullptr));
    taken += rule_for(number) != nullptr;
  }
  CHECK(taken == rules().size());
  CHECK(world.states("BR", {v1::Event{}}) == "NOT_YET_SUPPORTED");
}
