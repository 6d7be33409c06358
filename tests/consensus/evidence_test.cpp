// SPDX-License-Identifier: Apache-2.0
// Attempts to fork, and who is named for them: always the guilty, never anybody else.
#include <catch2/catch.hpp>

#include <algorithm>

#include "bench.h"
#include "consensus/limits.h"
#include "messages.h"
#include "network.h"

namespace quipu::consensus::net {

TEST_CASE("fork_attempt: f members that vote for both halves of the network get neither through") {
  for (const std::size_t members : {5, 6, 8, 9}) {
    INFO(members << " members");
    Network probe(members);
    std::set<PeerId> hostile;
    for (std::size_t i = 0; i < probe.members().faulty(); ++i) hostile.insert(probe.leader(1 + i));
    Network net(members, hostile);
    net.start();
    net.run_for(10);
    std::vector<PeerId> honest;
    for (std::size_t i = 0; i < members; ++i)
      if (!hostile.contains(static_cast<PeerId>(i))) honest.push_back(static_cast<PeerId>(i));
    const auto in_first = [&](PeerId id) {
      return std::ranges::find(honest, id) - honest.begin() < static_cast<std::ptrdiff_t>((honest.size() + 1) / 2);
    };
    net.pass = [&](PeerId from, PeerId to, const Message&) { return in_first(from) == in_first(to); };
    const Block blocks[] = {net.make_block(genesis_block(), "one"), net.make_block(genesis_block(), "two")};
    for (const auto to : honest) {
      const Block& block = blocks[in_first(to) ? 0 : 1];
      const Subject subject{{1}, {0}, {1}, block_id(net.scope().chain, block.header)};
      Proposal proposal{.view = {1}, .block = block};
      proposal.signature = net.vote(VoteKind::kNotarize, subject, net.leader(1)).signature;
      net.deliver(net.leader(1), to, proposal);
      for (const auto who : hostile)
        for (const auto kind : {VoteKind::kNotarize, VoteKind::kFinalize})
          net.deliver(who, to, net.vote(kind, subject, who));
    }
    net.run_for(1'000);
    for (const auto id : honest) {
      CHECK(signed_by(net, id, VoteKind::kNotarize, 1));
      CHECK(net.proofs_held(id, 1).empty());
    }
    net.pass = [](PeerId, PeerId, const Message&) { return true; };
    net.submit("three");
    CHECK(net.run_until([&] { return net.all_have("three"); }, 600'000));
    for (const auto id : honest) {
      CHECK_FALSE((net.has(id, "one") && net.has(id, "two")));
      for (const auto& pair : net.host(id).evidence) CHECK(hostile.contains(pair.first.signer));
    }
    check_laws(net);
    check_no_halt(net);
  }
}

TEST_CASE("two_notarizations_of_a_view: proofs that cannot both exist stop the node and name who signed both") {
  const VoteKind kN = VoteKind::kNotarize;
  const VoteKind kX = VoteKind::kNullify;
  const VoteKind kF = VoteKind::kFinalize;
  struct Pair {
    VoteKind first;
    VoteKind second;
    bool same_block;
    bool conflict;
  };
  const Pair pairs[] = {{kN, kN, false, true}, {kN, kF, false, true}, {kX, kF, true, true},
                        {kF, kX, true, true},  {kN, kX, true, false}, {kN, kF, true, false}};
  for (const auto& pair : pairs) {
    INFO(int(pair.first) << " and " << int(pair.second) << (pair.same_block ? " of one block" : " of two"));
    Bench bench(follower_of(1));
    bench.start();
    const Block rival = bench.net.make_block(genesis_block(), "rival", 8);
    const auto about = [&](VoteKind kind, const Block& block) {
      return kind == kX ? Subject{.view = {1}} : bench.about(block, 1, 0);
    };
    bench.receive(bench.other(), bench.net.proof(pair.first, about(pair.first, bench.first), {0, 1, 2}));
    const auto effects = bench.receive(
        bench.other(),
        bench.net.proof(pair.second, about(pair.second, pair.same_block ? bench.first : rival), {1, 2, 3}));
    CHECK(only<Halt>(effects).size() == (pair.conflict ? 1 : 0));
    std::set<PeerId> guilty;
    for (const auto& report : only<ReportEvidence>(effects)) {
      CHECK(contradict(report.evidence.first, report.evidence.second));
      guilty.insert(report.evidence.first.signer);
    }
    CHECK(guilty == (pair.conflict ? std::set<PeerId>{1, 2} : std::set<PeerId>{}));
  }
}

TEST_CASE("evidence_verifies_all: one bad signature in a pair or a proof accuses nobody") {
  Bench bench(follower_of(1));
  bench.start();
  const Block rival = bench.net.make_block(genesis_block(), "rival", 8);
  const PeerId accused = bench.net.leader(2);
  const Vote first = bench.net.vote(VoteKind::kNotarize, bench.about(bench.first, 1, 0), accused);
  const Vote second = bench.net.vote(VoteKind::kNotarize, bench.about(rival, 1, 0), accused);
  for (const bool spoil_first : {true, false}) {
    Evidence pair{first, second};
    (spoil_first ? pair.first : pair.second).signature.bytes[9] ^= 1;
    CHECK(only<ReportEvidence>(bench.receive(bench.other(), pair)).empty());
  }
  // In a proof that is good but for the accused's part of it, beside that member's true vote.
  QuorumProof proof = bench.net.proof(VoteKind::kNotarize, bench.about(rival, 1, 0), {0, 1, 2, 3});
  proof.signatures[accused].bytes[9] ^= 1;
  bench.receive(accused, first);
  CHECK(only<ReportEvidence>(bench.receive(bench.other(), proof)).empty());
  CHECK(bench.engine->status().current == View{1});
  CHECK(bench.engine->status().evidence == 0);
}

TEST_CASE("2.10 a vote inside a proof convicts as well as one that came alone whichever was first") {
  for (const bool proof_first : {true, false}) {
    Bench bench(follower_of(1));
    bench.start();
    const Block rival = bench.net.make_block(genesis_block(), "rival", 8);
    const PeerId guilty = bench.net.leader(1);
    const auto vote = bench.net.vote(VoteKind::kNotarize, bench.about(rival, 1, 0), guilty);
    const auto proof = bench.net.proof(VoteKind::kNotarize, bench.about(bench.first, 1, 0), {0, 1, 2, 3});
    Effects effects;
    for (const bool now_proof : {proof_first, !proof_first})
      for (auto& effect : now_proof ? bench.receive(bench.other(), proof) : bench.receive(guilty, vote))
        effects.push_back(std::move(effect));
    const auto reports = only<ReportEvidence>(effects);
    REQUIRE(reports.size() == 1);
    CHECK(reports[0].evidence.first.signer == guilty);
    CHECK(contradict(reports[0].evidence.first, reports[0].evidence.second));
    // And one that is forged convicts nobody.
    Bench other(follower_of(1));
    other.start();
    Vote forged = vote;
    forged.signature.bytes[3] ^= 1;
    other.receive(guilty, forged);
    CHECK(only<ReportEvidence>(other.receive(other.other(), proof)).empty());
  }
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

}  // namespace quipu::consensus::net
