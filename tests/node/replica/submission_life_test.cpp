// SPDX-License-Identifier: Apache-2.0
// A submission's whole life, under virtual time: what it is told at the door, and what becomes of it.
#include <catch2/catch.hpp>

#include "consensus/limits.h"
#include "tests/node/replica/lone_node.h"

namespace quipu::replica {

namespace submission_life {

using testing::crowded_genesis;
using testing::LoneNode;
using testing::registration;

constexpr std::int64_t kDay_ms = 24LL * 3'600'000;

// What three of four members make final, for all that this node knows.
consensus::QuorumProof finalization(const ledger::Genesis& genesis, const consensus::Subject& subject) {
  consensus::QuorumProof proof;
  proof.kind = consensus::VoteKind::kFinalize;
  proof.subject = subject;
  for (const auto* code : {"BR", "CL", "PE"}) {
    proof.signers.push_back(genesis.members.index_of(code).value());
    proof.signatures.push_back(
        sample::key(code, "vote").sign(consensus::vote_bytes(genesis.scope(), proof.kind, subject)));
  }
  return proof;
}

consensus::QuorumProof final_at(const ledger::Genesis& genesis, std::uint64_t view, std::uint64_t height,
                                const std::string& block) {
  return finalization(genesis, {{view}, {view - 1}, {height}, crypto::sha256(block)});
}

}  // namespace submission_life

using namespace submission_life;

TEST_CASE("one that becomes invalid in its turn is rejected with code and event and height") {
  LoneNode node;
  const auto second = node.submit(registration(2, 1, node.now.utc_ms));  // the first one's subject, behind a gap
  REQUIRE(second.admission == Admission::kAccepted);
  CHECK(node.outcome_of(second.id).phase == Phase::kPending);
  node.submit(registration(1, 1, node.now.utc_ms));
  const auto outcome = node.outcome_of(second.id);
  CHECK(outcome.phase == Phase::kRejected);
  REQUIRE(outcome.rejection);
  CHECK(outcome.rejection->code == ledger::Code::kSubjectTaken);
  CHECK(outcome.rejection->event == 0U);
  CHECK(outcome.height.value == 1);
  CHECK(node.replica().status().pool == 0);
}

TEST_CASE("a rejected one leaves its number to the next and its bytes may be tried again") {
  LoneNode node;
  const auto bad = registration(2, 1, node.now.utc_ms);
  node.submit(bad);
  node.submit(registration(1, 1, node.now.utc_ms));
  const auto again = node.submit(bad);
  CHECK(again.admission == Admission::kRejected);
  CHECK(again.rejection->code == ledger::Code::kSubjectTaken);
  const auto next = node.submit(registration(2, 2, node.now.utc_ms));
  CHECK(node.outcome_of(next.id).phase == Phase::kFinal);
}

TEST_CASE("what no quorum takes expires a day after it was signed and not before") {
  LoneNode node(sample::genesis());
  const auto waiting = node.submit(registration(1, 1, node.now.utc_ms - kDay_ms + 60'000));
  REQUIRE(waiting.admission == Admission::kAccepted);
  node.pass_ms(59'000);
  CHECK(node.outcome_of(waiting.id).phase == Phase::kPending);
  node.pass_ms(3'000);
  CHECK(node.outcome_of(waiting.id).phase == Phase::kExpired);
  CHECK(node.replica().status().pool == 0);
  CHECK(node.submit(registration(1, 1, node.now.utc_ms)).admission == Admission::kAccepted);
}

TEST_CASE("one that grows too old behind a gap has expired whoever finds out first") {
  LoneNode node;
  const auto old = node.submit(registration(2, 2, node.now.utc_ms - kDay_ms + 300));
  REQUIRE(old.admission == Admission::kAccepted);
  node.now.utc_ms += 400;
  node.now.steady_us += 400'000;
  node.submit(registration(1, 1, node.now.utc_ms));  // its turn comes before the sweep does
  CHECK(node.outcome_of(old.id).phase == Phase::kExpired);
}

TEST_CASE("one behind a gap expires after ten minutes and is taken when it is sent again") {
  LoneNode node;
  const auto leaf = registration(2, 2, node.now.utc_ms);
  const auto id = node.submit(leaf).id;
  node.pass_ms(limits::kGapPatience_ms - 2'000);
  CHECK(node.outcome_of(id).phase == Phase::kPending);
  node.pass_ms(5'000);
  CHECK(node.outcome_of(id).phase == Phase::kExpired);
  CHECK(node.submit(leaf).admission == Admission::kAccepted);
  node.submit(registration(1, 1, node.now.utc_ms));
  CHECK(node.outcome_of(id).phase == Phase::kFinal);
}

TEST_CASE("a full share of the pool says busy and why and keeps what it has and takes again when there is room") {
  constexpr std::size_t kMembers = 250;
  constexpr std::size_t kShare = limits::kPoolSubmissions / kMembers;
  LoneNode node(crowded_genesis(kMembers));
  const auto signed_at_ms = node.now.utc_ms - kDay_ms + 30'000;  // a day old, and gone, in half a minute
  for (std::uint64_t i = 1; i <= kShare; ++i) {
    REQUIRE(node.submit(registration(i, static_cast<int>(i), signed_at_ms)).admission == Admission::kAccepted);
  }
  const auto late = registration(kShare + 1, kShare + 1, node.now.utc_ms);
  const auto checked = node.signatures_checked;
  for (int i = 0; i < 3; ++i) {
    const auto busy = node.submit(late);
    CHECK(busy.admission == Admission::kBusy);
    CHECK(busy.why == "what waits of BO fills its share");
  }
  CHECK(node.signatures_checked == checked);
  CHECK(node.replica().status().pool == kShare);
  CHECK(node.replica().next_sequence("BO", sample::key("BO", "issuer").public_key()) == kShare + 1);
  node.pass_ms(33'000);
  CHECK(node.replica().status().pool == 0);
  CHECK(node.submit(registration(1, 1, node.now.utc_ms)).admission == Admission::kAccepted);
}

TEST_CASE("a number absurdly far ahead is told which comes first") {
  LoneNode node;
  const auto answer = node.submit(registration(limits::kPoolGapsPerKey + 2, 1, node.now.utc_ms));
  CHECK(answer.admission == Admission::kBusy);
  CHECK(answer.why == "sequence 4098 is too far ahead: send 1 and those after it first");
}

TEST_CASE("what a peer sends from the future is not kept and bars the number to nobody") {
  LoneNode node(sample::genesis());
  const auto hour_ahead = registration(1, 1, node.now.utc_ms + 3'600'000);
  CHECK(node.submit(hour_ahead).rejection->code == ledger::Code::kIssuedInFuture);
  node.hear(1, consensus::Submissions{{hour_ahead}});
  CHECK(node.replica().status().pool == 0);
  CHECK(node.submit(registration(1, 2, node.now.utc_ms)).admission == Admission::kAccepted);
  // A block some seconds ahead of this node's clock may hold it.
  node.hear(1, consensus::Submissions{{registration(2, 3, node.now.utc_ms + 65'000)}});
  CHECK(node.replica().status().pool == 2);
}

TEST_CASE("a node that is far behind takes no submissions and one that is a little behind does") {
  LoneNode node(sample::genesis());
  const auto leaf = registration(1, 1, node.now.utc_ms);
  node.hear(1, final_at(node.genesis(), 40, limits::kUnfinalizedBlocks, "near"));
  CHECK(node.submit(leaf).admission == Admission::kAccepted);
  node.hear(1, final_at(node.genesis(), 90, limits::kUnfinalizedBlocks + 1, "far"));
  const auto answer = node.submit(registration(2, 2, node.now.utc_ms));
  CHECK(answer.admission == Admission::kUnavailable);
  CHECK(answer.why == "this node is catching up, at height 0 of 9");
  CHECK(node.outcome_of(crypto::leaf_hash(leaf)).phase == Phase::kPending);
}

TEST_CASE("a halted node takes no submissions and says where to send them") {
  LoneNode node(sample::genesis());
  node.hear(1, final_at(node.genesis(), 5, 3, "one"));
  node.hear(2, final_at(node.genesis(), 5, 3, "another"));
  REQUIRE(node.halted);
  const auto answer = node.submit(registration(1, 1, node.now.utc_ms));
  CHECK(answer.admission == Admission::kUnavailable);
  CHECK(answer.why == "this node has halted: send it to another member's node");
}

}  // namespace quipu::replica
