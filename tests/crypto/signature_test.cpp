// SPDX-License-Identifier: Apache-2.0
#include "crypto/signature.h"

#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "crypto/keys.h"
#include "tests/crypto/ed25519_cases.h"

namespace quipu::crypto {
namespace signature_test {

Bytes json_hex(const boost::json::value& value) { return from_hex(boost::json::value_to<std::string>(value)).value(); }

boost::json::value read_json(const std::filesystem::path& path) {
  std::ifstream file(path);
  const std::string text(std::istreambuf_iterator<char>(file), {});
  return boost::json::parse(text);
}

}  // namespace signature_test

TEST_CASE("the library passes its self test") { CHECK(self_test()); }

TEST_CASE("the frozen table of signature verdicts holds and each verdict follows from its facts") {
  for (const auto& example : ed25519_cases::kCases) {
    INFO(example.what);
    const auto key = PublicKey::from(from_hex(example.key).value()).value();
    const auto signature = Signature::from(from_hex(example.signature).value()).value();
    const bool expected = example.equation && example.s_below_order && example.r_plain && example.key_plain;
    CHECK(verify(key, from_hex(example.message).value(), signature) == expected);
    CHECK(admissible(key) == example.admissible);
  }
}

TEST_CASE("no bit of a signature or key can be changed") {
  const auto key = SecretKey::from_seed(Bytes(32, 'k')).value();
  const auto signature = key.sign("message");
  REQUIRE(verify(key.public_key(), "message", signature));
  for (std::size_t bit = 0; bit < 512; ++bit) {
    auto changed = signature;
    changed.bytes[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
    REQUIRE_FALSE(verify(key.public_key(), "message", changed));
  }
  for (std::size_t bit = 0; bit < 256; ++bit) {
    auto changed = key.public_key();
    changed.bytes[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
    REQUIRE_FALSE(verify(changed, "message", signature));
  }
}

TEST_CASE("the Wycheproof vectors are judged as their authors want") {
  using namespace signature_test;
  const std::filesystem::path path = QUIPU_SOURCE_DIR "/../shared/data/vectors/wycheproof/ed25519_test.json";
  if (!std::filesystem::exists(path)) {
    std::cout << "SKIPPED: no Wycheproof vectors at " << path << std::endl;
    return;
  }
  std::size_t count = 0;
  const auto root = read_json(path);
  for (const auto& group : root.at("testGroups").as_array()) {
    const auto key = PublicKey::from(json_hex(group.at("publicKey").at("pk")));
    REQUIRE(key);
    for (const auto& test : group.at("tests").as_array()) {
      INFO(test);
      const auto signature = Signature::from(json_hex(test.at("sig")));
      const bool accepted = signature && verify(*key, json_hex(test.at("msg")), *signature);
      CHECK(accepted == (test.at("result").as_string() == "valid"));
      ++count;
    }
  }
  CHECK(count == root.at("numberOfTests").to_number<std::size_t>());
}

}  // namespace quipu::crypto
