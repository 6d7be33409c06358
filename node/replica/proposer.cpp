// SPDX-License-Identifier: Apache-2.0
#include "node/replica/proposer.h"

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

class BlockFill {
 public:
  BlockFill(ledger::BlockBuilder& builder, const ledger::Genesis& genesis, const ledger::Position& parent,
            std::uint64_t block_time_ms, Proposal& out)
      : builder_(builder), genesis_(genesis), parent_(parent), block_time_ms_(block_time_ms), out_(out) {}

  // Takes at most one submission of this key; false when the key has nothing more to give to this block.
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

 private:
  bool fits(const PoolEntry& entry) const {
    return builder_.size() < limits::kBlockSubmissions &&
           builder_.leaf_bytes() + entry.submission->leaf.size() + limits::kSealBytes <= limits::kBlockLeafBytes;
  }

  // What goes before it in this block may never become final: it is rejected only if the parent alone refuses it.
  void judge_alone(const PoolEntry& entry) {
    const auto outcome = try_on(genesis_, parent_, block_time_ms_, *entry.submission);
    if (!outcome && !may_become_valid(outcome.error())) out_.rejected.push_back({entry.submission, outcome.error()});
  }

  ledger::BlockBuilder& builder_;
  const ledger::Genesis& genesis_;
  const ledger::Position& parent_;
  std::uint64_t block_time_ms_;
  Proposal& out_;
};

}  // namespace

bool may_become_valid(const ledger::Rejection& rejection) {
  return rejection.code == ledger::Code::kIssuedInFuture || rejection.code == ledger::Code::kSequenceGap;
}

Proposal build_block(const ledger::Genesis& genesis, const ledger::Position& parent, const std::string& proposer,
                     std::uint64_t block_time_ms, const Mempool& pool) {
  Proposal out;
  ledger::BlockBuilder builder(genesis, parent, proposer, block_time_ms);
  std::vector<Cursor> cursors;
  for (const auto* queue : pool.fair_order()) {
    cursors.push_back({queue, ledger::next_sequence(*parent.state, queue->administration, queue->key)});
  }
  BlockFill fill(builder, genesis, parent, block_time_ms, out);
  for (bool progress = true; progress;) {
    progress = false;
    for (auto& cursor : cursors) {
      cursor.open = cursor.open && fill.take(cursor);
      progress = progress || cursor.open;
    }
  }
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
