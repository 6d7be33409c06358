// SPDX-License-Identifier: Apache-2.0
// What members remember across a restart and what becomes of a network whose members forget the rest.
#include <catch2/catch.hpp>

#include <algorithm>

#include "bench.h"
#include "messages.h"
#include "network.h"

namespace quipu::consensus::net {

namespace {

bool all_signed(Network& net, VoteKind kind, std::uint64_t view) {
  for (std::size_t i = 0; i < net.size(); ++i)
    if (!signed_by(net, static_cast<PeerId>(i), kind, view)) return false;
  return true;
}

// Everybody loses power at once and comes back to good links; no deadline is as short as the time given.
void must_go_on_at_once(Network& net) {
  for (std::size_t i = 0; i < net.size(); ++i) net.crash(static_cast<PeerId>(i), false);
  net.pass = [](PeerId, PeerId, const Message&) { return true; };
  for (std::size_t i = 0; i < net.size(); ++i) net.restart(static_cast<PeerId>(i));
  CHECK(net.run_until([&] { return net.all_have("a"); }, 500));
  net.submit("b");
  CHECK(net.run_until([&] { return net.all_have("b"); }, 500));
  check_laws(net);
  check_no_halt(net);
}

Restored having(const QuorumProof& proof, std::vector<Block> blocks = {}) {
  Restored restored{.finalized = genesis_tip(), .proofs = {proof}, .blocks = std::move(blocks)};
  restored.record.tip = genesis_tip();
  return restored;
}

}  // namespace

TEST_CASE("all_crash_after_notarize: votes that nobody heard are signed again and counted") {
  Network net(4);
  net.pass = [](PeerId, PeerId, const Message& message) { return !is_vote(message, VoteKind::kNotarize); };
  net.start();
  net.run_for(10);
  net.submit("a");
  REQUIRE(net.run_until([&] { return all_signed(net, VoteKind::kNotarize, 1); }, 100));
  for (PeerId id = 0; id < 4; ++id) REQUIRE(net.proofs_held(id, 1).empty());
  must_go_on_at_once(net);
}

TEST_CASE("all_crash_after_finalize: votes that nobody heard are signed again and counted") {
  Network net(4);
  net.pass = [](PeerId, PeerId, const Message& message) { return !is_vote(message, VoteKind::kFinalize); };
  net.start();
  net.run_for(10);
  net.submit("a");
  REQUIRE(net.run_until([&] { return all_signed(net, VoteKind::kFinalize, 1); }, 100));
  CHECK_FALSE(net.has(0, "a"));
  must_go_on_at_once(net);
}

TEST_CASE("all_crash_after_proof: a notarization that everybody holds is built upon after the restart") {
  Network net(4);
  net.start();
  net.run_for(10);
  // At the moment the last of them has it on disk, which is before FINALIZE is signed.
  net.pass = [](PeerId, PeerId, const Message& message) { return !is_vote(message, VoteKind::kFinalize); };
  net.submit("a");
  const auto on_disk = [&](PeerId id) { return !net.host(id).disk.proofs.empty(); };
  REQUIRE(net.run_until([&] { return on_disk(0) && on_disk(1) && on_disk(2) && on_disk(3); }, 100));
  must_go_on_at_once(net);
}

TEST_CASE("all_crash_after_proof: a nullification that everybody holds is gone past after the restart") {
  Network net(4);
  net.start();
  net.run_for(10);
  const PeerId deaf = net.leader(1);
  net.pass = [](PeerId, PeerId, const Message& message) { return !is<Proposal>(message); };
  for (PeerId id = 0; id < 4; ++id)
    if (id != deaf) net.submit_to(id, "a");
  const auto on_disk = [&](PeerId id) {
    return std::ranges::any_of(net.host(id).disk.proofs, [](const QuorumProof& proof) {
      return proof.kind == VoteKind::kNullify && proof.subject.view == View{1};
    });
  };
  REQUIRE(net.run_until([&] { return on_disk(0) && on_disk(1) && on_disk(2) && on_disk(3); }, 10'000));
  for (PeerId id = 0; id < 4; ++id) net.crash(id, false);
  net.pass = [](PeerId, PeerId, const Message&) { return true; };
  for (PeerId id = 0; id < 4; ++id) net.restart(id);
  net.run_for(10);
  for (PeerId id = 0; id < 4; ++id) CHECK(net.engine(id).status().current >= View{2});
  net.submit("b");
  CHECK(net.run_until([&] { return net.all_have("b"); }, 10'000));
  check_laws(net);
}

TEST_CASE("restart_tally_distinct_signers: an own vote from the slot and its copies from the network count once") {
  Bench scratch(follower_of(1));
  Restored restored{.finalized = genesis_tip(), .blocks = {scratch.first}};
  restored.record.tip = genesis_tip();
  const Subject subject = scratch.about(scratch.first, 1, 0);
  restored.record = *guard(restored.record, {{0}, {1}, VoteKind::kNotarize}, subject);
  Bench bench(follower_of(1), restored);
  const auto signs = only<Sign>(bench.start());
  REQUIRE(signs.size() == 1);
  const Vote own = bench.net.vote(VoteKind::kNotarize, subject, bench.self);
  const Vote other = bench.net.vote(VoteKind::kNotarize, subject, bench.other());
  for (int again = 0; again < 2; ++again) {
    for (PeerId carrier = 0; carrier < 4; ++carrier)
      if (carrier != bench.self) {
        bench.receive(carrier, own);
        bench.receive(carrier, other);
        bench.receive(carrier, Status{.finalized = genesis_tip(), .current = {1}, .your_votes = {own}});
      }
    CHECK(bench.engine->status().current == View{1});  // two members of three
    bench.step(bench.signed_by_me(signs[0]));
  }
  PeerId third = 0;
  while (third == bench.self || third == bench.other()) ++third;
  bench.receive(third, bench.net.vote(VoteKind::kNotarize, subject, third));
  CHECK(bench.engine->status().current == View{2});
}

TEST_CASE("restart_view_from_any_proof: the view after a restart follows from N or X or F or the slot") {
  Network net(4);
  const Block block = net.make_block(genesis_block(), "first", 5);
  const Subject subject{{6}, {0}, {1}, block_id(net.scope().chain, block.header)};
  for (const auto kind : kAllKinds) {
    const Subject about = kind == VoteKind::kNullify ? Subject{.view = {6}} : subject;
    Bench bench(leader_of(7), having(net.proof(kind, about, {0, 1, 2}), {block}));
    bench.start();
    CHECK(bench.engine->status().current == View{7});
  }
  Restored restored{.finalized = genesis_tip()};
  restored.record.tip = genesis_tip();
  restored.record = *guard(restored.record, {{0}, {9}, VoteKind::kNullify}, {.view = {9}});
  Bench bench(leader_of(7), restored);
  bench.start();
  CHECK(bench.engine->status().current == View{9});
}

TEST_CASE("start_after_sync_for_each_proof_kind: a leader that got its view by N or X or F asks for one block in it") {
  for (const auto kind : kAllKinds) {
    Bench bench(leader_of(2));
    bench.start();
    bench.receive(bench.net.leader(1), bench.proposal(bench.first, 1, 0));
    bench.step(bench.valid(bench.first));
    const Subject about = kind == VoteKind::kNullify ? Subject{.view = {1}} : bench.about(bench.first, 1, 0);
    const auto proof = bench.net.proof(kind, about, {0, 1, 2});
    std::vector<RequestBuild> builds;
    const auto note = [&](const Effects& effects) {
      for (const auto& build : only<RequestBuild>(effects)) builds.push_back(build);
    };
    note(bench.receive(bench.other(), proof));
    note(bench.step(WorkChanged{true}));
    note(bench.receive(bench.other(), Status{.finalized = genesis_tip(), .current = {2}, .entry = proof}));
    if (kind == VoteKind::kFinalize) note(bench.step(Committed{{1}}));
    note(bench.receive(bench.other(), proof));
    note(bench.step(WorkChanged{false}));
    note(bench.step(WorkChanged{true}));
    REQUIRE(builds.size() == 1);
    CHECK(builds[0].view == View{2});
    CHECK(builds[0].parent == (kind == VoteKind::kNullify ? genesis_tip().block : about.block));
  }
}

TEST_CASE("2.11 restart_k_of_n_empty: any k up to f members that lost their databases are refilled and needed again") {
  for (const std::size_t members : {4, 7, 10}) {
    Network net(members);
    const std::size_t most = net.members().faulty();
    for (std::size_t lost = 1; lost <= most; ++lost) {
      Network fresh(members);
      fresh.start();
      fresh.run_for(10);
      fresh.advance_to(90);
      const std::string payload = "needs them " + std::to_string(lost);
      std::set<PeerId> empty;
      for (std::size_t i = 0; i < lost; ++i) empty.insert(fresh.leader(91 + i));
      for (const auto id : empty) fresh.crash(id, false);
      for (const auto id : empty) fresh.lose_database(id);
      for (const auto id : empty) fresh.restart(id);
      const auto caught_up = [&](PeerId id) { return fresh.engine(id).status().finalized.height == Height{89}; };
      CHECK(fresh.run_until([&] { return std::ranges::all_of(empty, caught_up); }, 20'000));
      // With f others away every block needs all that were refilled.
      for (std::size_t i = 0; i < most; ++i) fresh.crash(fresh.leader(90 + members - i));
      fresh.submit(payload);
      CHECK(fresh.run_until([&] { return fresh.all_have(payload); }, 60'000));
      for (const auto id : empty) CHECK(fresh.host(id).signed_votes.back().subject.view >= View{90});
      check_laws(fresh);
      check_no_halt(fresh);
    }
  }
}

TEST_CASE("2.11 restart_k_of_n_empty: one peer is enough to be refilled from") {
  Network net(4);
  net.start();
  net.run_for(10);
  net.advance_to(200);
  const PeerId empty = net.leader(201);
  const PeerId only_peer = net.leader(202);
  net.crash(empty);
  net.lose_database(empty);
  net.pass = [&](PeerId from, PeerId to, const Message&) {
    return from == only_peer || to == only_peer || (from != empty && to != empty);
  };
  net.restart(empty);
  CHECK(net.run_until([&] { return net.engine(empty).status().finalized.height == Height{199}; }, 120'000));
  CHECK_FALSE(net.engine(empty).status().syncing);
  check_laws(net);
}

TEST_CASE("2.6 a member whose database is behind its slot votes for nothing until it is refilled") {
  Network net(4);
  net.start();
  net.run_for(10);
  net.advance_to(40);
  const PeerId empty = net.leader(41);
  net.crash(empty);
  net.lose_database(empty);
  const auto votes = net.host(empty).signed_votes.size();
  net.pass = [](PeerId, PeerId, const Message& message) { return !is<BlockResponse>(message); };
  net.restart(empty);
  net.submit("a");
  CHECK(net.run_until([&] { return net.has(net.leader(40), "a"); }, 5'000));
  net.run_for(120'000);
  CHECK(net.host(empty).signed_votes.size() == votes);
  CHECK(net.engine(empty).status().finalized.height == Height{0});
  net.pass = [](PeerId, PeerId, const Message&) { return true; };
  CHECK(net.run_until([&] { return net.has(empty, "a"); }, 120'000));
  net.crash(net.leader(42));
  net.submit("b");
  CHECK(net.run_until([&] { return net.all_have("b"); }, 10'000));
  CHECK(net.host(empty).signed_votes.size() > votes);
  check_laws(net);
}

TEST_CASE("2.6 a member that lost what let it into its view signs nothing new in it until that comes again") {
  Restored restored{.finalized = genesis_tip()};
  restored.record.tip = genesis_tip();
  const Subject voted{{9}, {0}, {1}, block_id(Network(4).scope().chain, Bench(leader_of(7)).first.header)};
  restored.record = *guard(restored.record, {{0}, {9}, VoteKind::kNotarize}, voted);
  Bench bench(follower_of(9), restored);
  CHECK(only<Sign>(bench.start()).size() == 1);  // what it had signed, once more
  bench.step(WorkChanged{true});
  CHECK(only<Sign>(bench.pass(120'000)).empty());
  bench.receive(bench.other(), bench.net.proof(VoteKind::kNullify, {.view = {8}}, {0, 1, 2}));
  Effects after;
  for (Effects more = bench.pass(120'000); auto& effect : more) after.push_back(effect);
  const auto persisted = only<Persist>(after);
  REQUIRE_FALSE(persisted.empty());
  CHECK(persisted[0].proofs.size() == 1);
  const auto signs = only<Sign>(bench.step(Persisted{persisted.back().ticket}));
  REQUIRE(signs.size() == 1);
  CHECK(signs[0].slot.kind == VoteKind::kNullify);
}

}  // namespace quipu::consensus::net
