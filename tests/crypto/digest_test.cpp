// SPDX-License-Identifier: Apache-2.0
#include "crypto/digest.h"

#include <sodium.h>

#include <catch2/catch.hpp>
#include <thread>
#include <vector>

namespace quipu::crypto {

TEST_CASE("SHA-256 gives the digests of FIPS 180-2") {
  CHECK(to_hex(sha256("").view()) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(to_hex(sha256("abc").view()) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(to_hex(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq").view()) ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST_CASE("SHA-256 agrees with another library at every length over four blocks") {
  for (std::size_t size = 0; size <= 256; ++size) {
    const Bytes message(size, static_cast<char>(size));
    Digest twin;
    crypto_hash_sha256(twin.bytes.data(), reinterpret_cast<const unsigned char*>(message.data()), message.size());
    REQUIRE(sha256(message) == twin);
  }
}

TEST_CASE("the digest of parts is that of the joined message") {
  const Bytes message = "one two three";
  for (std::size_t cut = 0; cut <= message.size(); ++cut) {
    const auto view = BytesView(message);
    CHECK(sha256({view.substr(0, cut), "", view.substr(cut)}) == sha256(message));
  }
  CHECK(sha256(std::initializer_list<BytesView>{}) == sha256(""));
}

TEST_CASE("threads hash without disturbing each other") {
  std::vector<Digest> last(4);
  {
    std::vector<std::jthread> threads;
    for (std::size_t t = 0; t < last.size(); ++t) {
      threads.emplace_back([&last, t] {
        last[t] = sha256(std::to_string(t));
        for (int i = 0; i < 2000; ++i) last[t] = sha256(last[t].view());
      });
    }
  }
  for (std::size_t t = 0; t < last.size(); ++t) {
    Digest twin = sha256(std::to_string(t));
    for (int i = 0; i < 2000; ++i) twin = sha256(twin.view());
    CHECK(last[t] == twin);
  }
}

}  // namespace quipu::crypto
