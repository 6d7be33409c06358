// SPDX-License-Identifier: Apache-2.0
#include "node/replica/mempool.h"

#include <algorithm>

#include "consensus/limits.h"

namespace quipu::replica {

namespace {

void extend_run(KeyQueue& queue) {
  for (auto entry = queue.waiting.find(queue.run_end); entry != queue.waiting.end() && entry->first == queue.run_end;
       ++entry) {
    ++queue.run_end;
  }
}

void shorten_run(KeyQueue& queue, std::uint64_t erased) {
  if (erased < queue.run_first || erased >= queue.run_end) return;
  if (erased == queue.run_first) {
    ++queue.run_first;
  } else {
    queue.run_end = erased;
  }
}

}  // namespace

Mempool::Mempool(std::size_t administrations)
    : most_submissions_(std::min(limits::kPoolSubmissionsPerMember, limits::kPoolSubmissions / administrations)),
      most_bytes_(limits::kPoolBytes / administrations) {}

bool Mempool::has_room(const ledger::Submission& submission) const {
  const auto share = shares_.find(submission.administration());
  if (share == shares_.end()) return true;
  return share->second.submissions < most_submissions_ && share->second.bytes + submission.leaf.size() <= most_bytes_;
}

Mempool::Insert Mempool::insert(PoolEntry entry) {
  const auto& submission = *entry.submission;
  if (by_id_.contains(submission.id)) return Insert::kAlreadyThere;
  if (holder(entry.key, submission.sequence()) != nullptr) return Insert::kOtherHolder;
  if (!has_room(submission)) return Insert::kFull;
  auto& share = shares_[submission.administration()];
  ++share.submissions;
  share.bytes += submission.leaf.size();
  bytes_ += submission.leaf.size();
  by_id_.emplace(submission.id, Place{entry.key, submission.sequence()});
  auto& queue = keys_[entry.key];
  queue.administration = submission.administration();
  queue.key = entry.key;
  const auto sequence = submission.sequence();
  queue.waiting.emplace(sequence, std::move(entry));
  if (sequence == queue.run_end) extend_run(queue);
  return Insert::kTaken;
}

const PoolEntry* Mempool::find(const crypto::Digest& id) const { return const_cast<Mempool*>(this)->locate(id); }

PoolEntry* Mempool::locate(const crypto::Digest& id) {
  const auto place = by_id_.find(id);
  if (place == by_id_.end()) return nullptr;
  return &keys_.at(place->second.key).waiting.at(place->second.sequence);
}

const PoolEntry* Mempool::holder(const crypto::PublicKey& key, std::uint64_t sequence) const {
  const auto queue = keys_.find(key);
  if (queue == keys_.end()) return nullptr;
  const auto entry = queue->second.waiting.find(sequence);
  return entry == queue->second.waiting.end() ? nullptr : &entry->second;
}

void Mempool::erase(const PoolEntry& entry) {
  const auto key = entry.key;
  const auto id = entry.submission->id;
  const auto administration = entry.submission->administration();
  const auto sequence = entry.submission->sequence();
  const auto leaf_bytes = entry.submission->leaf.size();
  bytes_ -= leaf_bytes;
  auto& share = shares_.at(administration);
  share.bytes -= leaf_bytes;
  if (--share.submissions == 0) shares_.erase(administration);
  auto queue = keys_.find(key);
  queue->second.waiting.erase(sequence);
  shorten_run(queue->second, sequence);
  if (queue->second.waiting.empty()) keys_.erase(queue);
  by_id_.erase(id);
}

void Mempool::remove(const crypto::Digest& id) {
  if (const auto* entry = locate(id)) erase(*entry);
}

std::vector<PoolEntry> Mempool::remove_below(const crypto::PublicKey& key, std::uint64_t next) {
  std::vector<PoolEntry> gone;
  const auto queue = keys_.find(key);
  if (queue == keys_.end()) return gone;
  for (const auto& [sequence, entry] : queue->second.waiting) {
    if (sequence >= next) break;
    gone.push_back(entry);
  }
  for (const auto& entry : gone) erase(entry);
  return gone;
}

std::uint64_t Mempool::first_free(const crypto::PublicKey& key, std::uint64_t next) {
  const auto found = keys_.find(key);
  if (found == keys_.end()) return next;
  auto& queue = found->second;
  if (next >= queue.run_first && next < queue.run_end) return queue.run_end;
  queue.run_first = queue.run_end = next;
  extend_run(queue);
  return queue.run_end;
}

std::vector<const KeyQueue*> Mempool::fair_order() const {
  std::map<std::string, std::vector<const KeyQueue*>> groups;
  for (const auto& [key, queue] : keys_) groups[queue.administration].push_back(&queue);
  std::size_t longest = 0;
  for (auto& [code, queues] : groups) {
    std::ranges::stable_sort(queues, {},
                             [](const KeyQueue* queue) { return queue->waiting.begin()->second.arrived_us; });
    longest = std::max(longest, queues.size());
  }
  std::vector<const KeyQueue*> order;
  for (std::size_t rank = 0; rank < longest; ++rank) {
    for (const auto& [code, queues] : groups) {
      if (rank < queues.size()) order.push_back(queues[rank]);
    }
  }
  return order;
}

std::vector<PoolEntry> Mempool::select(const std::function<bool(const PoolEntry&)>& which) const {
  std::vector<PoolEntry> chosen;
  for (const auto& [key, queue] : keys_) {
    for (const auto& [sequence, entry] : queue.waiting) {
      if (which(entry)) chosen.push_back(entry);
    }
  }
  return chosen;
}

void Mempool::mark_offered(const crypto::Digest& id, std::int64_t now_us) {
  if (auto* entry = locate(id)) entry->offered_us = now_us;
}

}  // namespace quipu::replica
