// SPDX-License-Identifier: Apache-2.0
// One engine that is behind: whom it asks for what, what it believes, what it never does meanwhile.
#include <catch2/catch.hpp>

#include <algorithm>
#include <array>

#include "bench.h"
#include "consensus/limits.h"
#include "crypto/keys.h"

namespace quipu::consensus::net {

TEST_CASE("2.11 syncing_never_votes_below_known_F and takes no block but one that the finalization names") {
  Bench bench(follower_of(1));
  bench.start();
  for (PeerId i = 0; i < 4; ++i) bench.step(PeerUp{i});
  const Block second = bench.net.make_block(bench.first, "second", 6);
  const auto effects =
      bench.receive(bench.other(), bench.net.proof(VoteKind::kFinalize, bench.about(second, 5, 1), {0, 1, 2}));
  CHECK(bench.engine->status().syncing);
  CHECK(bench.engine->status().current == View{6});
  const auto sends = only<Send>(effects);
  REQUIRE(sends.size() == 1);
  REQUIRE(std::holds_alternative<BlockRequest>(sends[0].message));
  const PeerId asked = sends[0].to;
  const auto& request = std::get<BlockRequest>(sends[0].message);
  CHECK(request.ids.empty());
  CHECK(request.first == Height{1});
  CHECK(request.last == Height{2});
  // Somebody else's block is not taken.
  const Block stranger = bench.net.make_block(genesis_block(), "stranger", 7);
  CHECK(only<RequestVerify>(bench.receive(asked, BlockResponse{{stranger}, {}, {}})).empty());
  std::size_t verified = 0;
  const LinkProof told{bench.net.proof(VoteKind::kNotarize, bench.about(bench.first, 1, 0), {0, 1, 2}), {}};
  const BlockResponse answer{{}, {{bench.first, {told}}, {second, {}}}, {}};
  for (PeerId i = 0; i < 4; ++i) verified += only<RequestVerify>(bench.receive(i, answer)).size();
  CHECK(verified == 1);
  bench.step(bench.valid(bench.first));
  const auto commits = only<Commit>(bench.step(bench.valid(second)));
  REQUIRE(commits.size() == 1);
  CHECK(commits[0].blocks.size() == 2);
  CHECK(commits[0].blocks[0].block == bench.first);
  CHECK(commits[0].tip.view == View{5});
  CHECK(only<Commit>(bench.step(Tick{})).empty());
  bench.step(Committed{{2}});
  CHECK(bench.engine->status().finalized.height == Height{2});
  CHECK_FALSE(bench.engine->status().syncing);
}

TEST_CASE("2.11 a run by height is believed up to the block that a held and finalized one has as its parent") {
  Bench bench(follower_of(1));
  bench.start();
  for (PeerId i = 0; i < 4; ++i) bench.step(PeerUp{i});
  const Block second = bench.net.make_block(bench.first, "second", 6);
  const auto notarization = bench.net.proof(VoteKind::kNotarize, bench.about(second, 5, 1), {0, 1, 2});
  auto sends = only<Send>(bench.receive(bench.other(), notarization));
  REQUIRE(sends.size() == 1);
  CHECK(std::get<BlockRequest>(sends[0].message).ids.size() == 1);  // it is not final
  bench.receive(sends[0].to, BlockResponse{{second}, {}, {}});
  // Now it is, and so is its parent.
  const auto finalization = bench.net.proof(VoteKind::kFinalize, bench.about(second, 5, 1), {0, 1, 2});
  bench.receive(bench.other(), finalization);
  std::optional<PeerId> by_height;
  for (int i = 0; i < 20 && !by_height; ++i)
    for (const auto& send : only<Send>(bench.pass(300)))
      if (const auto* request = std::get_if<BlockRequest>(&send.message); request && request->ids.empty())
        by_height = send.to;
  REQUIRE(by_height.has_value());
  const Block stranger = bench.net.make_block(genesis_block(), "stranger", 7);
  CHECK(only<RequestVerify>(bench.receive(*by_height, BlockResponse{{}, {{stranger, {}}}, {}})).empty());
  std::size_t verified = 0;
  for (int i = 0; i < 20 && verified == 0; ++i) {
    for (PeerId from = 0; from < 4; ++from)
      verified += only<RequestVerify>(bench.receive(from, BlockResponse{{}, {{bench.first, {}}}, {}})).size();
    bench.pass(300);
  }
  CHECK(verified == 1);
}

TEST_CASE("2.11 what no peer has by height is fetched by id from the finalization back however far it is") {
  Bench bench(follower_of(1));
  bench.start();
  for (PeerId i = 0; i < 4; ++i) bench.step(PeerUp{i});
  std::vector<Block> chain{bench.first};
  for (int i = 0; i < 12; ++i) chain.push_back(bench.net.make_block(chain.back(), "next", 6 + i));
  const auto about = bench.about(chain.back(), 30, 29);
  auto effects = bench.receive(bench.other(), bench.net.proof(VoteKind::kFinalize, about, {0, 1, 2}));
  bool committed = false;
  for (int i = 0; i < 300 && !committed; ++i) {
    std::vector<Effects> next;
    for (const auto& send : only<Send>(effects)) {
      if (std::holds_alternative<ProofRequest>(send.message)) next.push_back(bench.receive(send.to, ProofResponse{}));
      const auto* request = std::get_if<BlockRequest>(&send.message);
      if (request == nullptr) continue;
      if (request->ids.empty()) {
        next.push_back(bench.receive(send.to, BlockResponse{}));
        continue;
      }
      CHECK(request->first == request->last);  // where the block stands, for those who committed it
      next.push_back(bench.receive(send.to, BlockResponse{{chain.at(request->first.value - 1)}, {}, {}}));
    }
    for (const auto& verify : only<RequestVerify>(effects)) next.push_back(bench.step(bench.valid(verify.block)));
    next.push_back(bench.pass(100));
    effects.clear();
    for (auto& some : next)
      for (auto& effect : some) effects.push_back(std::move(effect));
    for (const auto& commit : only<Commit>(effects)) committed = commit.blocks.size() == chain.size();
  }
  CHECK(committed);
}

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
    auto effects = bench.step(bench.valid(second));
    std::ranges::move(bench.refuse_requests(effects), std::back_inserter(effects));
    const auto commits = only<Commit>(effects);
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
  SECTION("none has them") { CHECK(committed(bench.refuse_requests(effects)).empty()); }
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
