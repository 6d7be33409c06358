// SPDX-License-Identifier: Apache-2.0
// A made-up chain with right roots and ids, computed the slow way.
#pragma once

#include "crypto/merkle.h"
#include "tests/storage/fixtures.h"

namespace quipu::storage::testing {

// RFC 9162 2.1.1, as it is written there, of leaves [first, end).
inline crypto::Digest dumb_root(const std::vector<Bytes>& leaves, std::uint64_t first, std::uint64_t end) {
  if (first == end) return crypto::empty_root();
  if (end - first == 1) return crypto::leaf_hash(leaves[first]);
  std::uint64_t left = 1;
  while (left * 2 < end - first) left *= 2;
  return crypto::node_hash(dumb_root(leaves, first, first + left), dumb_root(leaves, first + left, end));
}

class Chain {
 public:
  explicit Chain(std::uint64_t seed) : dice_(seed), id_(dice_.fixed<crypto::Digest>()) { add(next_block()); }

  const crypto::Digest& id() const { return id_; }
  const std::vector<CommitBlock>& blocks() const { return blocks_; }
  const CommitBlock& genesis() const { return blocks_.front(); }
  crypto::Digest id_of(const consensus::Block& block) const { return consensus::block_id(id_, block.header); }

  std::vector<Bytes> all_leaves() const {
    std::vector<Bytes> all;
    for (const CommitBlock& block : blocks_) all.insert(all.end(), block.leaves.begin(), block.leaves.end());
    return all;
  }
  consensus::Tip tip() const {
    const BlockRecord& last = blocks_.back().record;
    return {.view = {last.header.height.value * 2},
            .height = last.header.height,
            .block = last.id,
            .tree_size = last.header.tree_size,
            .tree_root = last.header.tree_root};
  }
  std::vector<CommitBlock> grow(std::uint64_t count) {
    const auto before = static_cast<std::ptrdiff_t>(blocks_.size());
    for (std::uint64_t i = 0; i < count; ++i) add(next_block());
    return {blocks_.begin() + before, blocks_.end()};
  }

  // Another block of the same height.
  consensus::Block rival_of(const CommitBlock& block) {
    consensus::Block rival{block.record.header, {dice_.bytes(10)}};
    rival.header.tree_root = dice_.fixed<crypto::Digest>();
    return rival;
  }
  // A block that has not been finalized.
  consensus::Block block_above(const CommitBlock& parent) {
    consensus::Block child{parent.record.header, {dice_.bytes(10)}};
    child.header.parent_id = parent.record.id;
    child.header.height = child.header.height.next();
    return child;
  }

 private:
  CommitBlock next_block() {
    CommitBlock block;
    std::vector<Bytes> leaves = all_leaves();
    block.record.first_index = leaves.size();
    for (auto count = 1 + dice_.below(9); count > 0; --count) block.leaves.push_back(dice_.bytes(8 + dice_.below(60)));
    leaves.insert(leaves.end(), block.leaves.begin(), block.leaves.end());
    consensus::Header& header = block.record.header;
    header.height.value = blocks_.size();
    if (!blocks_.empty()) header.parent_id = blocks_.back().record.id;
    header.tree_size = leaves.size();
    header.tree_root = dumb_root(leaves, 0, leaves.size());
    block.record.id = consensus::block_id(id_, header);
    block.record.block_time_ms = (blocks_.empty() ? 100 : blocks_.back().record.block_time_ms) + dice_.below(4);
    block.record.proposer = dice_.one_in(2) ? "BR" : "UY";
    add_links(block);
    return block;
  }

  void add_links(CommitBlock& block) {
    const std::uint64_t view = block.record.header.height.value * 2;
    for (auto count = dice_.below(3); count > 0; --count) {
      consensus::LinkProof link;
      link.step = some_proof(dice_, view + 1, consensus::VoteKind::kNotarize);
      if (dice_.one_in(2)) link.skipped.push_back(some_proof(dice_, view, consensus::VoteKind::kNullify));
      block.links.push_back(std::move(link));
    }
  }

  void add(CommitBlock block) { blocks_.push_back(std::move(block)); }

  Dice dice_;
  crypto::Digest id_;
  std::vector<CommitBlock> blocks_;
};

inline void commit_next(BlockStore& store, Chain& chain, Dice& dice, std::uint64_t count) {
  const auto blocks = chain.grow(count);
  const consensus::Tip tip = chain.tip();
  store.commit(blocks, some_proof(dice, tip.view.value, consensus::VoteKind::kFinalize), tip);
}

}  // namespace quipu::storage::testing
