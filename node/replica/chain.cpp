// SPDX-License-Identifier: Apache-2.0
#include "node/replica/chain.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace quipu::replica {

Chain::Chain(ledger::Position committed)
    : remembered_(std::make_shared<RememberedState>(std::move(committed.state))), committed_(std::move(committed)) {
  committed_.state = remembered_;
}

const ledger::Position* Chain::position(const consensus::BlockId& block) const {
  if (block == committed_.block) return &committed_;
  const auto* entry = find(block);
  return entry == nullptr ? nullptr : &entry->after;
}

const ChainBlock* Chain::find(const consensus::BlockId& block) const {
  const auto entry = blocks_.find(block);
  return entry == blocks_.end() ? nullptr : &entry->second;
}

const ChainBlock& Chain::add(ledger::ExecutedBlock executed, Submissions submissions) {
  ChainBlock entry;
  entry.after = executed.after;
  entry.layer = std::make_shared<Layer>(executed.after.state);
  entry.after.state = entry.layer;
  entry.submissions = std::move(submissions);
  const auto id = executed.after.block;
  entry.executed = std::make_shared<const ledger::ExecutedBlock>(std::move(executed));
  return blocks_.insert_or_assign(id, std::move(entry)).first->second;
}

std::vector<const RememberedState::Changes*> Chain::changes_up_to(const consensus::BlockId& last) const {
  std::vector<const RememberedState::Changes*> changes;
  for (const auto* block = find(last); block != nullptr; block = find(block->executed->block.header.parent_id)) {
    changes.push_back(&block->executed->changes);
  }
  std::ranges::reverse(changes);
  return changes;
}

void Chain::commit(const consensus::BlockId& last, std::shared_ptr<const ledger::StateView> stored) {
  const auto entry = blocks_.find(last);
  assert(entry != blocks_.end());
  remembered_ = remembered_->succeed(std::move(stored), changes_up_to(last));
  entry->second.layer->settle(remembered_);
  committed_ = entry->second.after;
  const auto height = committed_.height;
  std::erase_if(blocks_, [&](const auto& item) {
    const auto& header = item.second.executed->block.header;
    return header.height <= height || (header.height == height.next() && header.parent_id != last);
  });
}

void Chain::forget(const std::vector<consensus::BlockId>& blocks) {
  for (const auto& block : blocks) blocks_.erase(block);
}

}  // namespace quipu::replica
