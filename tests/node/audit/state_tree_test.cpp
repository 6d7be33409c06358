// SPDX-License-Identifier: Apache-2.0
// The audit's state against its dumb twins: a map for what is in it, crypto::StatusMap for its roots.
#include "node/audit/state_tree.h"

#include <catch2/catch.hpp>
#include <map>
#include <random>

#include "crypto/status_map.h"

namespace quipu::audit {
namespace state_tree_test {

using ledger::MapKey;

MapKey key_of(std::mt19937_64& random, unsigned alike) {
  MapKey key;
  for (auto& byte : key.bytes) byte = static_cast<std::uint8_t>(random());
  // The first bytes of few kinds, so that prefixes and the heads kept in memory are shared.
  for (unsigned i = 0; i < alike; ++i) key.bytes[i] = static_cast<std::uint8_t>(random() % 2);
  return key;
}

struct Twins {
  StateTree tree;
  std::map<MapKey, Bytes> records;
  crypto::StatusMap map;

  void put(const MapKey& key, Bytes value) {
    tree.put(key, value);
    map = std::move(map).insert(key.view(), value);
    records[key] = std::move(value);
  }
};

TEST_CASE("The tree gives back what was put last and has the status map's root after every change") {
  std::mt19937_64 random(20261127);
  for (const unsigned alike : {0U, 3U, 20U, 34U}) {
    Twins twins;
    CHECK(twins.tree.root() == twins.map.root());
    std::vector<MapKey> keys;
    for (int i = 0; i < 600; ++i) {
      if (keys.empty() || random() % 3 != 0) keys.push_back(key_of(random, alike));
      twins.put(keys[random() % keys.size()], Bytes(random() % 300, static_cast<char>(i)));
      if (i % 7 == 0) REQUIRE(twins.tree.root() == twins.map.root());
    }
    REQUIRE(twins.tree.root() == twins.map.root());
    CHECK(twins.tree.size() == twins.records.size());
    for (const auto& [key, value] : twins.records) REQUIRE(twins.tree.get(key) == value);
    for (int i = 0; i < 200; ++i) {
      const MapKey other = key_of(random, alike);
      REQUIRE(twins.tree.get(other).has_value() == twins.records.contains(other));
    }
  }
}

TEST_CASE("A scan hands out every record with the prefix and no other in the order of keys until it is told to stop") {
  std::mt19937_64 random(20261128);
  Twins twins;
  twins.tree.scan("", [](const auto&, BytesView) -> bool { throw std::logic_error("an empty tree has nothing"); });
  for (int i = 0; i < 500; ++i) twins.put(key_of(random, 4), std::to_string(i));
  for (std::size_t size = 0; size <= 5; ++size) {
    for (int i = 0; i < 40; ++i) {
      const MapKey some = key_of(random, 4);
      const BytesView prefix = some.view().substr(0, size);
      std::vector<std::pair<MapKey, Bytes>> expected, found, first;
      for (const auto& record : twins.records) {
        if (record.first.view().starts_with(prefix)) expected.push_back(record);
      }
      twins.tree.scan(prefix, [&](const MapKey& key, BytesView value) {
        found.emplace_back(key, Bytes(value));
        return true;
      });
      REQUIRE(found == expected);
      twins.tree.scan(prefix, [&](const MapKey& key, BytesView value) {
        first.emplace_back(key, Bytes(value));
        return first.size() < 3;
      });
      expected.resize(std::min<std::size_t>(3, expected.size()));
      REQUIRE(first == expected);
    }
  }
}

TEST_CASE("More records than memory keeps are read back from scratch space") {
  std::mt19937_64 random(20261129);
  Twins twins;
  for (int i = 0; i < 30'000; ++i) twins.put(key_of(random, 0), Bytes(500 + random() % 300, static_cast<char>(i)));
  CHECK(twins.tree.root() == twins.map.root());
  for (const auto& [key, value] : twins.records) REQUIRE(twins.tree.get(key) == value);
}

TEST_CASE("A record that a scan is handing out stays what it is while others are read") {
  std::mt19937_64 random(20261130);
  Twins twins;
  for (int i = 0; i < 9'000; ++i) twins.put(key_of(random, 0), std::to_string(i));
  twins.tree.scan("", [&](const MapKey& key, BytesView value) {
    for (const auto& record : {*twins.records.begin(), *twins.records.rbegin()}) twins.tree.get(record.first);
    REQUIRE(value == twins.records.at(key));
    return true;
  });
}

}  // namespace state_tree_test
}  // namespace quipu::audit
