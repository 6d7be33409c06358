// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "consensus/message.h"
#include "governance.h"
#include "node/ledger/mirror.h"

namespace quipu::ledger {
namespace rules_evidence_test {

using namespace testing;
using consensus::VoteKind;

consensus::Subject subject(std::uint64_t view, std::uint8_t block) {
  consensus::Subject out{.view = {view}, .parent_view = {view - 1}, .height = {5}};
  out.block.bytes[0] = block;
  return out;
}

// What the member of this index signed in a view, by its sample key or another's.
consensus::Vote vote(const GovernedChain& chain, const consensus::Scope& scope, std::uint16_t signer, VoteKind kind,
                     const consensus::Subject& about, const std::string& key_of = "") {
  const std::string code = key_of.empty() ? chain.tip().membership->members[signer].code : key_of;
  const auto message = consensus::vote_bytes(scope, kind, about);
  return {kind, about, signer, sample::key(code, "vote").sign(message)};
}

std::string submits(GovernedChain& chain, const Bytes& evidence, const std::string& by = "BR",
                    const std::string& effect = "") {
  v1::Submission message;
  message.set_chain_id(chain.genesis().chain_id);
  message.set_administration(by);
  v1::Event& event = *message.add_events();
  event.set_decision_date(Date::of(chain.next_time_ms(), 0).text());
  event.set_effective_from(effect);
  event.mutable_evidence_submitted()->set_evidence(evidence);
  const auto signer = chain.key(by, "issuer");
  message.set_sequence(next_sequence(*chain.tip().state, by, signer.public_key()));
  return chain.takes({chain.decoded(sign_submission(message, signer, chain.next_time_ms() / 1000))});
}

consensus::Scope scope_of(const GovernedChain& chain) { return chain.tip().membership->scope(chain.genesis().chain); }

// Two blocks notarized in one view by the member of this index.
Bytes double_vote(const GovernedChain& chain, const consensus::Scope& scope, std::uint16_t signer,
                  std::uint64_t view = 7) {
  return encode_evidence({vote(chain, scope, signer, VoteKind::kNotarize, subject(view, 1)),
                          vote(chain, scope, signer, VoteKind::kNotarize, subject(view, 2))},
                         scope);
}

TEST_CASE("evidence that verifies flags the offender in its member's record", "[rules]") {
  GovernedChain chain;
  const auto scope = scope_of(chain);
  const std::string offender = chain.tip().membership->members[0].code;
  CHECK(chain.member(offender).misconduct().empty());
  CHECK(submits(chain, double_vote(chain, scope, 0)) == "OK");
  REQUIRE(chain.member(offender).misconduct_size() == 1);
  const v1::Misconduct found = chain.member(offender).misconduct(0);
  CHECK(found.epoch() == 0);
  CHECK(found.view() == 7);
  CHECK(found.contradiction() == 1);
  CHECK(found.submitted_by() == "BR");
  CHECK(chain.member(chain.tip().membership->members[1].code).misconduct().empty());

  SECTION("once") {
    CHECK(submits(chain, double_vote(chain, scope, 0), "CL") == "EVIDENCE_KNOWN");
    CHECK(submits(chain, double_vote(chain, scope, 0, 8), "CL") == "OK");
    CHECK(submits(chain, double_vote(chain, scope, 1), "CL") == "OK");
    CHECK(chain.member(offender).misconduct_size() == 2);
  }
  SECTION("of another kind in the same view too") {
    const Bytes nullified = encode_evidence({vote(chain, scope, 0, VoteKind::kNullify, {.view = {7}}),
                                             vote(chain, scope, 0, VoteKind::kFinalize, subject(7, 1))},
                                            scope);
    CHECK(submits(chain, nullified) == "OK");
    CHECK(chain.member(offender).misconduct(1).contradiction() == 4);
  }
}

TEST_CASE("evidence that proves nothing accuses nobody", "[rules]") {
  GovernedChain chain;
  const auto scope = scope_of(chain);
  CHECK(submits(chain, "votes") == "EVIDENCE_MALFORMED");
  CHECK(submits(chain, double_vote(chain, scope, 0), "BR", "2027-01-01") == "EFFECT_BY_HEIGHT");
  const auto pair = [&](const consensus::Vote& first, const consensus::Vote& second) {
    return submits(chain, encode_evidence({first, second}, scope));
  };
  const auto honest = vote(chain, scope, 0, VoteKind::kNotarize, subject(7, 1));
  CHECK(pair(honest, vote(chain, scope, 0, VoteKind::kFinalize, subject(7, 1))) == "EVIDENCE_PROVES_NOTHING");
  CHECK(pair(honest, vote(chain, scope, 0, VoteKind::kNotarize, subject(8, 2))) == "EVIDENCE_PROVES_NOTHING");
  CHECK(pair(honest, vote(chain, scope, 0, VoteKind::kNotarize, subject(7, 2), "CL")) == "EVIDENCE_PROVES_NOTHING");
  const auto nobody = [&](std::uint8_t block) {
    return vote(chain, scope, 99, VoteKind::kNotarize, subject(7, block), "CL");
  };
  CHECK(pair(nobody(1), nobody(2)) == "EVIDENCE_PROVES_NOTHING");
  for (const auto& code : chain.voters()) CHECK(chain.member(code).misconduct().empty());
}

TEST_CASE("evidence is judged by the members of its own epoch", "[rules]") {
  GovernedChain chain({"AR", "BO", "BR", "CL", "PE"});
  const auto scope = scope_of(chain);
  const std::string offender = chain.tip().membership->members[0].code;
  const Bytes evidence = double_vote(chain, scope, 0);
  auto later = scope;
  later.epoch = {1};
  CHECK(submits(chain, double_vote(chain, later, 0)) == "EVIDENCE_OF_OTHER_EPOCH");
  auto elsewhere = scope;
  elsewhere.anchor.bytes[0] ^= 1;
  CHECK(submits(chain, double_vote(chain, elsewhere, 0)) == "EVIDENCE_OF_OTHER_EPOCH");

  chain.accepted("P-1", "member_remove: '" + offender + "'");
  REQUIRE(chain.tip().membership->epoch.value == 1);
  CHECK(submits(chain, evidence) == "OK");  // of a member that has left
  CHECK(chain.member(offender).misconduct_size() == 1);
  CHECK(submits(chain, double_vote(chain, scope_of(chain), 0)) == "OK");
  CHECK(chain.member(chain.tip().membership->members[0].code).misconduct_size() == 1);
}

TEST_CASE("a member's flags outlive a new description of it and are bounded", "[rules]") {
  GovernedChain chain;
  const std::string offender = chain.tip().membership->members[0].code;
  for (std::uint64_t view = 1; view <= 16; ++view) {
    REQUIRE(submits(chain, double_vote(chain, scope_of(chain), 0, view)) == "OK");
  }
  CHECK(submits(chain, double_vote(chain, scope_of(chain), 0, 17)) == "RECORD_FULL");
  v1::Member renamed = sample::member(offender);
  renamed.set_name("Under another name");
  chain.accepted("P-1", GovernedChain::adding(renamed));
  CHECK(chain.member(offender).name() == "Under another name");
  CHECK(chain.member(offender).misconduct_size() == 16);
}

}  // namespace rules_evidence_test
}  // namespace quipu::ledger
