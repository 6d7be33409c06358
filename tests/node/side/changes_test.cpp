// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "node/side/changes.h"
#include "tests/node/ledger/sample_chain.h"

namespace changes_test {

using namespace quipu;
using namespace quipu::side;

constexpr std::uint64_t kTime_ms = sample::kCreated_ms + 60'000;

// A block with one submission of BR's.
ledger::ExecutedBlock block_with(const ledger::Genesis& genesis, const std::vector<ledger::v1::Event>& events) {
  auto message = sample::registrations("BR", 1, 1, 1);
  for (const auto& event : events) *message.add_events() = event;
  for (auto& event : *message.mutable_events()) event.set_decision_date("2026-09-20");
  const auto leaf = ledger::sign_submission(message, sample::key("BR", "issuer"), kTime_ms / 1000);
  ledger::BlockBuilder builder(genesis, ledger::genesis_block(genesis).after, "CL", kTime_ms);
  const auto added = builder.add(*sample::decoded(leaf));
  INFO((added ? "" : added.error().detail));
  REQUIRE(added);
  return std::move(builder).seal();
}

Changes changes_of(const std::vector<ledger::v1::Event>& events, const std::string& self) {
  const auto genesis = sample::genesis();
  Changes changes;
  add_changes(changes, block_with(genesis, events), self, genesis.chain_id);
  return changes;
}

ledger::v1::Event activation() {
  ledger::v1::Event event;
  auto& stated = *event.mutable_recognition_activated();
  stated.set_arrangement("ARR");
  stated.set_issuer("CL");
  stated.add_schemes(ledger::v1::SECURITY);
  return event;
}

TEST_CASE("a block names the operators that it registers and nobody else") {
  const auto changes = changes_of({}, "PE");
  CHECK(changes.subjects == std::set<Subject>{{"BR", "BR-S1"}});
  CHECK_FALSE(changes.all);
}

TEST_CASE("a block names those who consent and those who withdraw though the operator's record stays as it is") {
  const auto genesis = sample::genesis();
  ledger::v1::Event consent;
  consent.mutable_consent_granted()->set_subject("BR-S1");
  auto block = block_with(genesis, {consent});
  std::erase_if(block.changes, [](const auto& change) {
    return change.first.bytes[0] == static_cast<std::uint8_t>(ledger::RecordType::kOperator);
  });
  Changes changes;
  add_changes(changes, block, "PE", genesis.chain_id);
  CHECK(changes.subjects == std::set<Subject>{{"BR", "BR-S1"}});
}

TEST_CASE("an edge of one's own concerns everyone and one of another nobody") {
  CHECK(changes_of({activation()}, "BR").all);
  CHECK_FALSE(changes_of({activation()}, "CL").all);
}

}  // namespace changes_test
