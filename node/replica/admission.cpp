// SPDX-License-Identifier: Apache-2.0
#include "node/replica/admission.h"

#include <algorithm>

namespace quipu::replica {

namespace {
// Beyond this many pending ones the answer waits for the block: an admission must stay cheap.
constexpr std::size_t kReplayed = 512;

ledger::Origin next_origin(const ledger::Position& position, std::uint64_t block_time_ms) {
  return {position.height.next(), block_time_ms, position.tree.size()};
}
}  // namespace

ledger::Overlay& AdmissionCheck::pending_state(const std::string& administration, const ledger::Position& position,
                                               std::uint64_t block_time_ms, const Mempool& pool) {
  if (const auto held = pending_.find(administration); held != pending_.end()) return held->second;
  auto& state = pending_.emplace(administration, ledger::Overlay(position.state)).first->second;
  auto mine = pool.select([&](const PoolEntry& entry) { return entry.submission->administration() == administration; });
  std::ranges::stable_sort(mine, {}, &PoolEntry::arrived_us);
  if (mine.size() > kReplayed) mine.resize(kReplayed);
  for (const auto& entry : mine) {
    // What no longer applies is the proposer's to reject, in its turn.
    static_cast<void>(ledger::apply(state, *entry.submission, next_origin(position, block_time_ms)));
  }
  return state;
}

std::expected<void, ledger::Rejection> AdmissionCheck::check(const ledger::Submission& submission,
                                                             const ledger::Position& position,
                                                             std::uint64_t block_time_ms, const Mempool& pool) {
  auto& state = pending_state(submission.administration(), position, block_time_ms, pool);
  auto outcome = ledger::apply(state, submission, next_origin(position, block_time_ms));
  if (!outcome && outcome.error().code == ledger::Code::kSequenceGap) return {};
  return outcome;
}

}  // namespace quipu::replica
