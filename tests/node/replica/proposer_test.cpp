// SPDX-License-Identifier: Apache-2.0
#include "node/replica/proposer.h"

#include <catch2/catch.hpp>
#include <map>

#include "consensus/limits.h"
#include "tests/node/ledger/sample_chain.h"

namespace quipu::replica {

namespace {

constexpr std::uint64_t kProposerTime_ms = sample::kCreated_ms + 3'600'000;

void fill(Mempool& pool, const std::string& code, std::uint64_t sequence, int subject, int events = 1) {
  pool.insert({sample::signed_registrations(code, sequence, subject, events, kProposerTime_ms / 1000),
               sample::key(code, "issuer").public_key(), static_cast<std::int64_t>(sequence), 0});
}

std::vector<std::string> authors(const Proposal& proposal) {
  std::vector<std::string> out;
  for (const auto& submission : proposal.submissions) out.push_back(submission->administration());
  return out;
}

}  // namespace

TEST_CASE("a block takes from each administration in turn, each key in its sequence") {
  const auto genesis = sample::genesis();
  const auto parent = ledger::genesis_block(genesis).after;
  Mempool pool(4);
  for (std::uint64_t i = 1; i <= 3; ++i) fill(pool, "BO", i, static_cast<int>(i));
  fill(pool, "PE", 1, 1);
  fill(pool, "CL", 2, 2);  // behind a gap
  const auto proposal = build_block(genesis, parent, {"BR", kProposerTime_ms}, pool);
  REQUIRE(proposal.block);
  CHECK(authors(proposal) == std::vector<std::string>{"BO", "PE", "BO", "BO"});
  CHECK(proposal.rejected.empty());
}

TEST_CASE("an invalid submission is told and stops its own key only") {
  const auto genesis = sample::genesis();
  const auto parent = ledger::genesis_block(genesis).after;
  Mempool pool(4);
  fill(pool, "BO", 1, 1);
  auto twice = sample::registrations("CL", 1, 1, 2);
  *twice.mutable_events(1) = twice.events(0);
  pool.insert({sample::decoded(ledger::sign_submission(twice, sample::key("CL", "issuer"), kProposerTime_ms / 1000)),
               sample::key("CL", "issuer").public_key(), 1, 0});
  fill(pool, "CL", 2, 2);
  fill(pool, "PE", 1, 1);
  const auto proposal = build_block(genesis, parent, {"BR", kProposerTime_ms}, pool);
  CHECK(authors(proposal) == std::vector<std::string>{"BO", "PE"});
  REQUIRE(proposal.rejected.size() == 1);
  CHECK(proposal.rejected.front().submission->administration() == "CL");
  CHECK(proposal.rejected.front().rejection.event == 1U);
}

TEST_CASE("what only others of the same block make invalid is left out and not yet rejected") {
  const auto genesis = sample::genesis();
  const auto parent = ledger::genesis_block(genesis).after;
  Mempool pool(4);
  fill(pool, "BO", 1, 1);
  fill(pool, "BO", 2, 1);  // the same subject again
  fill(pool, "BO", 3, 3);
  auto proposal = build_block(genesis, parent, {"BR", kProposerTime_ms}, pool);
  CHECK(proposal.submissions.size() == 1);
  CHECK(proposal.rejected.empty());
  // Its turn comes on the block that has the first.
  REQUIRE(proposal.block);
  const auto next = build_block(genesis, proposal.block->after, {"CL", kProposerTime_ms + 1'000}, pool);
  CHECK_FALSE(next.block);
  REQUIRE(next.rejected.size() == 1);
  CHECK(next.rejected.front().submission->sequence() == 2);
}

TEST_CASE("what every voter re-runs reaches the proposer's bytes") {
  const auto genesis = sample::genesis();
  const auto parent = ledger::genesis_block(genesis).after;
  Mempool pool(4);
  fill(pool, "BO", 1, 1, 5);
  fill(pool, "CL", 1, 1, 7);
  const auto proposal = build_block(genesis, parent, {"BR", kProposerTime_ms}, pool);
  REQUIRE(proposal.block);
  const auto executed = ledger::execute_block(genesis, parent, proposal.block->block, proposal.submissions);
  REQUIRE(executed);
  CHECK(executed->after.block == proposal.block->after.block);
  CHECK(executed->after.map.root() == proposal.block->after.map.root());
}

TEST_CASE("a block stays within its bytes however much waits") {
  const auto genesis = sample::genesis();
  const auto parent = ledger::genesis_block(genesis).after;
  Mempool pool(4);
  int subject = 0;
  for (std::uint64_t i = 1; i <= 120; ++i, subject += 256) fill(pool, "BO", i, subject, 256);
  const auto proposal = build_block(genesis, parent, {"BR", kProposerTime_ms}, pool);
  REQUIRE(proposal.block);
  std::size_t bytes = 0;
  for (const auto& leaf : proposal.block->block.leaves) bytes += leaf.size();
  CHECK(bytes <= limits::kBlockLeafBytes);
  CHECK(proposal.submissions.size() < 120);
  CHECK(bytes > limits::kBlockLeafBytes / 2);
}

TEST_CASE("nobody has more than half of a block, but for one submission, while others have something to give") {
  const auto genesis = sample::genesis();
  const auto parent = ledger::genesis_block(genesis).after;
  Mempool pool(4);
  int subject = 0;
  for (std::uint64_t i = 1; i <= 20; ++i, subject += 256) fill(pool, "BO", i, subject, 256);
  for (std::uint64_t i = 1; i <= 300; ++i) fill(pool, "PE", i, static_cast<int>(i));
  const auto proposal = build_block(genesis, parent, {"BR", kProposerTime_ms, 128 << 10}, pool);
  REQUIRE(proposal.block);
  std::map<std::string, std::size_t> bytes;
  for (const auto& submission : proposal.submissions) bytes[submission->administration()] += submission->leaf.size();
  CHECK(bytes["BO"] <= bytes["PE"] + proposal.submissions.front()->leaf.size());
  CHECK(bytes["PE"] > 40 << 10);
  CHECK(bytes["BO"] + bytes["PE"] <= 128 << 10);
}

TEST_CASE("who is alone gets the whole block, and a submission longer than a block may be has one to itself") {
  const auto genesis = sample::genesis();
  const auto parent = ledger::genesis_block(genesis).after;
  Mempool pool(4);
  for (std::uint64_t i = 1; i <= 50; ++i) fill(pool, "PE", i, static_cast<int>(i));
  CHECK(build_block(genesis, parent, {"BR", kProposerTime_ms}, pool).submissions.size() == 50);
  CHECK(build_block(genesis, parent, {"BR", kProposerTime_ms, 100}, pool).submissions.size() == 1);
}

TEST_CASE("nothing valid means no block and no readiness") {
  const auto genesis = sample::genesis();
  const auto parent = ledger::genesis_block(genesis).after;
  Mempool pool(4);
  fill(pool, "BO", 2, 2);
  std::vector<RejectedSubmission> rejected;
  CHECK_FALSE(has_ready(genesis, parent, kProposerTime_ms, pool, rejected));
  CHECK_FALSE(build_block(genesis, parent, {"BR", kProposerTime_ms}, pool).block);
  fill(pool, "BO", 1, 1);
  CHECK(has_ready(genesis, parent, kProposerTime_ms, pool, rejected));
  // Its clock is two minutes ahead: ready only later, and never rejected for that.
  CHECK_FALSE(has_ready(genesis, parent, kProposerTime_ms - 120'000, pool, rejected));
  CHECK(rejected.empty());
}

}  // namespace quipu::replica
