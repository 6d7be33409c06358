// SPDX-License-Identifier: Apache-2.0
#include "node/replica/chain.h"

#include <cassert>

namespace quipu::replica {

namespace {
constexpr std::size_t kRememberedReads = 512;
}  // namespace

std::optional<Bytes> RememberedState::get(const ledger::MapKey& key) const {
  if (const auto found = known_.find(key); found != known_.end()) return found->second;
  auto value = stored_->get(key);
  if (!value) return value;
  if (known_.size() >= kRememberedReads) known_.clear();
  known_.emplace(key, *value);
  return value;
}

Chain::Chain(ledger::Position committed) : committed_(std::move(committed)) {
  committed_.state = std::make_shared<RememberedState>(std::move(committed_.state));
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

void Chain::commit(const consensus::BlockId& last, std::shared_ptr<const ledger::StateView> stored) {
  const auto entry = blocks_.find(last);
  assert(entry != blocks_.end());
  entry->second.layer->settle(std::move(stored));
  committed_ = entry->second.after;
  const auto height = committed_.height;
  std::erase_if(blocks_, [&](const auto& item) { return item.second.after.height <= height; });
}

}  // namespace quipu::replica
