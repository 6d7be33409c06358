// SPDX-License-Identifier: Apache-2.0
// Which submissions go into the next block, and which can never go into any. Pure.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "consensus/limits.h"
#include "node/ledger/block.h"
#include "node/ledger/rules/apply.h"
#include "node/replica/chain.h"
#include "node/replica/mempool.h"

namespace quipu::replica {

struct RejectedSubmission {
  std::shared_ptr<const ledger::Submission> submission;
  ledger::Rejection rejection;
};

// What is wrong now but may be right later: too early a clock, a gap. Everything else is final for this position.
bool may_become_valid(const ledger::Rejection& rejection);

struct Proposal {
  std::optional<ledger::ExecutedBlock> block;  // nothing: no submission is valid on the parent
  Submissions submissions;
  std::vector<RejectedSubmission> rejected;  // invalid on the parent, in their turn
};

struct BlockTerms {
  std::string proposer;
  std::uint64_t block_time_ms = 0;
  std::size_t most_bytes = limits::kBlockLeafBytes;  // of leaves with the seal; a first submission fits always
};

// From the administration that has least of the block so far, in bytes; its keys in turn, each in sequence; up to the
// block's limits.
Proposal build_block(const ledger::Genesis& genesis, const ledger::Position& parent, const BlockTerms& terms,
                     const Mempool& pool);

// Is there a submission that would be valid in a block on this position? Stops at the first. `rejected` collects those
// whose turn it is and that are invalid.
bool has_ready(const ledger::Genesis& genesis, const ledger::Position& position, std::uint64_t block_time_ms,
               const Mempool& pool, std::vector<RejectedSubmission>& rejected);

}  // namespace quipu::replica
