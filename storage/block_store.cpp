// SPDX-License-Identifier: Apache-2.0
#include "storage/block_store.h"

#include <algorithm>
#include <cassert>

#include "consensus/limits.h"
#include "storage/disk_fault.h"
#include "storage/record_codec.h"

namespace quipu::storage {

using consensus::Block;
using consensus::QuorumProof;
using consensus::Tip;

namespace {

// The block's leaves, their nodes and their places; `range` grows by them.
void put_leaves(Batch& batch, const CommitBlock& block, crypto::CompactRange& range) {
  assert(range.size() == block.record.first_index);
  for (const Bytes& leaf : block.leaves) {
    const crypto::Digest hash = crypto::leaf_hash(leaf);
    const std::uint64_t index = range.size();
    batch.put(Family::kLeaves, number_key(index), leaf);
    batch.put(Family::kLeafIds, Bytes(hash.view()), encode(LeafPlace{index, block.record.header.height}));
    range.append(hash, [&](unsigned level, std::uint64_t node, const crypto::Digest& value) {
      batch.put(Family::kNodes, node_key(level, node), Bytes(value.view()));
    });
  }
  // The quorum signed this root: what is written must be what gives it (docs/threats.md, N5).
  assert(range.size() == block.record.header.tree_size && range.root() == block.record.header.tree_root);
}

void put_block(Batch& batch, const CommitBlock& block, crypto::CompactRange& range) {
  const consensus::Height height = block.record.header.height;
  put_leaves(batch, block, range);
  batch.put(Family::kBlocks, number_key(height.value), encode(block.record));
  if (!block.links.empty()) batch.put(Family::kLinks, number_key(height.value), encode(block.links));
  for (const StateChange& change : block.changes) {
    batch.put(Family::kState, change.key, change.value);
    batch.put(Family::kHistory, history_key(change.key, height), change.value);
  }
  if (!block.calendar) return;
  for (const StateChange& change : block.calendar->changes) {
    batch.put(Family::kCalendar, history_key(change.key, height), change.value);
  }
}

void put_mark(Batch& batch, const CalendarMark& mark) { batch.put(Family::kMeta, Bytes(kCalendarKey), encode(mark)); }

// If the calendar goes on without a gap: it went up to the block before, and each of these has its part of it.
void put_next_mark(Batch& batch, const std::vector<CommitBlock>& blocks, const std::optional<CalendarMark>& before) {
  if (!before || blocks.empty() || before->height.next() != blocks.front().record.header.height) return;
  const auto has_part = [&](const CommitBlock& block) {
    return block.calendar && block.calendar->version == before->version;
  };
  if (std::ranges::all_of(blocks, has_part)) put_mark(batch, {before->version, blocks.back().record.header.height});
}

void put_votes(Batch& batch, const std::vector<consensus::Vote>& votes) {
  for (const auto& vote : votes) batch.put(Family::kPending, pending_vote_key(vote), encode(vote));
}

void put_tip(Batch& batch, const Tip& tip) { batch.put(Family::kMeta, Bytes(kTipKey), encode(tip)); }

Tip genesis_tip(const BlockRecord& record) {
  return {.view = {},
          .height = record.header.height,
          .block = record.id,
          .tree_size = record.header.tree_size,
          .tree_root = record.header.tree_root};
}

}  // namespace

void BlockStore::initialise(const crypto::Digest& chain, const CommitBlock& genesis) {
  assert(!read().tip() && genesis.record.header.height.value == 0);
  Batch batch;
  crypto::CompactRange range;
  put_block(batch, genesis, range);
  put_tip(batch, genesis_tip(genesis.record));
  if (genesis.calendar) put_mark(batch, {genesis.calendar->version, genesis.record.header.height});
  batch.put(Family::kMeta, Bytes(kChainKey), Bytes(chain.view()));
  database_.write(batch, Durability::kSynced);
}

std::optional<crypto::Digest> BlockStore::chain() const {
  const auto stored = database_.snapshot()->get(Family::kMeta, kChainKey);
  if (!stored) return std::nullopt;
  return must_have(crypto::Digest::from(*stored), "chain id");
}

LogReader BlockStore::read() const { return LogReader(database_.snapshot()); }

Pending BlockStore::pending() const {
  Pending found;
  const auto snapshot = database_.snapshot();
  snapshot->scan(Family::kPending, kPendingBlocks, kPendingBlocks, [&](BytesView, BytesView value) {
    found.blocks.push_back(must_have(decode_block(value), "pending block"));
    return true;
  });
  snapshot->scan(Family::kPending, kPendingProofs, kPendingProofs, [&](BytesView, BytesView value) {
    found.proofs.push_back(must_have(decode_quorum_proof(value), "pending proof"));
    return true;
  });
  snapshot->scan(Family::kPending, kPendingVotes, kPendingVotes, [&](BytesView, BytesView value) {
    found.votes.push_back(must_have(decode_vote(value), "pending vote"));
    return true;
  });
  return found;
}

BlockStore::Unsettled& BlockStore::unsettled() {
  if (unsettled_) return *unsettled_;
  unsettled_.emplace();
  const auto snapshot = database_.snapshot();
  snapshot->scan(Family::kPending, kPendingBlocks, kPendingBlocks, [&](BytesView key, BytesView value) {
    unsettled_->blocks.emplace(key, must_have(block_height(value), "pending block"));
    return true;
  });
  snapshot->scan(Family::kPending, kPendingProofs, kPendingProofs, [&](BytesView key, BytesView value) {
    unsettled_->proofs.emplace(key, must_have(decode_quorum_proof(value), "pending proof").subject.view);
    return true;
  });
  return *unsettled_;
}

void BlockStore::erase_settled(Batch& batch, const Tip& tip) {
  const auto erase = [&batch](auto& entries, auto last) {
    std::erase_if(entries, [&](const auto& entry) {
      if (last < entry.second) return false;
      batch.erase(Family::kPending, entry.first);
      return true;
    });
  };
  erase(unsettled().blocks, tip.height);
  erase(unsettled().proofs, tip.view);
}

std::optional<Block> BlockStore::pending_block(const consensus::BlockId& id) const {
  const auto stored = database_.snapshot()->get(Family::kPending, pending_block_key(id));
  if (!stored) return std::nullopt;
  return must_have(decode_block(*stored), "pending block");
}

void BlockStore::persist(const std::vector<consensus::Persist>& effects) {
  const crypto::Digest chain_id = must_have(chain(), "chain id");
  Batch batch;
  for (const consensus::Persist& effect : effects) {
    for (const Block& block : effect.blocks) {
      const Bytes key = pending_block_key(consensus::block_id(chain_id, block.header));
      batch.put(Family::kPending, key, encode(block));
      unsettled().blocks.insert_or_assign(key, block.header.height);
    }
    for (const QuorumProof& proof : effect.proofs) {
      const Bytes key = pending_proof_key(proof);
      batch.put(Family::kPending, key, encode(proof));
      unsettled().proofs.insert_or_assign(key, proof.subject.view);
    }
    put_votes(batch, effect.votes);
  }
  if (!batch.empty()) database_.write(batch, Durability::kSynced);
}

void BlockStore::commit(const std::vector<CommitBlock>& blocks, const QuorumProof& finalization, const Tip& tip,
                        const std::vector<consensus::Vote>& votes) {
  const LogReader before = read();
  const Tip old_tip = must_have(before.tip(), "tip");
  crypto::CompactRange range = before.range_at(old_tip.tree_size);
  consensus::Height height = old_tip.height;
  Batch batch;
  for (const CommitBlock& block : blocks) {
    height = height.next();
    assert(block.record.header.height == height);
    put_block(batch, block, range);
  }
  assert(tip.height == height && tip.tree_size == range.size());
  put_tip(batch, tip);
  put_next_mark(batch, blocks, before.calendar_mark());
  batch.put(Family::kMeta, Bytes(kFinalizationKey), encode(finalization));
  put_votes(batch, votes);
  erase_settled(batch, tip);
  database_.write(batch, Durability::kSynced);
}

void BlockStore::forget_pending() {
  Batch batch;
  database_.snapshot()->scan(Family::kPending, {}, {}, [&](BytesView key, BytesView) {
    batch.erase(Family::kPending, Bytes(key));
    return true;
  });
  unsettled_.emplace();
  if (batch.empty()) return;
  database_.write(batch, Durability::kSynced);
}

void BlockStore::put_note(consensus::Height height, BytesView note) {
  Batch batch;
  batch.put(Family::kNotes, number_key(height.value), Bytes(note));
  database_.write(batch, Durability::kUnsynced);
}

void BlockStore::put_evidence(const EvidenceRecord& evidence) {
  const LogReader log = read();
  Bytes key = evidence_key(evidence);
  if (log.snapshot().get(Family::kMeta, key) || log.evidence().size() >= limits::kEvidenceKept) return;
  Batch batch;
  batch.put(Family::kMeta, std::move(key), encode(evidence));
  database_.write(batch, Durability::kUnsynced);
}

}  // namespace quipu::storage
