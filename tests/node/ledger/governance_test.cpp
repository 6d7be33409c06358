// SPDX-License-Identifier: Apache-2.0
#include "tests/node/ledger/governance.h"

#include <catch2/catch.hpp>

#include "consensus/limits.h"
#include "node/ledger/rules/member_changes.h"
#include "node/ledger/rules/proposals.h"

namespace quipu::ledger {
namespace governance_test {

using namespace testing;

const std::vector<std::string> kFive = {"BO", "BR", "CL", "CO", "PE"};
constexpr const char* kRemoveCo = "member_remove: 'CO'";

std::string opened(const std::string& proposal, const std::string& change, const std::string& expires = "2026-12-31") {
  return "proposal_opened { proposal: '" + proposal + "' expires: '" + expires + "' " + change + " }";
}

TEST_CASE("A quorum of those who vote accepts a proposal and opening it is no vote", "[governance]") {
  GovernedChain chain(kFive);
  REQUIRE(chain.opens("BO", "OUT-1", kRemoveCo) == "OK");
  for (const char* code : {"BO", "BR", "CL"}) REQUIRE(chain.votes(code, "BO", "OUT-1") == "OK");
  CHECK(chain.proposal("BO", "OUT-1").state() == v1::PROPOSAL_OPEN);
  CHECK(chain.votes("CO", "BO", "OUT-1") == "OK");  // the one it is about votes like everybody
  const auto record = chain.proposal("BO", "OUT-1");
  CHECK(record.state() == v1::PROPOSAL_IN_FORCE);
  CHECK(record.decided_height() == chain.tip().height.value);
  CHECK(record.acts_from_height() == chain.tip().height.value + 1);
  CHECK(record.ballots_size() == 4);
  CHECK(record.history().events_size() == 5);
}

TEST_CASE("Each member votes once and a decided proposal takes no vote", "[governance]") {
  GovernedChain chain(kFive);
  REQUIRE(chain.opens("BO", "OUT-1", kRemoveCo) == "OK");
  CHECK(chain.votes("BR", "BR", "OUT-1") == "PROPOSAL_UNKNOWN");
  CHECK(chain.votes("BR", "BO", "OUT-2") == "PROPOSAL_UNKNOWN");
  CHECK(chain.votes("BR", "bolivia", "OUT-1") == "COUNTRY_MALFORMED");
  CHECK(chain.votes("BR", "BO", "out 1") == "ID_MALFORMED");
  REQUIRE(chain.votes("BR", "BO", "OUT-1") == "OK");
  CHECK(chain.votes("BR", "BO", "OUT-1", false) == "ALREADY_VOTED");
  REQUIRE(chain.votes("CL", "BO", "OUT-1", false) == "OK");
  CHECK(chain.proposal("BO", "OUT-1").state() == v1::PROPOSAL_OPEN);
  REQUIRE(chain.votes("CO", "BO", "OUT-1", false) == "OK");  // with two of five against four cannot be for it
  CHECK(chain.proposal("BO", "OUT-1").state() == v1::PROPOSAL_REJECTED);
  CHECK(chain.votes("PE", "BO", "OUT-1") == "PROPOSAL_CLOSED");
  CHECK(chain.voters() == kFive);
}

TEST_CASE("Votes of who votes no longer do not count", "[governance]") {
  GovernedChain chain({"BO", "BR", "CL", "CO", "PE", "PY"});  // 5 of 6
  REQUIRE(chain.opens("BO", "OUT-1", "member_remove: 'PY'") == "OK");
  for (const char* code : {"CO", "PY"}) REQUIRE(chain.votes(code, "BO", "OUT-1") == "OK");
  chain.accepted("OUT-2", kRemoveCo);  // 4 of the 5 that are left
  for (const char* code : {"BO", "BR"}) REQUIRE(chain.votes(code, "BO", "OUT-1") == "OK");
  CHECK(chain.proposal("BO", "OUT-1").state() == v1::PROPOSAL_OPEN);
  REQUIRE(chain.votes("CL", "BO", "OUT-1") == "OK");
  CHECK(chain.proposal("BO", "OUT-1").state() == v1::PROPOSAL_IN_FORCE);
}

TEST_CASE("A proposal is open to the end of its last day", "[governance]") {
  GovernedChain chain(kFive);  // 2026-09-21
  CHECK(chain.opens("BO", "OUT-1", kRemoveCo, "soon") == "DATE_MALFORMED");
  CHECK(chain.opens("BO", "OUT-1", kRemoveCo, "2026-09-20") == "EXPIRY_OUT_OF_RANGE");
  CHECK(chain.opens("BO", "OUT-1", kRemoveCo, "2027-09-23") == "EXPIRY_OUT_OF_RANGE");
  REQUIRE(chain.opens("BO", "OUT-1", kRemoveCo, "2026-09-21") == "OK");
  REQUIRE(chain.opens("BO", "OUT-2", kRemoveCo, "2027-09-22") == "OK");
  chain.accepted("IN-1", GovernedChain::adding(sample::member("UY")));
  REQUIRE(chain.votes("BR", "BO", "OUT-1") == "OK");
  chain.goes_on_until("2026-09-22");
  CHECK(chain.votes("CL", "BO", "OUT-1") == "PROPOSAL_EXPIRED");
  CHECK(chain.votes("CL", "BO", "OUT-2") == "OK");
  chain.goes_on_until("2027-01-01");
  CHECK(chain.is_ready("BO", "IN-1", sample::key("UY", "vote")) == "PROPOSAL_EXPIRED");
}

TEST_CASE("An administration names each proposal once and has sixteen undecided ones", "[governance]") {
  GovernedChain chain(kFive);
  REQUIRE(chain.opens("BO", "P-0", kRemoveCo, "2026-09-21") == "OK");
  CHECK(chain.opens("BO", "P-0", kRemoveCo) == "PROPOSAL_TAKEN");
  CHECK(chain.opens("BR", "P-0", kRemoveCo) == "OK");  // names are the opener's own
  for (std::size_t i = 1; i < kOpenProposals; ++i) {
    REQUIRE(chain.opens("BO", "P-" + std::to_string(i), kRemoveCo, "2026-10-10") == "OK");
  }
  CHECK(chain.opens("BO", "P-99", kRemoveCo) == "TOO_MANY_PROPOSALS");
  SECTION("one that is rejected makes room") {
    for (const char* code : {"BR", "CL"}) REQUIRE(chain.votes(code, "BO", "P-3", false) == "OK");
    CHECK(chain.opens("BO", "P-99", kRemoveCo) == "OK");
    CHECK(chain.opens("BO", "P-98", kRemoveCo) == "TOO_MANY_PROPOSALS");
  }
  SECTION("one that has expired makes room") {
    chain.goes_on_until("2026-09-22");
    CHECK(chain.opens("BO", "P-99", kRemoveCo) == "OK");
    CHECK(chain.opens("BO", "P-98", kRemoveCo) == "TOO_MANY_PROPOSALS");
  }
}

TEST_CASE("Governance needs the governance key and states no day of effect", "[governance]") {
  GovernedChain chain(kFive);
  auto text = opened("OUT-1", kRemoveCo);
  CHECK(chain.says("BO", "effective_from: '2026-10-01' " + text) == "EFFECT_BY_HEIGHT");
  REQUIRE(chain.says("BO", text) == "OK");
  CHECK(chain.says("BO", "effective_from: '2026-10-01' " + GovernedChain::vote_text("BO", "OUT-1")) ==
        "EFFECT_BY_HEIGHT");
  CHECK(chain.says("BO", {"operator_registered { subject: 'S1' person: LEGAL tin: 'BO123456' }",
                          GovernedChain::vote_text("BO", "OUT-1")}) == "WRONG_KEY_PURPOSE");
  CHECK(chain.opens("BO", "OUT-2", "") == "FIELD_MISSING");
  CHECK(chain.says("BO", "effective_from: '2026-10-01' member_ready { author: 'BO' proposal: 'OUT-1' }") ==
        "EFFECT_BY_HEIGHT");
}

TEST_CASE("A chain of four or more members keeps four", "[governance]") {
  GovernedChain chain;
  CHECK(chain.opens("BO", "OUT-1", "member_remove: 'BR'") == "MEMBERS_TOO_FEW");
  CHECK(chain.opens("BO", "OUT-1", "member_remove: 'UY'") == "MEMBER_UNKNOWN");
  auto observer = sample::member("BR");
  observer.set_observer(true);
  CHECK(chain.opens("BO", "OUT-1", GovernedChain::adding(observer)) == "MEMBERS_TOO_FEW");
  SECTION("at the deciding vote as well") {
    GovernedChain five(kFive);
    REQUIRE(five.opens("BO", "OUT-1", "member_remove: 'PE'") == "OK");
    five.accepted("OUT-2", kRemoveCo);
    for (const char* code : {"BO", "BR"}) REQUIRE(five.votes(code, "BO", "OUT-1") == "OK");
    CHECK(five.votes("CL", "BO", "OUT-1") == "MEMBERS_TOO_FEW");
    CHECK(five.votes("CL", "BO", "OUT-1", false) == "OK");
  }
  SECTION("while a smaller one is for trying things out and keeps one") {
    GovernedChain two({"BO", "BR"});
    two.accepted("OUT-1", "member_remove: 'BR'");
    CHECK(two.voters() == std::vector<std::string>{"BO"});
    CHECK(two.opens("BO", "OUT-2", "member_remove: 'BO'") == "MEMBERS_TOO_FEW");
  }
}

TEST_CASE("No more than 255 members vote", "[governance]") {
  std::vector<WorldMember> members;
  for (char a = 'A'; members.size() < limits::kMembers; ++a) {
    for (char b = 'A'; b <= 'Z' && members.size() < limits::kMembers; ++b) members.push_back({.code = {a, b}});
  }
  World world(members, {});
  world.today("2026-09-21");
  CHECK(world.says("AA", opened("IN-1", GovernedChain::adding(sample::member("ZZ")))) == "MEMBERS_TOO_MANY");
  auto observer = sample::member("ZZ");
  observer.set_observer(true);
  CHECK(world.says("AA", opened("IN-1", GovernedChain::adding(observer))) == "OK");
}

TEST_CASE("A new member is described completely and in bounds", "[governance]") {
  GovernedChain chain;
  const auto with = [&](auto change) {
    auto member = sample::member("UY");
    change(member);
    return chain.opens("BO", "IN-1", GovernedChain::adding(member));
  };
  CHECK(with([](v1::Member& m) { m.set_administration("Uruguay"); }) == "MEMBER_MALFORMED");
  CHECK(with([](v1::Member& m) { m.clear_cosigner_key(); }) == "MEMBER_MALFORMED");
  CHECK(with([](v1::Member& m) { m.set_log_key(Bytes(32, '\0')); }) == "MEMBER_MALFORMED");
  CHECK(with([](v1::Member& m) { m.set_log_key(m.vote_key()); }) == "MEMBER_MALFORMED");
  CHECK(with([](v1::Member& m) { m.set_address("nowhere"); }) == "MEMBER_MALFORMED");
  CHECK(with([](v1::Member& m) { m.set_utc_offset_minutes(841); }) == "MEMBER_MALFORMED");
  CHECK(with([](v1::Member& m) { m.set_name(std::string(101, 'x')); }) == "TEXT_MALFORMED");
  CHECK(with([](v1::Member& m) { m.add_programme()->set_label("AEO"); }) == "FIELD_MISSING");
  CHECK(with([](v1::Member& m) {
          for (int i = 0; i < 64; ++i) m.add_issuer_keys(sample::public_key("UY", "issuer " + std::to_string(i)));
        }) == "MEMBER_MALFORMED");
  CHECK(with([](v1::Member& m) {
          for (int i = 0; i < 17; ++i) m.add_programme()->set_scheme(v1::SECURITY);
        }) == "MEMBER_MALFORMED");
  CHECK(with([](v1::Member&) {}) == "OK");
}

TEST_CASE("A key that is or was anybody's is not taken again", "[governance]") {
  GovernedChain chain(kFive);
  const auto with = [&](const std::string& id, const std::string& code, auto change) {
    auto member = sample::member(code);
    change(member);
    return chain.opens("BO", id, GovernedChain::adding(member));
  };
  const auto others_log_key = [](v1::Member& m) { m.set_log_key(sample::public_key("PE", "log")); };
  CHECK(with("IN-1", "UY", others_log_key) == "KEY_TAKEN");
  CHECK(with("IN-1", "UY", [](v1::Member& m) { m.set_vote_key(sample::public_key("PE", "issuer")); }) == "KEY_TAKEN");
  CHECK(with("IN-1", "BR", [](v1::Member& m) { m.set_log_key(sample::public_key("BR", "issuer 2")); }) == "OK");
  CHECK(with("IN-2", "BR", [](v1::Member& m) {  // its own, for another purpose
          m.set_log_key(sample::public_key("BR", "cosigner"));
          m.set_cosigner_key(sample::public_key("BR", "log"));
        }) == "KEY_TAKEN");
  chain.accepted("OUT-1", kRemoveCo);
  CHECK(with("IN-3", "CO", [](v1::Member&) {}) == "KEY_TAKEN");  // who comes back brings new ones
  SECTION("nor when it was free as the proposal was opened") {
    auto thief = sample::member("UY");
    thief.set_log_key(sample::public_key("AR", "log"));
    REQUIRE(chain.opens("BO", "IN-4", GovernedChain::adding(sample::member("AR"))) == "OK");
    chain.accepted("IN-5", GovernedChain::adding(thief));
    REQUIRE(chain.is_ready("BO", "IN-5", sample::key("UY", "vote")) == "OK");
    for (const char* code : {"BO", "BR", "CL"}) REQUIRE(chain.votes(code, "BO", "IN-4") == "OK");
    CHECK(chain.votes("PE", "BO", "IN-4") == "KEY_TAKEN");
  }
}

TEST_CASE("A log key whose four bytes of note id are another's is not taken", "[governance]") {
  GovernedChain chain;
  const auto with_log_key = [](const std::string& code, const std::string& purpose) {
    auto member = sample::member(code);
    member.set_log_key(sample::public_key("UY", purpose));
    return GovernedChain::adding(member);
  };
  chain.accepted("IN-1", with_log_key("UY", "log 106013"));
  CHECK(chain.opens("BO", "IN-2", with_log_key("PY", "log 120088")) == "OK");  // the other is no member yet
  REQUIRE(chain.is_ready("BO", "IN-1", sample::key("UY", "vote")) == "OK");
  CHECK(chain.opens("BO", "IN-3", with_log_key("PY", "log 120088")) == "KEY_TAKEN");
  CHECK(chain.opens("BO", "IN-3", with_log_key("PY", "log 120089")) == "OK");
}

TEST_CASE("A member's keys are replaced through a handover and the old ones state nothing more", "[governance]") {
  GovernedChain chain;
  auto member = sample::member("BR");
  SECTION("with the deciding vote where the vote key stays") {
    member.set_cosigner_key(sample::public_key("BR 2", "cosigner"));
    member.set_issuer_keys(0, sample::public_key("BR 2", "issuer"));
    chain.accepted("NEW-1", GovernedChain::adding(member));
    CHECK(chain.tip().handover);
    CHECK(chain.tip().membership->members[1].cosigner == sample::key("BR 2", "cosigner").public_key());
    CHECK(chain.tip().membership->members[1].vote == sample::key("BR", "vote").public_key());
  }
  SECTION("after readiness where it is new") {
    member = sample::member("BR 2");
    member.set_administration("BR");
    chain.accepted("NEW-1", GovernedChain::adding(member));
    CHECK_FALSE(chain.tip().handover);
    REQUIRE(chain.is_ready("BO", "NEW-1", sample::key("BR 2", "vote")) == "OK");
    CHECK(chain.tip().membership->members[1].vote == sample::key("BR 2", "vote").public_key());
  }
  CHECK(chain.tip().handover);
  CHECK(chain.member("BR").joined_height() == 0);
  const std::string registered = "operator_registered { subject: 'S1' person: LEGAL tin: 'BR123456' }";
  CHECK(chain.says("BR", registered) == "UNKNOWN_KEY");
  const auto old = get<v1::KeyRecord>(*chain.tip().state, "BR", crypto::to_hex(sample::public_key("BR", "issuer")));
  CHECK(old->revoked_height() == chain.tip().height.value + 1);
  chain.renames("BR", "BR 2");
  CHECK(chain.says("BR", registered) == "OK");
}

TEST_CASE("An observer enters with the votes and gets a vote of its own once ready", "[governance]") {
  GovernedChain chain;
  auto observer = sample::member("UY");
  observer.set_observer(true);
  observer.clear_vote_key();
  chain.accepted("IN-1", GovernedChain::adding(observer));
  CHECK(chain.tip().handover);
  CHECK(chain.voters() == sample::kCodes);
  CHECK(chain.says("UY", "operator_registered { subject: 'S1' person: LEGAL tin: 'UY123456' }") ==
        "NOT_A_VOTING_MEMBER");
  const auto joined = chain.member("UY").joined_height();
  chain.accepted("IN-2", GovernedChain::adding(sample::member("UY")));
  CHECK(chain.voters() == sample::kCodes);
  REQUIRE(chain.is_ready("BO", "IN-2", sample::key("UY", "vote")) == "OK");
  CHECK(chain.voters().back() == "UY");
  CHECK(chain.member("UY").joined_height() == joined);
  CHECK(chain.says("UY", "operator_registered { subject: 'S1' person: LEGAL tin: 'UY123456' }") == "OK");
}

}  // namespace governance_test
}  // namespace quipu::ledger
