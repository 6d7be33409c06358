// SPDX-License-Identifier: Apache-2.0
// One engine alone, input by input: the order of effects, what it must refuse, and what it does at a restart.
#include <catch2/catch.hpp>

#include <algorithm>
#include <array>

#include "bench.h"
#include "consensus/limits.h"
#include "crypto/keys.h"
#include "messages.h"

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

TEST_CASE("R5 leader_builder_hangs: a leader that gets no block gives its own view up") {
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

TEST_CASE(
    "R3 a new block that names another maker than the leader of its view gets no vote unless others notarize it") {
  Bench bench(follower_of(1));
  bench.start();
  bench.receive(bench.net.leader(1), bench.proposal(bench.first, 1, 0));
  BlockVerdict verdict = bench.valid(bench.first);
  verdict.proposer = bench.net.leader(2);
  const auto signs = only<Sign>(bench.step(verdict));
  REQUIRE(signs.size() == 1);
  CHECK(signs[0].slot.kind == VoteKind::kNullify);
  // The block itself is good: the next leader may repeat it, and it may become final.
  bench.receive(bench.other(), bench.net.proof(VoteKind::kNotarize, bench.about(bench.first, 1, 0), {0, 1, 2}));
  Proposal repeat{.view = {2}, .repeat = true, .parent_view = {1}};
  const Subject again = bench.about(bench.first, 2, 1);
  repeat.repeated = again.block;
  repeat.signature = bench.net.vote(VoteKind::kNotarize, again, bench.net.leader(2)).signature;
  const auto persists = only<Persist>(bench.receive(bench.net.leader(2), repeat));
  REQUIRE(persists.size() == 1);
  const auto votes = only<Sign>(bench.step(Persisted{persists[0].ticket}));
  REQUIRE(votes.size() == 1);
  CHECK(votes[0].slot.kind == VoteKind::kNotarize);
  CHECK(votes[0].subject == again);
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

TEST_CASE("R5 invalid_block_fast_skip: an invalid proposal is given up at once and the next leader goes on") {
  Network probe(4);
  const PeerId byzantine = probe.leader(1);
  Network net(4, {byzantine});
  net.start();
  net.run_for(10);
  const Block bad = net.make_block(genesis_block(), "invalid");
  const Subject subject{{1}, {0}, {1}, block_id(net.scope().chain, bad.header)};
  Proposal proposal{.view = {1}, .block = bad};
  proposal.signature = net.vote(VoteKind::kNotarize, subject, byzantine).signature;
  for (PeerId i = 0; i < 4; ++i)
    if (i != byzantine) net.deliver(byzantine, i, proposal);
  net.submit("a");
  CHECK(net.run_until([&] { return net.all_have("a"); }, 50));
  check_laws(net);
}

TEST_CASE("R3 a block ahead of the clock is voted for once its time comes") {
  Network net(4);
  net.host(net.leader(1)).utc_offset_ms = 0;
  for (PeerId i = 0; i < 4; ++i)
    if (i != net.leader(1)) net.host(i).utc_offset_ms = -10'500;
  net.start();
  net.run_for(10);
  net.submit("a");
  CHECK(net.run_until([&] { return net.all_have("a"); }, 1'000));
  for (PeerId i = 0; i < 4; ++i)
    for (const auto& vote : net.host(i).signed_votes) CHECK(vote.kind != VoteKind::kNullify);
  check_laws(net);
}

TEST_CASE("R3 clock_skew_block_finalized_by_others: a verdict about the clock is not kept") {
  Network net(4);
  const PeerId skewed = net.leader(3);
  net.host(skewed).utc_offset_ms = 3'600'000;
  net.start();
  net.run_for(10);
  net.submit("a");
  CHECK(net.run_until([&] { return net.all_have("a"); }, 1'000));
  check_laws(net);
  check_no_halt(net);
}

}  // namespace quipu::consensus::net
