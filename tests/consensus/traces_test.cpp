// SPDX-License-Identifier: Apache-2.0
// Worked traces of the protocol with four members, as docs/protocol.md has its rules: A, B, C, D lead views 5 to 8, and
// four blocks are final before each trace begins. Each says who holds which proof and what can no longer happen.
#include <catch2/catch.hpp>

#include <algorithm>

#include "messages.h"
#include "network.h"

namespace quipu::consensus::net {

namespace {

struct Trace {
  Network net;
  PeerId a;
  PeerId b;
  PeerId c;
  PeerId d;

  Trace() : net(4), a(net.leader(5)), b(net.leader(6)), c(net.leader(7)), d(net.leader(8)) {
    net.start();
    net.run_for(10);
    net.advance_to(5);
    net.run_for(100);
    for (PeerId id = 0; id < 4; ++id) {
      REQUIRE(net.engine(id).status().current == View{5});
      REQUIRE(net.engine(id).status().finalized.height == Height{4});
      REQUIRE_FALSE(net.engine(id).status().awake);
    }
    net.recording = true;
  }
  ~Trace() {
    check_laws(net);
    check_no_halt(net);
  }

  // What A, a puppet by now, says of this block in view 5.
  Subject subject(const Block& block) const {
    return {{5}, {4}, block.header.height, block_id(net.scope().chain, block.header)};
  }
  Proposal proposal_of(const Block& block) const {
    Proposal proposal{.view = {5}, .parent_view = {4}, .block = block};
    proposal.signature = net.vote(VoteKind::kNotarize, subject(block), a).signature;
    return proposal;
  }
  bool holds(PeerId id, std::vector<VoteKind> kinds) { return net.proofs_held(id, 5) == kinds; }
  bool all_at(std::uint64_t view) {
    for (PeerId id = 0; id < 4; ++id)
      if (net.host(id).engine && net.engine(id).status().current.value < view) return false;
    return true;
  }
  std::uint64_t final_view(PeerId id) { return net.host(id).disk.tip.view.value; }
  std::uint64_t final_height(PeerId id) { return net.host(id).disk.tip.height.value; }
  bool asked_anything() const {
    return std::ranges::any_of(net.wire, [](const Delivery& delivery) {
      return is<ProofRequest>(delivery.message) || is<BlockRequest>(delivery.message);
    });
  }
};

const std::vector<VoteKind> kN{VoteKind::kNotarize};
const std::vector<VoteKind> kX{VoteKind::kNullify};

}  // namespace

TEST_CASE("T1 happy: what enters at C is proposed by A and final everywhere after one round of each vote") {
  Trace t;
  t.net.submit_to(t.c, "b9");
  t.net.run_for(1);
  for (const auto id : {t.a, t.b, t.d}) t.net.submit_to(id, "b9");
  REQUIRE(t.net.run_until([&] { return t.net.all_have("b9"); }, 6));
  t.net.run_for(1);
  const auto proposals = sent<Proposal>(t.net);
  REQUIRE(proposals.size() == 3);  // one to each
  for (const auto& proposal : proposals) {
    CHECK(proposal.view == View{5});
    CHECK_FALSE(proposal.repeat);
    CHECK(proposal.parent_view == View{4});
    CHECK(proposal.skip_proofs.empty());
    CHECK(proposal.block.header.height == Height{5});
  }
  for (PeerId id = 0; id < 4; ++id) {
    CHECK(signed_by(t.net, id, VoteKind::kNotarize, 5));
    CHECK(signed_by(t.net, id, VoteKind::kFinalize, 5));
    CHECK_FALSE(signed_by(t.net, id, VoteKind::kNullify, 5));
    CHECK(t.final_view(id) == 5);
    CHECK(t.final_height(id) == 5);
    CHECK(t.net.host(id).disk.record.tip == t.net.host(id).disk.tip);
  }
  CHECK_FALSE(t.asked_anything());
  t.net.run_for(5'000);
  for (PeerId id = 0; id < 4; ++id) {
    CHECK(t.net.engine(id).status().current == View{6});
    CHECK_FALSE(t.net.engine(id).status().awake);
    CHECK_FALSE(signed_by(t.net, id, VoteKind::kNullify, 6));
  }
}

TEST_CASE("T2 dead leader: B proposes past the nullified view with its X and A's next turn is not waited for") {
  Trace t;
  t.net.crash(t.a);
  t.net.run_for(3'000);
  const auto asked_us = t.net.now_us();
  t.net.submit("b9");
  REQUIRE(t.net.run_until([&] { return t.net.all_have("b9"); }, 2'000));
  CHECK(t.net.now_us() - asked_us > 1'000'000);  // the first dead turn costs PROP
  const auto proposals = sent<Proposal>(t.net);
  REQUIRE_FALSE(proposals.empty());
  for (const auto& proposal : proposals) {
    CHECK(proposal.view == View{6});
    CHECK(proposal.parent_view == View{4});
    REQUIRE(proposal.skip_proofs.size() == 1);
    CHECK(proposal.skip_proofs[0].kind == VoteKind::kNullify);
    CHECK(proposal.skip_proofs[0].subject.view == View{5});
    CHECK(std::ranges::find(proposal.skip_proofs[0].signers, t.a) == proposal.skip_proofs[0].signers.end());
  }
  for (const auto id : {t.b, t.c, t.d}) CHECK(signed_by(t.net, id, VoteKind::kNullify, 5));
  CHECK_FALSE(t.asked_anything());
  for (const auto* payload : {"b10", "b11", "b12"}) t.net.submit(payload);
  REQUIRE(t.net.leader(9) == t.a);
  // Views 7 and 8, then A's turn and what comes after it, all before any deadline.
  CHECK(t.net.run_until([&] { return t.net.all_have("b12"); }, 100));
  CHECK(t.final_view(t.b) >= 10);
  for (const auto id : {t.b, t.c, t.d}) CHECK(signed_by(t.net, id, VoteKind::kNullify, 9));
}

TEST_CASE("T3 split proofs: B alone holds N and leads: C and D accept its block although they hold X") {
  Trace t;
  t.net.become_puppet(t.a);
  const Block b5 = t.net.make_block(t.net.tip_block(t.b), "b5");
  std::vector<Proposal> held_back;
  bool holding = true;
  bool apart = true;
  t.net.pass = [&](PeerId from, PeerId to, const Message& message) {
    if (is_proposal(message, 6) && holding) {
      if (to == t.c) held_back.push_back(std::get<Proposal>(message));
      return false;
    }
    if (!apart || is_proposal(message, 6)) return true;
    if (is_vote(message, VoteKind::kNotarize, 5)) return false;  // shown to B by hand
    if (from == t.b) return !is_proof(message, VoteKind::kNotarize, 5) && !is<Status>(message);
    return to != t.b;
  };
  for (const auto to : {t.b, t.c, t.d}) t.net.deliver(t.a, to, t.proposal_of(b5));
  t.net.run_for(2'500);  // not long enough for ADV
  for (const auto voter : {t.c, t.d}) t.net.deliver(voter, t.b, t.net.vote(VoteKind::kNotarize, t.subject(b5), voter));
  t.net.submit_to(t.b, "next");
  t.net.run_for(10);
  REQUIRE(t.holds(t.b, kN));
  REQUIRE(t.net.engine(t.b).status().current == View{6});
  for (const auto to : {t.c, t.d}) t.net.deliver(t.a, to, t.net.vote(VoteKind::kNullify, {.view = {5}}, t.a));
  REQUIRE(t.net.run_until([&] { return t.holds(t.c, kX) && t.holds(t.d, kX); }, 2'000));
  REQUIRE(t.holds(t.b, kN));
  REQUIRE(held_back.size() == 1);
  CHECK(held_back[0].parent_view == View{5});
  REQUIRE(held_back[0].parent_proof.has_value());
  CHECK(held_back[0].parent_proof->kind == VoteKind::kNotarize);
  CHECK(held_back[0].parent_proof->subject == t.subject(b5));
  CHECK(held_back[0].skip_proofs.empty());
  holding = apart = false;
  for (const auto to : {t.c, t.d}) t.net.deliver(t.b, to, held_back[0]);
  CHECK(t.net.run_until([&] { return t.net.all_have("b5") && t.net.all_have("next"); }, 10));
  for (const auto id : {t.b, t.c, t.d}) {
    CHECK(signed_by(t.net, id, VoteKind::kNotarize, 6));
    CHECK(t.final_view(id) == 6);
  }
  for (const auto id : {t.c, t.d}) CHECK_FALSE(signed_by(t.net, id, VoteKind::kFinalize, 5));
  CHECK_FALSE(t.asked_anything());  // no round trip
}

TEST_CASE("T3 split proofs: a leader with X goes past the view and B accepts its block although it holds N") {
  Trace t;  // here the one with N leads view 7 and is called C
  t.net.become_puppet(t.a);
  const Block b5 = t.net.make_block(t.net.tip_block(t.b), "b5");
  bool apart = true;
  t.net.pass = [&](PeerId from, PeerId to, const Message& message) {
    if (!apart || is_proposal(message, 6)) return true;
    if (is_vote(message, VoteKind::kNotarize, 5)) return false;
    if (from == t.c) return is_vote(message, VoteKind::kNotarize, 6);
    return to != t.c;
  };
  for (const auto to : {t.b, t.c, t.d}) t.net.deliver(t.a, to, t.proposal_of(b5));
  t.net.run_for(2'500);
  for (const auto voter : {t.b, t.d}) t.net.deliver(voter, t.c, t.net.vote(VoteKind::kNotarize, t.subject(b5), voter));
  t.net.submit_to(t.b, "other");
  t.net.run_for(10);
  REQUIRE(t.holds(t.c, kN));
  for (const auto to : {t.b, t.d}) t.net.deliver(t.a, to, t.net.vote(VoteKind::kNullify, {.view = {5}}, t.a));
  REQUIRE(t.net.run_until([&] { return t.holds(t.b, kX) && t.holds(t.d, kX); }, 2'000));
  CHECK(t.holds(t.c, kN));
  apart = false;
  CHECK(t.net.run_until([&] { return t.net.all_have("other"); }, 100));
  const auto proposals = sent<Proposal>(t.net);
  REQUIRE_FALSE(proposals.empty());
  for (const auto& proposal : proposals) {
    CHECK(proposal.parent_view == View{4});
    REQUIRE(proposal.skip_proofs.size() == 1);
    CHECK(proposal.skip_proofs[0].subject.view == View{5});
  }
  CHECK(signed_by(t.net, t.c, VoteKind::kNotarize, 6));
  CHECK_FALSE(t.net.has(t.c, "b5"));
  CHECK_FALSE(t.asked_anything());
  for (const auto id : {t.b, t.d}) CHECK_FALSE(signed_by(t.net, id, VoteKind::kFinalize, 5));
}

namespace {

// A shows one block to B and C and another to D, voting for both.
void equivocate(Trace& t, const Block& one, const Block& two) {
  t.net.become_puppet(t.a);
  for (const auto to : {t.b, t.c}) t.net.deliver(t.a, to, t.proposal_of(one));
  t.net.deliver(t.a, t.d, t.proposal_of(two));
}

void check_convicted(Trace& t) {
  for (const auto id : {t.b, t.c, t.d}) {
    bool two_notarize_votes = false;  // E1; if A finalized one of the blocks, E3 comes with it
    for (const auto& [first, second] : t.net.host(id).evidence) {
      CHECK(first.signer == t.a);
      CHECK(contradict(first, second));
      two_notarize_votes = two_notarize_votes || (first.kind == VoteKind::kNotarize && second.kind == first.kind);
    }
    CHECK(two_notarize_votes);
  }
}

}  // namespace

TEST_CASE("T4 equivocation: leader_equivocates_minority: D fetches the winner and does not finalize in that view") {
  Trace t;
  const Block one = t.net.make_block(t.net.tip_block(t.b), "one");
  const Block two = t.net.make_block(t.net.tip_block(t.b), "two");
  equivocate(t, one, two);
  t.net.run_for(10);
  REQUIRE(signed_by(t.net, t.d, VoteKind::kNotarize, 5));
  for (const auto id : {t.b, t.c, t.d}) CHECK(t.holds(id, kN));
  // A finalizes too: F(5) needs no vote of D.
  for (const auto to : {t.b, t.c, t.d}) t.net.deliver(t.a, to, t.net.vote(VoteKind::kFinalize, t.subject(one), t.a));
  CHECK(t.net.run_until([&] { return t.net.all_have("one"); }, 2'000));
  for (const auto id : {t.b, t.c, t.d}) CHECK(t.final_view(id) == 5);
  CHECK_FALSE(signed_by(t.net, t.d, VoteKind::kFinalize, 5));
  CHECK_FALSE(t.net.has(t.d, "two"));
  const auto requests = sent<BlockRequest>(t.net);
  CHECK_FALSE(requests.empty());
  for (const auto& delivery : t.net.wire)
    if (is<BlockRequest>(delivery.message)) CHECK(delivery.from == t.d);
  check_convicted(t);
}

TEST_CASE("T4 equivocation: when A does not finalize the winner becomes final in a later view") {
  Trace t;
  const Block one = t.net.make_block(t.net.tip_block(t.b), "one");
  const Block two = t.net.make_block(t.net.tip_block(t.b), "two");
  equivocate(t, one, two);
  CHECK(t.net.run_until([&] { return t.net.all_have("one"); }, 10'000));
  for (const auto id : {t.b, t.c, t.d}) {
    CHECK(t.final_view(id) >= 6);
    CHECK(t.final_height(id) == 5);  // by a REPEAT: nothing else was there to propose
    CHECK(signed_by(t.net, id, VoteKind::kFinalize, 5) == (id != t.d));
  }
  check_convicted(t);
}

TEST_CASE("T5 lost finalize votes then idle: drop_all_finalize_once: they are sent again and the view is final") {
  Trace t;
  bool losing = true;
  t.net.pass = [&](PeerId, PeerId, const Message& message) {
    return !losing || (!is_vote(message, VoteKind::kFinalize) && !is_proof(message, VoteKind::kFinalize));
  };
  t.net.submit("b9");
  t.net.run_for(100);
  for (PeerId id = 0; id < 4; ++id) {
    CHECK(t.holds(id, kN));
    CHECK(signed_by(t.net, id, VoteKind::kFinalize, 5));
    CHECK(t.final_view(id) == 4);
    CHECK(t.net.host(id).pool.size() == 1);  // in the notarized block: nothing is ready
  }
  losing = false;
  // T_fin, but the leader's REPEAT may come first: whichever does, the height is the same.
  CHECK(t.net.run_until([&] { return t.net.all_have("b9"); }, 2'500));
  for (PeerId id = 0; id < 4; ++id) {
    CHECK(t.final_height(id) == 5);
    CHECK_FALSE(signed_by(t.net, id, VoteKind::kNullify, 5));
  }
}

TEST_CASE("T5 lost finalize votes then idle: with REPEAT kept back the finalize votes alone do it") {
  Trace t;
  bool losing = true;
  t.net.pass = [&](PeerId, PeerId, const Message& message) {
    if (const auto* proposal = std::get_if<Proposal>(&message); proposal && proposal->repeat) return false;
    return !losing || (!is_vote(message, VoteKind::kFinalize) && !is_proof(message, VoteKind::kFinalize));
  };
  t.net.submit("b9");
  t.net.run_for(100);
  losing = false;
  CHECK(t.net.run_until([&] { return t.net.all_have("b9"); }, 2'500));
  for (PeerId id = 0; id < 4; ++id) CHECK(t.final_view(id) == 5);
}

TEST_CASE("T5 lost finalize votes then idle: when F is impossible the next leader repeats the block") {
  Trace t;
  bool losing = true;
  std::vector<Proposal> repeats;
  t.net.pass = [&](PeerId, PeerId to, const Message& message) {
    if (!losing) return true;
    if (is_vote(message, VoteKind::kNotarize, 5)) return to == t.a || to == t.b;
    if (is_proposal(message, 6) && to == t.c) repeats.push_back(std::get<Proposal>(message));
    return is_proposal(message, 5) || is_vote(message, VoteKind::kNullify);
  };
  t.net.submit("b9");
  REQUIRE(t.net.run_until(
      [&] { return signed_by(t.net, t.c, VoteKind::kNullify, 5) && signed_by(t.net, t.d, VoteKind::kNullify, 5); },
      3'500));
  for (const auto id : {t.a, t.b}) {
    CHECK(t.holds(id, kN));
    CHECK(signed_by(t.net, id, VoteKind::kFinalize, 5));
    CHECK(t.final_view(id) == 4);
  }
  losing = false;
  REQUIRE(repeats.size() == 1);
  CHECK(repeats[0].repeat);
  CHECK(repeats[0].parent_view == View{5});
  REQUIRE(repeats[0].parent_proof.has_value());
  CHECK(repeats[0].parent_proof->kind == VoteKind::kNotarize);
  CHECK(repeats[0].repeated == repeats[0].parent_proof->subject.block);
  for (const auto to : {t.a, t.c, t.d}) t.net.deliver(t.b, to, repeats[0]);
  CHECK(t.net.run_until([&] { return t.net.all_have("b9"); }, 100));
  t.net.run_for(5'000);
  for (PeerId id = 0; id < 4; ++id) {
    CHECK(t.final_view(id) == 6);
    CHECK(t.final_height(id) == 5);
    CHECK(t.net.host(id).disk.tip.block == repeats[0].repeated);
    CHECK_FALSE(t.net.engine(id).status().awake);
  }
}

TEST_CASE("T6 crash of everybody: all_crash_after_nullify: the slots' votes are signed again and end the view") {
  Trace t;
  bool cut = true;
  t.net.pass = [&](PeerId, PeerId, const Message& message) { return !cut || is<Status>(message); };
  for (const auto id : {t.b, t.c, t.d}) t.net.submit_to(id, "b9");  // A is deaf
  REQUIRE(t.net.run_until(
      [&] {
        return std::ranges::all_of(std::vector{t.b, t.c, t.d},
                                   [&](PeerId id) { return t.net.host(id).disk.record.top_nullified; });
      },
      2'000));
  for (const auto id : {t.b, t.c, t.d}) REQUIRE(t.net.proofs_held(id, 5).empty());
  for (PeerId id = 0; id < 4; ++id) t.net.crash(id, false);
  cut = false;
  t.net.wire.clear();
  for (PeerId id = 0; id < 4; ++id) t.net.restart(id);
  CHECK(t.net.run_until([&] { return t.all_at(6); }, 100));
  for (const auto id : {t.b, t.c, t.d}) {
    std::vector<Vote> nullified;
    for (const auto& vote : t.net.host(id).signed_votes)
      if (vote.kind == VoteKind::kNullify) nullified.push_back(vote);
    REQUIRE(nullified.size() == 2);
    CHECK(nullified[0] == nullified[1]);  // the same bytes
    CHECK(t.net.proofs_held(id, 5) == kX);
  }
  t.net.submit("b10");
  CHECK(t.net.run_until([&] { return t.net.all_have("b10"); }, 2'000));
}

TEST_CASE("T9 fork attempt with two hostile members: a node that meets the other history stops and keeps both proofs") {
  Network net(4);
  net.start();
  net.run_for(10);
  net.advance_to(5);
  const PeerId a = net.leader(5);
  const PeerId b = net.leader(6);
  const PeerId c = net.leader(7);
  const PeerId d = net.leader(8);
  net.become_puppet(a);
  net.become_puppet(d);
  net.pass = [](PeerId, PeerId, const Message&) { return false; };
  const Block one = net.make_block(net.tip_block(b), "one");
  const Subject five{{5}, {4}, {5}, block_id(net.scope().chain, one.header)};
  // With B they finalize block one.
  Proposal proposal{.view = {5}, .parent_view = {4}, .block = one};
  proposal.signature = net.vote(VoteKind::kNotarize, five, a).signature;
  net.deliver(a, b, proposal);
  for (const auto who : {a, d})
    for (const auto kind : {VoteKind::kNotarize, VoteKind::kFinalize})
      net.deliver(who, b, net.vote(kind, five, who), 500);
  REQUIRE(net.run_until([&] { return net.has(b, "one"); }, 100));
  // With C they nullify views 5 and 6, and finalize what C proposes in 7.
  net.submit_to(c, "two");
  const auto help = [&](VoteKind kind, const Subject& subject) {
    for (const auto who : {a, d}) net.deliver(who, c, net.vote(kind, subject, who));
  };
  help(VoteKind::kNullify, {.view = {5}});
  REQUIRE(net.run_until([&] { return net.engine(c).status().current == View{6}; }, 3'000));
  help(VoteKind::kNullify, {.view = {6}});
  REQUIRE(net.run_until([&] { return signed_by(net, c, VoteKind::kNotarize, 7); }, 6'000));
  const Subject seven = net.host(c).signed_votes.back().subject;
  CHECK(seven.parent_view == View{4});
  help(VoteKind::kNotarize, seven);
  help(VoteKind::kFinalize, seven);
  REQUIRE(net.run_until([&] { return net.has(c, "two"); }, 100));
  CHECK(net.broken_law == "I1: finalized blocks agree");
  // Each meets the other's finality, of whichever view.
  const auto of_b = *net.host(b).disk.finalization;
  const auto of_c = *net.host(c).disk.finalization;
  CHECK(of_b.subject == five);
  net.deliver(d, c, of_b);
  net.deliver(d, b, of_c);
  net.run_for(10);
  for (const auto honest : {b, c}) {
    REQUIRE(net.host(honest).halts.size() == 1);
    CHECK(net.host(honest).halts[0].starts_with("FORK"));
    for (const auto& pair : net.host(honest).evidence) CHECK((pair.first.signer == a || pair.first.signer == d));
    const auto votes = net.host(honest).signed_votes.size();
    net.submit_to(honest, "more");
    net.run_for(30'000);
    CHECK(net.host(honest).signed_votes.size() == votes);
  }
  // The two sides' proofs name A and D and nobody else: X(5) of C's history against F(5) of B's.
  const auto& link = net.host(c).disk.finalized.at(5).links.at(0);
  REQUIRE(link.skipped.size() == 2);
  const QuorumProof& x5 = link.skipped[0];
  CHECK(x5.subject.view == View{5});
  std::set<PeerId> guilty;
  for (const auto who : x5.signers)
    if (std::ranges::find(of_b.signers, who) != of_b.signers.end()) guilty.insert(who);
  CHECK(guilty == std::set<PeerId>{a, d});
}

}  // namespace quipu::consensus::net
