// SPDX-License-Identifier: Apache-2.0
#include "crypto/status_proof.h"

#include <catch2/catch.hpp>
#include <map>
#include <random>

#include "crypto/digest.h"

namespace quipu::crypto {
namespace status_proof_test {

using Pairs = std::map<Bytes, Bytes>;

Bytes unhex(std::string_view text) { return from_hex(text).value(); }

struct Filled {
  StatusMap map;
  Pairs pairs;

  void put(const Bytes& key, const Bytes& value) {
    map = map.insert(key, value);
    pairs[key] = value;
  }
  ValueOf values() const {
    return [this](BytesView key) { return pairs.at(Bytes(key)); };
  }
  StatusEntries beginning_with(BytesView prefix) const {
    StatusEntries found;
    for (const auto& [key, value] : pairs)
      if (BytesView(key).starts_with(prefix)) found.emplace_back(key, value);
    return found;
  }
};

// Keys of 35 bytes, a few kinds and administrations, as the ledger's.
Bytes random_key(std::mt19937& random) {
  Bytes key = ByteWriter().u8(static_cast<std::uint8_t>(1 + random() % 3)).take();
  key += random() % 2 == 0 ? "BO" : "PE";
  return key + Bytes(sha256(std::to_string(random() % 200)).view());
}

Filled random_map(unsigned seed, int size) {
  std::mt19937 random(seed);
  Filled filled;
  for (int i = 0; i < size; ++i) filled.put(random_key(random), std::to_string(random()));
  filled.map.root();
  return filled;
}

std::vector<Bytes> changed_everywhere(const Bytes& proof) {
  std::vector<Bytes> all = {proof + "x", Bytes(proof.substr(0, proof.size() / 2))};
  for (std::size_t at = 0; at < proof.size(); ++at) {
    all.push_back(proof);
    all.back()[at] = static_cast<char>(all.back()[at] ^ 1 << at % 8);
  }
  return all;
}

}  // namespace status_proof_test

TEST_CASE("the published proof of absence is accepted, and with any bit changed it is not") {
  using namespace status_proof_test;
  const auto root = Digest::from(unhex("4a79f8c72c1e6aef51da667b958a4a60d9d54eeb4e71e169c97f6f0ef2462223")).value();
  const Bytes key = unhex("c51cbe39ee7ed29027d1c54fffb0b31d0475a502b811bd866b98b66bb0afd1f4");
  const Bytes proof = unhex(
      "20d1318ac2288d45fd05e788897f6672de3761c8e1565bef41c350e578283a9d6f20c35b501388708557ba0bab3b2b62c2e14cc405b1415d"
      "565a62b3ff1bc59399e20216a5fadb9ec081b9111a6e731c4a5cea7315ebc862fe48f75b0e658966e59df2005586c5702eb4abc508d685b0"
      "833e8f83050c864796d18ae25dc3d22073038fb8");
  CHECK(proves_absent(root, key, proof));
  for (const auto& changed : changed_everywhere(proof)) CHECK_FALSE(proves_absent(root, key, changed));
}

TEST_CASE("every key of a map is proven with its value and no other, every other key is proven absent") {
  using namespace status_proof_test;
  for (const int size : {0, 1, 2, 3, 10, 300}) {
    const Filled filled = random_map(static_cast<unsigned>(size), size);
    const Digest root = filled.map.root();
    for (const auto& [key, value] : filled.pairs) {
      const Bytes proof = presence_proof(filled.map, key);
      REQUIRE(proves_present(root, key, value, proof));
      CHECK_FALSE(proves_present(root, key, value + "x", proof));
      CHECK_FALSE(proves_absent(root, key, proof));
    }
    std::mt19937 random(99);
    for (int i = 0; i < 100; ++i) {
      const Bytes key = random_key(random);
      if (filled.pairs.contains(key)) continue;
      const Bytes proof = absence_proof(filled.map, key, filled.values());
      REQUIRE(proves_absent(root, key, proof));
      CHECK_FALSE(proves_present(root, key, "", proof));
      for (const auto& [there, value] : filled.pairs) REQUIRE_FALSE(proves_absent(root, there, proof));
    }
  }
}

TEST_CASE("a proof with any bit changed, cut short or longer proves nothing") {
  using namespace status_proof_test;
  const Filled filled = random_map(5, 60);
  const Digest root = filled.map.root();
  const auto& [key, value] = *filled.pairs.begin();
  for (const auto& changed : changed_everywhere(presence_proof(filled.map, key)))
    CHECK_FALSE(proves_present(root, key, value, changed));
  const Bytes absent = "\x05XX" + Bytes(32, 'x');
  for (const auto& changed : changed_everywhere(absence_proof(filled.map, absent, filled.values())))
    CHECK_FALSE(proves_absent(root, absent, changed));
}

TEST_CASE("all keys with a prefix are proven to be all, and a list that leaves one out, adds or changes one is not") {
  using namespace status_proof_test;
  const Filled filled = random_map(6, 200);
  const Digest root = filled.map.root();
  std::vector<Bytes> prefixes = {"", "\x01", "\x02PE", "\x04", "\x01XX", "\x09"};
  for (int i = 0; i < 20; ++i)
    prefixes.emplace_back(std::next(filled.pairs.begin(), 7 * i)->first.substr(0, 3 + i % 3));
  for (const auto& prefix : prefixes) {
    const StatusEntries all = filled.beginning_with(prefix);
    const Bytes proof = prefix_proof(filled.map, prefix, filled.values());
    INFO(to_hex(prefix) << ": " << all.size());
    REQUIRE(proves_all(root, prefix, all, proof));
    for (std::size_t i = 0; i < all.size(); i += 7) {
      StatusEntries fewer = all, other = all;
      fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
      CHECK_FALSE(proves_all(root, prefix, fewer, proof));
      other[i].second += "x";
      CHECK_FALSE(proves_all(root, prefix, other, proof));
    }
    StatusEntries more = all;
    more.emplace_back(prefix + Bytes(35 - prefix.size(), '\xff'), "x");
    CHECK_FALSE(proves_all(root, prefix, more, proof));
    if (!all.empty()) CHECK_FALSE(proves_all(root, prefix, {}, proof));
    if (all.size() > 1) CHECK_FALSE(proves_all(root, prefix, {all.rbegin(), all.rend()}, proof));
  }
}

TEST_CASE("a shorter key whose padding agrees with a prefix does not prove that nothing begins with it") {
  using namespace status_proof_test;
  Filled filled;
  filled.put(unhex("ab"), "short");
  filled.put(unhex("ab00ff"), "hidden");
  const Digest root = filled.map.root();
  const auto path = filled.map.path(unhex("ab"));
  REQUIRE(path);
  ByteWriter forged;
  forged.varint(1).raw(unhex("ab")).varint(5).raw("short");
  for (const auto& step : path->steps) forged.varint(step.bit).raw(step.beside.view());
  CHECK_FALSE(proves_all(root, unhex("ab00"), {}, forged.view()));
  CHECK_FALSE(proves_absent(root, unhex("ab00ff"), forged.view()));
}

TEST_CASE("a proof among twenty thousand keys has some sixteen hashes and never twenty-four") {
  using namespace status_proof_test;
  StatusMap map;
  constexpr int kKeys = 20'000;
  for (int i = 0; i < kKeys; ++i) map = std::move(map).insert(Bytes(sha256(std::to_string(i)).view()), "v");
  map.root();
  std::size_t longest = 0;
  for (int i = 0; i < kKeys; i += 97)
    longest = std::max(longest, presence_proof(map, sha256(std::to_string(i)).view()).size());
  CHECK(longest < 33 * 24 + 24);
}

}  // namespace quipu::crypto
