// SPDX-License-Identifier: Apache-2.0
// Nothing to do: no block, no vote, no deadline; and what wakes a network, with whatever leader it has then. REPEAT,
// declining, suspicion, back-off.
#include <catch2/catch.hpp>

#include <algorithm>

#include "bench.h"
#include "consensus/deadlines.h"
#include "consensus/limits.h"
#include "messages.h"
#include "network.h"

namespace quipu::consensus::net {

namespace {

constexpr std::int64_t kDay_ms = 24 * 3'600'000;

std::size_t votes_in(Network& net) {
  std::size_t votes = 0;
  for (std::size_t i = 0; i < net.size(); ++i) votes += net.host(static_cast<PeerId>(i)).signed_votes.size();
  return votes;
}

// A network of four that has finalized one block and then had nothing to do for a day.
struct Idle {
  Network net{4};
  Idle() {
    net.start();
    net.run_for(10);
    net.submit("before");
    REQUIRE(net.run_until([&] { return net.all_have("before"); }, 1'000));
    net.run_for(kDay_ms);
  }
};

// From waking until the first NULLIFY of the bench's current view, in milliseconds.
std::int64_t until_nullify(Bench& bench) {
  const std::int64_t from_us = bench.clock_us;
  bench.step(WorkChanged{true});
  while (bench.engine->next_deadline_us()) {
    bench.clock_us = *bench.engine->next_deadline_us();
    for (const auto& effect : bench.step(Tick{})) {
      const auto* sign = std::get_if<Sign>(&effect);
      const auto* persist = std::get_if<Persist>(&effect);
      if (sign != nullptr || persist != nullptr) return (bench.clock_us - from_us) / 1000;
    }
  }
  return -1;
}

}  // namespace

TEST_CASE("2.7 an idle network says nothing but STATUS for a day") {
  Network net(4);
  net.start();
  net.submit("a");
  REQUIRE(net.run_until([&] { return net.all_have("a"); }, 1'000));
  net.run_for(1'000);
  const auto votes = votes_in(net);
  std::size_t sent = 0;
  std::size_t status = 0;
  for (PeerId i = 0; i < 4; ++i) {
    sent += net.host(i).sent;
    status += net.host(i).status_sent;
    CHECK_FALSE(net.engine(i).status().awake);
  }
  net.run_for(kDay_ms);
  std::size_t sent_after = 0;
  std::size_t status_after = 0;
  for (PeerId i = 0; i < 4; ++i) {
    sent_after += net.host(i).sent;
    status_after += net.host(i).status_sent;
    CHECK(net.engine(i).status().current.value == 2);
    CHECK(net.engine(i).status().finalized.height.value == 1);
  }
  CHECK(votes_in(net) == votes);
  CHECK(sent_after - sent == status_after - status);
  CHECK(status_after - status > 4 * 1'000);
}

TEST_CASE("2.7 a dormant member has no deadline but STATUS and a lone one has none at all") {
  for (PeerId self = 0; self < 4; ++self) {
    Bench bench(self);
    bench.start();
    for (PeerId id = 0; id < 4; ++id) bench.step(PeerUp{id});
    while (bench.clock_us < kDay_ms * 1000) {
      const auto due = bench.engine->next_deadline_us();
      REQUIRE(due.has_value());
      REQUIRE(*due - bench.clock_us >= 30'000'000);
      REQUIRE(*due - bench.clock_us <= 60'000'000);
      bench.clock_us = *due;
      const auto effects = bench.step(Tick{});
      REQUIRE(effects.size() == 1);
      REQUIRE(only<Send>(effects).size() == 1);
      REQUIRE(is<Status>(only<Send>(effects)[0].message));
    }
  }
  Bench lone(0, {}, 1);
  lone.start();
  CHECK_FALSE(lone.engine->next_deadline_us().has_value());
}

TEST_CASE("2.7 after an idle day work is final at once") {
  Idle idle;
  idle.net.submit("after");
  CHECK(idle.net.run_until([&] { return idle.net.all_have("after"); }, 6));
}

TEST_CASE("2.7 after an idle day work is final although the leader died meanwhile") {
  Idle idle;
  idle.net.crash(idle.net.leader(2));
  idle.net.run_for(60'000);
  idle.net.submit("after");
  CHECK(idle.net.run_until([&] { return idle.net.all_have("after"); }, 2'000));
  check_laws(idle.net);
}

TEST_CASE("2.7 after an idle day work is final although the leader never hears of it") {
  Idle idle;
  const PeerId deaf = idle.net.leader(2);
  for (PeerId id = 0; id < 4; ++id)
    if (id != deaf) idle.net.submit_to(id, "after");
  CHECK(idle.net.run_until([&] { return idle.net.all_have("after"); }, 2'500));
  check_laws(idle.net);
}

TEST_CASE("2.7 after an idle day work that reached f + 1 members only wakes everybody and is final") {
  Idle idle;
  idle.net.submit_to(idle.net.leader(4), "after");
  idle.net.submit_to(idle.net.leader(5), "after");
  CHECK(idle.net.run_until([&] { return idle.net.all_have("after"); }, 10'000));
  check_laws(idle.net);
}

TEST_CASE("2.7 work that reached one member alone wakes nobody else and costs one vote a view") {
  Idle idle;
  const auto before = votes_in(idle.net);
  idle.net.submit_to(idle.net.leader(4), "alone");
  idle.net.run_for(kDay_ms);
  CHECK(votes_in(idle.net) == before + 1);
  for (PeerId id = 0; id < 4; ++id) CHECK(idle.net.engine(id).status().current == View{2});
  // Its replica offers it to the others in the end.
  idle.net.spread_pools();
  CHECK(idle.net.run_until([&] { return idle.net.all_have("alone"); }, 10'000));
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

TEST_CASE("2.7 idle_fuzz: work at random moments of a week on random members under restarts breaks no law") {
  for (const std::size_t members : {4, 5, 7}) {
    Network net(members);
    Jitter dice(members);
    net.start();
    for (int i = 0; i < 60; ++i) {
      net.run_for(static_cast<std::int64_t>(dice.next() % 7'200'000));
      const auto victim = static_cast<PeerId>(dice.next() % members);
      const std::string payload = "wake " + std::to_string(i);
      net.submit_to(static_cast<PeerId>(dice.next() % members), payload);
      net.run_for(static_cast<std::int64_t>(dice.next() % 3'000));
      if (dice.next() % 3 == 0) {
        net.spread_pools();
        net.crash(victim, dice.next() % 2 == 0);
        net.run_for(static_cast<std::int64_t>(dice.next() % 5'000));
        net.restart(victim);
      }
      net.run_for(10);
      net.spread_pools();
      INFO("wake " << i << " of " << members << " members " << net.describe());
      REQUIRE(net.run_until([&] { return net.all_have(payload); }, 60'000));
      net.run_for(120'000);
      for (std::size_t id = 0; id < members; ++id) REQUIRE_FALSE(net.engine(static_cast<PeerId>(id)).status().awake);
    }
    CHECK(net.engine(0).status().finalized.height == Height{60});
    check_laws(net);
  }
}

TEST_CASE("R1 stale_deadline_ignored: what was set in a view that has passed gives nothing up") {
  Bench bench(follower_of(1));
  bench.start();
  bench.step(WorkChanged{true});
  const auto due = *bench.engine->next_deadline_us();
  bench.clock_us = due - 1;
  bench.receive(bench.other(), bench.net.proof(VoteKind::kNullify, {.view = {1}}, {0, 1, 2}));
  REQUIRE(bench.engine->status().current == View{2});
  bench.clock_us = due + 1'000'000;  // long past PROP of view 1, before that of view 2
  for (int i = 0; i < 3; ++i) {
    const auto effects = bench.step(Tick{});
    CHECK(only<Sign>(effects).empty());
    CHECK(only<Persist>(effects).empty());
  }
  CHECK(*bench.engine->next_deadline_us() > bench.clock_us);
}

TEST_CASE("R1 stale_deadline_ignored: a network at work and then at rest nullifies nothing") {
  Network net(4);
  net.start();
  net.run_for(10);
  net.submit("a");
  REQUIRE(net.run_until([&] { return net.all_have("a"); }, 100));
  net.run_for(60'000);
  for (PeerId i = 0; i < 4; ++i) {
    for (const auto& vote : net.host(i).signed_votes) CHECK(vote.kind != VoteKind::kNullify);
    CHECK(net.engine(i).status().current.value == 2);
  }
}

// ---- REPEAT and declining

namespace {

// The bench leads view 2 and holds a notarized and valid block of view 1 that is not final.
struct Unfinalized : Bench {
  Unfinalized() : Bench(leader_of(2)) {
    start();
    receive(net.leader(1), proposal(first, 1, 0));
    step(valid(first));
    carry_out(receive(other(), net.proof(VoteKind::kNotarize, about(first, 1, 0), {0, 1, 2})));
    REQUIRE(engine->status().current == View{2});
  }
};

}  // namespace

TEST_CASE("R2 a leader with nothing to propose repeats an unfinalized block after a second and not before") {
  Unfinalized bench;
  CHECK(bench.carry_out(bench.pass(850)).empty());
  const auto votes = bench.carry_out(bench.pass(300));
  REQUIRE(votes.size() == 1);
  CHECK(votes[0].kind == VoteKind::kNotarize);
  CHECK(votes[0].subject == bench.about(bench.first, 2, 1));
  const auto proposals = broadcasts<Proposal>(bench.log);
  REQUIRE(proposals.size() == 1);
  CHECK(proposals[0].repeat);
  CHECK(proposals[0].repeated == votes[0].subject.block);
  REQUIRE(proposals[0].parent_proof.has_value());
  CHECK(proposals[0].parent_proof->kind == VoteKind::kNotarize);
  // New work does not wait for the repeated view to end.
  const auto given_up = bench.carry_out(bench.step(WorkChanged{true}));
  REQUIRE(given_up.size() == 1);
  CHECK(given_up[0].kind == VoteKind::kNullify);
  CHECK(given_up[0].subject.view == View{2});
}

TEST_CASE("R2 a leader with work builds on an unfinalized block instead of repeating it") {
  Unfinalized bench;
  const auto builds = only<RequestBuild>(bench.step(WorkChanged{true}));
  REQUIRE(builds.size() == 1);
  CHECK(builds[0].parent == bench.about(bench.first, 1, 0).block);
  const Block second = bench.net.make_block(bench.first, "second", 6);
  const auto votes = bench.carry_out(bench.step(Built{{2}, second, 6}));
  REQUIRE(votes.size() == 1);
  CHECK(votes[0].subject == bench.about(second, 2, 1));
  CHECK_FALSE(broadcasts<Proposal>(bench.log).at(0).repeat);
}

TEST_CASE("R2 what is final already is not repeated and a view with nothing in it rests") {
  Unfinalized bench;
  bench.carry_out(
      bench.receive(bench.other(), bench.net.proof(VoteKind::kFinalize, bench.about(bench.first, 1, 0), {0, 1, 2})));
  bench.step(Committed{{1}});
  CHECK_FALSE(bench.engine->status().awake);
  CHECK(bench.carry_out(bench.pass(kDay_ms)).empty());
}

TEST_CASE("R2 after eight unfinalized blocks a leader repeats the last one and proposes no ninth") {
  constexpr std::uint64_t kLast = limits::kUnfinalizedBlocks;
  constexpr std::size_t kMembers = 10;
  Bench bench(Network(kMembers).leader(kLast + 1), {}, kMembers);
  const auto prove = [&](VoteKind kind, const Subject& subject) {
    return bench.receive(bench.net.leader(1), bench.net.proof(kind, subject, {0, 1, 2, 3, 4, 5, 6}));
  };
  bench.start();
  std::vector<Block> chain{genesis_block()};
  for (std::uint64_t view = 1; view <= kLast; ++view) {
    chain.push_back(bench.net.make_block(chain.back(), "block", static_cast<std::int64_t>(view + 5)));
    bench.receive(bench.net.leader(view), bench.proposal(chain.back(), view, view - 1));
    bench.step(bench.valid(chain.back()));
    prove(VoteKind::kNotarize, bench.about(chain.back(), view, view - 1));
  }
  REQUIRE(bench.engine->status().current == View{kLast + 1});
  CHECK(bench.engine->notarized_tip() == bench.about(chain.back(), kLast, kLast - 1).block);
  CHECK(only<RequestBuild>(bench.step(WorkChanged{true})).empty());
  CHECK(only<RequestBuild>(bench.pass(900)).empty());
  // F of any of them makes room.
  prove(VoteKind::kFinalize, bench.about(chain[2], 2, 1));
  CHECK(only<RequestBuild>(bench.step(Committed{{2}})).size() == 1);
}

TEST_CASE("R2 a leader without work declines at once when others are awake and the parent is final") {
  Bench bench(leader_of(1));
  bench.start();
  Effects effects;
  for (PeerId id = 0; id < 4 && effects.empty(); ++id)
    if (id != bench.self) effects = bench.receive(id, bench.net.vote(VoteKind::kNullify, {.view = {1}}, id));
  const auto signs = only<Sign>(effects);
  REQUIRE(signs.size() == 1);
  CHECK(signs[0].slot.kind == VoteKind::kNullify);
  CHECK(bench.clock_us == 0);
}

TEST_CASE("R3 a repeat of what I know to be final gets the leader its F and no vote") {
  Bench bench(follower_of(2));
  bench.start();
  const Subject subject = bench.about(bench.first, 1, 0);
  bench.receive(bench.net.leader(1), bench.proposal(bench.first, 1, 0));
  bench.step(bench.valid(bench.first));
  bench.receive(bench.other(), bench.net.proof(VoteKind::kFinalize, subject, {0, 1, 2}));
  bench.step(Committed{{1}});
  bench.clock_us += 5'000'000;
  Proposal repeat{.view = {2}, .repeat = true, .parent_view = {1}};
  repeat.repeated = subject.block;
  repeat.parent_proof = bench.net.proof(VoteKind::kNotarize, subject, {0, 1, 2});
  repeat.signature = bench.net.vote(VoteKind::kNotarize, bench.about(bench.first, 2, 1), bench.net.leader(2)).signature;
  const auto effects = bench.receive(bench.net.leader(2), repeat);
  CHECK(only<Sign>(effects).empty());
  CHECK(only<Persist>(effects).empty());
  const auto sends = only<Send>(effects);
  REQUIRE(sends.size() == 1);
  CHECK(sends[0].to == bench.net.leader(2));
  CHECK(std::get<QuorumProof>(sends[0].message).kind == VoteKind::kFinalize);
}

// ---- suspicion and back-off

namespace {

// View 1 was nullified and now it is its leader's turn again, in view 5.
Bench at_next_turn(bool nullified) {
  Bench bench(follower_of(1));
  bench.start();
  for (PeerId id = 0; id < 4; ++id) bench.step(PeerUp{id});
  const Subject subject = bench.about(bench.first, 1, 0);
  bench.receive(bench.other(), nullified ? bench.net.proof(VoteKind::kNullify, {.view = {1}}, {0, 1, 2})
                                         : bench.net.proof(VoteKind::kNotarize, subject, {0, 1, 2}));
  for (std::uint64_t view = 2; view <= 4; ++view)
    bench.receive(bench.other(), bench.net.proof(VoteKind::kNullify, {.view = {view}}, {0, 1, 2}));
  return bench;
}

bool gives_up_at_once(Bench& bench) {
  const auto effects = bench.step(WorkChanged{true});
  return !only<Persist>(effects).empty() || !only<Sign>(effects).empty();
}

}  // namespace

TEST_CASE("2.8 a leader that is down and lost its last turn is not waited for") {
  Bench bench = at_next_turn(true);
  bench.step(PeerDown{bench.net.leader(5)});
  CHECK(gives_up_at_once(bench));
}

TEST_CASE("2.8 a leader that is down but kept its last turn and one that is up but lost it are waited for") {
  Bench kept = at_next_turn(false);
  kept.step(PeerDown{kept.net.leader(5)});
  CHECK_FALSE(gives_up_at_once(kept));
  Bench up = at_next_turn(true);
  CHECK_FALSE(gives_up_at_once(up));
}

TEST_CASE("2.8 any message of a suspected leader clears it") {
  Bench bench = at_next_turn(true);
  bench.step(PeerDown{bench.net.leader(5)});
  bench.receive(bench.net.leader(5), Status{.finalized = genesis_tip(), .current = {5}});
  CHECK_FALSE(gives_up_at_once(bench));
}

TEST_CASE("2.8 nobody is suspected while fewer than a quorum look alive") {
  Bench bench = at_next_turn(true);
  bench.step(PeerDown{bench.net.leader(5)});
  for (PeerId id = 0; id < 4; ++id)
    if (id != bench.self && id != bench.net.leader(5)) {
      bench.step(PeerDown{id});
      break;
    }
  CHECK_FALSE(gives_up_at_once(bench));
}

TEST_CASE("2.8 suspicion_is_local: what hostile members say of a leader makes nobody skip it") {
  Bench bench = at_next_turn(true);
  const PeerId accused = bench.net.leader(5);
  PeerId hostile = 0;
  while (hostile == bench.self || hostile == accused) ++hostile;
  // All that f members can send: their votes against it, carried votes of others, old proofs again, a STATUS.
  for (std::uint64_t view = 1; view <= 7; ++view)
    bench.receive(hostile, bench.net.vote(VoteKind::kNullify, {.view = {view}}, hostile));
  bench.receive(hostile, bench.net.proof(VoteKind::kNullify, {.view = {1}}, {0, 1, 2}));
  bench.receive(hostile, Status{.finalized = genesis_tip(), .current = {9}});
  Vote forged = bench.net.vote(VoteKind::kNullify, {.view = {5}}, accused);
  forged.signature.bytes[0] ^= 1;
  bench.receive(hostile, forged);
  CHECK_FALSE(gives_up_at_once(bench));
}

TEST_CASE("2.8 timeouts grow by half for each view beyond f since the last finalization and shrink with that alone") {
  for (std::uint64_t nullified = 0; nullified < 14; ++nullified) {
    Bench bench(follower_of(nullified + 1));
    bench.start();
    for (std::uint64_t view = 1; view <= nullified; ++view)
      bench.receive(bench.other(), bench.net.proof(VoteKind::kNullify, {.view = {view}}, {0, 1, 2}));
    const std::int64_t base_ms = backed_off_ms(1'200, nullified > 1 ? nullified - 1 : 0, 60'000);
    const std::int64_t waited = until_nullify(bench);
    CHECK(waited >= base_ms * 9 / 10);
    CHECK(waited <= base_ms * 11 / 10 + 1);
  }
  Bench bench(follower_of(12));
  bench.start();
  for (std::uint64_t view = 1; view <= 9; ++view)
    bench.receive(bench.other(), bench.net.proof(VoteKind::kNullify, {.view = {view}}, {0, 1, 2}));
  bench.receive(bench.net.leader(10), bench.proposal(bench.first, 10, 0));
  bench.carry_out(bench.step(bench.valid(bench.first)));
  bench.receive(bench.other(), bench.net.proof(VoteKind::kNotarize, bench.about(bench.first, 10, 0), {0, 1, 2}));
  bench.receive(bench.other(), bench.net.proof(VoteKind::kNullify, {.view = {11}}, {0, 1, 2}));
  CHECK(until_nullify(bench) > 20'000);  // a notarization resets nothing
}

TEST_CASE("2.8 a finalization brings the timeouts back to their first length") {
  Bench bench(follower_of(11));
  bench.start();
  for (std::uint64_t view = 1; view <= 9; ++view)
    bench.receive(bench.other(), bench.net.proof(VoteKind::kNullify, {.view = {view}}, {0, 1, 2}));
  bench.receive(bench.net.leader(10), bench.proposal(bench.first, 10, 0));
  bench.carry_out(bench.step(bench.valid(bench.first)));
  bench.receive(bench.other(), bench.net.proof(VoteKind::kFinalize, bench.about(bench.first, 10, 0), {0, 1, 2}));
  bench.step(Committed{{1}});
  CHECK(until_nullify(bench) <= 1'321);
}

TEST_CASE("2.8 slow_network_ten_delta: a network ten times slower than assumed goes on and sends little again") {
  Network net(4);
  net.link_us = 2'500'000;  // Delta is 250 ms
  net.start();
  net.run_for(10'000);
  for (const auto* payload : {"a", "b", "c"}) {
    net.submit(payload);
    CHECK(net.run_until([&] { return net.all_have(payload); }, 900'000));
  }
  net.run_for(300'000);
  const auto views = net.engine(0).status().current.value;
  std::size_t messages = 0;
  for (PeerId id = 0; id < 4; ++id) {
    messages += net.host(id).sent - net.host(id).status_sent;
    CHECK_FALSE(net.engine(id).status().awake);
  }
  INFO(views << " views and " << messages << " messages");
  CHECK(views <= 40);
  CHECK(messages <= views * 4 * 3 * 8);  // at most eight a view from each member to each
  check_laws(net);
}

}  // namespace quipu::consensus::net
