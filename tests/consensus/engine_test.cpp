// SPDX-License-Identifier: Apache-2.0
// One engine alone, input by input: the order of effects, what it must refuse, and what it does at a restart.
#include <catch2/catch.hpp>

#include <algorithm>
#include <array>

#include "bench.h"
#include "consensus/limits.h"
#include "crypto/keys.h"

namespace quipu::consensus::net {

TEST_CASE("R4 nothing is signed before the block is durable and nothing is sent before it is signed") {
  Bench bench(follower_of(1));
  bench.start();
  const auto asked = only<RequestVerify>(bench.receive(bench.net.leader(1), bench.proposal(bench.first, 1, 0)));
  REQUIRE(asked.size() == 1);
  CHECK(asked[0].check_clock);
  const auto on_verdict = bench.step(bench.valid(bench.first));
  const auto persists = only<Persist>(on_verdict);
  REQUIRE(persists.size() == 1);
  CHECK(persists[0].blocks.size() == 1);
  CHECK(only<Sign>(on_verdict).empty());
  CHECK(only<Broadcast>(on_verdict).empty());
  const auto on_persisted = bench.step(Persisted{persists[0].ticket});
  const auto signs = only<Sign>(on_persisted);
  REQUIRE(signs.size() == 1);
  CHECK(signs[0].slot.kind == VoteKind::kNotarize);
  CHECK(only<Broadcast>(on_persisted).empty());
  CHECK(broadcasts<Vote>(bench.step(bench.signed_by_me(signs[0]))).size() == 1);
}

TEST_CASE("R2 a leader asks for one block per view and ignores an answer for another view") {
  Bench bench(leader_of(1));
  bench.start();
  const auto asked = only<RequestBuild>(bench.step(WorkChanged{true}));
  REQUIRE(asked.size() == 1);
  CHECK(asked[0].parent == genesis_tip().block);
  CHECK(only<RequestBuild>(bench.step(WorkChanged{true})).empty());
  CHECK(only<Persist>(bench.step(Built{{2}, bench.first, 5})).empty());
  const auto built = bench.step(Built{{1}, bench.first, 5});
  CHECK(only<Persist>(built).size() == 1);
  CHECK(only<RequestVerify>(built).empty());
  CHECK(only<Persist>(bench.step(Built{{1}, bench.net.make_block(genesis_block(), "x", 9), 9})).empty());
}

TEST_CASE("R2 a builder without work leaves the view to rest and may be asked again when work comes") {
  Bench bench(leader_of(1));
  bench.start();
  bench.step(WorkChanged{true});
  CHECK(only<Persist>(bench.step(BuiltNone{{1}})).empty());
  CHECK_FALSE(bench.engine->status().awake);
  CHECK(only<RequestBuild>(bench.step(WorkChanged{true})).size() == 1);
}

TEST_CASE("2.8 leader_builder_hangs: a leader that gets no block gives its own view up") {
  Bench bench(leader_of(1));
  bench.start();
  bench.step(WorkChanged{true});
  const auto signs = only<Sign>(bench.pass(2'000));
  REQUIRE(signs.size() == 1);
  CHECK(signs[0].slot.kind == VoteKind::kNullify);
}

TEST_CASE("R2 a leader that restarts sends the proposal in its slot again unchanged") {
  const PeerId self = leader_of(1);
  Bench scratch(self);
  Restored restored{.finalized = genesis_tip(), .blocks = {scratch.first}};
  restored.record.tip = genesis_tip();
  const Subject subject = scratch.about(scratch.first, 1, 0);
  restored.record = *guard(restored.record, {{0}, {1}, VoteKind::kNotarize}, subject);
  Bench bench(self, restored);
  const auto effects = bench.start();
  const auto signs = only<Sign>(effects);
  REQUIRE(signs.size() == 1);
  CHECK(signs[0].subject == subject);
  CHECK(only<RequestVerify>(effects).size() == 1);  // restored blocks need verdicts again
  bench.step(WorkChanged{true});
  const auto proposals = broadcasts<Proposal>(bench.step(bench.signed_by_me(signs[0])));
  REQUIRE(proposals.size() == 1);
  CHECK(proposals[0].block == bench.first);
  CHECK_FALSE(proposals[0].repeat);
  CHECK(only<RequestBuild>(bench.step(WorkChanged{true})).empty());
}

TEST_CASE("2.6 a restart signs again exactly what the slot shows above the finalized view") {
  Bench scratch(follower_of(1));
  Restored restored{.finalized = genesis_tip(), .blocks = {scratch.first}};
  restored.record.tip = genesis_tip();
  const Subject subject = scratch.about(scratch.first, 1, 0);
  restored.record = *guard(restored.record, {{0}, {1}, VoteKind::kNotarize}, subject);
  restored.record = *guard(restored.record, {{0}, {1}, VoteKind::kFinalize}, subject);
  restored.record = *guard(restored.record, {{0}, {2}, VoteKind::kNullify}, {.view = {2}});
  Bench bench(follower_of(1), restored);
  const auto signs = only<Sign>(bench.start());
  REQUIRE(signs.size() == 3);
  CHECK(signs[0].slot.kind == VoteKind::kNotarize);
  CHECK(signs[1].slot.kind == VoteKind::kFinalize);
  CHECK(signs[2].slot.kind == VoteKind::kNullify);
  CHECK(bench.engine->status().current == View{2});
}

TEST_CASE("2.13 a member that abstains votes only above the bar") {
  Bench scratch(follower_of(1));
  Restored restored{.finalized = genesis_tip()};
  restored.record.tip = genesis_tip();
  restored.record.abstain_until = {1};
  Bench bench(follower_of(1), restored);
  bench.start();
  bench.receive(bench.net.leader(1), bench.proposal(bench.first, 1, 0));
  CHECK(only<Persist>(bench.step(bench.valid(bench.first))).empty());
  CHECK(only<Sign>(bench.pass(20'000)).empty());
  bench.step(WorkChanged{true});
  bench.receive(bench.other(), bench.net.proof(VoteKind::kNullify, {.view = {1}}, {0, 1, 2}));
  bool voted = false;
  for (const auto& persist : only<Persist>(bench.pass(20'000)))
    voted = voted || !only<Sign>(bench.step(Persisted{persist.ticket})).empty();
  CHECK(voted);
}

TEST_CASE("2.6 a database behind its safety file means no votes at all") {
  Restored restored{.finalized = genesis_tip()};
  restored.record.tip = genesis_tip();
  restored.record.tip.height = {7};
  restored.record.tip.view = {9};
  Bench bench(follower_of(1), restored);
  bench.start();
  bench.step(WorkChanged{true});
  const auto effects = bench.pass(60'000);
  CHECK(only<Sign>(effects).empty());
  CHECK(only<Persist>(effects).empty());
}

TEST_CASE("R7 closed_view_refuses: a view that was nullified is not finalized by any path") {
  Bench bench(follower_of(1));
  bench.start();
  bench.step(WorkChanged{true});
  const auto signs = only<Sign>(bench.pass(2'000));
  REQUIRE(signs.size() == 1);
  CHECK(signs[0].slot.kind == VoteKind::kNullify);
  bench.step(bench.signed_by_me(signs[0]));
  bench.receive(bench.net.leader(1), bench.proposal(bench.first, 1, 0));
  Effects all =
      bench.receive(bench.other(), bench.net.proof(VoteKind::kNotarize, bench.about(bench.first, 1, 0), {0, 1, 2}));
  for (auto& effect : bench.step(bench.valid(bench.first))) all.push_back(effect);
  for (auto& effect : bench.pass(30'000)) all.push_back(effect);
  for (const auto& sign : only<Sign>(all)) CHECK(sign.slot.kind != VoteKind::kFinalize);
  for (const auto& vote : broadcasts<Vote>(all)) CHECK(vote.kind == VoteKind::kNullify);
}

TEST_CASE("R7 a notarization seen first does not excuse verification before FINALIZE") {
  Bench bench(follower_of(1));
  bench.start();
  const Subject subject = bench.about(bench.first, 1, 0);
  const auto effects = bench.receive(bench.other(), bench.net.proof(VoteKind::kNotarize, subject, {0, 1, 2}));
  CHECK(only<Sign>(effects).empty());
  CHECK(bench.engine->status().current == View{2});
  const auto asked = only<RequestVerify>(bench.receive(bench.net.leader(1), bench.proposal(bench.first, 1, 0)));
  REQUIRE(asked.size() == 1);
  CHECK_FALSE(asked[0].check_clock);
  const auto persists = only<Persist>(bench.step(bench.valid(bench.first)));
  REQUIRE(persists.size() == 1);
  const auto signs = only<Sign>(bench.step(Persisted{persists[0].ticket}));
  REQUIRE(signs.size() == 1);
  CHECK(signs[0].slot.kind == VoteKind::kFinalize);
}

TEST_CASE("R8 two finalizations of one height stop the node and name who signed both") {
  Bench bench(follower_of(1));
  bench.start();
  const Block other = bench.net.make_block(genesis_block(), "other", 6);
  bench.receive(bench.other(), bench.net.proof(VoteKind::kFinalize, bench.about(bench.first, 1, 0), {0, 1, 2}));
  const auto effects =
      bench.receive(bench.other(), bench.net.proof(VoteKind::kFinalize, bench.about(other, 1, 0), {1, 2, 3}));
  CHECK(only<Halt>(effects).size() == 1);
  const auto guilty = only<ReportEvidence>(effects);
  REQUIRE(guilty.size() == 2);
  CHECK(guilty[0].evidence.first.signer == 1);
  CHECK(guilty[1].evidence.first.signer == 2);
  CHECK(bench.engine->status().halted);
  bench.step(WorkChanged{true});
  CHECK(only<Sign>(bench.pass(60'000)).empty());
}

TEST_CASE("R8 a finalized block that is invalid here stops the node") {
  Bench bench(follower_of(1));
  bench.start();
  bench.receive(bench.net.leader(1), bench.proposal(bench.first, 1, 0));
  bench.receive(bench.other(), bench.net.proof(VoteKind::kFinalize, bench.about(bench.first, 1, 0), {0, 1, 2}));
  BlockVerdict verdict = bench.valid(bench.first);
  verdict.verdict = Verdict::kInvalid;
  auto effects = bench.step(verdict);  // the question with the clock: not the last word
  CHECK(only<Halt>(effects).empty());
  CHECK(only<RequestVerify>(effects).size() == 1);
  effects = bench.step(verdict);
  CHECK(only<Halt>(effects).size() == 1);
}

TEST_CASE("R8 wrong leaves under a right header convict their sender and not the block") {
  Bench bench(follower_of(1));
  bench.start();
  for (PeerId i = 0; i < 4; ++i) bench.step(PeerUp{i});
  const PeerId forger = bench.net.leader(1);
  Block junk = bench.first;
  junk.leaves.front() = "junk";
  auto effects = bench.receive(forger, bench.proposal(junk, 1, 0));
  REQUIRE(only<RequestVerify>(effects).size() == 1);
  BlockVerdict verdict = bench.valid(bench.first);
  verdict.verdict = Verdict::kForged;
  effects = bench.step(verdict);
  REQUIRE(only<Sign>(effects).size() == 1);  // the view is given up
  CHECK(only<Sign>(effects)[0].slot.kind == VoteKind::kNullify);
  const auto finalization = bench.net.proof(VoteKind::kFinalize, bench.about(bench.first, 1, 0), {0, 1, 2});
  effects = bench.receive(bench.other(), finalization);
  CHECK(only<Halt>(effects).empty());
  // The block is asked for elsewhere, never of the forger again; another forger only costs time.
  std::set<PeerId> asked;
  const auto note_asked = [&](const Effects& happened) {
    for (const auto& send : only<Send>(happened))
      if (std::holds_alternative<BlockRequest>(send.message)) asked.insert(send.to);
  };
  note_asked(effects);
  for (int i = 0; i < 20; ++i) note_asked(bench.pass(300));
  CHECK_FALSE(asked.empty());
  CHECK_FALSE(asked.contains(forger));
  const PeerId second = *asked.begin();
  CHECK(only<RequestVerify>(bench.receive(forger, BlockResponse{{bench.first}, {}, {}})).empty());
  CHECK(only<RequestVerify>(bench.receive(second, BlockResponse{{junk}, {{junk, {}}}, {}})).size() == 1);
  CHECK(only<Halt>(bench.step(verdict)).empty());
  asked.clear();
  for (int i = 0; i < 20; ++i) note_asked(bench.pass(300));
  REQUIRE(asked.size() == 1);
  const PeerId honest = *asked.begin();
  CHECK(honest != forger);
  CHECK(honest != second);
  effects = bench.receive(honest, BlockResponse{{bench.first}, {{bench.first, {}}}, {}});
  CHECK(only<RequestVerify>(effects).size() == 1);
  const auto commits = only<Commit>(bench.step(bench.valid(bench.first)));
  REQUIRE(commits.size() == 1);
  CHECK(commits[0].blocks[0].block == bench.first);
}

TEST_CASE("2.5 a member kept awake by others' votes alone hands them on so that everybody wakes") {
  Bench bench(follower_of(1));
  bench.start();
  std::vector<PeerId> others;
  for (PeerId i = 0; i < 4; ++i)
    if (i != bench.self) others.push_back(i);
  const auto nullify = [&](PeerId who) { return bench.net.vote(VoteKind::kNullify, {.view = {1}}, who); };
  bench.receive(others[0], nullify(others[0]));
  CHECK_FALSE(bench.engine->status().awake);
  Vote junk = nullify(others[1]);
  junk.signature.bytes[0] ^= 1;
  bench.receive(others[1], junk);
  CHECK(bench.engine->status().awake);
  for (const auto& sign : only<Sign>(bench.pass(10'000))) bench.step(bench.signed_by_me(sign));
  // The junk is found out when it is to be handed on, and wakes nobody any more.
  for (const auto& vote : broadcasts<Vote>(bench.pass(10'000))) CHECK(vote.signer != others[1]);
  CHECK_FALSE(bench.engine->status().awake);
  bench.receive(others[1], bench.net.vote(VoteKind::kNullify, {.view = {2}}, others[1]));
  std::set<PeerId> told;
  for (const auto& vote : broadcasts<Vote>(bench.pass(60'000))) told.insert(vote.signer);
  CHECK(told.contains(others[0]));
  CHECK(told.contains(others[1]));
}

TEST_CASE("R9 R10 old votes are answered with what settled their view and future ones are bounded") {
  Bench bench(follower_of(1));
  bench.start();
  const auto sign = bench.until_notarize();
  bench.step(bench.signed_by_me(sign));
  bench.receive(bench.other(), bench.net.proof(VoteKind::kFinalize, sign.subject, {0, 1, 2}));
  bench.step(Committed{{1}});
  REQUIRE(bench.engine->status().finalized.height == Height{1});
  const PeerId other = bench.other();
  const auto late = bench.net.vote(VoteKind::kNullify, {.view = {1}}, other);
  CHECK(only<Send>(bench.receive(other, late)).size() == 1);
  CHECK(only<Send>(bench.receive(other, late)).empty());  // at most one a second
  const auto future = bench.net.vote(VoteKind::kNullify, {.view = {1'000'000}}, other);
  const auto hint = only<Send>(bench.receive(other, future));
  REQUIRE(hint.size() == 1);
  CHECK(std::get<Status>(hint[0].message).answer_wanted);
  CHECK(bench.engine->status().current == View{2});
}

TEST_CASE("R12 a peer that comes up gets a status and my votes") {
  Bench bench(follower_of(1));
  bench.start();
  const auto sign = bench.until_notarize();
  bench.step(bench.signed_by_me(sign));
  const PeerId other = bench.other();
  const auto sends = only<Send>(bench.step(PeerUp{other}));
  REQUIRE(sends.size() == 2);
  CHECK(std::holds_alternative<Status>(sends[0].message));
  CHECK(std::get<Vote>(sends[1].message).subject == sign.subject);
}

TEST_CASE("2.2 requests for blocks and proofs are answered within bounds") {
  Bench bench(follower_of(1));
  bench.start();
  const auto sign = bench.until_notarize();
  bench.step(bench.signed_by_me(sign));
  const PeerId other = bench.other();
  const auto known = only<Send>(bench.receive(other, BlockRequest{{sign.subject.block}, {}, {}}));
  REQUIRE(known.size() == 1);
  CHECK(std::get<BlockResponse>(known[0].message).blocks.size() == 1);
  CHECK(only<Serve>(bench.receive(other, BlockRequest{{genesis_tip().block}, {}, {}})).size() == 1);
  CHECK(only<Serve>(bench.receive(other, BlockRequest{{}, {1}, {900}})).empty());  // nothing final yet
  CHECK(only<Serve>(bench.receive(other, BlockRequest{{}, {9}, {1}})).empty());
  bench.receive(bench.other(), bench.net.proof(VoteKind::kFinalize, sign.subject, {0, 1, 2}));
  bench.step(Committed{{1}});
  const auto served = only<Serve>(bench.receive(other, BlockRequest{{}, {1}, {900}}));
  REQUIRE(served.size() == 1);
  CHECK(served[0].request.last == Height{1});
  const auto proofs = only<Send>(bench.receive(other, ProofRequest{{1}, {UINT64_MAX}}));
  REQUIRE(proofs.size() == 1);
  CHECK(std::get<ProofResponse>(proofs[0].message).proofs.size() == 1);
}

TEST_CASE("2.9 a proposal from anybody but its view's leader is ignored") {
  Bench bench(follower_of(1));
  bench.start();
  for (PeerId from = 0; from < 4; ++from) {
    if (from == bench.net.leader(1)) continue;
    CHECK(bench.receive(from, bench.proposal(bench.first, 1, 0)).empty());
  }
  auto forged = bench.proposal(bench.first, 1, 0);
  forged.signature.bytes[0] ^= 1;
  const auto blame = bench.receive(bench.net.leader(1), forged);
  REQUIRE(blame.size() == 1);
  CHECK(std::get<Blame>(blame[0]).peer == bench.net.leader(1));
  CHECK(only<RequestVerify>(bench.receive(bench.net.leader(1), bench.proposal(bench.first, 1, 0))).size() == 1);
}

TEST_CASE("2.10 evidence that a peer brings is checked and reported once") {
  Bench bench(follower_of(1));
  bench.start();
  const Block other = bench.net.make_block(genesis_block(), "other", 6);
  const PeerId guilty = bench.net.leader(1);
  const Evidence evidence{bench.net.vote(VoteKind::kNotarize, bench.about(bench.first, 1, 0), guilty),
                          bench.net.vote(VoteKind::kNotarize, bench.about(other, 1, 0), guilty)};
  Evidence forged = evidence;
  forged.second.signature.bytes[1] ^= 1;
  CHECK(only<ReportEvidence>(bench.receive(bench.net.leader(2), forged)).empty());
  CHECK(only<ReportEvidence>(bench.receive(bench.net.leader(2), Evidence{evidence.first, evidence.first})).empty());
  CHECK(only<ReportEvidence>(bench.receive(bench.net.leader(2), evidence)).size() == 1);
  CHECK(only<ReportEvidence>(bench.receive(bench.net.leader(2), evidence)).empty());
  // Nor after its view is settled by a commit.
  bench.receive(bench.net.leader(1), bench.proposal(bench.first, 1, 0));
  bench.step(bench.valid(bench.first));
  const auto about = bench.about(bench.first, 1, 0);
  REQUIRE(only<Commit>(bench.receive(bench.other(), bench.net.proof(VoteKind::kFinalize, about, {0, 1, 2}))).size() ==
          1);
  bench.step(Committed{{1}});
  REQUIRE(bench.engine->status().finalized.height == Height{1});
  CHECK(bench.receive(bench.net.leader(2), evidence).empty());
}

TEST_CASE("2.10 a member that contradicts itself without end is reported within its share and told of a few times") {
  Bench bench(follower_of(1));
  bench.start();
  const Block other = bench.net.make_block(genesis_block(), "other", 6);
  const PeerId guilty = bench.net.leader(1);
  std::size_t reported = 0;
  std::size_t told = 0;
  for (std::uint64_t view = 1; view <= 500; ++view) {
    const Evidence evidence{bench.net.vote(VoteKind::kNotarize, bench.about(bench.first, view, 0), guilty),
                            bench.net.vote(VoteKind::kNotarize, bench.about(other, view, 0), guilty)};
    const auto effects = bench.receive(bench.net.leader(2), evidence);
    reported += only<ReportEvidence>(effects).size();
    told += broadcasts<Evidence>(effects).size();
  }
  CHECK(reported == limits::kEvidenceKept / 4);
  CHECK(told == 4);
  const Evidence another{bench.net.vote(VoteKind::kNotarize, bench.about(bench.first, 1, 0), bench.net.leader(2)),
                         bench.net.vote(VoteKind::kNotarize, bench.about(other, 1, 0), bench.net.leader(2))};
  CHECK(only<ReportEvidence>(bench.receive(guilty, another)).size() == 1);
  CHECK(class_of(another) != Class::kVotes);
}

TEST_CASE("R3 a proposal that its leader's vote overtook is voted for") {
  Bench bench(follower_of(1));
  bench.start();
  const PeerId who = bench.net.leader(1);
  bench.receive(who, bench.net.vote(VoteKind::kNotarize, bench.about(bench.first, 1, 0), who));
  const auto effects = bench.receive(who, bench.proposal(bench.first, 1, 0));
  CHECK(only<RequestVerify>(effects).size() == 1);
}

TEST_CASE("I9 equal inputs give equal effects") {
  const auto run = [] {
    Bench bench(follower_of(1));
    std::string log;
    const auto note = [&](const Effects& effects) {
      for (const auto& effect : effects) {
        log += std::to_string(effect.index()) + ";";
        if (const auto* out = std::get_if<Broadcast>(&effect)) log += encode(out->message, bench.net.scope(), 4);
      }
      log += std::to_string(bench.engine->next_deadline_us().value_or(0));
    };
    note(bench.start());
    note(bench.step(WorkChanged{true}));
    note(bench.pass(30'000));
    note(bench.receive(bench.net.leader(1), bench.proposal(bench.first, 1, 0)));
    note(bench.pass(30'000));
    return log;
  };
  CHECK(run() == run());
}

TEST_CASE("2.9 twenty members relay proofs to a few and still finalize") {
  Network net(20);
  net.start();
  net.run_for(10);
  net.submit("a");
  REQUIRE(net.run_until([&] { return net.all_have("a"); }, 1'000));
  net.crash(net.leader(2));
  net.submit("b");
  CHECK(net.run_until([&] { return net.all_have("b"); }, 20'000));
  INFO(net.broken_law);
  CHECK_FALSE(net.laws_broken);
}

TEST_CASE("real Ed25519 signatures make a quorum proof that verifies and one flipped bit does not") {
  std::vector<MemberKeys> list;
  std::vector<crypto::SecretKey> secrets;
  for (const auto* code : {"AR", "BO", "CL", "PE"}) {
    secrets.push_back(*crypto::SecretKey::from_seed(Bytes(32, code[0])));
    MemberKeys keys;
    keys.code = code;
    keys.vote = secrets.back().public_key();
    list.push_back(keys);
  }
  const auto members = *MemberSet::make(list);
  const Subject subject{{5}, {4}, {9}, {}};
  VotePool pool(fake_scope(), members, &crypto::verify);
  const Bytes bytes = vote_bytes(fake_scope(), VoteKind::kFinalize, subject);
  for (MemberIndex i = 0; i < 3; ++i)
    pool.add({VoteKind::kFinalize, subject, i, secrets[i].sign(bytes)}, Carrier::kSigner);
  auto proof = pool.form(VoteKind::kFinalize, {5});
  REQUIRE(proof.has_value());
  CHECK(verify(*proof, fake_scope(), members, &crypto::verify));
  proof->signatures[1].bytes[3] ^= 1;
  CHECK_FALSE(verify(*proof, fake_scope(), members, &crypto::verify));
}

}  // namespace quipu::consensus::net
