// SPDX-License-Identifier: Apache-2.0
// The blocks above the committed tip that this node holds, by id, and what it knows of each. One thread; no I/O.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "consensus/quorum_proof.h"
#include "consensus/types.h"

namespace quipu::consensus {

std::size_t leaf_bytes(const Block& block);

enum class Check : std::uint8_t { kUnchecked, kAsked, kValid, kInvalid };

struct KnownBlock {
  std::shared_ptr<const Block> block;
  std::size_t bytes = 0;  // of its leaves
  Check check = Check::kUnchecked;
  std::optional<MemberIndex> proposer;        // whom a valid block names as its maker
  bool asked_with_clock = false;              // the outstanding question includes the block time
  std::int64_t ask_after_us = 0;              // the ledger said "later"
  bool needed = false;                        // a proof names it or a descendant: verify it whatever its time
  View seen_in;                               // the newest view that brought it
  std::optional<std::uint64_t> persisted_by;  // the ticket it was handed out with; 0 = found on disk
  std::vector<LinkProof> links;               // from a peer's answer, verified
  std::optional<MemberIndex> from;            // who brought the leaves: the id does not vouch for them, a verdict does
};

class BlockTree {
 public:
  explicit BlockTree(const ChainId& chain) : chain_(chain) {}

  // Takes the block in, or finds it again: the leaves that came first stay until they are judged. `id` must be its id.
  KnownBlock& add(const BlockId& id, Block block, View seen_in, std::optional<MemberIndex> from = std::nullopt);
  void drop(const BlockId& id) { blocks_.erase(id); }
  KnownBlock* find(const BlockId& id);
  const KnownBlock* find(const BlockId& id) const;
  // True when a held block that is needed has it as its parent.
  bool has_needed_child(const BlockId& id) const;
  BlockId id_of(const Block& block) const { return block_id(chain_, block.header); }
  std::map<BlockId, KnownBlock>& all() { return blocks_; }

  std::size_t size() const { return blocks_.size(); }
  std::size_t bytes() const;

  // Drops what a committed tip settles: everything at or below its height, and what cannot descend from it.
  void forget_settled(Height height, const BlockId& tip);
  // Drops blocks last seen before the view that no proof needs; never while a verdict on these very leaves is awaited.
  // Returns what went.
  std::vector<BlockId> forget_unneeded(View before);

 private:
  ChainId chain_;
  std::map<BlockId, KnownBlock> blocks_;
};

}  // namespace quipu::consensus
