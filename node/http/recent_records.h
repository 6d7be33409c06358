// SPDX-License-Identifier: Apache-2.0
// A state for a request that asks many look-ups: what it has just read of one firm is not read again for the next
// question. One thread.
#pragma once

#include <map>
#include <memory>
#include <optional>

#include "node/ledger/state_view.h"

namespace quipu::http {

class RecentRecords final : public ledger::StateView {
 public:
  explicit RecentRecords(std::shared_ptr<const ledger::StateView> state) : state_(std::move(state)) {}
  std::optional<Bytes> get(const ledger::MapKey& key) const override;
  void scan(BytesView prefix, const Each& each) const override { state_->scan(prefix, each); }

 private:
  std::shared_ptr<const ledger::StateView> state_;
  mutable std::map<ledger::MapKey, std::optional<Bytes>> recent_;
};

}  // namespace quipu::http
