// SPDX-License-Identifier: Apache-2.0
#include "crypto/status_map.h"

#include <catch2/catch.hpp>
#include <map>
#include <random>
#include <thread>
#include <vector>

#include "crypto/digest.h"

namespace quipu::crypto {
namespace status_map_test {

using Pairs = std::map<Bytes, Bytes>;

StatusMap built(const std::vector<std::pair<std::string_view, std::string_view>>& hex_pairs) {
  StatusMap map;
  for (const auto& [key, value] : hex_pairs) map = map.insert(from_hex(key).value(), from_hex(value).value());
  return map;
}

// The dumb twin: padded keys as strings of '0' and '1', the tree rebuilt from the definition each time.
using BitPairs = std::vector<std::pair<std::string, Digest>>;

std::string padded_bits(BytesView key, std::size_t size) {
  Bytes padded(key);
  padded.push_back(0);
  padded.resize(size, '\xff');
  std::string bits;
  for (const char c : padded) {
    for (int i = 7; i >= 0; --i) bits.push_back((static_cast<unsigned char>(c) >> i & 1) == 1 ? '1' : '0');
  }
  return bits;
}

Digest twin_subtree(const BitPairs& pairs) {
  if (pairs.size() == 1) return pairs[0].second;
  std::size_t bit = 0;
  const auto same = [&] {
    for (const auto& [bits, hash] : pairs) {
      if (bits[bit] != pairs[0].first[bit]) return false;
    }
    return true;
  };
  while (same()) ++bit;
  BitPairs sides[2];
  for (const auto& pair : pairs) sides[pair.first[bit] == '1'].push_back(pair);
  const auto [left, right] = std::pair(twin_subtree(sides[0]), twin_subtree(sides[1]));
  return sha256(ByteWriter().u8(1).varint(bit).raw(left.view()).raw(right.view()).view());
}

Digest twin_root(const Pairs& pairs) {
  if (pairs.empty()) return sha256("");
  std::size_t longest = 0;
  for (const auto& [key, value] : pairs) longest = std::max(longest, key.size());
  BitPairs bit_pairs;
  for (const auto& [key, value] : pairs) {
    const auto leaf = ByteWriter().u8(0).varint(key.size()).raw(key).varint(value.size()).raw(value).take();
    bit_pairs.emplace_back(padded_bits(key, longest + 2), sha256(leaf));
  }
  return twin_subtree(bit_pairs);
}

Bytes random_text(std::mt19937& random, std::size_t size, unsigned alphabet) {
  Bytes text;
  for (std::size_t i = 0; i < size; ++i) {
    const auto byte = random() % alphabet;
    text.push_back(static_cast<char>(byte + 1 == alphabet ? 0xff : byte));
  }
  return text;
}

}  // namespace status_map_test

TEST_CASE("the published map roots come out in any order of insertion") {
  using namespace status_map_test;
  CHECK(to_hex(StatusMap().root().view()) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(to_hex(built({{"ab", "cd"}}).root().view()) ==
        "e2803f59293564e96b6c5c16157cec731a294631aefb5d08d18630ed6a27184c");
  const auto two = "fdc14c0c7b5792f43d902121bad7c3adac246ce0ae9278745ecb0843e6324b45";
  CHECK(to_hex(built({{"12", "aa"}, {"1234", "bb"}}).root().view()) == two);
  CHECK(to_hex(built({{"1234", "bb"}, {"12", "aa"}}).root().view()) == two);
  std::vector<std::pair<std::string_view, std::string_view>> five = {
      {"ab", "01"}, {"ab00", "02"}, {"ab00fe", "04"}, {"ab00ff", "03"}, {"ab01", "05"}};
  do {
    REQUIRE(to_hex(built(five).root().view()) == "d3dc99aeacd7edf707a7b5f12753a5069726c3b6520c71fa44027e4a1ed63290");
  } while (std::next_permutation(five.begin(), five.end()));
}

TEST_CASE("a map of random keys has the root of the rebuilt twin after every insert") {
  using namespace status_map_test;
  for (const unsigned seed : {1U, 2U, 3U, 4U, 5U, 6U}) {
    std::mt19937 random(seed);
    StatusMap map;
    Pairs twin;
    for (int i = 0; i < 120; ++i) {
      // Few different bytes and short keys make prefixes of one another, and the padding's own bytes, likely.
      const auto key = random_text(random, random() % 4, seed % 2 == 0 ? 3 : 256);
      const auto value = random_text(random, random() % 200, 256);
      map = map.insert(key, value);
      twin[key] = value;
      REQUIRE(map.root() == twin_root(twin));
      REQUIRE(map.size() == twin.size());
    }
  }
}

TEST_CASE("keys of 35 bytes give the root of the rebuilt twin") {
  using namespace status_map_test;
  std::mt19937 random(7);
  StatusMap map;
  Pairs twin;
  for (int i = 0; i < 500; ++i) {
    const auto key =
        "\x01"
        "PE" +
        Bytes(sha256(std::to_string(random() % 400)).view());
    map = map.insert(key, std::to_string(i));
    twin[key] = std::to_string(i);
  }
  CHECK(map.root() == twin_root(twin));
  CHECK(map.size() == twin.size());
}

TEST_CASE("a new map leaves the old one as it was") {
  using namespace status_map_test;
  const auto before = built({{"00", "01"}, {"80", "02"}, {"8001", "03"}});
  const auto root = before.root();
  const auto replaced = before.insert("\x80", "other");
  const auto grown = before.insert("\x81", "more");
  CHECK(before.root() == root);
  CHECK(before.size() == 3);
  CHECK(replaced.size() == 3);
  CHECK(grown.size() == 4);
  CHECK(replaced.root() != root);
  CHECK(grown.root() != root);
  CHECK(replaced.insert("\x80", from_hex("02").value()).root() == root);
}

TEST_CASE("the root does not depend on when roots were asked for") {
  using namespace status_map_test;
  StatusMap asked;
  StatusMap unasked;
  for (int i = 0; i < 200; ++i) {
    const auto key = Bytes(sha256(std::to_string(i)).view());
    asked = asked.insert(key, "v");
    unasked = unasked.insert(key, "v");
    (void)asked.root();
  }
  CHECK(asked.root() == unasked.root());
}

TEST_CASE("a map that grows in place leaves every map taken from it before as it was") {
  using namespace status_map_test;
  std::mt19937 random(11);
  StatusMap growing;
  Pairs twin;
  std::vector<std::pair<StatusMap, Pairs>> taken;
  for (int i = 0; i < 600; ++i) {
    const auto key = Bytes(sha256(std::to_string(random() % 300)).view());
    growing = std::move(growing).insert(key, std::to_string(i));
    twin[key] = std::to_string(i);
    if (random() % 7 == 0) taken.emplace_back(growing, twin);
    if (random() % 50 == 0) CHECK(growing.root() == twin_root(twin));
  }
  for (const auto& [map, pairs] : taken) {
    CHECK(map.root() == twin_root(pairs));
    CHECK(map.size() == pairs.size());
  }
}

TEST_CASE("a map as deep as a key has bits is built and hashed and dropped") {
  using namespace status_map_test;
  StatusMap map;
  Pairs twin;
  for (std::size_t bit = 0; bit < 280; ++bit) {
    Bytes key(35, '\0');
    key[bit / 8] = static_cast<char>(0x80 >> bit % 8);
    map = map.insert(key, "v");
    twin[key] = "v";
  }
  CHECK(map.root() == twin_root(twin));
}

TEST_CASE("threads may ask maps that share nodes for their roots at once") {
  using namespace status_map_test;
  StatusMap base;
  for (int i = 0; i < 2000; ++i) base = base.insert(sha256(std::to_string(i)).view(), "v");
  std::vector<StatusMap> maps;
  for (int i = 0; i < 4; ++i) maps.push_back(base.insert("key", std::to_string(i % 2)));
  std::vector<Digest> roots(4);
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < 4; ++i) threads.emplace_back([&, i] { roots[i] = maps[i].root(); });
  }
  CHECK(roots[0] == roots[2]);
  CHECK(roots[1] == roots[3]);
  CHECK(roots[0] != roots[1]);
}

}  // namespace quipu::crypto
