// SPDX-License-Identifier: Apache-2.0
// Dealing with peers: what is answered, sent again and asked for, how often, and how much of it.
#include <catch2/catch.hpp>

#include <algorithm>

#include "bench.h"
#include "consensus/deadlines.h"
#include "consensus/fetches.h"
#include "consensus/limits.h"
#include "messages.h"
#include "network.h"

namespace quipu::consensus::net {

namespace {

std::vector<MemberIndex> all_but(PeerId self) {
  std::vector<MemberIndex> list;
  for (PeerId id = 0; id < 4; ++id)
    if (id != self) list.push_back(id);
  return list;
}

}  // namespace

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

TEST_CASE("R9 a vote in a settled view is answered with what settled it once a second for each peer") {
  Bench bench(follower_of(1));
  bench.start();
  const auto sign = bench.until_notarize();
  bench.step(bench.signed_by_me(sign));
  bench.receive(bench.other(), bench.net.proof(VoteKind::kFinalize, sign.subject, {0, 1, 2}));
  bench.step(Committed{{1}});
  std::size_t answers = 0;
  for (int i = 0; i < 3'000; ++i) {
    bench.clock_us += 1'000;
    for (const auto who : all_but(bench.self))
      for (const auto& send : only<Send>(bench.receive(who, bench.net.vote(VoteKind::kNullify, {.view = {1}}, who)))) {
        CHECK(send.to == who);
        CHECK(std::get<QuorumProof>(send.message).kind == VoteKind::kFinalize);
        ++answers;
      }
  }
  CHECK(answers == 9);
}

TEST_CASE("R10 a vote far ahead is not kept and its sender is asked for its STATUS once a second") {
  Bench bench(follower_of(1));
  bench.start();
  std::size_t asked = 0;
  for (std::uint64_t i = 0; i < 2'000; ++i) {
    bench.clock_us += 1'000;
    const auto vote = bench.net.vote(VoteKind::kNullify, {.view = {4 + i}}, bench.other());
    for (const auto& send : only<Send>(bench.receive(bench.other(), vote))) {
      CHECK(std::get<Status>(send.message).answer_wanted);
      ++asked;
    }
  }
  CHECK(asked == 2);
  CHECK_FALSE(bench.engine->status().awake);
  CHECK(bench.engine->status().current == View{1});
  // The next two views' votes are kept.
  for (const auto who : all_but(bench.self)) bench.receive(who, bench.net.vote(VoteKind::kNullify, {.view = {3}}, who));
  CHECK(bench.engine->status().current == View{4});
}

TEST_CASE("R11 what is sent again is what was signed and the pauses between double up to their cap") {
  Bench bench(follower_of(1));
  bench.start();
  const auto sign = bench.until_notarize();
  bench.step(bench.signed_by_me(sign));
  bench.carry_out(
      bench.receive(bench.other(), bench.net.proof(VoteKind::kNotarize, sign.subject, all_but(bench.self))));
  std::set<std::pair<VoteKind, std::uint64_t>> signed_votes{{VoteKind::kNotarize, 1}, {VoteKind::kFinalize, 1}};
  std::vector<std::int64_t> moments;
  const std::int64_t end_us = bench.clock_us + 600'000'000;
  while (bench.clock_us < end_us && bench.engine->next_deadline_us()) {
    bench.clock_us = *bench.engine->next_deadline_us();
    Effects effects = bench.step(Tick{});
    bool again = false;
    std::size_t messages = 0;
    for (const auto& vote : broadcasts<Vote>(effects)) {
      ++messages;
      again = again || vote.kind == VoteKind::kFinalize;
      CHECK(signed_votes.contains({vote.kind, vote.subject.view.value}));
    }
    CHECK(messages + broadcasts<QuorumProof>(effects).size() <= 24 + 16 + 2);
    if (again) moments.push_back(bench.clock_us);
    for (const auto& vote : bench.carry_out(std::move(effects)))
      signed_votes.insert({vote.kind, vote.subject.view.value});
  }
  REQUIRE(moments.size() >= 6);
  for (std::size_t i = 2; i < moments.size(); ++i) {
    const auto pause = moments[i] - moments[i - 1];
    const auto before = moments[i - 1] - moments[i - 2];
    CHECK((pause > before * 15 / 10 || pause > 27'000'000));
    CHECK(pause < 34'000'000);
  }
}

TEST_CASE("R12 resends_are_bounded: a greeting is short whatever a member has signed") {
  SafetyRecord record;
  record.tip = genesis_tip();
  for (std::uint64_t view = 1; view <= 60; ++view) {
    Subject subject{{view}, {view - 1}, {1}, {}};
    subject.block.bytes[0] = static_cast<std::uint8_t>(view);
    record = *guard(record, {{0}, {view}, VoteKind::kNotarize}, subject);
    record = *guard(record, {{0}, {view}, VoteKind::kFinalize}, subject);
  }
  Bench bench(follower_of(1), Restored{.record = record, .finalized = genesis_tip()});
  bench.carry_out(bench.start());
  const auto sends = only<Send>(bench.step(PeerUp{bench.other()}));
  CHECK(sends.size() > 10);
  CHECK(sends.size() <= 24 + 3);
  for (const auto& send : sends) CHECK(send.to == bench.other());
}

TEST_CASE("2.9 fetch_answer_matrix: a thing wanted is asked of one peer after another until it comes") {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    INFO("seed " << seed);
    Jitter dice(seed);
    FetchTable table(500, 30'000);
    std::map<FetchKey, std::vector<MemberIndex>> wanted;
    for (std::uint64_t i = 0; i < 6; ++i) wanted[{.kind = FetchKind::kProofs, .first = i}] = {1, 2, 3, 4};
    const auto has_it = static_cast<MemberIndex>(1 + dice.next() % 4);
    std::int64_t now_us = 0;
    for (int step = 0; step < 3'000 && !wanted.empty(); ++step) {
      std::vector<Wanted> list;
      for (const auto& [key, peers] : wanted) list.push_back({key, key.first, peers});
      for (const auto& request : table.plan(list, now_us, dice)) {
        REQUIRE(wanted.contains(request.key));
        const auto kind = dice.next() % 4;  // dropped, answered twice, empty, or about something else
        if (kind == 0) continue;
        if (request.to == has_it) wanted.erase(request.key);
        if (request.to != has_it || kind == 2) table.unhelpful(request.key, request.to, now_us);
        table.unhelpful({.kind = FetchKind::kProofs, .first = 999}, request.to, now_us);
      }
      if (const auto next = table.next_us()) now_us = std::max(now_us + 1, *next);
      if (dice.next() % 10 == 0) table.peer_gone(static_cast<MemberIndex>(1 + dice.next() % 4), now_us);
    }
    CHECK(wanted.empty());
  }
}

}  // namespace quipu::consensus::net
