// SPDX-License-Identifier: Apache-2.0
// The worked traces T2..T6 of docs/protocol.md and the cases where other implementations got stuck.
#include <catch2/catch.hpp>

#include <algorithm>

#include "network.h"

namespace quipu::consensus::net {

namespace {

template <class M>
bool is(const Message& message) {
  return std::holds_alternative<M>(message);
}

bool is_vote(const Message& message, VoteKind kind) {
  const auto* vote = std::get_if<Vote>(&message);
  return vote != nullptr && vote->kind == kind;
}

bool is_proof(const Message& message, VoteKind kind) {
  const auto* proof = std::get_if<QuorumProof>(&message);
  return proof != nullptr && proof->kind == kind;
}

void check_laws(const Network& net) {
  INFO(net.broken_law);
  CHECK_FALSE(net.laws_broken);
}

void check_no_halt(Network& net) {
  for (std::size_t i = 0; i < net.size(); ++i) CHECK(net.host(static_cast<PeerId>(i)).halts.empty());
}

}  // namespace

TEST_CASE("R6 T3 a view that is notarized for some and nullified for others does not stop the chain") {
  for (const bool holder_leads_next : {true, false}) {
    Network net(4);
    net.start();
    net.run_for(10);
    const PeerId next = net.leader(2);
    const PeerId holder = holder_leads_next ? next : net.leader(3);
    // Only the holder sees notarize votes and N(1); the others time out. Its own words on view 1 are lost too.
    net.pass = [&](PeerId from, PeerId to, const Message& message) {
      if (const auto* vote = std::get_if<Vote>(&message); vote && vote->subject.view.value == 1)
        return vote->kind == VoteKind::kNotarize ? to == holder : from != holder;
      if (const auto* proof = std::get_if<QuorumProof>(&message); proof && proof->subject.view.value == 1)
        return proof->kind == VoteKind::kNullify && to != holder;
      return !is<Status>(message);
    };
    net.submit("a");
    REQUIRE(net.run_until([&] { return net.engine(net.leader(1)).status().current.value >= 2; }, 10'000));
    net.submit("b");
    CHECK(net.run_until([&] { return net.all_have("a") && net.all_have("b"); }, 20'000));
    check_laws(net);
    check_no_halt(net);
  }
}

TEST_CASE("T4 an equivocating leader is found out and one of its blocks wins everywhere") {
  Network probe(4);
  const PeerId byzantine = probe.leader(1);
  Network net(4, {byzantine});
  net.start();
  net.run_for(10);
  const Block one = net.make_block(genesis_block(), "one");
  const Block two = net.make_block(genesis_block(), "two");
  const auto propose = [&](const Block& block, PeerId to) {
    const Subject subject{{1}, {0}, {1}, block_id(net.scope().chain, block.header)};
    Proposal proposal{.view = {1}, .block = block};
    proposal.signature = net.vote(VoteKind::kNotarize, subject, byzantine).signature;
    net.deliver(byzantine, to, proposal);
    return subject;
  };
  std::vector<PeerId> honest;
  for (PeerId i = 0; i < 4; ++i)
    if (i != byzantine) honest.push_back(i);
  const Subject first = propose(one, honest[0]);
  propose(one, honest[1]);
  const Subject second = propose(two, honest[2]);
  net.run_for(5);
  // The leader shows both notarize votes to everybody.
  for (const auto to : honest) {
    net.deliver(byzantine, to, net.vote(VoteKind::kNotarize, first, byzantine));
    net.deliver(byzantine, to, net.vote(VoteKind::kNotarize, second, byzantine));
  }
  CHECK(net.run_until([&] { return net.all_have("one"); }, 20'000));
  for (const auto id : honest) {
    REQUIRE(net.host(id).evidence.size() == 1);
    CHECK(net.host(id).evidence[0].first.signer == byzantine);
    CHECK(contradict(net.host(id).evidence[0].first, net.host(id).evidence[0].second));
  }
  check_laws(net);
  check_no_halt(net);
}

TEST_CASE("R11 T5 when every finalize vote was lost they are sent again while idle") {
  Network net(4);
  net.start();
  net.run_for(10);
  bool losing = true;
  net.pass = [&](PeerId, PeerId, const Message& message) {
    if (!losing) return true;
    return !is_vote(message, VoteKind::kFinalize) && !is_proof(message, VoteKind::kFinalize);
  };
  net.submit("a");
  net.run_for(100);
  CHECK(net.engine(0).status().current.value == 2);
  CHECK_FALSE(net.has(0, "a"));
  losing = false;
  CHECK(net.run_until([&] { return net.all_have("a"); }, 4'000));
  CHECK(net.engine(0).status().current.value <= 3);
  check_laws(net);
}

TEST_CASE("T5 a notarized block that can no longer be finalized in its view is finalized by a REPEAT") {
  Network probe(4);
  // The leader of view 1 plays the puppet: it proposes and then stays silent.
  const PeerId silent = probe.leader(1);
  Network net(4, {silent});
  net.start();
  net.run_for(10);
  std::vector<PeerId> honest;
  for (PeerId i = 0; i < 4; ++i)
    if (i != silent) honest.push_back(i);
  // Two of three honest members have nullified view 1 before its proposal and the notarization come by.
  const Block block = net.make_block(genesis_block(), "a");
  const Subject subject{{1}, {0}, {1}, block_id(net.scope().chain, block.header)};
  net.pass = [&](PeerId, PeerId, const Message& message) { return !is_vote(message, VoteKind::kNullify); };
  net.submit_to(honest[0], "never proposed");
  net.submit_to(honest[1], "never proposed");
  net.run_for(1'600);
  net.host(honest[0]).pool.clear();
  net.host(honest[1]).pool.clear();
  net.input(honest[0], WorkChanged{false});
  net.input(honest[1], WorkChanged{false});
  net.pass = [](PeerId, PeerId, const Message&) { return true; };
  Proposal proposal{.view = {1}, .block = block};
  proposal.signature = net.vote(VoteKind::kNotarize, subject, silent).signature;
  net.deliver(silent, honest[2], proposal);
  net.run_for(20);
  net.deliver(silent, honest[0], net.proof(VoteKind::kNotarize, subject, {0, 1, 2, 3}));
  CHECK(net.run_until([&] { return net.all_have("a"); }, 20'000));
  net.run_for(10'000);
  for (const auto id : honest) CHECK(net.engine(id).status().finalized.height.value == 1);
  check_laws(net);
  check_no_halt(net);
}

TEST_CASE("R5 T6 everybody crashes after signing NULLIFY and the view is nullified after the restart") {
  Network net(4);
  net.start();
  net.run_for(10);
  const PeerId dead = net.leader(1);
  net.crash(dead);
  net.pass = [&](PeerId, PeerId, const Message& message) {
    return !is_vote(message, VoteKind::kNullify) && !is_proof(message, VoteKind::kNullify);
  };
  net.submit("a");
  REQUIRE(net.run_until(
      [&] {
        std::size_t nullified = 0;
        for (PeerId i = 0; i < 4; ++i) nullified += net.host(i).disk.record.top_nullified;
        return nullified == 3;
      },
      5'000));
  for (PeerId i = 0; i < 4; ++i)
    if (i != dead) net.crash(i, false);
  net.pass = [](PeerId, PeerId, const Message&) { return true; };
  for (PeerId i = 0; i < 4; ++i)
    if (i != dead) net.restart(i);
  CHECK(net.run_until(
      [&] {
        return std::ranges::all_of(std::vector<PeerId>{0, 1, 2, 3},
                                   [&](PeerId i) { return i == dead || net.engine(i).status().current.value == 2; });
      },
      1'000));
  net.submit("b");
  CHECK(net.run_until([&] { return net.all_have("b"); }, 5'000));
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

TEST_CASE("R7 missing_block_after_F: a member that never saw the proposal fetches the finalized block") {
  Network net(4);
  net.start();
  net.run_for(10);
  const PeerId blind = net.leader(3);
  net.pass = [&](PeerId, PeerId to, const Message& message) { return !(to == blind && is<Proposal>(message)); };
  net.submit("a");
  CHECK(net.run_until([&] { return net.all_have("a"); }, 2'000));
  check_laws(net);
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

TEST_CASE("R1 stale_deadline_ignored: a tick after the view moved on gives nothing up") {
  Network net(4);
  net.start();
  net.run_for(10);
  net.submit("a");
  REQUIRE(net.run_until([&] { return net.all_have("a"); }, 100));
  net.run_for(20);
  net.run_for(60'000);
  for (PeerId i = 0; i < 4; ++i)
    for (const auto& vote : net.host(i).signed_votes) CHECK(vote.kind != VoteKind::kNullify);
  for (PeerId i = 0; i < 4; ++i) CHECK(net.engine(i).status().current.value == 2);
}

TEST_CASE("2.7 an idle network says nothing but STATUS for a day") {
  Network net(4);
  net.start();
  net.submit("a");
  REQUIRE(net.run_until([&] { return net.all_have("a"); }, 1'000));
  net.run_for(1'000);
  std::size_t sent = 0;
  std::size_t status = 0;
  for (PeerId i = 0; i < 4; ++i) {
    sent += net.host(i).sent;
    status += net.host(i).status_sent;
    CHECK_FALSE(net.engine(i).status().awake);
  }
  net.run_for(24 * 3'600'000);
  std::size_t sent_after = 0;
  std::size_t status_after = 0;
  for (PeerId i = 0; i < 4; ++i) {
    sent_after += net.host(i).sent;
    status_after += net.host(i).status_sent;
    CHECK(net.engine(i).status().current.value == 2);
    CHECK(net.engine(i).status().finalized.height.value == 1);
  }
  CHECK(sent_after - sent == status_after - status);
  CHECK(status_after - status > 4 * 1'000);
}

TEST_CASE("2.7 one nullifying member wakes nobody") {
  Network probe(4);
  const PeerId byzantine = probe.leader(2);
  Network net(4, {byzantine});
  net.start();
  net.run_for(10);
  for (PeerId i = 0; i < 4; ++i)
    if (i != byzantine) net.deliver(byzantine, i, net.vote(VoteKind::kNullify, {.view = {1}}, byzantine));
  net.run_for(120'000);
  for (PeerId i = 0; i < 4; ++i)
    if (i != byzantine) CHECK(net.host(i).signed_votes.empty());
}

TEST_CASE("2.11 a member that was away for a hundred blocks catches up and votes again") {
  Network net(4);
  net.start();
  net.run_for(10);
  const PeerId away = net.leader(4);
  net.crash(away);
  for (int i = 0; i < 100; ++i) net.submit("item " + std::to_string(i));
  REQUIRE(net.run_until([&] { return net.engine(net.leader(1)).status().finalized.height.value == 100; }, 600'000));
  net.restart(away);
  CHECK(net.run_until([&] { return net.engine(away).status().finalized.height.value == 100; }, 10'000));
  CHECK(net.all_have("item 7"));
  net.submit("after");
  CHECK(net.run_until([&] { return net.all_have("after"); }, 10'000));
  const auto votes = net.host(away).signed_votes;
  CHECK(std::ranges::any_of(votes, [](const Vote& vote) { return vote.kind == VoteKind::kFinalize; }));
  check_laws(net);
}

TEST_CASE("2.8 an invalid proposal is given up at once and the next leader goes on") {
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

TEST_CASE("R3 a proposal that skips a view without its X is not voted for") {
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
  net.deliver(byzantine, target, proposal);
  net.run_for(10'000);
  for (const auto& vote : net.host(target).signed_votes) CHECK(vote.kind == VoteKind::kNullify);
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

TEST_CASE("2.2 skip_gap_10000: a proposal after ten thousand nullified views is voted for") {
  Network probe(4);
  constexpr std::uint64_t kGap = 10'000;
  Network net(4);
  std::vector<QuorumProof> gap;
  for (std::uint64_t view = 1; view <= kGap; ++view)
    gap.push_back(net.proof(VoteKind::kNullify, {.view = {view}}, {0, 1, 2}));
  // Three know all of it; the one that leads next and one voter know it from disk, another only the last proof.
  const PeerId ignorant = net.leader(kGap + 3);
  for (PeerId i = 0; i < 4; ++i) {
    if (i == ignorant) net.host(i).disk.proofs = {gap.back()};
    if (i != ignorant) net.host(i).disk.proofs = gap;
  }
  net.start();
  net.submit("a");
  CHECK(net.run_until([&] { return net.all_have("a"); }, 20'000));
  check_laws(net);
}

}  // namespace quipu::consensus::net
