// SPDX-License-Identifier: Apache-2.0
#include "node/http/refusal_budget.h"

#include <catch2/catch.hpp>

namespace {

using quipu::http::RefusalBudget;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr RefusalBudget::Time kStart{std::chrono::hours(1)};
constexpr milliseconds kNow{0};

// How many refusals of the address are told at once, one right after the other.
std::size_t told_at_once(RefusalBudget& budget, const std::string& address, RefusalBudget::Time now) {
  std::size_t told = 0;
  while (told < 100'000 && budget.charge(address, now) == kNow) ++told;
  return told;
}

}  // namespace

TEST_CASE("so many refusals are told at once, the next one waits", "[server]") {
  RefusalBudget budget;
  CHECK(told_at_once(budget, "10.0.0.1", kStart) == RefusalBudget::kAtOnce);
  CHECK(budget.charge("10.0.0.1", kStart) == RefusalBudget::kWait);
}

TEST_CASE("another address is told at once meanwhile, and a Unix socket always", "[server]") {
  RefusalBudget budget;
  told_at_once(budget, "10.0.0.1", kStart);
  CHECK(budget.charge("10.0.0.2", kStart) == kNow);
  for (std::size_t i = 0; i < 3 * RefusalBudget::kAtOnce; ++i) CHECK(budget.charge("", kStart) == kNow);
}

TEST_CASE("time pays, and a flood owes no more than a few seconds of it", "[server]") {
  RefusalBudget budget;
  told_at_once(budget, "10.0.0.1", kStart);
  for (int i = 0; i < 100'000; ++i) budget.charge("10.0.0.1", kStart);
  CHECK(budget.charge("10.0.0.1", kStart + seconds(1)) == RefusalBudget::kWait);
  const auto later = kStart + seconds(1 + 2 * RefusalBudget::kAtOnce / RefusalBudget::kPerSecond);
  CHECK(told_at_once(budget, "10.0.0.1", later) == RefusalBudget::kAtOnce);
}

TEST_CASE("a flood from more addresses than are kept stays bounded and is slowed all the same", "[server]") {
  RefusalBudget budget;
  std::size_t waits = 0;
  for (std::size_t round = 0; round < 2 * RefusalBudget::kAtOnce; ++round) {
    for (std::size_t i = 0; i < RefusalBudget::kAddresses; ++i) {
      waits += budget.charge("10.0." + std::to_string(i), kStart) == RefusalBudget::kWait;
    }
  }
  CHECK(waits == RefusalBudget::kAddresses * RefusalBudget::kAtOnce);
  for (std::size_t i = 0; i < 2 * RefusalBudget::kAddresses; ++i) budget.charge("11.0." + std::to_string(i), kStart);
  CHECK(budget.addresses() <= RefusalBudget::kAddresses);
}
