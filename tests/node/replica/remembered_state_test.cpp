// SPDX-License-Identifier: Apache-2.0
// The remembered state against a plain map that says what is stored.
#include "node/replica/remembered_state.h"

#include <catch2/catch.hpp>
#include <random>

namespace quipu::replica::testing {

namespace {

using ledger::MapKey;
using Records = std::map<MapKey, Bytes>;

class Stored final : public ledger::StateView {
 public:
  explicit Stored(Records records) : records_(std::move(records)) {}
  std::optional<Bytes> get(const MapKey& key) const override {
    ++reads;
    const auto found = records_.find(key);
    return found == records_.end() ? std::nullopt : std::optional(found->second);
  }
  void scan(BytesView, const Each&) const override {}
  mutable std::size_t reads = 0;

 private:
  Records records_;
};

MapKey key(std::size_t number) { return ledger::map_key(ledger::RecordType::kOperator, "BO", std::to_string(number)); }

}  // namespace

TEST_CASE("what is remembered is what is stored through commits however many records there are") {
  std::mt19937 dice(7);
  const std::size_t records = GENERATE(50U, 5'000U, 200'000U);
  Records now;
  auto state = std::make_shared<RememberedState>(std::make_shared<Stored>(now));
  for (int block = 0; block < 40; ++block) {
    for (int i = 0; i < 3'000; ++i) {
      const auto asked = key(dice() % records);
      const auto found = now.find(asked);
      REQUIRE(state->get(asked) == (found == now.end() ? std::nullopt : std::optional(found->second)));
    }
    RememberedState::Changes changes;
    for (int i = 0; i < 500; ++i) changes.emplace_back(key(dice() % records), std::to_string(dice()));
    for (const auto& [changed, value] : changes) now.insert_or_assign(changed, value);
    state = state->succeed(std::make_shared<Stored>(now), {&changes});
  }
}

TEST_CASE("a record is read once of the state and so is that there is none") {
  const auto stored = std::make_shared<Stored>(Records{{key(1), "one"}});
  const RememberedState state(stored);
  for (int i = 0; i < 3; ++i) {
    CHECK(state.get(key(1)) == "one");
    CHECK(state.get(key(2)) == std::nullopt);
  }
  CHECK(stored->reads == 2);
}

TEST_CASE("a block's reads are remembered for the next one and for the one that was passed by") {
  const auto stored = std::make_shared<Stored>(Records());
  RememberedState state(stored);
  constexpr std::size_t kReads = 20'000;
  for (int round = 0; round < 8; ++round) {
    for (std::size_t i = 0; i < kReads; ++i) state.get(key(i));
  }
  const auto filling = stored->reads;
  for (std::size_t i = 0; i < kReads; ++i) state.get(key(i));
  CHECK(stored->reads - filling < kReads / 10);
  const auto next = state.succeed(stored, {});
  for (std::size_t i = 0; i < 100; ++i) CHECK(state.get(key(i)) == std::nullopt);
  CHECK(stored->reads - filling < kReads / 10 + 101);
}

}  // namespace quipu::replica::testing
