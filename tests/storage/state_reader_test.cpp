// SPDX-License-Identifier: Apache-2.0
// The state and its history against a dumb twin: a whole std::map per height.
#include <catch2/catch.hpp>
#include <map>

#include "tests/storage/chain.h"

namespace quipu::storage::testing {

namespace state_reader_test {

using State = std::map<Bytes, Bytes>;
constexpr std::size_t kMapKeyBytes = 35;

// Keys that differ early, late, or only where signed and unsigned bytes differ.
Bytes some_map_key(Dice& dice) {
  static constexpr char kAlphabet[] = {'\x00', '\x01', '\x7f', '\x80', '\xff'};
  Bytes key(kMapKeyBytes, '\xff');
  for (const std::size_t at : {std::size_t{0}, std::size_t{1}, kMapKeyBytes - 1}) {
    key[at] = kAlphabet[dice.below(sizeof kAlphabet)];
  }
  return key;
}

State scanned(const StateReader& reader, BytesView prefix) {
  State found;
  Bytes last;
  reader.scan(prefix, [&](BytesView key, BytesView value) {
    REQUIRE((found.empty() || last < key));
    last = Bytes(key);
    found.emplace(key, value);
    return true;
  });
  return found;
}

State with_prefix(const State& state, BytesView prefix) {
  State found;
  for (const auto& entry : state) {
    if (entry.first.starts_with(prefix)) found.insert(entry);
  }
  return found;
}

void check(const StateReader& reader, const State& expected, Dice& dice) {
  for (int i = 0; i < 20; ++i) {
    const Bytes key = some_map_key(dice);
    const auto entry = expected.find(key);
    const auto found = reader.get(key);
    REQUIRE(found.has_value() == (entry != expected.end()));
    if (found) REQUIRE(*found == entry->second);
  }
  REQUIRE(scanned(reader, {}) == expected);
  for (const std::size_t size : {1, 2, 35}) {
    const Bytes prefix = some_map_key(dice).substr(0, size);
    REQUIRE(scanned(reader, prefix) == with_prefix(expected, prefix));
  }
}

// Commits blocks with random changes and returns the state after each height.
std::vector<State> commit_changes(BlockStore& store, Chain& chain, Dice& dice, std::size_t commits) {
  const auto change = [&](CommitBlock block, State& state) {
    for (auto count = dice.below(6); count > 0; --count) {
      block.changes.push_back({some_map_key(dice), dice.bytes(dice.below(12))});
      state[block.changes.back().key] = block.changes.back().value;
    }
    return block;
  };
  std::vector<State> states(1);
  store.initialise(chain.id(), change(chain.genesis(), states.front()));
  for (std::size_t i = 0; i < commits; ++i) {
    std::vector<CommitBlock> blocks;
    for (const CommitBlock& block : chain.grow(1 + dice.below(3))) {
      states.push_back(states.back());
      blocks.push_back(change(block, states.back()));
    }
    store.commit(blocks, some_proof(dice, chain.tip().view.value, consensus::VoteKind::kFinalize), chain.tip());
  }
  return states;
}

}  // namespace state_reader_test

TEST_CASE("the state reads as it was at every height and as it is now", "[storage]") {
  using namespace state_reader_test;
  for (const Backend& backend : both_databases()) {
    INFO(backend.name);
    TemporaryDirectory directory;
    const auto database = backend.open(directory / "db");
    BlockStore store(*database);
    Chain chain(31);
    Dice dice(32);
    const std::vector<State> states = commit_changes(store, chain, dice, 40);
    const auto snapshot = database->snapshot();
    for (std::size_t height = 0; height < states.size(); ++height) {
      check(StateReader(snapshot, consensus::Height{height}), states[height], dice);
    }
    check(StateReader(snapshot, std::nullopt), states.back(), dice);
    check(StateReader(snapshot, consensus::Height{states.size() + 100}), states.back(), dice);
  }
}

TEST_CASE("a scan of the state stops when it is told to", "[storage]") {
  using namespace state_reader_test;
  MemoryDatabase database;
  BlockStore store(database);
  Chain chain(33);
  Dice dice(34);
  const State newest = commit_changes(store, chain, dice, 20).back();
  REQUIRE(newest.size() > 3);
  for (const auto at : {std::optional<consensus::Height>(), std::optional(chain.tip().height)}) {
    const StateReader reader(database.snapshot(), at);
    for (std::size_t most = 1; most <= newest.size(); ++most) {
      std::size_t seen = 0;
      reader.scan({}, [&](BytesView, BytesView) { return ++seen < most; });
      REQUIRE(seen == most);
    }
  }
}

TEST_CASE("a part of a map key is no map key", "[storage]") {
  using namespace state_reader_test;
  MemoryDatabase database;
  BlockStore store(database);
  Chain chain(35);
  Dice dice(36);
  const State newest = commit_changes(store, chain, dice, 20).back();
  REQUIRE(!newest.empty());
  for (const auto at : {std::optional<consensus::Height>(), std::optional(chain.tip().height)}) {
    const StateReader reader(database.snapshot(), at);
    for (const auto& entry : newest) {
      REQUIRE(reader.get(entry.first).has_value());
      for (const std::size_t size : {0, 1, 27, 34}) REQUIRE(!reader.get(entry.first.substr(0, size)));
    }
  }
}

}  // namespace quipu::storage::testing
