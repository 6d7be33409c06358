// SPDX-License-Identifier: Apache-2.0
// What peers may cost a node, line by line and through the whole replica.
#include "node/replica/conduct.h"

#include <catch2/catch.hpp>

#include "tests/node/replica/lone_node.h"

namespace quipu::replica::testing {

constexpr std::int64_t kSecond_us = 1'000'000;

// BO among four; member 3 is the one that misbehaves.
class Bothered {
 public:
  Bothered() : node(sample::genesis()) {}

  void hear(PeerId from, const consensus::Message& message) {
    node.feed(Received{from, consensus::encode(message, genesis.scope(), genesis.members.size())});
  }
  void hear_raw(PeerId from, const Bytes& frame) { node.feed(Received{from, frame}); }
  Bytes leaf(std::uint64_t sequence) { return registration(sequence, static_cast<int>(sequence), node.now.utc_ms); }
  Bytes false_leaf(std::uint64_t sequence) {
    Bytes bytes = leaf(sequence);
    bytes[bytes.size() - 8] = static_cast<char>(bytes[bytes.size() - 8] ^ 1);
    return bytes;
  }

  ledger::Genesis genesis = sample::genesis();
  LoneNode node;
};

constexpr PeerId kHostile = 3;

TEST_CASE("work in vain is borne up to a rate and forgotten with time and counted for each peer alone") {
  Conduct conduct;
  for (std::size_t i = 0; i < limits::kVainChecksPerSecond; ++i) CHECK(conduct.bears(kHostile, 1, kSecond_us));
  CHECK_FALSE(conduct.bears(kHostile, 1, kSecond_us));
  CHECK(conduct.bears(1, 1, kSecond_us));
  CHECK(conduct.bears(kHostile, 1, 3 * kSecond_us));
  CHECK_FALSE(conduct.bears(kHostile, 10'000, 3 * kSecond_us));  // one thing may be enough
}

TEST_CASE("what was false is counted for each member and for all others together") {
  Conduct conduct;
  for (int i = 0; i < 3; ++i) (void)conduct.bears(kHostile, 1, kSecond_us);
  (void)conduct.bears(0, 10'000, kSecond_us);
  (void)conduct.bears(4, 1, kSecond_us);
  (void)conduct.bears(900, 1, kSecond_us);
  conduct.useless_leaf(1, kSecond_us);  // useless, but not false
  CHECK(conduct.rejects(4) == std::vector<std::uint64_t>{1, 0, 0, 3, 2});
}

TEST_CASE("requests are served by the size of their answers and a short answer is not free") {
  Conduct conduct;
  std::size_t short_ones = 0;
  while (conduct.serves(kHostile, kSecond_us)) ++short_ones;
  CHECK(short_ones == limits::kServedBytesPerSecond / limits::kLeastServedBytes);
  CHECK(conduct.serves(1, kSecond_us));
  conduct.served(1, 3 * limits::kServedBytesPerSecond, kSecond_us);
  CHECK_FALSE(conduct.serves(1, 2 * kSecond_us));
  CHECK(conduct.serves(1, 5 * kSecond_us));
}

TEST_CASE("offers and cosignatures and useless leaves have each their own bound") {
  Conduct conduct;
  const auto granted = [&](auto take) {
    std::size_t times = 0;
    while (take() && times < 100'000) ++times;
    return times;
  };
  CHECK(granted([&] { return conduct.takes_offer(kHostile, kSecond_us); }) == limits::kOffersPerSecond);
  CHECK(granted([&] { return conduct.takes_cosignature(kHostile, kSecond_us); }) == limits::kCosignaturesPerSecond);
  const auto look = [&] {
    conduct.useless_leaf(kHostile, kSecond_us);
    return conduct.takes_leaves(kHostile, kSecond_us);
  };
  CHECK(granted(look) == limits::kUselessLeavesPerSecond);
}

TEST_CASE("a peer that sends what cannot be read is kept out") {
  Bothered one;
  for (std::size_t i = 0; i <= limits::kVainChecksPerSecond; ++i) one.hear_raw(kHostile, "no message at all");
  CHECK(one.node.kept_out == std::vector<PeerId>{kHostile});
  CHECK(one.node.replica().status().rejects ==
        std::vector<std::uint64_t>{0, 0, 0, limits::kVainChecksPerSecond + 1, 0});
}

TEST_CASE("a peer whose submissions are not signed by their author is kept out and others' still come in") {
  Bothered one;
  for (std::size_t i = 0; i <= limits::kVainChecksPerSecond; ++i)
    one.hear(kHostile, consensus::Submissions{{one.false_leaf(1 + i)}});
  CHECK(one.node.kept_out == std::vector<PeerId>{kHostile});
  one.hear(1, consensus::Submissions{{one.leaf(1)}});
  CHECK(one.node.replica().status().pool == 1);
  CHECK(one.node.kept_out.size() == 1);
}

TEST_CASE("the same submission again and again is looked at a bounded number of times and checked once") {
  Bothered one;
  const auto leaf = one.leaf(1);
  for (int i = 0; i < 5'000; ++i) one.hear(kHostile, consensus::Submissions{{leaf}});
  CHECK(one.node.signatures_checked == 1);
  CHECK(one.node.replica().status().pool == 1);
  CHECK(one.node.kept_out.empty());  // useless, but not false
  one.hear(kHostile, consensus::Submissions{{one.leaf(2)}});
  CHECK(one.node.replica().status().pool == 1);  // it has used up its looks
  one.node.pass_ms(10'000);
  one.hear(kHostile, consensus::Submissions{{one.leaf(2)}});
  CHECK(one.node.replica().status().pool == 2);
}

TEST_CASE("requests beyond a peer's share are not answered and another peer's are") {
  Bothered one;
  const auto answers = [&](PeerId to) {
    return static_cast<std::size_t>(std::ranges::count(one.node.sent, to, &Send::to));
  };
  for (int i = 0; i < 5'000; ++i) one.hear(kHostile, consensus::BlockRequest{{}, {1'000'000}, {1'000'000}});
  CHECK(answers(kHostile) == limits::kServedBytesPerSecond / limits::kLeastServedBytes);
  one.hear(1, consensus::BlockRequest{{}, {1'000'000}, {1'000'000}});
  CHECK(answers(1) == 1);
}

TEST_CASE("what members say about side records goes to the exchange with its sender and what guests say does not") {
  Bothered bothered;
  const crypto::Digest commitment = crypto::sha256("record");
  bothered.hear(1, consensus::RecordRequest{{commitment}});
  bothered.hear(2, consensus::RecordResponse{{"record"}});
  REQUIRE(bothered.node.about_records.size() == 2);
  CHECK(bothered.node.about_records[0].from == 1);
  CHECK(std::get<consensus::RecordRequest>(bothered.node.about_records[0].message).commitments[0] == commitment);
  CHECK(bothered.node.about_records[1].from == 2);
  CHECK(std::get<consensus::RecordResponse>(bothered.node.about_records[1].message).records[0] == "record");
  bothered.hear(7, consensus::RecordRequest{{commitment}});
  bothered.hear(7, consensus::RecordResponse{{"record"}});
  CHECK(bothered.node.about_records.size() == 2);
}

TEST_CASE("requests for side records share the bound of what is dear to answer") {
  Bothered bothered;
  for (int i = 0; i < 2'000; ++i) bothered.hear(kHostile, consensus::RecordRequest{{crypto::Digest{}}});
  CHECK(bothered.node.about_records.size() == limits::kServedBytesPerSecond / limits::kLeastServedBytes);
  bothered.hear(1, consensus::RecordRequest{{crypto::Digest{}}});
  CHECK(bothered.node.about_records.back().from == 1);
}

}  // namespace quipu::replica::testing
