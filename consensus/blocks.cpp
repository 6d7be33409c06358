// SPDX-License-Identifier: Apache-2.0
#include "consensus/blocks.h"

#include <algorithm>

namespace quipu::consensus {

std::size_t leaf_bytes(const Block& block) {
  std::size_t bytes = 0;
  for (const auto& leaf : block.leaves) bytes += leaf.size();
  return bytes;
}

KnownBlock& BlockTree::add(const BlockId& id, Block block, View seen_in, std::optional<MemberIndex> from) {
  auto [at, fresh] = blocks_.try_emplace(id);
  if (fresh) {
    at->second.bytes = leaf_bytes(block);
    at->second.block = std::make_shared<const Block>(std::move(block));
    at->second.needed = has_needed_child(id);
    at->second.from = from;
  }
  at->second.seen_in = std::max(at->second.seen_in, seen_in);
  return at->second;
}

bool BlockTree::has_needed_child(const BlockId& id) const {
  return std::ranges::any_of(
      blocks_, [&](const auto& item) { return item.second.needed && item.second.block->header.parent_id == id; });
}

std::size_t BlockTree::bytes() const {
  std::size_t total = 0;
  for (const auto& [id, known] : blocks_) total += known.bytes;
  return total;
}

KnownBlock* BlockTree::find(const BlockId& id) {
  const auto at = blocks_.find(id);
  return at == blocks_.end() ? nullptr : &at->second;
}

const KnownBlock* BlockTree::find(const BlockId& id) const {
  const auto at = blocks_.find(id);
  return at == blocks_.end() ? nullptr : &at->second;
}

void BlockTree::forget_settled(Height height, const BlockId& tip) {
  std::erase_if(blocks_, [&](const auto& item) {
    const Header& header = item.second.block->header;
    return header.height <= height || (header.height == height.next() && header.parent_id != tip);
  });
}

std::vector<BlockId> BlockTree::forget_unneeded(View before) {
  std::vector<BlockId> gone;
  for (const auto& [id, known] : blocks_)
    if (!known.needed && known.check != Check::kAsked && known.seen_in < before) gone.push_back(id);
  for (const auto& id : gone) blocks_.erase(id);
  return gone;
}

}  // namespace quipu::consensus
