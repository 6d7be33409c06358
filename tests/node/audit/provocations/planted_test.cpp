// SPDX-License-Identifier: Apache-2.0
// What no rule gets to see: leaves that are not in form, signatures, seals.
#include <catch2/catch.hpp>

#include "node/ledger/ledger.pb.h"
#include "node/ledger/rules/rule.h"
#include "tests/node/audit/provocations/auditor.h"

namespace quipu::audit {
namespace planted_test {

using ledger::Code;
using ledger::SealInfo;
using sample::Chain;

Chain grown() {
  Chain chain;
  chain.grow(2, 2);
  return chain;
}

// Sealed as if the members had found nothing wrong with it.
void expect_leaf(const Bytes& leaf, Code code) {
  const Chain chain = grown();
  testing::auditor().expect(chain, {leaf, ledger::encode_seal_leaf(chain.next_seal(1, chain.next_time_ms()))}, code);
}

ledger::v1::Submission next_of_bo(const std::string& chain_id = "sample-1") {
  auto payload = sample::registrations("BO", 5, 70, 1);
  payload.set_chain_id(chain_id);
  return payload;
}

Bytes signed_bytes(const Bytes& payload, const std::string& administration = "BO",
                   const std::string& chain_id = "sample-1") {
  return crypto::sign_statement(sample::key("BO", "issuer"), administration, chain_id, grown().next_time_ms() / 1000,
                                payload);
}

TEST_CASE("A leaf that is no submission in form is found in a block with all votes", "[planted]") {
  const Bytes good = ledger::canonical(next_of_bo());
  expect_leaf("no envelope", Code::kMalformedEnvelope);
  expect_leaf(signed_bytes(good) + "x", Code::kMalformedEnvelope);
  expect_leaf(signed_bytes(good + Bytes("\x98\x06\x01", 3)), Code::kNotCanonical);  // an unknown field
  auto without_statement = next_of_bo();
  without_statement.mutable_events(0)->clear_statement();
  expect_leaf(signed_bytes(ledger::canonical(without_statement)), Code::kNotCanonical);
  expect_leaf(signed_bytes(Bytes(61'440, 'x')), Code::kTooLarge);
  expect_leaf(signed_bytes(good, "BR"), Code::kHeaderMismatch);
  expect_leaf(signed_bytes(good, "BO", "sample-2"), Code::kHeaderMismatch);
  expect_leaf(signed_bytes(ledger::canonical(next_of_bo("sample-2")), "BO", "sample-2"), Code::kWrongChain);
}

TEST_CASE("Every statement that a leaf in form can hold has a rule", "[planted]") {
  const auto* statements = ledger::v1::Event::descriptor()->FindOneofByName("statement");
  for (int i = 0; i < statements->field_count(); ++i) {
    INFO(statements->field(i)->name());
    CHECK(ledger::rule_for(statements->field(i)->number()) != nullptr);
  }
}

TEST_CASE("A leaf whose signature is another's is found in a block with all votes", "[planted]") {
  Chain chain = grown();
  auto submissions = chain.next_submissions(1);
  Bytes leaf = submissions[1]->leaf;
  leaf.back() = static_cast<char>(leaf.back() ^ 1);
  submissions[1] = sample::decoded(leaf);
  testing::auditor().expect(chain, chain.build(submissions).block.leaves, Code::kBadSignature);
}

TEST_CASE("Each field of a seal that does not follow is found by its name in a block with all votes", "[planted]") {
  const crypto::Digest other = crypto::sha256("other");
  const std::pair<const char*, std::function<void(SealInfo&)>> table[] = {
      {"chain_id", [](SealInfo& s) { s.chain_id = "other"; }},
      {"height", [](SealInfo& s) { s.height.value += 1; }},
      {"epoch", [](SealInfo& s) { s.epoch.value = 1; }},
      {"proposer", [](SealInfo& s) { s.proposer = "XX"; }},
      {"block time", [](SealInfo& s) { s.block_time_ms -= 1'000; }},
      {"first_index", [](SealInfo& s) { s.first_index += 1; }},
      {"submissions", [](SealInfo& s) { s.submissions += 1; }},
      {"previous_size", [](SealInfo& s) { s.previous_size -= 1; }},
      {"previous_root", [&](SealInfo& s) { s.previous_root = other; }},
      {"state_root", [&](SealInfo& s) { s.state_root = other; }},
      {"membership_hash", [&](SealInfo& s) { s.membership_hash = other; }},
      {"protocol_version", [](SealInfo& s) { s.protocol_version = 2; }},
  };
  for (const auto& [field, change] : table) {
    INFO(field);
    Chain chain = grown();
    const auto leaves = chain.build(chain.next_submissions(1)).block.leaves;
    testing::auditor().expect(chain, chain.with_seal(leaves, change), Code::kBlockMismatch, field);
  }
}

TEST_CASE("A block of no submission is found though all voted for it", "[planted]") {
  const Chain chain = grown();
  const auto seal = ledger::encode_seal_leaf(chain.next_seal(0, chain.next_time_ms()));
  testing::auditor().expect(chain, {seal}, Code::kBlockMismatch, "no submission");
}

}  // namespace planted_test
}  // namespace quipu::audit
