// SPDX-License-Identifier: Apache-2.0
#include "node/replica/proposer.h"

#include <algorithm>
#include <map>

#include "consensus/limits.h"

namespace quipu::replica {

namespace {

// One key's run of submissions, as far as the block under construction takes it.
struct Cursor {
  const KeyQueue* queue;
  std::uint64_t next;
  bool open = true;

  const PoolEntry* head() const {
    const auto entry = queue->waiting.find(next);
    return entry == queue->waiting.end() ? nullptr : &entry->second;
  }
};

std::expected<void, ledger::Rejection> try_on(const ledger::Genesis& genesis, const ledger::Position& position,
                                              std::uint64_t block_time_ms, const ledger::Submission& submission) {
  ledger::Overlay trial(position.state);
  return ledger::apply(trial, submission, ledger::next_origin(genesis, position, block_time_ms));
}

// What one administration has waiting, and how much of the block it has.
struct Share {
  std::vector<Cursor> keys;
  std::size_t turn = 0;
  std::size_t bytes = 0;

  bool open() const {
    return std::ranges::any_of(keys, [](const Cursor& key) { return key.open; });
  }
};

std::vector<Share> shares_of(const Mempool& pool, const ledger::StateView& state) {
  std::map<std::string, Share> shares;
  for (const auto* queue : pool.fair_order()) {
    const auto next = ledger::next_sequence(state, queue->administration, queue->key);
    shares[queue->administration].keys.push_back({queue, next});
  }
  std::vector<Share> out;
  for (auto& [administration, share] : shares) out.push_back(std::move(share));
  return out;
}

// Whoever has least of the block is next: so nobody has more than half of it, but for one submission, while others have
// something to give.
Share* next_share(std::vector<Share>& shares) {
  Share* least = nullptr;
  for (auto& share : shares) {
    if (share.open() && (least == nullptr || share.bytes < least->bytes)) least = &share;
  }
  return least;
}

class BlockFill {
 public:
  BlockFill(ledger::BlockBuilder& builder, const ledger::Genesis& genesis, const ledger::Position& parent,
            const BlockTerms& terms, Proposal& out)
      : builder_(builder), genesis_(genesis), parent_(parent), terms_(terms), out_(out) {}

  // At most one submission, of the key whose turn it is; a key that has nothing more for this block is closed.
  void take_one(Share& share) {
    auto& key = share.keys[share.turn++ % share.keys.size()];
    if (!key.open) return;
    const std::size_t before = builder_.leaf_bytes();
    key.open = take(key);
    share.bytes += builder_.leaf_bytes() - before;
  }

 private:
  bool take(Cursor& cursor) {
    const auto* entry = cursor.head();
    if (entry == nullptr || builder_.closed() || !fits(*entry)) return false;
    if (const auto added = builder_.add(*entry->submission); !added) {
      if (!may_become_valid(added.error())) judge_alone(*entry);
      return false;
    }
    out_.submissions.push_back(entry->submission);
    ++cursor.next;
    return true;
  }

  bool fits(const PoolEntry& entry) const {
    const std::size_t bytes = builder_.leaf_bytes() + entry.submission->leaf.size() + limits::kSealBytes;
    return builder_.size() == 0 || (builder_.size() < limits::kBlockSubmissions && bytes <= terms_.most_bytes);
  }

  // What goes before it in this block may never become final: it is rejected only if the parent alone refuses it.
  void judge_alone(const PoolEntry& entry) {
    const auto outcome = try_on(genesis_, parent_, terms_.block_time_ms, *entry.submission);
    if (!outcome && !may_become_valid(outcome.error())) out_.rejected.push_back({entry.submission, outcome.error()});
  }

  ledger::BlockBuilder& builder_;
  const ledger::Genesis& genesis_;
  const ledger::Position& parent_;
  const BlockTerms& terms_;
  Proposal& out_;
};

}  // namespace

bool may_become_valid(const ledger::Rejection& rejection) {
  return rejection.code == ledger::Code::kIssuedInFuture || rejection.code == ledger::Code::kSequenceGap;
}

Proposal build_block(const ledger::Genesis& genesis, const ledger::Position& parent, const BlockTerms& terms,
                     const Mempool& pool) {
  Proposal out;
  ledger::BlockBuilder builder(genesis, parent, terms.proposer, terms.block_time_ms);
  BlockFill fill(builder, genesis, parent, terms, out);
  auto shares = shares_of(pool, *parent.state);
  while (auto* share = next_share(shares)) fill.take_one(*share);
  if (builder.size() > 0) out.block = std::move(builder).seal();
  return out;
}

bool has_ready(const ledger::Genesis& genesis, const ledger::Position& position, std::uint64_t block_time_ms,
               const Mempool& pool, std::vector<RejectedSubmission>& rejected) {
  for (const auto* queue : pool.fair_order()) {
    const auto next = ledger::next_sequence(*position.state, queue->administration, queue->key);
    const auto head = queue->waiting.find(next);
    if (head == queue->waiting.end()) continue;
    const auto outcome = try_on(genesis, position, block_time_ms, *head->second.submission);
    if (outcome) return true;
    if (!may_become_valid(outcome.error())) rejected.push_back({head->second.submission, outcome.error()});
  }
  return false;
}

}  // namespace quipu::replica
