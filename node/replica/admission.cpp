// SPDX-License-Identifier: Apache-2.0
#include "node/replica/admission.h"

#include <algorithm>

namespace quipu::replica {

namespace {
// Beyond this many pending ones the answer waits for the block: an admission must stay cheap.
constexpr std::size_t kReplayed = 512;
// Followed at most behind one that fills a gap.
constexpr std::size_t kRun = 64;
// After this many the overlay is made anew, so that it does not grow with all that ever was pending.
constexpr std::size_t kTaken = 4 * kReplayed;
}  // namespace

AdmissionCheck::Pending& AdmissionCheck::pending_of(const std::string& administration, const ledger::Origin& origin,
                                                    const Mempool& pool) {
  const auto held = pending_.find(administration);
  if (held != pending_.end() && held->second.taken.size() < kTaken) return held->second;
  forget(administration);
  auto& pending = pending_.try_emplace(administration, ledger::Overlay(committed_)).first->second;
  auto mine = pool.select([&](const PoolEntry& entry) { return entry.submission->administration() == administration; });
  std::ranges::stable_sort(mine, {}, &PoolEntry::arrived_us);
  if (mine.size() > kReplayed) mine.resize(kReplayed);
  for (const auto& entry : mine) {
    if (pending.taken.size() >= kReplayed) break;
    if (pending.taken.contains(entry.submission->id)) continue;
    // What no longer applies is the proposer's to reject, in its turn.
    static_cast<void>(take_run(pending, *entry.submission, entry.key, origin, pool));
  }
  return pending;
}

AdmissionCheck::Outcome AdmissionCheck::take(Pending& pending, const ledger::Submission& submission,
                                             const ledger::Origin& origin) {
  auto outcome = ledger::apply(pending.state, submission, origin);
  if (outcome) pending.taken.insert(submission.id);
  return outcome;
}

// Officers' programs send several at once, and they come in any order: what waited behind a gap follows what fills it.
AdmissionCheck::Outcome AdmissionCheck::take_run(Pending& pending, const ledger::Submission& first,
                                                 const crypto::PublicKey& key, const ledger::Origin& origin,
                                                 const Mempool& pool) {
  auto outcome = take(pending, first, origin);
  if (!outcome) return outcome;
  for (std::size_t i = 1; i <= kRun; ++i) {
    const auto* next = pool.holder(key, first.sequence() + i);
    if (next == nullptr || !take(pending, *next->submission, origin)) break;
  }
  return outcome;
}

std::expected<void, ledger::Rejection> AdmissionCheck::check(const ledger::Genesis& genesis,
                                                             const ledger::Submission& submission,
                                                             const crypto::PublicKey& key,
                                                             const ledger::Position& position,
                                                             std::uint64_t block_time_ms, const Mempool& pool) {
  committed_->settle(position.state);
  const auto& administration = submission.administration();
  const auto origin = ledger::next_origin(genesis, position, block_time_ms);
  auto& pending = pending_of(administration, origin, pool);
  auto outcome = take_run(pending, submission, key, origin, pool);
  if (!outcome && pending.moved_on && outcome.error().code != ledger::Code::kSequenceGap) {
    // Nobody is refused for what was so some blocks ago.
    forget(administration);
    outcome = take_run(pending_of(administration, origin, pool), submission, key, origin, pool);
  }
  if (!outcome && outcome.error().code == ledger::Code::kSequenceGap) return {};
  return outcome;
}

void AdmissionCheck::committed(const Submissions& submissions, std::shared_ptr<const ledger::StateView> state) {
  committed_->settle(std::move(state));
  for (auto& [administration, pending] : pending_) pending.moved_on = true;
  for (const auto& submission : submissions) {
    const auto held = pending_.find(submission->administration());
    // Final without having been tried here: the overlay would hide it.
    if (held != pending_.end() && !held->second.taken.contains(submission->id)) pending_.erase(held);
  }
}

}  // namespace quipu::replica
