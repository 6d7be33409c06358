// SPDX-License-Identifier: Apache-2.0
// Submissions that did not get through at once: offered to all, asked for, and in the end forgotten.
#include "consensus/limits.h"
#include "node/replica/replica_state.h"

namespace quipu::replica {

namespace {
constexpr std::int64_t kOfferAfter_us = 3'000'000;
constexpr std::int64_t kOfferEvery_us = 10'000'000;
constexpr std::int64_t kSweepEvery_us = 1'000'000;
constexpr std::size_t kIdsPerOffer = 512;
constexpr std::int64_t kAnswerEvery_us = 50'000;  // honest peers ask after an offer, seconds apart
constexpr std::size_t kBytesPerRequest = 1 << 20;
}  // namespace

void Replica::State::plan_sweep() {
  sweep_us.reset();
  if (!pool.empty()) sweep_us = now.steady_us + kSweepEvery_us;
}

void Replica::State::offer_old() {
  if (members().size() == 1) return;
  const auto due = [&](const PoolEntry& entry) {
    if (now.steady_us - entry.arrived_us < kOfferAfter_us) return false;
    if (entry.offered_us != 0 && now.steady_us - entry.offered_us < kOfferEvery_us) return false;
    const auto next = ledger::next_sequence(*chain.committed().state, entry.submission->administration(), entry.key);
    // Nor does anybody need what waits for its issue time, or behind such a one.
    const auto* head = pool.holder(entry.key, next);
    const auto latest_s = (now.utc_ms + limits::kIssuedAfter_ms) / 1000;
    if (head == nullptr || static_cast<std::int64_t>(head->submission->statement.issued_at_s) > latest_s) return false;
    return pool.first_free(entry.key, next) > entry.submission->sequence();
  };
  consensus::SubmissionOffer offer;
  for (const auto& entry : pool.select(due)) {
    if (offer.ids.size() >= kIdsPerOffer) break;
    offer.ids.push_back(entry.submission->id);
    pool.mark_offered(entry.submission->id, now.steady_us);
  }
  if (!offer.ids.empty()) broadcast(offer);
}

void Replica::State::ask_for_unknown(PeerId from, const consensus::SubmissionOffer& offer) {
  if (!conduct.takes_offer(from, now.steady_us)) return;
  consensus::SubmissionRequest request;
  for (const auto& id : offer.ids) {
    if (request.ids.size() >= kIdsPerOffer) break;
    if (pool.find(id) == nullptr && !in_check.contains(id) && !finals.contains(id)) request.ids.push_back(id);
  }
  if (!request.ids.empty()) send(from, request);
}

void Replica::State::answer_request(PeerId from, const consensus::SubmissionRequest& request) {
  auto& answer_from_us = next_answer_us[from];
  if (now.steady_us < answer_from_us) return;
  answer_from_us = now.steady_us + kAnswerEvery_us;
  consensus::Submissions answer;
  std::size_t bytes = 0;
  std::size_t total = 0;
  for (const auto& id : request.ids) {
    const auto* entry = pool.find(id);
    if (entry == nullptr) continue;
    const auto& leaf = entry->submission->leaf;
    total += leaf.size();
    if (total > kBytesPerRequest) break;
    if (bytes + leaf.size() > limits::kLeafBytesPerFrame && !answer.leaves.empty()) {
      send(from, std::exchange(answer, {}));
      bytes = 0;
    }
    answer.leaves.push_back(leaf);
    bytes += leaf.size();
  }
  if (!answer.leaves.empty()) send(from, answer);
}

void Replica::State::expire_old() {
  const auto oldest_s = (now.utc_ms - limits::kIssuedBefore_ms) / 1000;
  const auto expired = pool.select([&](const PoolEntry& entry) {
    if (static_cast<std::int64_t>(entry.submission->statement.issued_at_s) < oldest_s) return true;
    if (now.steady_us - entry.arrived_us < limits::kGapPatience_ms * 1000) return false;
    const auto next = ledger::next_sequence(*chain.committed().state, entry.submission->administration(), entry.key);
    return pool.first_free(entry.key, next) <= entry.submission->sequence();
  });
  for (const auto& entry : expired) {
    pool.remove(entry.submission->id);
    announce(entry.submission->id, Phase::kExpired);
  }
  if (!expired.empty()) admission.reset();
}

}  // namespace quipu::replica
