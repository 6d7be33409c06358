// SPDX-License-Identifier: Apache-2.0
#include "crypto/keys.h"

#include <sodium.h>

#include <catch2/catch.hpp>

#include "crypto/digest.h"
#include "tests/crypto/ed25519_cases.h"

namespace quipu::crypto {
namespace keys_test {

PublicKey key_of(const char* hex) { return PublicKey::from(from_hex(hex).value()).value(); }

SecretKey seeded(const std::string& name) { return SecretKey::from_seed(sha256(name).view()).value(); }

// The dumb twin of the subgroup check: L times the point by doubling and adding, which no library check gets between.
// Sums are nothing when the bytes are not on the curve.
std::optional<PublicKey> plus(const PublicKey& a, const PublicKey& b) {
  PublicKey sum;
  if (crypto_core_ed25519_add(sum.bytes.data(), a.bytes.data(), b.bytes.data()) != 0) return std::nullopt;
  return sum;
}

const char* const kNeutral = "0100000000000000000000000000000000000000000000000000000000000000";

std::optional<PublicKey> times(std::string_view scalar_big_endian_hex, const PublicKey& key) {
  const Bytes scalar = from_hex(scalar_big_endian_hex).value();
  PublicKey product = key_of(kNeutral);
  for (const char c : scalar) {
    for (int bit = 7; bit >= 0; --bit) {
      product = plus(product, product).value();
      const auto sum = (c >> bit & 1) == 1 ? plus(product, key) : product;
      if (!sum) return std::nullopt;
      product = *sum;
    }
  }
  return product;
}

constexpr const char* kOrder = "1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed";
constexpr const char* kOrderMinusOne = "1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ec";

bool twin_has_prime_order(const PublicKey& key) {
  return times(kOrder, key) == key_of(kNeutral) && key != key_of(kNeutral);
}

PublicKey negated(PublicKey key) {
  key.bytes[31] ^= 0x80;
  return key;
}

}  // namespace keys_test

TEST_CASE("a key pair is that of RFC 8032") {
  const auto key =
      SecretKey::from_seed(from_hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60").value());
  REQUIRE(key);
  CHECK(to_hex(key->public_key().view()) == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
  CHECK(to_hex(key->sign("").view()) ==
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe"
        "246"
        "55141438e7a100b");
  CHECK(to_hex(key->seed()) == "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
  CHECK(to_hex(key_id(key->public_key()).view()) == "21fe31dfa154a261");
}

TEST_CASE("a seed has 32 bytes") {
  CHECK_FALSE(SecretKey::from_seed(""));
  CHECK_FALSE(SecretKey::from_seed(Bytes(31, 's')));
  CHECK_FALSE(SecretKey::from_seed(Bytes(64, 's')));
}

TEST_CASE("a moved key signs as before") {
  auto key = keys_test::seeded("a");
  const auto signature = key.sign("m");
  SecretKey moved = std::move(key);
  CHECK(moved.sign("m") == signature);
  moved = keys_test::seeded("b");
  CHECK(moved.sign("m") != signature);
}

TEST_CASE("keys made from seeds are admitted") {
  for (int i = 0; i < 50; ++i) CHECK(admissible(keys_test::seeded(std::to_string(i)).public_key()));
}

TEST_CASE("keys that are not canonical points of prime order are refused") {
  for (const auto& example : ed25519_cases::kKeyCases) {
    INFO(example.what);
    CHECK(admissible(keys_test::key_of(example.key)) == example.admissible);
  }
}

TEST_CASE("the admission of keys agrees with multiplication by the group order in single steps") {
  using namespace keys_test;
  for (const auto& example : ed25519_cases::kCases) {
    INFO(example.what);
    CHECK(twin_has_prime_order(key_of(example.key)) == admissible(key_of(example.key)));
  }
}

TEST_CASE("a key shifted by a point of order 2 or 4 or 8 is refused") {
  using namespace keys_test;
  const PublicKey sound = seeded("sound").public_key();
  // The point of order 2 is the one that a library without the fix of CVE-2025-69277 lets through.
  for (const auto* torsion : {"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                              "0000000000000000000000000000000000000000000000000000000000000000",
                              "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"}) {
    const auto shifted = plus(sound, key_of(torsion));
    REQUIRE(shifted);
    CHECK(times(kOrderMinusOne, sound) == negated(sound));
    CHECK_FALSE(admissible(*shifted));
    CHECK_FALSE(twin_has_prime_order(*shifted));
    // What our own check asks of an unfixed library: it tells the shifted key from a sound one.
    CHECK(times(kOrderMinusOne, *shifted) != negated(*shifted));
  }
}

}  // namespace quipu::crypto
