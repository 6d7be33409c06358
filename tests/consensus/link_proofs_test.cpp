// SPDX-License-Identifier: Apache-2.0
// 2.11: the votes that go with blocks, which audits want: those that an answer brings, and those that a commit waits
// for.
#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>

#include "tests/consensus/bench.h"

namespace quipu::consensus::net {

TEST_CASE("2.11 link proofs of an answer are kept when they are in form and no signature is checked when not") {
  static std::size_t checked;
  const auto counting = [](const crypto::PublicKey& key, BytesView message, const crypto::Signature& signature) {
    ++checked;
    return fake_verify(key, message, signature);
  };
  const auto links_kept = [&](const std::function<void(const Bench&, std::vector<LinkProof>&)>& spoil) {
    Bench bench(follower_of(1));
    Config config{.scope = bench.net.scope(), .members = bench.net.members(), .self = bench.self};
    config.verify = counting;
    Restored restored;
    restored.finalized = genesis_tip();
    bench.engine.emplace(std::move(config), std::move(restored));
    bench.start();
    for (PeerId i = 0; i < 4; ++i) bench.step(PeerUp{i});
    const Block second = bench.net.make_block(bench.first, "second", 6);
    const auto proof = [&](VoteKind kind, const Subject& subject) { return bench.net.proof(kind, subject, {0, 1, 2}); };
    // A repeat of the genesis block in view 1, the first block in view 3, its repeat in 4, the second block in 5.
    std::vector<LinkProof> links{
        {proof(VoteKind::kNotarize, bench.about(genesis_block(), 1, 0)), {}},
        {proof(VoteKind::kNotarize, bench.about(bench.first, 3, 1)), {proof(VoteKind::kNullify, {.view = {2}})}},
        {proof(VoteKind::kNotarize, bench.about(bench.first, 4, 3)), {}}};
    spoil(bench, links);
    const auto finalization = proof(VoteKind::kFinalize, bench.about(second, 5, 4));
    const auto sends = only<Send>(bench.receive(bench.other(), finalization));
    checked = 0;
    for (const auto& send : sends)
      bench.receive(send.to, BlockResponse{{}, {{bench.first, links}, {second, {}}}, finalization});
    bench.step(bench.valid(bench.first));
    const auto commits = only<Commit>(bench.step(bench.valid(second)));
    REQUIRE(commits.size() == 1);
    return commits[0].blocks[0].links.size();
  };
  CHECK(links_kept([](const Bench&, auto&) {}) == 3);
  CHECK(checked == 12);
  const auto refused = [&](const std::function<void(const Bench&, std::vector<LinkProof>&)>& spoil) {
    return links_kept(spoil) == 0 && checked == 0;
  };
  CHECK(refused([](const Bench&, auto& links) { std::swap(links[1], links[2]); }));
  CHECK(refused([](const Bench&, auto& links) { std::swap(links[0], links[1]); }));
  CHECK(refused([](const Bench&, auto& links) { links.resize(1); }));
  CHECK(refused([](const Bench&, auto& links) { links[1].skipped[0].subject.view = {3}; }));
  CHECK(refused([](const Bench&, auto& links) { links[1].skipped.push_back(links[1].skipped[0]); }));
  CHECK(refused([](const Bench&, auto& links) { links[1].skipped[0].kind = VoteKind::kNotarize; }));
  CHECK(refused([](const Bench&, auto& links) { links[2].step.kind = VoteKind::kNullify; }));
  CHECK(refused([](const Bench& bench, auto& links) { links[2].step.subject = bench.about(bench.first, 4, 4); }));
  CHECK(refused([](const Bench&, auto& links) { links[1].skipped.assign(5'000, links[1].skipped[0]); }));
  CHECK(links_kept([](const Bench&, auto& links) { links[2].step.signatures[0].bytes[0] ^= 1; }) == 0);
}

// A node that comes back fetches by id what it sees notarized, before it learns how much of that is final.

TEST_CASE("2.11 a commit waits for the votes of blocks that came by id as long as a peer may have them") {
  Bench bench(follower_of(1));
  bench.start();
  for (PeerId i = 0; i < 4; ++i) bench.step(PeerUp{i});
  const Block second = bench.net.make_block(bench.first, "second", 6);
  const auto proof = [&](VoteKind kind, const Subject& subject) { return bench.net.proof(kind, subject, {0, 1, 2}); };
  const QuorumProof untold = proof(VoteKind::kNotarize, bench.about(bench.first, 1, 0));
  auto sends = only<Send>(bench.receive(bench.other(), proof(VoteKind::kNotarize, bench.about(second, 2, 1))));
  REQUIRE(sends.size() == 1);
  sends = only<Send>(bench.receive(sends[0].to, BlockResponse{{second}, {}, {}}));
  REQUIRE(sends.size() == 1);
  bench.receive(sends[0].to, BlockResponse{{bench.first}, {}, {}});
  bench.step(bench.valid(bench.first));
  bench.step(bench.valid(second));
  const QuorumProof finalization = proof(VoteKind::kFinalize, bench.about(second, 2, 1));
  auto effects = bench.receive(bench.other(), finalization);
  CHECK(only<Commit>(effects).empty());
  CHECK(bench.engine->status().syncing);
  sends = only<Send>(effects);
  REQUIRE(sends.size() == 2);

  const auto committed = [&](const Effects& after) {
    const auto commits = only<Commit>(after);
    REQUIRE(commits.size() == 1);
    REQUIRE(commits[0].blocks.size() == 2);
    CHECK(commits[0].blocks[1].links.size() == 1);
    CHECK_FALSE(bench.engine->status().syncing);
    return commits[0].blocks[0].links;
  };
  const auto answer_one = [&](auto request, const Message& answer) {
    for (const auto& send : sends)
      if (std::holds_alternative<decltype(request)>(send.message)) return bench.receive(send.to, answer);
    return Effects{};
  };
  SECTION("one has committed them") {
    const BlockResponse answer{{}, {{bench.first, {{untold, {}}}}, {second, {}}}, finalization};
    CHECK(committed(answer_one(BlockRequest{}, answer)).size() == 1);
  }
  SECTION("one holds the proof") { CHECK(committed(answer_one(ProofRequest{}, ProofResponse{{untold}})).size() == 1); }
  SECTION("none has them") {
    CHECK(only<Commit>(bench.refuse_requests(effects)).empty());  // until all are to be asked again
    CHECK(committed(bench.pass(1'000)).empty());
  }
  SECTION("none answers") {
    CHECK(only<Commit>(bench.pass(5'000)).empty());  // slow peers are waited for
    CHECK(committed(bench.pass(120'000)).empty());
  }
  SECTION("one that has nothing says so again and again") {
    for (int i = 0; i < 10; ++i) {
      for (const auto& send : sends) {
        CHECK(only<Commit>(bench.receive(send.to, BlockResponse{})).empty());
        CHECK(only<Commit>(bench.receive(send.to, ProofResponse{})).empty());
      }
    }
  }
  SECTION("an older finalization does without them") {
    const auto older = bench.receive(bench.other(), proof(VoteKind::kFinalize, bench.about(bench.first, 1, 0)));
    REQUIRE(only<Commit>(older).size() == 1);
  }
}

}  // namespace quipu::consensus::net
