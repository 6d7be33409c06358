// SPDX-License-Identifier: Apache-2.0
// Members that hold different proofs of one view, however it came about: nobody waits for anybody, and nothing final is
// lost. Elsewhere this is where chains stood still.
#include <catch2/catch.hpp>

#include <algorithm>

#include "bench.h"
#include "consensus/deadlines.h"
#include "messages.h"
#include "network.h"

namespace quipu::consensus::net {

namespace {

// In this view everybody notarized a block on the genesis block and then gave up; afterwards `holders` have the
// notarization on their disks, the others the nullification. What was said about it else is lost.
void split_view(Network& net, std::uint64_t view, const std::set<PeerId>& holders) {
  const Block block = net.make_block(genesis_block(), "of view " + std::to_string(view));
  const Subject subject{{view}, {0}, {1}, block_id(net.scope().chain, block.header)};
  std::vector<MemberIndex> quorum;
  for (std::size_t i = 0; i < net.members().quorum(); ++i) quorum.push_back(static_cast<MemberIndex>(i));
  for (std::size_t i = 0; i < net.size(); ++i) {
    const auto id = static_cast<PeerId>(i);
    Disk& disk = net.host(id).disk;
    disk.record = *guard(disk.record, {{0}, {view}, VoteKind::kNotarize}, subject);
    disk.record = *guard(disk.record, {{0}, {view}, VoteKind::kNullify}, {.view = {view}});
    disk.blocks[subject.block] = block;
    disk.proofs.push_back(holders.contains(id) ? net.proof(VoteKind::kNotarize, subject, quorum)
                                               : net.proof(VoteKind::kNullify, {.view = {view}}, quorum));
  }
}

// Everybody but `away` restarts from this and gets work: it must be final within n + 2 views.
void must_go_on(Network& net, std::uint64_t views, const std::set<PeerId>& away = {}) {
  for (std::size_t i = 0; i < net.size(); ++i)
    if (!away.contains(static_cast<PeerId>(i))) net.restart(static_cast<PeerId>(i));
  net.run_for(10);
  net.submit("after");
  const bool went_on = net.run_until([&] { return net.all_have("after"); }, 600'000);
  INFO(net.describe());
  CHECK(went_on);
  for (std::size_t i = 0; i < net.size(); ++i)
    if (net.host(static_cast<PeerId>(i)).engine)
      CHECK(net.host(static_cast<PeerId>(i)).disk.tip.view.value <= views + net.size() + 2);
  check_laws(net);
  check_no_halt(net);
}

}  // namespace

TEST_CASE("proof_split_lone_holder: one member alone has the notarization wherever its turn comes next") {
  for (const std::size_t members : {4, 7})
    for (std::uint64_t turn = 2; turn <= members + 1; ++turn) {
      INFO(members << " members and the holder leads view " << turn);
      Network net(members);
      split_view(net, 1, {net.leader(turn)});
      must_go_on(net, 1);
    }
}

TEST_CASE("proof_split_lone_nullifier: one member alone has the nullification wherever its turn comes next") {
  for (const std::size_t members : {4, 7})
    for (std::uint64_t turn = 2; turn <= members + 1; ++turn) {
      INFO(members << " members and the one without it leads view " << turn);
      Network net(members);
      std::set<PeerId> holders;
      for (std::size_t i = 0; i < members; ++i) holders.insert(static_cast<PeerId>(i));
      holders.erase(net.leader(turn));
      split_view(net, 1, holders);
      must_go_on(net, 1);
    }
}

TEST_CASE("proof_split_several_views: whoever holds which of seven views in a row") {
  Jitter dice(11);
  for (int run = 0; run < 60; ++run) {
    const std::size_t members = run % 2 == 0 ? 4 : 7;
    INFO("run " << run << " with " << members << " members");
    Network net(members);
    for (std::uint64_t view = 1; view <= 7; ++view) {
      std::set<PeerId> holders;
      for (std::size_t i = 0; i < members; ++i)
        if (dice.next() % 2 == 0) holders.insert(static_cast<PeerId>(i));
      split_view(net, view, holders);
    }
    must_go_on(net, 7);
  }
}

TEST_CASE("proof_split_offline_holder: those who hold the notarizations are away for good") {
  for (const std::size_t members : {4, 7})
    for (std::uint64_t turn = 4; turn <= members + 3; ++turn) {
      Network net(members);
      std::set<PeerId> away;
      for (std::size_t i = 0; i < net.members().faulty(); ++i) away.insert(net.leader(turn + i));
      for (std::uint64_t view = 1; view <= 3; ++view) split_view(net, view, away);
      must_go_on(net, 3, away);
    }
}

TEST_CASE("proof_split_each_view_its_own_holder: every member is the only one to hold one of the notarizations") {
  for (const std::size_t members : {4, 7, 10}) {
    Network net(members);
    for (std::uint64_t view = 1; view <= members; ++view) split_view(net, view, {static_cast<PeerId>(view - 1)});
    must_go_on(net, members);
  }
}

TEST_CASE("R6 a view is entered once whatever proofs of it come and each proof is passed on once") {
  Bench bench(follower_of(1));
  bench.start();
  const Subject subject = bench.about(bench.first, 1, 0);
  std::size_t relayed = 0;
  for (int again = 0; again < 3; ++again)
    for (const auto& proof : {bench.net.proof(VoteKind::kNullify, {.view = {1}}, {0, 1, 2}),
                              bench.net.proof(VoteKind::kNotarize, subject, {0, 1, 2})}) {
      relayed += broadcasts<QuorumProof>(bench.receive(bench.other(), proof)).size();
      CHECK(bench.engine->status().current == View{2});
    }
  CHECK(relayed == 2);
}

TEST_CASE("R6 nullify_then_notarization: who nullified a view builds on its notarization all the same") {
  Bench bench(leader_of(2));
  bench.start();
  bench.step(WorkChanged{true});
  const auto nullified = only<Sign>(bench.pass(2'000));
  REQUIRE(nullified.size() == 1);
  REQUIRE(nullified[0].slot.kind == VoteKind::kNullify);
  bench.step(bench.signed_by_me(nullified[0]));
  bench.receive(bench.net.leader(1), bench.proposal(bench.first, 1, 0));
  const Subject subject = bench.about(bench.first, 1, 0);
  bench.receive(bench.other(), bench.net.proof(VoteKind::kNotarize, subject, {0, 1, 2}));
  CHECK(bench.engine->status().current == View{2});
  const auto effects = bench.step(bench.valid(bench.first));
  const auto builds = only<RequestBuild>(effects);
  REQUIRE(builds.size() == 1);
  CHECK(builds[0].view == View{2});
  CHECK(builds[0].parent == subject.block);
  for (const auto& sign : only<Sign>(effects)) CHECK(sign.slot.kind != VoteKind::kFinalize);
}

TEST_CASE("R7 late_notarization_after_nullify: who nullified a view never finalizes in it but goes on from its block") {
  Network net(4);
  net.start();
  net.run_for(10);
  const PeerId late = net.leader(3);
  bool cut = true;
  net.pass = [&](PeerId from, PeerId to, const Message& message) {
    if (from == late) return !is_vote(message, VoteKind::kNullify);
    return !(cut && to == late && !is<Submissions>(message));
  };
  net.submit("a");
  REQUIRE(net.run_until([&] { return net.host(late).disk.record.top_nullified; }, 5'000));
  cut = false;
  net.deliver(net.leader(1), late,
              Status{.finalized = net.engine(net.leader(1)).status().finalized,
                     .finalization = net.host(net.leader(1)).disk.finalization});
  CHECK(net.run_until([&] { return net.all_have("a"); }, 5'000));
  net.submit("b");
  CHECK(net.run_until([&] { return net.all_have("b"); }, 5'000));
  for (const auto& vote : net.host(late).signed_votes)
    CHECK_FALSE((vote.kind == VoteKind::kFinalize && vote.subject.view.value == 1));
  check_laws(net);
}

TEST_CASE("R8 finalize_descendant_only: an ancestor needs no proof of its own") {
  Network net(4);
  net.start();
  net.run_for(10);
  net.pass = [&](PeerId, PeerId, const Message& message) {
    const auto* vote = std::get_if<Vote>(&message);
    return !(vote && vote->kind == VoteKind::kFinalize && vote->subject.view.value == 1);
  };
  net.submit("a");
  net.submit("b");
  CHECK(net.run_until([&] { return net.all_have("a") && net.all_have("b"); }, 1'000));
  check_laws(net);
}

TEST_CASE("R3 byz_leader_missing_skip_proof: a proposal that passes over a view without its X is not voted for") {
  for (const bool forged : {false, true}) {
    Network probe(4);
    const PeerId byzantine = probe.leader(2);
    Network net(4, {byzantine});
    net.start();
    net.run_for(10);
    const PeerId target = probe.leader(3);
    net.pass = [](PeerId, PeerId, const Message&) { return false; };
    // View 1 was notarized; the leader of 2 pretends that it was skipped.
    const Block one = net.make_block(genesis_block(), "one");
    const Subject notarized{{1}, {0}, {1}, block_id(net.scope().chain, one.header)};
    net.deliver(byzantine, target, net.proof(VoteKind::kNotarize, notarized, {0, 1, 2}));
    const Block two = net.make_block(genesis_block(), "two");
    const Subject subject{{2}, {0}, {1}, block_id(net.scope().chain, two.header)};
    Proposal proposal{.view = {2}, .block = two};
    proposal.signature = net.vote(VoteKind::kNotarize, subject, byzantine).signature;
    if (forged) {
      proposal.skip_proofs.push_back(net.proof(VoteKind::kNullify, {.view = {1}}, {0, 1, 2}));
      proposal.skip_proofs[0].signatures[1].bytes[0] ^= 1;
    }
    net.deliver(byzantine, target, proposal);
    net.run_for(10'000);
    for (const auto& vote : net.host(target).signed_votes) CHECK(vote.kind == VoteKind::kNullify);
  }
}

namespace {

constexpr std::uint64_t kGap = 10'000;

std::vector<MemberIndex> first_quorum(const Network& net) {
  std::vector<MemberIndex> signers;
  for (std::size_t i = 0; i < net.members().quorum(); ++i) signers.push_back(static_cast<MemberIndex>(i));
  return signers;
}

// All know the gap but one, and without its vote there is no quorum.
void vote_over_gap(std::size_t members) {
  Network net(members);
  const auto quorum = first_quorum(net);
  std::vector<QuorumProof> gap;
  for (std::uint64_t view = 1; view <= kGap; ++view)
    gap.push_back(net.proof(VoteKind::kNullify, {.view = {view}}, quorum));
  const PeerId ignorant = net.leader(kGap + 2);
  std::set<PeerId> away;
  for (std::size_t i = 0; i < net.members().faulty(); ++i) away.insert(net.leader(kGap + 3 + i));
  for (std::size_t i = 0; i < members; ++i) {
    const auto id = static_cast<PeerId>(i);
    if (away.contains(id)) continue;
    net.host(id).disk.proofs = id == ignorant ? std::vector{gap.back()} : gap;
    net.restart(id);
  }
  net.run_for(10);
  REQUIRE(net.engine(ignorant).status().current == View{kGap + 1});
  net.submit("a");
  CHECK(net.run_until([&] { return net.all_have("a"); }, 20'000));
  CHECK(signed_by(net, ignorant, VoteKind::kNotarize, kGap + 1));
  CHECK(net.host(ignorant).disk.tip.view == View{kGap + 1});
  check_laws(net);
}

}  // namespace

TEST_CASE("R3 skip_gap_10000: after ten thousand nullified views the next proposal is voted for by 4 members") {
  vote_over_gap(4);
}

TEST_CASE("R3 skip_gap_10000: after ten thousand nullified views the next proposal is voted for by 11 members") {
  vote_over_gap(11);
}

TEST_CASE("R3 skip_gap_10000: one of 186 members fetches the gap in ranges of 64 and votes") {
  Network probe(186);
  Bench bench(probe.leader(kGap + 2), {}, 186);
  const auto quorum = first_quorum(bench.net);
  const auto skip = [&](std::uint64_t view) { return bench.net.proof(VoteKind::kNullify, {.view = {view}}, quorum); };
  bench.start();
  for (PeerId id = 0; id < 186; ++id) bench.step(PeerUp{id});
  bench.receive(bench.other(), skip(kGap));
  REQUIRE(bench.engine->status().current == View{kGap + 1});
  Proposal proposal = bench.proposal(bench.first, kGap + 1, 0);
  for (std::uint64_t view = kGap - 6; view <= kGap; ++view) proposal.skip_proofs.push_back(skip(view));  // 64 KiB
  Effects effects = bench.receive(bench.net.leader(kGap + 1), proposal);
  std::size_t requests = 0;
  while (only<RequestVerify>(effects).empty()) {
    REQUIRE(++requests <= kGap / 64 + 1);
    std::optional<Send> request;
    for (const auto& send : only<Send>(effects))
      if (is<ProofRequest>(send.message)) request = send;
    REQUIRE(request.has_value());
    const auto range = std::get<ProofRequest>(request->message);
    REQUIRE(range.last.value - range.first.value < 64);
    ProofResponse answer;
    for (View view = range.first; view <= range.last; view = view.next()) answer.proofs.push_back(skip(view.value));
    effects = bench.receive(request->to, std::move(answer));
  }
  CHECK(requests == (kGap - 7 + 63) / 64);
  const auto persists = only<Persist>(bench.step(bench.valid(bench.first)));
  REQUIRE(persists.size() == 1);
  const auto signs = only<Sign>(bench.step(Persisted{persists[0].ticket}));
  REQUIRE(signs.size() == 1);
  CHECK(signs[0].slot.kind == VoteKind::kNotarize);
}

}  // namespace quipu::consensus::net
