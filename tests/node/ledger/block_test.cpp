// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/block.h"

#include <catch2/catch.hpp>

#include "consensus/limits.h"
#include "tests/node/ledger/sample_chain.h"

namespace quipu::ledger {
namespace block_test {

using Submissions = std::vector<std::shared_ptr<const Submission>>;

constexpr std::uint64_t kTime_ms = sample::kCreated_ms + 5'000;

Submissions two_submissions() {
  return {sample::signed_registrations("BO", 1, 1, 3, kTime_ms / 1000),
          sample::signed_registrations("BR", 1, 1, 2, kTime_ms / 1000)};
}

ExecutedBlock built(const Genesis& genesis, const Position& parent, const Submissions& submissions) {
  BlockBuilder builder(genesis, parent, "CL", kTime_ms);
  for (const auto& submission : submissions) {
    const auto added = builder.add(*submission);
    INFO((added ? "" : std::string(name_of(added.error().code)) + " " + added.error().detail));
    REQUIRE(added);
  }
  return std::move(builder).seal();
}

TEST_CASE("A voter who runs a proposed block reaches the same bytes") {
  const auto genesis = sample::genesis();
  const auto parent = genesis_block(genesis).after;
  const auto submissions = two_submissions();
  const auto proposed = built(genesis, parent, submissions);
  const auto executed = execute_block(genesis, parent, proposed.block, submissions);
  REQUIRE(executed);
  CHECK(executed->block == proposed.block);
  CHECK(executed->after.block == proposed.after.block);
  CHECK(executed->changes == proposed.changes);
  CHECK(std::is_sorted(executed->changes.begin(), executed->changes.end()));
  CHECK(executed->first_index == 2);
  CHECK(executed->proposer == "CL");
  REQUIRE(executed->leaf_hashes.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) CHECK(executed->leaf_hashes[i] == crypto::leaf_hash(proposed.block.leaves[i]));
  CHECK(executed->after.tree.root() == proposed.block.header.tree_root);
  CHECK(executed->after.state->get(map_key(RecordType::kOperator, "BO", "BO-S1")));
  CHECK_FALSE(parent.state->get(map_key(RecordType::kOperator, "BO", "BO-S1")));
}

// The proposed block with its seal rewritten, the header following it, so that the seal alone is wrong.
consensus::Block with_seal(const Position& parent, const consensus::Block& block, auto change) {
  consensus::Block out = block;
  auto seal = decode_seal_leaf(block.leaves.back());
  REQUIRE(seal);
  change(*seal);
  out.leaves.back() = encode_seal_leaf(*seal);
  crypto::CompactRange tree = parent.tree;
  for (const auto& leaf : out.leaves) tree.append(crypto::leaf_hash(leaf));
  out.header.tree_root = tree.root();
  return out;
}

TEST_CASE("A seal that says anything else than what follows is refused by name") {
  const auto genesis = sample::genesis();
  const auto parent = genesis_block(genesis).after;
  const auto submissions = two_submissions();
  const auto proposed = built(genesis, parent, submissions);
  const crypto::Digest other = crypto::sha256("other");
  const std::pair<const char*, std::function<void(SealInfo&)>> table[] = {
      {"chain_id", [](SealInfo& s) { s.chain_id = "other"; }},
      {"height", [](SealInfo& s) { s.height.value = 2; }},
      {"epoch", [](SealInfo& s) { s.epoch.value = 1; }},
      {"proposer", [](SealInfo& s) { s.proposer = "XX"; }},
      {"block time", [](SealInfo& s) { s.block_time_ms = sample::kCreated_ms; }},
      {"first_index", [](SealInfo& s) { s.first_index = 3; }},
      {"submissions", [](SealInfo& s) { s.submissions = 3; }},
      {"previous_size", [](SealInfo& s) { s.previous_size = 1; }},
      {"previous_root", [&](SealInfo& s) { s.previous_root = other; }},
      {"state_root", [&](SealInfo& s) { s.state_root = other; }},
      {"membership_hash", [&](SealInfo& s) { s.membership_hash = other; }},
      {"protocol_version", [](SealInfo& s) { s.protocol_version = 2; }},
  };
  for (const auto& [field, change] : table) {
    INFO(field);
    const auto executed = execute_block(genesis, parent, with_seal(parent, proposed.block, change), submissions);
    REQUIRE_FALSE(executed);
    CHECK(executed.error().code == Code::kBlockMismatch);
    CHECK(executed.error().detail.find(field) != std::string::npos);
  }
}

TEST_CASE("A header that says anything else than what follows is refused") {
  const auto genesis = sample::genesis();
  const auto parent = genesis_block(genesis).after;
  const auto submissions = two_submissions();
  const auto proposed = built(genesis, parent, submissions);
  const std::function<void(consensus::Header&)> changes[] = {
      [](auto& h) { h.epoch.value = 1; },
      [](auto& h) { h.height.value = 2; },
      [](auto& h) { h.parent_id = crypto::sha256("other"); },
      [](auto& h) { h.tree_size += 1; },
      [](auto& h) { h.tree_root = crypto::sha256("other"); },
      [](auto& h) { h.next_members_hash = crypto::sha256("other"); },
  };
  for (const auto& change : changes) {
    auto block = proposed.block;
    change(block.header);
    CHECK_FALSE(execute_block(genesis, parent, block, submissions));
  }
}

TEST_CASE("A block without a submission or with another than its leaves is refused") {
  const auto genesis = sample::genesis();
  const auto parent = genesis_block(genesis).after;
  const auto submissions = two_submissions();
  const auto proposed = built(genesis, parent, submissions);
  auto empty = proposed.block;
  empty.leaves.erase(empty.leaves.begin(), empty.leaves.begin() + 2);
  CHECK_FALSE(execute_block(genesis, parent, empty, {}));
  CHECK_FALSE(execute_block(genesis, parent, proposed.block, Submissions{submissions[1], submissions[0]}));
  CHECK_FALSE(execute_block(genesis, parent, proposed.block, Submissions{submissions[0]}));
  CHECK_FALSE(execute_block(genesis, parent, consensus::Block{}, {}));
}

TEST_CASE("A submission that the rules refuse leaves the builder as it was") {
  const auto genesis = sample::genesis();
  const auto parent = genesis_block(genesis).after;
  const auto submissions = two_submissions();
  BlockBuilder builder(genesis, parent, "CL", kTime_ms);
  REQUIRE(builder.add(*submissions[0]));
  const auto again = builder.add(*submissions[0]);
  REQUIRE_FALSE(again);
  CHECK(again.error().code == Code::kSequenceTaken);
  const auto gap = builder.add(*sample::signed_registrations("BR", 2, 1, 1, kTime_ms / 1000));
  REQUIRE_FALSE(gap);
  CHECK(gap.error().code == Code::kSequenceGap);
  CHECK(builder.size() == 1);
  REQUIRE(builder.add(*submissions[1]));
  CHECK(std::move(builder).seal().block == built(genesis, parent, submissions).block);
}

TEST_CASE("Every byte of a seal leaf counts") {
  const auto leaf = genesis_block(sample::genesis()).block.leaves.back();
  const auto original = decode_seal_leaf(leaf);
  REQUIRE(original);
  CHECK(encode_seal_leaf(*original) == leaf);
  for (std::size_t at = 0; at < leaf.size(); ++at) {
    Bytes changed = leaf;
    changed[at] = static_cast<char>(changed[at] ^ 4);
    const auto read = decode_seal_leaf(changed);
    if (read) CHECK(encode_seal_leaf(*read) == changed);
  }
}

}  // namespace block_test
}  // namespace quipu::ledger
