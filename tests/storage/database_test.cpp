// SPDX-License-Identifier: Apache-2.0
// Both databases against a dumb twin: one std::map per family, copied for every snapshot.
#include <array>
#include <catch2/catch.hpp>
#include <map>

#include "tests/storage/fixtures.h"

namespace quipu::storage::testing {

namespace database_test {

using Entries = std::vector<std::pair<Bytes, Bytes>>;

struct Twin {
  std::array<std::map<Bytes, Bytes>, kFamilies> families;

  void write(const Batch& batch) {
    for (const auto& write : batch.writes()) {
      auto& family = families[static_cast<std::size_t>(write.family)];
      if (write.value) {
        family[write.key] = *write.value;
      } else {
        family.erase(write.key);
      }
    }
  }
  Entries matching(Family family, const std::function<bool(const Bytes&)>& wanted) const {
    Entries found;
    for (const auto& entry : families[static_cast<std::size_t>(family)]) {
      if (wanted(entry.first)) found.emplace_back(entry);
    }
    return found;
  }
};

// Few different keys, with the bytes where signed and unsigned order differ.
Bytes some_key(Dice& dice) {
  static constexpr char kAlphabet[] = {'\x00', 'a', 'b', '\x7f', '\x80', '\xff'};
  Bytes key;
  for (auto size = dice.below(4); size > 0; --size) key += kAlphabet[dice.below(sizeof kAlphabet)];
  return key;
}

Family some_family(Dice& dice) { return static_cast<Family>(dice.below(kFamilies)); }

Batch some_batch(Dice& dice) {
  Batch batch;
  for (auto writes = dice.below(12); writes > 0; --writes) {
    const Family family = some_family(dice);
    if (dice.one_in(3)) {
      batch.erase(family, some_key(dice));
    } else {
      batch.put(family, some_key(dice), dice.bytes(dice.below(20)));
    }
  }
  return batch;
}

Entries scanned(const Snapshot& snapshot, Family family, BytesView from, BytesView prefix, std::size_t most) {
  Entries found;
  snapshot.scan(family, from, prefix, [&](BytesView key, BytesView value) {
    found.emplace_back(key, value);
    return found.size() < most;
  });
  return found;
}

void check_get(const Snapshot& snapshot, const Twin& twin, Dice& dice) {
  const Family family = some_family(dice);
  const Bytes key = some_key(dice);
  const auto expected = twin.matching(family, [&](const Bytes& k) { return k == key; });
  const auto found = snapshot.get(family, key);
  REQUIRE(found.has_value() == !expected.empty());
  if (found) REQUIRE(*found == expected.front().second);
}

void check_last(const Snapshot& snapshot, const Twin& twin, Dice& dice) {
  const Family family = some_family(dice);
  const Bytes prefix = some_key(dice);
  const Bytes key = prefix + some_key(dice);
  const auto expected = twin.matching(family, [&](const Bytes& k) { return k <= key && k.starts_with(prefix); });
  const auto found = snapshot.last_at_or_before(family, key, prefix);
  REQUIRE(found.has_value() == !expected.empty());
  if (found) REQUIRE(*found == expected.back());
}

void check_scan(const Snapshot& snapshot, const Twin& twin, Dice& dice) {
  const Family family = some_family(dice);
  const Bytes prefix = some_key(dice);
  const Bytes from = some_key(dice);
  const std::size_t most = 1 + dice.below(5);
  auto expected = twin.matching(family, [&](const Bytes& k) { return k >= from && k.starts_with(prefix); });
  if (expected.size() > most) expected.resize(most);
  REQUIRE(scanned(snapshot, family, from, prefix, most) == expected);
}

void check_everything(const Snapshot& snapshot, const Twin& twin) {
  for (std::size_t i = 0; i < kFamilies; ++i) {
    const auto family = static_cast<Family>(i);
    REQUIRE(scanned(snapshot, family, {}, {}, 1'000'000) == twin.matching(family, [](const Bytes&) { return true; }));
  }
}

}  // namespace database_test

TEST_CASE("a database answers like a map, in every snapshot that is still held", "[storage]") {
  using namespace database_test;
  for (const Backend& backend : both_databases()) {
    INFO(backend.name);
    TemporaryDirectory directory;
    const auto database = backend.open(directory / "db");
    Twin now;
    std::vector<std::pair<std::shared_ptr<const Snapshot>, Twin>> held;
    Dice dice(7);
    for (int step = 0; step < 600; ++step) {
      const Batch batch = some_batch(dice);
      database->write(batch, dice.one_in(20) ? Durability::kSynced : Durability::kUnsynced);
      now.write(batch);
      if (dice.one_in(4)) held.emplace_back(database->snapshot(), now);
      if (held.size() > 8) held.erase(held.begin() + static_cast<std::ptrdiff_t>(dice.below(held.size())));
      if (held.empty()) continue;
      const auto& [snapshot, twin] = held[dice.below(held.size())];
      check_get(*snapshot, twin, dice);
      check_last(*snapshot, twin, dice);
      check_scan(*snapshot, twin, dice);
    }
    for (const auto& [snapshot, twin] : held) check_everything(*snapshot, twin);
    check_everything(*database->snapshot(), now);
  }
}

TEST_CASE("a snapshot outlives the database that gave it", "[storage]") {
  for (const Backend& backend : both_databases()) {
    INFO(backend.name);
    TemporaryDirectory directory;
    auto database = backend.open(directory / "db");
    Batch batch;
    batch.put(Family::kState, "key", "value");
    database->write(batch, Durability::kSynced);
    const auto snapshot = database->snapshot();
    database.reset();
    CHECK(snapshot->get(Family::kState, "key") == "value");
  }
}

TEST_CASE("within one batch the last write of a key wins", "[storage]") {
  for (const Backend& backend : both_databases()) {
    INFO(backend.name);
    TemporaryDirectory directory;
    const auto database = backend.open(directory / "db");
    Batch batch;
    batch.put(Family::kState, "a", "first");
    batch.erase(Family::kState, "a");
    batch.put(Family::kState, "a", "last");
    batch.put(Family::kState, "b", "gone");
    batch.erase(Family::kState, "b");
    database->write(batch, Durability::kSynced);
    CHECK(database->snapshot()->get(Family::kState, "a") == "last");
    CHECK(!database->snapshot()->get(Family::kState, "b"));
  }
}

TEST_CASE("a power cut keeps the synced writes and as many later ones as it is told", "[storage]") {
  using namespace database_test;
  Dice dice(11);
  for (int round = 0; round < 200; ++round) {
    MemoryDatabase database;
    std::vector<Twin> after = {Twin{}};  // after[i]: what i unsynced writes leave
    for (auto writes = dice.below(30); writes > 0; --writes) {
      const Batch batch = some_batch(dice);
      const bool synced = dice.one_in(5);
      database.write(batch, synced ? Durability::kSynced : Durability::kUnsynced);
      Twin next = after.back();
      next.write(batch);
      if (synced) after.clear();
      after.push_back(std::move(next));
      REQUIRE(database.unsynced() == after.size() - 1);
    }
    const auto before = database.snapshot();
    const Twin all = after.back();
    const std::size_t kept = dice.below(after.size());
    database.crash(kept);
    check_everything(*database.snapshot(), after[kept]);
    check_everything(*before, all);  // whoever looked before the cut still sees what it saw
    REQUIRE(database.unsynced() == 0);
    database.crash(0);
    check_everything(*database.snapshot(), after[kept]);  // what survived one power cut survives the next
  }
}

TEST_CASE("a clone is another disk", "[storage]") {
  MemoryDatabase database;
  Batch first;
  first.put(Family::kMeta, "tip", "old");
  database.write(first, Durability::kUnsynced);
  const auto clone = database.clone();
  Batch second;
  second.put(Family::kMeta, "tip", "new");
  database.write(second, Durability::kSynced);
  CHECK(clone->snapshot()->get(Family::kMeta, "tip") == "old");
  CHECK(clone->unsynced() == 0);
  clone->crash(0);
  CHECK(clone->snapshot()->get(Family::kMeta, "tip") == "old");
  CHECK(database.snapshot()->get(Family::kMeta, "tip") == "new");
}

}  // namespace quipu::storage::testing
