// SPDX-License-Identifier: Apache-2.0
#include "crypto/known_key.h"

#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <random>

#include "crypto/keys.h"
#include "crypto/signature.h"
#include "tests/crypto/ed25519_cases.h"

namespace quipu::crypto {
namespace known_key_test {

SecretKey secret(std::uint64_t seed) {
  std::mt19937_64 random(seed);  // NOLINT: the same every time
  Bytes bytes;
  while (bytes.size() < 32) bytes.push_back(static_cast<char>(random()));
  return SecretKey::from_seed(bytes).value();
}

// S plus the order of the base point: the equation holds as before.
Signature with_order_added(Signature signature) {
  constexpr std::array<std::uint8_t, 32> kOrder = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7,
                                                   0xa2, 0xde, 0xf9, 0xde, 0x14, 0,    0,    0,    0,    0,    0,
                                                   0,    0,    0,    0,    0,    0,    0,    0,    0,    0x10};
  unsigned carry = 0;
  for (std::size_t i = 0; i < 32; ++i) {
    carry += signature.bytes[32 + i] + kOrder[i];
    signature.bytes[32 + i] = static_cast<std::uint8_t>(carry);
    carry >>= 8;
  }
  return signature;
}

bool agrees(const KnownKey& known, BytesView message, const Signature& signature) {
  const Signed one{message, signature};
  return known.verify_all({&one, 1}).front() == verify(known.key(), message, signature);
}

Bytes json_hex(const boost::json::value& value) { return from_hex(boost::json::value_to<std::string>(value)).value(); }

}  // namespace known_key_test

TEST_CASE("signatures of many keys over messages of all lengths are accepted by the key's tables") {
  using namespace known_key_test;
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    const auto key = secret(seed);
    const auto known = KnownKey::of(key.public_key());
    REQUIRE(known);
    std::vector<Bytes> messages;
    for (std::size_t size = 0; size < 200; ++size) messages.emplace_back(size, static_cast<char>(seed + size));
    std::vector<Signed> all;
    for (const Bytes& message : messages) all.push_back({message, key.sign(message)});
    CHECK(known->accepted(all) == std::vector(all.size(), true));
    CHECK(known->verify_all(all) == std::vector(all.size(), true));
  }
}

TEST_CASE("one wrong signature among many is found and no other") {
  using namespace known_key_test;
  const auto key = secret(1);
  const auto known = KnownKey::of(key.public_key());
  std::vector<Signed> all(50, {"message", key.sign("message")});
  for (std::size_t wrong = 0; wrong < all.size(); ++wrong) {
    auto changed = all;
    changed[wrong].signature.bytes[wrong] ^= 4;
    std::vector<bool> expected(all.size(), true);
    expected[wrong] = false;
    REQUIRE(known->verify_all(changed) == expected);
  }
}

TEST_CASE("no bit of a signature can be changed before a key's tables") {
  using namespace known_key_test;
  const auto key = secret(2);
  const auto known = KnownKey::of(key.public_key());
  std::vector<Signed> all(512, {"message", key.sign("message")});
  for (std::size_t bit = 0; bit < all.size(); ++bit) {
    all[bit].signature.bytes[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
  }
  CHECK(known->accepted(all) == std::vector(all.size(), false));
  CHECK(known->verify_all(all) == std::vector(all.size(), false));
}

TEST_CASE("a second spelling of S is refused by the tables as libsodium refuses it") {
  using namespace known_key_test;
  const auto key = secret(3);
  const auto known = KnownKey::of(key.public_key());
  for (int i = 0; i < 100; ++i) {
    const Bytes message = std::to_string(i);
    const Signed one{message, with_order_added(key.sign(message))};
    REQUIRE_FALSE(known->accepted({&one, 1}).front());
    REQUIRE(agrees(*known, message, one.signature));
  }
}

TEST_CASE("an R that is the neutral element is refused by the tables though the equation holds") {
  using namespace known_key_test;
  std::size_t seen = 0;
  for (const auto& example : ed25519_cases::kCases) {
    const auto key = PublicKey::from(from_hex(example.key).value()).value();
    const auto known = KnownKey::of(key);
    REQUIRE((known != nullptr) == example.admissible);
    if (!known) continue;
    INFO(example.what);
    const Bytes message = from_hex(example.message).value();
    const Signed one{message, Signature::from(from_hex(example.signature).value()).value()};
    const bool expected = example.equation && example.s_below_order && example.r_plain;
    CHECK(known->accepted({&one, 1}).front() == expected);
    CHECK(agrees(*known, message, one.signature));
    seen += example.equation && !example.r_plain ? 1 : 0;
  }
  CHECK(seen > 0);
}

TEST_CASE("what nobody signed is judged by the tables as by libsodium") {
  using namespace known_key_test;
  std::mt19937_64 random(4);  // NOLINT: the same every time
  const auto key = secret(4);
  const auto known = KnownKey::of(key.public_key());
  std::vector<Signed> all(300, {"message", {}});
  for (auto& one : all) {
    for (auto& byte : one.signature.bytes) byte = static_cast<std::uint8_t>(random() % 3 == 0 ? 0xff : random());
  }
  CHECK(known->accepted(all) == std::vector(all.size(), false));
}

TEST_CASE("a key that is not admissible has no tables") {
  PublicKey key;
  CHECK_FALSE(KnownKey::of(key));  // order 4
  key.bytes[0] = 2;                // no point
  CHECK_FALSE(KnownKey::of(key));
  key.bytes.fill(0xff);  // not canonical
  CHECK_FALSE(KnownKey::of(key));
}

TEST_CASE("the Wycheproof vectors are judged by tables as their authors want") {
  using namespace known_key_test;
  const std::filesystem::path path = QUIPU_SOURCE_DIR "/../shared/data/vectors/wycheproof/ed25519_test.json";
  if (!std::filesystem::exists(path)) {
    std::cout << "SKIPPED: no Wycheproof vectors at " << path << std::endl;
    return;
  }
  std::ifstream file(path);
  const std::string text(std::istreambuf_iterator<char>(file), {});
  std::size_t judged = 0;
  const auto parsed = boost::json::parse(text);
  for (const auto& group : parsed.at("testGroups").as_array()) {
    const auto known = KnownKey::of(PublicKey::from(json_hex(group.at("publicKey").at("pk"))).value());
    if (!known) continue;
    for (const auto& test : group.at("tests").as_array()) {
      INFO(test);
      const Bytes message = json_hex(test.at("msg"));
      const auto signature = Signature::from(json_hex(test.at("sig")));
      if (!signature) continue;
      const Signed one{message, *signature};
      CHECK(known->accepted({&one, 1}).front() == (test.at("result").as_string() == "valid"));
      ++judged;
    }
  }
  CHECK(judged > 100);
}

}  // namespace quipu::crypto
