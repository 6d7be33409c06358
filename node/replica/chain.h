// SPDX-License-Identifier: Apache-2.0
// Executed blocks above the finalized tip, each with its state stacked on its parent's. Pure; one thread.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "node/ledger/block.h"
#include "node/replica/remembered_state.h"

namespace quipu::replica {

// A state that others build on: first the overlay of an unfinalized block, after its commit the stored snapshot.
// Settling in place keeps stacks of overlays as short as the unfinalized chain, however long a busy node runs.
class Layer final : public ledger::StateView {
 public:
  explicit Layer(std::shared_ptr<const ledger::StateView> state) : state_(std::move(state)) {}
  void settle(std::shared_ptr<const ledger::StateView> committed) { state_ = std::move(committed); }
  std::optional<Bytes> get(const ledger::MapKey& key) const override { return state_->get(key); }
  void scan(BytesView prefix, const Each& each) const override { state_->scan(prefix, each); }

 private:
  std::shared_ptr<const ledger::StateView> state_;
};

using Submissions = std::vector<std::shared_ptr<const ledger::Submission>>;

struct ChainBlock {
  std::shared_ptr<const ledger::ExecutedBlock> executed;
  ledger::Position after;  // executed->after with its state as a Layer
  std::shared_ptr<Layer> layer;
  Submissions submissions;  // of the leaves but the seal, in order
};

class Chain {
 public:
  explicit Chain(ledger::Position committed);

  const ledger::Position& committed() const { return committed_; }
  // The end of an executed block, or of the committed tip; nothing when not executed here.
  const ledger::Position* position(const consensus::BlockId& block) const;
  const ChainBlock* find(const consensus::BlockId& block) const;
  const ChainBlock& add(ledger::ExecutedBlock executed, Submissions submissions);
  // Lets blocks go that nobody builds on any more; their children keep the state they stand on.
  void forget(const std::vector<consensus::BlockId>& blocks);
  // `last` and its ancestors are durable, `stored` shows them; every other block up to its height is gone, and what
  // stands next to it without being its child.
  void commit(const consensus::BlockId& last, std::shared_ptr<const ledger::StateView> stored);

 private:
  std::vector<const RememberedState::Changes*> changes_up_to(const consensus::BlockId& last) const;

  std::shared_ptr<RememberedState> remembered_;  // of committed_
  ledger::Position committed_;
  std::map<consensus::BlockId, ChainBlock> blocks_;
};

}  // namespace quipu::replica
