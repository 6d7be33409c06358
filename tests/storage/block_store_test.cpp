// SPDX-License-Identifier: Apache-2.0
// The block store against a dumb twin that keeps every block in a vector and computes everything anew.
#include <algorithm>
#include <catch2/catch.hpp>
#include <map>

#include "consensus/limits.h"
#include "tests/storage/chain.h"

namespace quipu::storage::testing {

namespace block_store_test {

using consensus::Height;
using consensus::VoteKind;

// Passes everything on and notes what was written how.
class Spy final : public Database {
 public:
  void write(const Batch& batch, Durability durability) override {
    writes.push_back(durability);
    below.write(batch, durability);
  }
  std::shared_ptr<const Snapshot> snapshot() const override { return below.snapshot(); }

  MemoryDatabase below;
  std::vector<Durability> writes;
};

EvidenceRecord some_evidence(Dice& dice, std::uint64_t view, std::uint64_t epoch = 0) {
  EvidenceRecord evidence{{epoch}, dice.fixed<crypto::Digest>(), {}};
  for (consensus::Vote* vote : {&evidence.pair.first, &evidence.pair.second}) {
    vote->kind = VoteKind::kNotarize;
    vote->subject = some_subject(dice, view);
    vote->signer = 2;
    vote->signature = dice.fixed<crypto::Signature>();
  }
  return evidence;
}

void check_blocks(const LogReader& log, const Chain& chain) {
  for (const CommitBlock& block : chain.blocks()) {
    const Height height = block.record.header.height;
    REQUIRE(log.block(height) == block.record);
    REQUIRE(log.full_block(height) == consensus::Block{block.record.header, block.leaves});
    REQUIRE(log.links(height) == block.links);
  }
  const Height beyond = chain.tip().height.next();
  REQUIRE(!log.block(beyond));
  REQUIRE(!log.full_block(beyond));
  REQUIRE(log.links(beyond).empty());
}

void check_leaves(const LogReader& log, const Chain& chain, Dice& dice) {
  const std::vector<Bytes> all = chain.all_leaves();
  REQUIRE(log.leaves(0, all.size() + 5) == all);
  REQUIRE(!log.leaf(all.size()));
  for (int i = 0; i < 20; ++i) {
    const std::uint64_t index = dice.below(all.size());
    REQUIRE(log.leaf(index) == all[index]);
    const auto place = log.place_of(crypto::leaf_hash(all[index]));
    REQUIRE(place.has_value());
    REQUIRE(place->index == index);
    const auto& block = chain.blocks()[place->height.value].record;
    REQUIRE((block.first_index <= index && index < block.header.tree_size));
  }
  const std::uint64_t first = dice.below(all.size());
  const std::uint64_t end = first + dice.below(all.size() - first + 1);
  const auto at = [&](std::uint64_t index) { return all.begin() + static_cast<std::ptrdiff_t>(index); };
  REQUIRE(log.leaves(first, end) == std::vector<Bytes>(at(first), at(end)));
  REQUIRE(!log.place_of(dice.fixed<crypto::Digest>()));
}

void check_tree(const LogReader& log, const Chain& chain, Dice& dice) {
  const std::vector<Bytes> all = chain.all_leaves();
  const auto nodes = [&](unsigned level, std::uint64_t index) { return log.node(level, index); };
  for (int i = 0; i < 20; ++i) {
    const std::uint64_t size = 1 + dice.below(all.size());
    const crypto::Digest root = dumb_root(all, 0, size);
    REQUIRE(crypto::root_at(size, nodes) == root);
    REQUIRE(log.range_at(size).root() == root);
    const std::uint64_t index = dice.below(size);
    const auto proof = crypto::inclusion_proof(index, size, nodes);
    REQUIRE(crypto::verify_inclusion(index, size, crypto::leaf_hash(all[index]), proof, root));
  }
}

void check_times(const LogReader& log, const Chain& chain, Dice& dice) {
  const std::uint64_t end = chain.blocks().back().record.block_time_ms + 5;
  for (int i = 0; i < 50; ++i) {
    const std::uint64_t time_ms = dice.below(end);
    std::optional<BlockRecord> expected;
    for (const CommitBlock& block : chain.blocks()) {
      if (block.record.block_time_ms <= time_ms) expected = block.record;
    }
    REQUIRE(log.block_at_time(time_ms) == expected);
  }
}

std::vector<std::uint64_t> views_of(const std::vector<consensus::QuorumProof>& proofs) {
  std::vector<std::uint64_t> views;
  for (const auto& proof : proofs) views.push_back(proof.subject.view.value);
  return views;
}

}  // namespace block_store_test

TEST_CASE("a log of many commits reads like the chain it was made of", "[storage]") {
  using namespace block_store_test;
  for (const Backend& backend : both_databases()) {
    INFO(backend.name);
    TemporaryDirectory directory;
    const auto database = backend.open(directory / "db");
    BlockStore store(*database);
    Chain chain(21);
    Dice dice(22);
    CHECK(!store.read().tip());
    CHECK(!store.chain());
    store.initialise(chain.id(), chain.genesis());
    CHECK(store.chain() == chain.id());
    CHECK(store.read().tip() == chain.tip());
    CHECK(!store.read().finalization());
    for (int commit = 0; commit < 30; ++commit) {
      const auto blocks = chain.grow(1 + dice.below(3));
      const auto proof = some_proof(dice, chain.tip().view.value, VoteKind::kFinalize);
      store.commit(blocks, proof, chain.tip());
      REQUIRE(store.read().tip() == chain.tip());
      REQUIRE(store.read().finalization() == proof);
    }
    const LogReader log = store.read();
    check_blocks(log, chain);
    check_leaves(log, chain, dice);
    check_tree(log, chain, dice);
    check_times(log, chain, dice);
  }
}

TEST_CASE("a log reader keeps to its snapshot", "[storage]") {
  using namespace block_store_test;
  MemoryDatabase database;
  BlockStore store(database);
  Chain chain(1);
  Dice dice(2);
  store.initialise(chain.id(), chain.genesis());
  const LogReader before = store.read();
  commit_next(store, chain, dice, 1);
  CHECK(before.tip()->height.value == 0);
  CHECK(!before.block({1}));
  CHECK(store.read().tip()->height.value == 1);
}

TEST_CASE("no block has a time before the first one", "[storage]") {
  using namespace block_store_test;
  MemoryDatabase database;
  BlockStore store(database);
  CHECK(!store.read().block_at_time(1'000'000));
  Chain chain(1);
  store.initialise(chain.id(), chain.genesis());
  const std::uint64_t first_ms = chain.genesis().record.block_time_ms;
  REQUIRE(first_ms > 0);
  CHECK(!store.read().block_at_time(first_ms - 1));
  CHECK(store.read().block_at_time(first_ms) == chain.genesis().record);
}

TEST_CASE("persisted blocks and proofs are pending until they are settled", "[storage]") {
  using namespace block_store_test;
  for (const Backend& backend : both_databases()) {
    INFO(backend.name);
    TemporaryDirectory directory;
    const auto database = backend.open(directory / "db");
    BlockStore store(*database);
    Chain chain(3);
    Dice dice(4);
    store.initialise(chain.id(), chain.genesis());
    const CommitBlock next = chain.grow(1).front();
    const auto rival = chain.rival_of(next);
    const auto child = chain.block_above(next);
    const consensus::Block mine{next.record.header, next.leaves};
    const auto below = some_proof(dice, 1, VoteKind::kNullify);
    const auto of_tip = some_proof(dice, chain.tip().view.value, VoteKind::kNotarize);
    const auto above = some_proof(dice, chain.tip().view.value + 1, VoteKind::kNullify);
    const auto also_above = some_proof(dice, chain.tip().view.value + 1, VoteKind::kNotarize);
    store.persist({{.ticket = 1, .blocks = {mine, rival}, .proofs = {below, of_tip}},
                   {.ticket = 2, .blocks = {child}, .proofs = {above, also_above}}});
    CHECK(store.pending().blocks.size() == 3);
    CHECK(store.pending().proofs.size() == 4);
    CHECK(store.pending_block(next.record.id) == mine);
    CHECK(store.pending_block(chain.id_of(rival)) == rival);
    CHECK(!store.pending_block(dice.fixed<crypto::Digest>()));

    store.commit({next}, some_proof(dice, chain.tip().view.value, VoteKind::kFinalize), chain.tip());
    const Pending left = store.pending();
    REQUIRE(left.blocks.size() == 1);
    CHECK(left.blocks.front() == child);
    const std::uint64_t view = chain.tip().view.value + 1;
    CHECK(views_of(left.proofs) == std::vector<std::uint64_t>{view, view});
    CHECK(std::count(left.proofs.begin(), left.proofs.end(), above) == 1);
    CHECK(std::count(left.proofs.begin(), left.proofs.end(), also_above) == 1);
    CHECK(!store.pending_block(next.record.id));
  }
}

TEST_CASE("what was pending when the database was opened is settled by the next commit", "[storage]") {
  using namespace block_store_test;
  MemoryDatabase database;
  Chain chain(5);
  Dice dice(7);
  BlockStore(database).initialise(chain.id(), chain.genesis());
  const auto blocks = chain.grow(3);
  std::vector<consensus::Persist> effects;
  for (const CommitBlock& block : blocks) {
    const auto view = block.record.header.height.value;
    effects.push_back({view, {{block.record.header, block.leaves}}, {some_proof(dice, view, VoteKind::kNotarize)}});
  }
  BlockStore(database).persist({effects[0], effects[1]});
  BlockStore opened(database);
  opened.persist({effects[2]});
  const consensus::Tip second{.view = {2},
                              .height = blocks[1].record.header.height,
                              .block = blocks[1].record.id,
                              .tree_size = blocks[1].record.header.tree_size,
                              .tree_root = blocks[1].record.header.tree_root};
  opened.commit({blocks[0], blocks[1]}, some_proof(dice, 2, VoteKind::kFinalize), second);
  REQUIRE(opened.pending().blocks.size() == 1);
  CHECK(opened.pending().blocks.front().header == blocks[2].record.header);
  REQUIRE(opened.pending().proofs.size() == 1);
  CHECK(opened.pending().proofs.front().subject.view.value == 3);
  BlockStore(database).commit({blocks[2]}, some_proof(dice, 3, VoteKind::kFinalize), chain.tip());
  CHECK(opened.pending().blocks.empty());
  CHECK(opened.pending().proofs.empty());
}

TEST_CASE("many effects are one synced batch and so is a commit", "[storage]") {
  using namespace block_store_test;
  Spy spy;
  BlockStore store(spy);
  Chain chain(5);
  Dice dice(6);
  store.initialise(chain.id(), chain.genesis());
  spy.writes.clear();
  const auto blocks = chain.grow(3);
  std::vector<consensus::Persist> effects;
  for (const CommitBlock& block : blocks) {
    const auto view = block.record.header.height.value;
    effects.push_back({view, {{block.record.header, block.leaves}}, {some_proof(dice, view, VoteKind::kNotarize)}});
  }
  store.persist(effects);
  CHECK(spy.writes == std::vector{Durability::kSynced});
  store.persist({{}, {}});
  CHECK(spy.writes.size() == 1);
  store.commit(blocks, some_proof(dice, 3, VoteKind::kFinalize), chain.tip());
  CHECK(spy.writes == std::vector{Durability::kSynced, Durability::kSynced});
  spy.below.crash(0);
  CHECK(store.read().tip() == chain.tip());
  CHECK(store.read().leaves(0, 1'000'000) == chain.all_leaves());
  CHECK(store.pending().blocks.empty());
  CHECK(store.pending().proofs.empty());
}

TEST_CASE("a member's vote takes the place of its earlier one, outlives the commit, and goes with its epoch",
          "[storage]") {
  using namespace block_store_test;
  Spy spy;
  BlockStore store(spy);
  Chain chain(5);
  Dice dice(7);
  store.initialise(chain.id(), chain.genesis());
  const consensus::Vote early{VoteKind::kNotarize, some_subject(dice, 3), 2, {}};
  const consensus::Vote late{VoteKind::kNotarize, some_subject(dice, 4), 2, {}};
  const consensus::Vote other{VoteKind::kFinalize, some_subject(dice, 3), 1, {}};
  store.persist({{1, {}, {}, {early, other}}});
  const auto next = chain.grow(1);
  store.commit(next, some_proof(dice, 9, VoteKind::kFinalize), chain.tip(), {late});
  spy.below.crash(0);
  CHECK(store.pending().votes == std::vector{other, late});
  store.forget_pending();
  CHECK(store.pending().votes.empty());
}

TEST_CASE("nothing pending of an epoch that is over comes back after a power cut", "[storage]") {
  using namespace block_store_test;
  Spy spy;
  BlockStore store(spy);
  Chain chain(5);
  Dice dice(7);
  store.initialise(chain.id(), chain.genesis());
  const auto next = chain.grow(1).front();
  store.persist({{1, {{next.record.header, next.leaves}}, {some_proof(dice, 9, VoteKind::kNullify)}}});
  store.forget_pending();
  spy.below.crash(0);
  CHECK(store.pending().blocks.empty());
  CHECK(store.pending().proofs.empty());
  CHECK(store.read().tip()->height.value == 0);
}

TEST_CASE("notes and evidence ride on the next synced batch", "[storage]") {
  using namespace block_store_test;
  Spy spy;
  BlockStore store(spy);
  Chain chain(7);
  Dice dice(8);
  store.initialise(chain.id(), chain.genesis());
  spy.writes.clear();
  const auto evidence = some_evidence(dice, 1);
  store.put_note({16}, "note 16");
  store.put_evidence(evidence);
  CHECK(spy.writes == std::vector{Durability::kUnsynced, Durability::kUnsynced});
  CHECK(store.read().note({16}) == "note 16");
  CHECK(store.read().evidence().size() == 1);
  spy.below.crash(1);
  CHECK(store.read().note({16}) == "note 16");
  CHECK(store.read().evidence().empty());
  store.put_evidence(evidence);
  commit_next(store, chain, dice, 1);
  spy.below.crash(0);
  REQUIRE(store.read().evidence().size() == 1);
  CHECK(store.read().evidence().front().pair.first == evidence.pair.first);
  CHECK(store.read().evidence().front().pair.second == evidence.pair.second);
  CHECK(store.read().evidence().front().anchor == evidence.anchor);
}

TEST_CASE("note heights come in order and no more of them than asked for", "[storage]") {
  using namespace block_store_test;
  MemoryDatabase database;
  BlockStore store(database);
  for (const std::uint64_t height : {300, 16, 255, 256, 32}) store.put_note({height}, "note");
  CHECK(store.read().note_heights({0}, 10) == std::vector<Height>{{16}, {32}, {255}, {256}, {300}});
  CHECK(store.read().note_heights({32}, 2) == std::vector<Height>{{32}, {255}});
  CHECK(store.read().note_heights({0}, 0).empty());
  CHECK(store.read().note_heights({301}, 10).empty());
  CHECK(!store.read().note({17}));
}

TEST_CASE("evidence is kept once per epoch, signer and view and never beyond its bound", "[storage]") {
  using namespace block_store_test;
  MemoryDatabase database;
  BlockStore store(database);
  Dice dice(9);
  const auto first = some_evidence(dice, 1);
  store.put_evidence(first);
  store.put_evidence(some_evidence(dice, 1));
  REQUIRE(store.read().evidence().size() == 1);
  CHECK(store.read().evidence().front().pair.first == first.pair.first);
  store.put_evidence(some_evidence(dice, 1, 7));
  REQUIRE(store.read().evidence().size() == 2);
  CHECK(store.read().evidence().back().epoch.value == 7);
  for (std::uint64_t view = 2; view < limits::kEvidenceKept + 10; ++view) store.put_evidence(some_evidence(dice, view));
  CHECK(store.read().evidence().size() == limits::kEvidenceKept);
}

}  // namespace quipu::storage::testing
