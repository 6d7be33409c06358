// SPDX-License-Identifier: Apache-2.0
#include "node/replica/admission.h"

#include <algorithm>

namespace quipu::replica {

namespace {
// Beyond this many pending ones the answer waits for the block: an admission must stay cheap.
constexpr std::size_t kReplayed = 512;
}  // namespace

ledger::Overlay& AdmissionCheck::pending_state(const std::string& administration,
                                               const std::shared_ptr<const ledger::StateView>& state,
                                               const ledger::Origin& origin, const Mempool& pool) {
  if (const auto held = pending_.find(administration); held != pending_.end()) return held->second;
  auto& pending = pending_.emplace(administration, ledger::Overlay(state)).first->second;
  auto mine = pool.select([&](const PoolEntry& entry) { return entry.submission->administration() == administration; });
  std::ranges::stable_sort(mine, {}, &PoolEntry::arrived_us);
  if (mine.size() > kReplayed) mine.resize(kReplayed);
  for (const auto& entry : mine) {
    // What no longer applies is the proposer's to reject, in its turn.
    static_cast<void>(ledger::apply(pending, *entry.submission, origin));
  }
  return pending;
}

std::expected<void, ledger::Rejection> AdmissionCheck::check(const ledger::Genesis& genesis,
                                                             const ledger::Submission& submission,
                                                             const ledger::Position& position,
                                                             std::uint64_t block_time_ms, const Mempool& pool) {
  const auto origin = ledger::next_origin(genesis, position, block_time_ms);
  auto& state = pending_state(submission.administration(), position.state, origin, pool);
  auto outcome = ledger::apply(state, submission, origin);
  if (!outcome && outcome.error().code == ledger::Code::kSequenceGap) return {};
  return outcome;
}

}  // namespace quipu::replica
