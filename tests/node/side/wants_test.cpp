// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "consensus/limits.h"
#include "node/side/wants.h"

namespace wants_test {

using namespace quipu;
using namespace quipu::side;

constexpr std::int64_t kSecond = 1'000'000;

Commitment number(unsigned value) {
  Commitment out;
  out.bytes[0] = static_cast<std::uint8_t>(value >> 8);
  out.bytes[1] = static_cast<std::uint8_t>(value);
  return out;
}

Owner of(const std::string& issuer, unsigned value) { return {{issuer, "S" + std::to_string(value)}, {}}; }

TEST_CASE("the issuer is asked first and then each other member once and then there is a pause that doubles") {
  Wants wants;
  wants.add(number(1), of("PE", 1));
  for (const char* peer : {"BO", "CL", "PE"}) wants.peer_up(peer, 0);
  std::vector<std::string> asked;
  std::vector<std::int64_t> pauses;
  std::int64_t now = 0;
  for (int i = 0; i < 9; ++i) {
    auto batches = wants.ask(now);
    if (batches.empty()) {
      const auto due = wants.next_deadline_us(now);
      REQUIRE(due);
      pauses.push_back((*due - now) / kSecond);
      now = *due;
      batches = wants.ask(now);
    }
    REQUIRE(batches.size() == 1);
    asked.push_back(batches[0].to);
    wants.answered(batches[0].to, false);
  }
  CHECK(asked == std::vector<std::string>{"PE", "BO", "CL", "PE", "BO", "CL", "PE", "BO", "CL"});
  CHECK(pauses == std::vector<std::int64_t>{2, 4});
}

TEST_CASE("a peer is asked one thing at a time and for no more than a request may name") {
  Wants wants;
  for (unsigned i = 0; i < 100; ++i) wants.add(number(i), of("PE", i));
  wants.peer_up("PE", 0);
  const auto first = wants.ask(0);
  REQUIRE(first.size() == 1);
  CHECK(first[0].commitments.size() == limits::kRecordsPerRequest);
  CHECK(wants.ask(0).empty());
  wants.answered("PE", true);
  CHECK(wants.ask(0).size() == 1);
}

TEST_CASE("an issuer that commits to much and hands in nothing leaves room to others") {
  Wants wants;
  for (unsigned i = 0; i < Wants::kMostOfIssuer; ++i) REQUIRE(wants.add(number(i), of("AA", i)));
  CHECK_FALSE(wants.add(number(5'000), of("AA", 5'000)));
  CHECK(wants.find(number(5'000)) == nullptr);
  CHECK(wants.add(number(6'000), of("BB", 6'000)));
  // What was looked for everywhere in vain makes way.
  wants.peer_up("AA", 0);
  for (int i = 0; i < 100; ++i) {
    for (const auto& batch : wants.ask(0)) wants.answered(batch.to, false);
  }
  CHECK_FALSE(wants.add(number(5'000), of("AA", 5'000)));  // says that something is left out
  CHECK(wants.find(number(5'000)) != nullptr);
  CHECK(wants.size() == Wants::kMostOfIssuer + 1);
}

TEST_CASE("a peer that comes back is asked again at once") {
  Wants wants;
  wants.add(number(1), of("PE", 1));
  wants.peer_up("PE", 0);
  CHECK(wants.ask(0).size() == 1);
  wants.answered("PE", false);
  CHECK(wants.ask(0).empty());  // the pause
  wants.peer_down("PE");
  wants.peer_up("PE", kSecond);
  CHECK(wants.ask(kSecond).size() == 1);
}

TEST_CASE("a peer that goes down in the middle of a question has answered nothing") {
  Wants wants;
  wants.add(number(1), of("PE", 1));
  wants.peer_up("PE", 0);
  wants.peer_up("BO", 0);
  REQUIRE(wants.ask(0)[0].to == "PE");
  wants.peer_down("PE");
  const auto next = wants.ask(0);
  REQUIRE(next.size() == 1);
  CHECK(next[0].to == "BO");
}

TEST_CASE("what is wanted no more is forgotten though it was asked for") {
  Wants wants;
  wants.add(number(1), of("PE", 1));
  wants.peer_up("PE", 0);
  wants.ask(0);
  wants.remove(number(1));
  wants.remove(number(1));
  CHECK(wants.of({"PE", "S1"}).empty());
  wants.answered("PE", true);
  CHECK(wants.ask(0).empty());
  CHECK(wants.size() == 0);
}

}  // namespace wants_test
