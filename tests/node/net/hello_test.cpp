// SPDX-License-Identifier: Apache-2.0
#include "node/net/hello.h"

#include <catch2/catch.hpp>

#include "consensus/limits.h"
#include "node/net/connection.h"
#include "node/net/listener.h"
#include "tests/node/net/world.h"

namespace quipu::net::test::hellos {

HelloTerms terms() { return HelloTerms{.chain = chain(1), .epoch = 2, .version = 3, .exporter = chain(9)}; }

TEST_CASE("the signed bytes of a hello are tag and chain and epoch and version and exporter") {
  CHECK(crypto::to_hex(hello_signed_bytes(terms())) == crypto::to_hex("quipu-hello-v1") + "00" +
                                                           crypto::to_hex(chain(1).view()) + "0000000000000002" +
                                                           "0003" + crypto::to_hex(chain(9).view()));
}

TEST_CASE("a hello for this session and chain is believed and tells the epoch") {
  const crypto::SecretKey key = transport_key(0);
  const Bytes hello = make_hello(terms(), key);
  CHECK(hello.size() == kHelloBytes);
  HelloTerms ahead = terms();
  ahead.epoch = 5;  // a member that lags behind still connects
  const auto epoch = check_hello(hello, ahead, key.public_key());
  REQUIRE(epoch.has_value());
  CHECK(*epoch == 2);
}

TEST_CASE("a hello of another chain or version or session or key is refused") {
  const crypto::SecretKey key = transport_key(0);
  const Bytes hello = make_hello(terms(), key);
  HelloTerms other = terms();
  SECTION("chain") { other.chain = chain(2); }
  SECTION("version") { other.version = 4; }
  SECTION("session") { other.exporter = chain(8); }
  SECTION("key") {
    CHECK_FALSE(check_hello(hello, other, transport_key(1).public_key()).has_value());
    return;
  }
  CHECK(check_hello(hello, terms(), key.public_key()).has_value());
  CHECK_FALSE(check_hello(hello, other, key.public_key()).has_value());
}

TEST_CASE("no byte of a hello may change and none may be missing or added") {
  const crypto::SecretKey key = transport_key(0);
  const Bytes hello = make_hello(terms(), key);
  for (std::size_t i = 0; i < hello.size(); ++i) {
    Bytes changed = hello;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    CHECK_FALSE(check_hello(changed, terms(), key.public_key()).has_value());
    CHECK_FALSE(check_hello(BytesView(hello).substr(0, i), terms(), key.public_key()).has_value());
  }
  CHECK_FALSE(check_hello(hello + "x", terms(), key.public_key()).has_value());
}

TEST_CASE("an address is split at its last colon") {
  CHECK(split_address("node.example:7400")->host == "node.example");
  CHECK(split_address("node.example:7400")->port == "7400");
  CHECK(split_address("[::1]:7400")->host == "::1");
  for (const char* wrong : {"", ":", "node", "node:", ":7400", "[]:7400"})
    CHECK_FALSE(split_address(wrong).has_value());
}

TEST_CASE("handshake slots are bounded per address and in all and come back") {
  HandshakeSlots slots;
  for (std::size_t i = 0; i < limits::kPendingHandshakesPerAddress; ++i) CHECK(slots.take("one", 0));
  CHECK_FALSE(slots.take("one", 0));
  slots.give_back("one");
  CHECK(slots.take("one", 0));
  for (int address = 0; slots.taken() < limits::kPendingHandshakes; ++address)
    REQUIRE(slots.take(std::to_string(address), 0));
  CHECK_FALSE(slots.take("fresh", 0));
  slots.give_back("one");
  CHECK(slots.take("fresh", 0));
}

TEST_CASE("handshakes begin at a bounded rate from one address and in all and addresses are forgotten") {
  HandshakeSlots slots;
  const auto begun = [&](const std::string& address, std::int64_t now_us) {
    const bool taken = slots.take(address, now_us);
    if (taken) slots.give_back(address);
    return taken;
  };
  std::size_t one = 0;
  for (int i = 0; i < 1'000; ++i) one += begun("one", 1'000'000) ? 1 : 0;
  CHECK(one == limits::kHandshakesPerSecondPerAddress);
  CHECK(begun("other", 1'000'000));
  CHECK(begun("one", 2'100'000));
  std::size_t all = 0;
  for (int i = 0; i < 1'000; ++i) all += begun(std::to_string(i), 10'000'000) ? 1 : 0;
  CHECK(all == limits::kHandshakesPerSecond);
  CHECK(slots.remembered() <= limits::kHandshakesPerSecond + 1);
  CHECK(begun("late", 20'000'000));
  CHECK(slots.remembered() == 1);
}

}  // namespace quipu::net::test::hellos
