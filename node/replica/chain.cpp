// SPDX-License-Identifier: Apache-2.0
#include "node/replica/chain.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace quipu::replica {

namespace {
// A full block makes some 40,000 reads.
constexpr std::size_t kRememberedReads = 32'768;
}  // namespace

std::optional<Bytes> RememberedState::get(const ledger::MapKey& key) const {
  if (const auto found = known_.find(key); found != known_.end()) return found->second;
  const auto before = known_before_.find(key);
  auto value = before != known_before_.end() ? before->second : stored_->get(key);
  remember(key, value);
  return value;
}

void RememberedState::remember(const ledger::MapKey& key, std::optional<Bytes> value) const {
  if (known_.size() >= kRememberedReads) known_before_ = std::exchange(known_, {});
  known_.insert_or_assign(key, std::move(value));
}

std::shared_ptr<RememberedState> RememberedState::succeed(std::shared_ptr<const ledger::StateView> stored,
                                                          const std::vector<const Changes*>& changes) {
  auto next = std::make_shared<RememberedState>(std::move(stored));
  next->known_ = std::exchange(known_, {});
  next->known_before_ = std::exchange(known_before_, {});
  for (const Changes* of_block : changes) {
    for (const auto& [key, value] : *of_block) next->remember(key, value);
  }
  return next;
}

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
