// SPDX-License-Identifier: Apache-2.0
// One engine alone, input by input: the order of effects, what it must refuse, and what it does at a restart.
#include <catch2/catch.hpp>

#include <algorithm>
#include <array>

#include "consensus/limits.h"
#include "crypto/keys.h"
#include "network.h"

namespace quipu::consensus::net {

namespace {

template <class E>
std::vector<E> only(const Effects& effects) {
  std::vector<E> found;
  for (const auto& effect : effects)
    if (const auto* match = std::get_if<E>(&effect)) found.push_back(*match);
  return found;
}

template <class M>
std::vector<M> broadcasts(const Effects& effects) {
  std::vector<M> found;
  for (const auto& effect : only<Broadcast>(effects))
    if (const auto* match = std::get_if<M>(&effect.message)) found.push_back(*match);
  return found;
}

// An engine under a microscope; the other members are the test.
struct Bench {
  Network net{4};
  PeerId self;
  std::int64_t clock_us = 0;
  std::optional<Engine> engine;
  Block first = net.make_block(genesis_block(), "first", 5);

  explicit Bench(PeerId who, Restored restored = {}) : self(who) {
    if (restored.finalized.block.is_zero()) restored.finalized = genesis_tip();
    Config config{.scope = net.scope(), .members = net.members(), .self = who};
    config.verify = &fake_verify;
    engine.emplace(std::move(config), std::move(restored));
  }
  Effects start() { return engine->start({clock_us, clock_us / 1000}); }
  Effects step(Input input) { return engine->step(std::move(input), {clock_us, clock_us / 1000}); }
  Effects receive(PeerId from, Message message) { return step(Received{from, std::move(message)}); }
  PeerId other() const { return self == 0 ? 1 : 0; }
  // All effects of running deadlines for a while.
  Effects pass(std::int64_t ms) {
    Effects all;
    const std::int64_t end_us = clock_us + ms * 1000;
    while (engine->next_deadline_us() && *engine->next_deadline_us() <= end_us) {
      clock_us = std::max(clock_us, *engine->next_deadline_us());
      for (auto& effect : step(Tick{})) all.push_back(std::move(effect));
    }
    clock_us = end_us;
    return all;
  }
  // The peers have nothing of what they are asked for, however often: all effects of that.
  Effects refuse_requests(const Effects& effects) {
    Effects all;
    for (const auto& request : only<Send>(effects)) {
      Effects more;
      if (std::holds_alternative<BlockRequest>(request.message)) more = receive(request.to, BlockResponse{});
      if (std::holds_alternative<ProofRequest>(request.message)) more = receive(request.to, ProofResponse{});
      auto further = refuse_requests(more);
      std::ranges::move(more, std::back_inserter(all));
      std::ranges::move(further, std::back_inserter(all));
    }
    return all;
  }
  Subject about(const Block& block, std::uint64_t view, std::uint64_t parent_view) const {
    return {{view}, {parent_view}, block.header.height, block_id(net.scope().chain, block.header)};
  }
  Signed signed_by_me(const Sign& sign) const {
    return {sign.slot, sign.subject, net.vote(sign.slot.kind, sign.subject, self).signature};
  }
  Proposal proposal(const Block& block, std::uint64_t view, std::uint64_t parent_view) const {
    Proposal result{.view = {view}, .parent_view = {parent_view}, .block = block};
    result.signature = net.vote(VoteKind::kNotarize, about(block, view, parent_view), net.leader(view)).signature;
    return result;
  }
  BlockVerdict valid(const Block& block) const {
    return {block_id(net.scope().chain, block.header), Verdict::kValid, 5};
  }
  // Brings the engine to where it has been asked to sign NOTARIZE for `first` in view 1.
  Sign until_notarize() {
    receive(net.leader(1), proposal(first, 1, 0));
    const auto persists = only<Persist>(step(valid(first)));
    REQUIRE(persists.size() == 1);
    const auto signs = only<Sign>(step(Persisted{persists[0].ticket}));
    REQUIRE(signs.size() == 1);
    return signs[0];
  }
};

PeerId follower_of(std::uint64_t view) { return Network(4).leader(view + 2); }
PeerId leader_of(std::uint64_t view) { return Network(4).leader(view); }

}  // namespace

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

TEST_CASE("2.8 leader_builder_hangs: a leader that gets no block gives its own view up") {
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

TEST_CASE("R8 wrong leaves under a right header convict their sender and not the block") {
  Bench bench(follower_of(1));
  bench.start();
  for (PeerId i = 0; i < 4; ++i) bench.step(PeerUp{i});
  const PeerId forger = bench.net.leader(1);
  Block junk = bench.first;
  junk.leaves.front() = "junk";
  auto effects = bench.receive(forger, bench.proposal(junk, 1, 0));
  REQUIRE(only<RequestVerify>(effects).size() == 1);
  BlockVerdict verdict = bench.valid(bench.first);
  verdict.verdict = Verdict::kForged;
  effects = bench.step(verdict);
  REQUIRE(only<Sign>(effects).size() == 1);  // the view is given up
  CHECK(only<Sign>(effects)[0].slot.kind == VoteKind::kNullify);
  const auto finalization = bench.net.proof(VoteKind::kFinalize, bench.about(bench.first, 1, 0), {0, 1, 2});
  effects = bench.receive(bench.other(), finalization);
  CHECK(only<Halt>(effects).empty());
  // The block is asked for elsewhere, never of the forger again; another forger only costs time.
  std::set<PeerId> asked;
  const auto note_asked = [&](const Effects& happened) {
    for (const auto& send : only<Send>(happened))
      if (std::holds_alternative<BlockRequest>(send.message)) asked.insert(send.to);
  };
  note_asked(effects);
  for (int i = 0; i < 20; ++i) note_asked(bench.pass(300));
  CHECK_FALSE(asked.empty());
  CHECK_FALSE(asked.contains(forger));
  const PeerId second = *asked.begin();
  CHECK(only<RequestVerify>(bench.receive(forger, BlockResponse{{bench.first}, {}, {}})).empty());
  CHECK(only<RequestVerify>(bench.receive(second, BlockResponse{{junk}, {{junk, {}}}, {}})).size() == 1);
  CHECK(only<Halt>(bench.step(verdict)).empty());
  asked.clear();
  for (int i = 0; i < 20; ++i) note_asked(bench.pass(300));
  REQUIRE(asked.size() == 1);
  const PeerId honest = *asked.begin();
  CHECK(honest != forger);
  CHECK(honest != second);
  effects = bench.receive(honest, BlockResponse{{bench.first}, {{bench.first, {}}}, {}});
  CHECK(only<RequestVerify>(effects).size() == 1);
  const auto commits = only<Commit>(bench.step(bench.valid(bench.first)));
  REQUIRE(commits.size() == 1);
  CHECK(commits[0].blocks[0].block == bench.first);
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
  SECTION("none answers") { CHECK(committed(bench.pass(30'000)).empty()); }
  SECTION("an older finalization does without them") {
    const auto older = bench.receive(bench.other(), proof(VoteKind::kFinalize, bench.about(bench.first, 1, 0)));
    REQUIRE(only<Commit>(older).size() == 1);
  }
}

TEST_CASE("R9 R10 old votes are answered with what settled their view and future ones are bounded") {
  Bench bench(follower_of(1));
  bench.start();
  const auto sign = bench.until_notarize();
  bench.step(bench.signed_by_me(sign));
  bench.receive(bench.other(), bench.net.proof(VoteKind::kFinalize, sign.subject, {0, 1, 2}));
  bench.step(Committed{{1}});
  REQUIRE(bench.engine->status().finalized.height == Height{1});
  const PeerId other = bench.other();
  const auto late = bench.net.vote(VoteKind::kNullify, {.view = {1}}, other);
  CHECK(only<Send>(bench.receive(other, late)).size() == 1);
  CHECK(only<Send>(bench.receive(other, late)).empty());  // at most one a second
  const auto future = bench.net.vote(VoteKind::kNullify, {.view = {1'000'000}}, other);
  const auto hint = only<Send>(bench.receive(other, future));
  REQUIRE(hint.size() == 1);
  CHECK(std::get<Status>(hint[0].message).answer_wanted);
  CHECK(bench.engine->status().current == View{2});
}

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

TEST_CASE("2.9 a proposal from anybody but its view's leader is ignored") {
  Bench bench(follower_of(1));
  bench.start();
  for (PeerId from = 0; from < 4; ++from) {
    if (from == bench.net.leader(1)) continue;
    CHECK(bench.receive(from, bench.proposal(bench.first, 1, 0)).empty());
  }
  auto forged = bench.proposal(bench.first, 1, 0);
  forged.signature.bytes[0] ^= 1;
  const auto blame = bench.receive(bench.net.leader(1), forged);
  REQUIRE(blame.size() == 1);
  CHECK(std::get<Blame>(blame[0]).peer == bench.net.leader(1));
  CHECK(only<RequestVerify>(bench.receive(bench.net.leader(1), bench.proposal(bench.first, 1, 0))).size() == 1);
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

}  // namespace quipu::consensus::net
