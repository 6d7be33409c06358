// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "crypto/digest.h"
#include "crypto/keys.h"
#include "node/ledger/disputes.h"
#include "node/ledger/key_possession.h"
#include "node/ledger/rules/records.h"
#include "world.h"

namespace rules_officer_keys_test {

using namespace quipu;
using namespace quipu::ledger;
using namespace quipu::ledger::testing;

const crypto::SecretKey& new_key(const std::string& name) { return officers_key(name); }

// The chain of every world here.
const consensus::ChainId& chain() {
  static const consensus::ChainId id = small_world().genesis().chain;
  return id;
}

// As `owner` would state it for this purpose; what was signed may be about something else.
v1::Event adding(const crypto::SecretKey& key, v1::KeyPurpose purpose = v1::ISSUER, const std::string& owner = "BR",
                 v1::KeyPurpose signed_purpose = v1::KEY_PURPOSE_UNSPECIFIED) {
  v1::Event event;
  v1::KeyAdded& added = *event.mutable_key_added();
  const int about = signed_purpose == v1::KEY_PURPOSE_UNSPECIFIED ? purpose : signed_purpose;
  added.set_public_key(Bytes(key.public_key().view()));
  added.set_purpose(purpose);
  added.set_label("desk 7");
  added.set_possession(Bytes(key.sign(possession_bytes(chain(), owner, about, key.public_key().view())).view()));
  return event;
}

v1::Event revoking(const crypto::PublicKey& key, const std::string& compromised_since = "") {
  v1::Event event;
  event.mutable_key_revoked()->set_public_key(Bytes(key.view()));
  event.mutable_key_revoked()->set_compromised_since(compromised_since);
  return event;
}

v1::Event reaffirming(const v1::EventRef& target) {
  v1::Event event;
  *event.mutable_event_reaffirmed()->mutable_target() = target;
  return event;
}

// One event of BR's, signed by this key.
std::string says_with(World& world, const crypto::PublicKey& key, v1::Event event) {
  Submission submission = world.prepare("BR", {std::move(event)}, v1::ISSUER);
  auto payload = std::make_shared<v1::Submission>(*submission.payload);
  payload->set_sequence(next_sequence(world.state(), "BR", key));
  submission.payload = payload;
  submission.statement.kid = crypto::key_id(key);
  return world.offers(submission);
}

std::string says_with(World& world, const crypto::PublicKey& key, const std::string& text) {
  return says_with(world, key, event_from_text(text));
}

bool disputed(const World& world, const v1::History& history) {
  return Disputes(world.state(), {"BR"}).covers(history);
}

const crypto::PublicKey kDesk = key_of("BR", v1::ISSUER);
const std::string kFirm = "BR12345678000190";

TEST_CASE("a governance key adds an officer's key that shows that it is held", "[rules]") {
  World world = world_with_certificate();
  const auto& key = new_key("desk 7");
  CHECK(world.offers(world.prepare("BR", {adding(key)}, v1::ISSUER)) == "WRONG_KEY_PURPOSE");
  CHECK(world.states("BR", {adding(key, v1::KEY_PURPOSE_UNSPECIFIED)}) == "FIELD_MISSING");
  for (const auto purpose : {v1::VOTE, v1::TRANSPORT, v1::GOVERNANCE, v1::COSIGNER, v1::LOG}) {
    CHECK(world.states("BR", {adding(key, purpose)}) == "KEY_NOT_ADDABLE");
  }
  CHECK(world.states("BR", {adding(key, v1::ISSUER, "CL")}) == "BAD_POSSESSION");
  CHECK(world.states("BR", {adding(key, v1::ISSUER, "BR", v1::APPROVER)}) == "BAD_POSSESSION");
  v1::Event dated = adding(key);
  dated.set_effective_from("2025-04-01");
  CHECK(world.states("BR", {dated}) == "EFFECT_BY_HEIGHT");
  v1::Event labelled = adding(key);
  labelled.mutable_key_added()->set_label(std::string(101, 'x'));
  CHECK(world.states("BR", {labelled}) == "TEXT_MALFORMED");
  v1::Event unsound = adding(key);
  unsound.mutable_key_added()->set_public_key(std::string(32, '\0'));
  CHECK(world.states("BR", {unsound}) == "KEY_MALFORMED");
  unsound.mutable_key_added()->set_public_key("short");
  CHECK(world.states("BR", {unsound}) == "KEY_MALFORMED");
  CHECK(world.states("BR", {adding(key)}) == "OK");
  CHECK(get<v1::KeyRecord>(world.state(), "BR", crypto::to_hex(key.public_key().view()))->label() == "desk 7");
}

TEST_CASE("an added key states what its purpose allows from the next height on", "[rules]") {
  World world = world_with_certificate();
  const auto &desk = new_key("desk 7"), &second = new_key("approver");
  CHECK(says_with(world, desk.public_key(), "operator_amended { subject: 'S1' }") == "UNKNOWN_KEY");
  REQUIRE(world.states("BR", {adding(desk), adding(second, v1::APPROVER)}) == "OK");
  CHECK(says_with(world, desk.public_key(), "operator_amended { subject: 'S1' }") == "OK");
  CHECK(says_with(world, second.public_key(), "operator_amended { subject: 'S1' }") == "WRONG_KEY_PURPOSE");
}

TEST_CASE("a key is nobody's before and never again", "[rules]") {
  World world = world_with_certificate();
  const auto& key = new_key("desk 7");
  REQUIRE(world.states("BR", {adding(key)}) == "OK");
  CHECK(world.states("BR", {adding(key)}) == "KEY_TAKEN");
  CHECK(world.states("BR", {adding(key, v1::APPROVER)}) == "KEY_TAKEN");
  CHECK(world.states("CL", {adding(key, v1::ISSUER, "CL")}) == "KEY_TAKEN");
  REQUIRE(world.states("BR", {revoking(key.public_key())}) == "OK");
  CHECK(world.states("BR", {adding(key)}) == "KEY_TAKEN");
}

TEST_CASE("an administration has at most 64 officers' keys in force", "[rules]") {
  World world = world_with_certificate();
  for (int i = 0; i < 62; ++i) REQUIRE(world.states("BR", {adding(new_key(std::to_string(i)))}) == "OK");  // and two
  CHECK(world.states("BR", {adding(new_key("one more"))}) == "TOO_MANY_KEYS");
  REQUIRE(world.states("BR", {revoking(new_key("0").public_key())}) == "OK");
  CHECK(world.states("BR", {adding(new_key("one more"))}) == "OK");

  SECTION("and its list of them stays short however often they change") {
    for (int i = 0; i < 100; ++i) {
      const std::string name = "round " + std::to_string(i);
      REQUIRE(world.states("BR",
                           {revoking(new_key(i == 0 ? "one more" : "round " + std::to_string(i - 1)).public_key())}) ==
              "OK");
      REQUIRE(world.states("BR", {adding(new_key(name))}) == "OK");
    }
    CHECK(get<v1::MemberRecord>(world.state(), "BR", "")->keys_size() == 128);
    CHECK(says_with(world, kDesk, "operator_amended { subject: 'S1' }") == "OK");
    CHECK(says_with(world, new_key("0").public_key(), "operator_amended { subject: 'S1' }") == "UNKNOWN_KEY");
    CHECK(world.states("BR", {adding(new_key("0"))}) == "TOO_MANY_KEYS");
  }
}

TEST_CASE("a revoked key states nothing more and what it stated stays", "[rules]") {
  World world = world_with_certificate();
  CHECK(world.states("BR", {revoking(new_key("nobody's").public_key())}) == "KEY_NOT_IN_FORCE");
  CHECK(world.states("CL", {revoking(kDesk)}) == "KEY_NOT_IN_FORCE");
  CHECK(world.states("BR", {revoking(key_of("BR", v1::GOVERNANCE))}) == "KEY_NOT_REVOCABLE");
  CHECK(world.states("BR", {revoking(kDesk, "yesterday")}) == "DATE_MALFORMED");
  CHECK(world.states("BR", {revoking(kDesk, "2025-03-11")}) == "DATES_OUT_OF_ORDER");
  CHECK(world.states("BR", {revoking(kDesk)}) == "OK");
  CHECK(world.states("BR", {revoking(kDesk)}) == "KEY_NOT_IN_FORCE");
  CHECK(world.says("BR", "operator_amended { subject: 'S1' }") == "UNKNOWN_KEY");
  CHECK(world.reason("CL", kFirm, "2025-03-10") == "RECOGNISED");
  CHECK_FALSE(world.asks("CL", kFirm, "EXPORTER", "IMPORT", "2025-03-10").results.at(0).disputed);
}

TEST_CASE("what a key signed from the day on which it was lost is disputed and still recognised", "[rules]") {
  World world = world_with_certificate();  // granted on 2024-01-10
  const auto flagged = [&] {
    return world.asks("CL", kFirm, "EXPORTER", "IMPORT", "2025-03-10").results.at(0).disputed;
  };
  SECTION("from the very day of the grant") {
    REQUIRE(world.states("BR", {revoking(kDesk, "2024-01-10")}) == "OK");
    CHECK(flagged());
  }
  SECTION("but not from the day after it") {
    REQUIRE(world.states("BR", {revoking(kDesk, "2024-01-11")}) == "OK");
    CHECK_FALSE(flagged());
  }
  SECTION("where anything that the answer rests on was signed then") {
    world.today("2025-03-10");
    SECTION("the operator's own data") { REQUIRE(world.says("BR", "operator_amended { subject: 'S1' }") == "OK"); }
    SECTION("its consent") { REQUIRE(world.says("BR", "consent_granted { subject: 'S1' }") == "OK"); }
    SECTION("its certificate") {
      REQUIRE(world.says("BR",
                         "certificate_extended { certificate: 'C1' valid_to: '2027-12-31' "
                         "ground: FORCE_MAJEURE }") == "OK");
    }
    CHECK_FALSE(flagged());
    REQUIRE(world.states("BR", {revoking(kDesk, "2025-03-01")}) == "OK");
    CHECK(flagged());
  }
  CHECK(world.reason("CL", kFirm, "2025-03-10") == "RECOGNISED");
}

TEST_CASE("a recogniser's lost key puts its own statements in doubt", "[rules]") {
  World world = world_with_certificate();
  REQUIRE(world.states("CL", {revoking(key_of("CL", v1::ISSUER), "2024-01-01")}) == "OK");
  const auto answer = world.asks("CL", kFirm, "EXPORTER", "IMPORT", "2025-03-10");
  CHECK(answer.recognised);
  CHECK(answer.results.at(0).disputed);
  CHECK_FALSE(world.asks("PE", kFirm, "EXPORTER", "IMPORT", "2025-03-10").results.at(0).disputed);
  CHECK_FALSE(disputed(world, world.certificate("BR", "C1").history()));
}

TEST_CASE("the day of the window is the author's own", "[rules]") {
  World world = world_with_certificate();  // BR is three hours behind UTC
  world.now_ms(1'741'572'000'000);         // 2025-03-10T02:00Z: still the 9th there
  v1::Event amended = event_from_text("decision_date: '2025-03-09' operator_amended { subject: 'S1' }");
  REQUIRE(world.states("BR", {amended}) == "OK");
  world.today("2025-03-12");
  const auto history = [&] { return get<v1::OperatorRecord>(world.state(), "BR", "S1")->history(); };
  SECTION("the 10th is after it") {
    REQUIRE(world.states("BR", {revoking(kDesk, "2025-03-10")}) == "OK");
    CHECK_FALSE(disputed(world, history()));
  }
  SECTION("the 9th is not") {
    REQUIRE(world.states("BR", {revoking(kDesk, "2025-03-09")}) == "OK");
    CHECK(disputed(world, history()));
  }
}

TEST_CASE("an event in doubt is reaffirmed by its author with another key", "[rules]") {
  World world = world_with_certificate();
  const auto& desk = new_key("desk 7");
  REQUIRE(world.states("BR", {adding(desk)}) == "OK");
  REQUIRE(world.says("BR", "operator_amended { subject: 'S1' }") == "OK");
  const v1::EventRef target = world.last();
  CHECK(says_with(world, desk.public_key(), reaffirming(target)) == "NOT_DISPUTED");
  REQUIRE(world.states("BR", {revoking(kDesk, "2025-03-01")}) == "OK");
  CHECK(world.states("BR", {reaffirming(target)}) == "UNKNOWN_KEY");
  CHECK(world.states("CL", {reaffirming(target)}) == "EVENT_UNKNOWN");
  v1::EventRef other = target;
  other.set_index(1);
  CHECK(says_with(world, desk.public_key(), reaffirming(other)) == "EVENT_UNKNOWN");
  other.set_leaf("short");
  CHECK(says_with(world, desk.public_key(), reaffirming(other)) == "EVENT_UNKNOWN");
  v1::Event dated = reaffirming(target);
  dated.set_effective_from("2025-04-01");
  CHECK(says_with(world, desk.public_key(), dated) == "EFFECT_BY_HEIGHT");

  const auto history = [&] { return get<v1::OperatorRecord>(world.state(), "BR", "S1")->history(); };
  CHECK(disputed(world, history()));
  CHECK(says_with(world, desk.public_key(), reaffirming(target)) == "OK");
  CHECK_FALSE(disputed(world, history()));
  CHECK(says_with(world, desk.public_key(), reaffirming(target)) == "NOT_DISPUTED");
}

TEST_CASE("an event that another key approved is in doubt when either was lost", "[rules]") {
  World world = small_world();
  REQUIRE(world.says("AR", "operator_registered { subject: 'S1' person: LEGAL tin: 'AR1' }") == "OK");
  REQUIRE(world.says("AR", "certificate_granted { certificate: 'C1' subject: 'S1' scheme: BASIC roles: BROKER }") ==
          "OK");
  REQUIRE(world.approves("AR", world.last()) == "OK");
  const auto in_doubt = [&] { return Disputes(world.state(), {"AR"}).covers(world.certificate("AR", "C1").history()); };
  CHECK_FALSE(in_doubt());
  SECTION("the officer's") { REQUIRE(world.states("AR", {revoking(key_of("AR", v1::ISSUER), "2025-03-10")}) == "OK"); }
  SECTION("the approver's") {
    REQUIRE(world.states("AR", {revoking(key_of("AR", v1::APPROVER), "2025-03-10")}) == "OK");
  }
  CHECK(in_doubt());
}

TEST_CASE("so many lost keys are on record that the next is revoked without a day", "[rules]") {
  World world = world_with_certificate();
  v1::DisputedKeys full;
  for (int i = 0; i < 256; ++i) full.add_keys()->set_since("2020-01-01");
  put(world.state_by_hand(), "BR", "*", full);
  CHECK(world.states("BR", {revoking(kDesk, "2025-03-01")}) == "RECORD_FULL");
  CHECK(world.states("BR", {revoking(kDesk)}) == "OK");
}

}  // namespace rules_officer_keys_test
