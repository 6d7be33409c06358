// SPDX-License-Identifier: Apache-2.0
// A state for a request that asks many look-ups: what nearly each of them reads (the register, recognitions, lost keys,
// attested lists) is read once, and what it has just read of one firm is not read again for the next question. One
// thread.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "node/ledger/state_view.h"

namespace quipu::http {

class SharedRecords final : public ledger::StateView {
 public:
  explicit SharedRecords(std::shared_ptr<const ledger::StateView> state) : state_(std::move(state)) {}
  std::optional<Bytes> get(const ledger::MapKey& key) const override;
  void scan(BytesView prefix, const Each& each) const override { state_->scan(prefix, each); }

 private:
  bool shared(const ledger::MapKey& key) const;

  std::shared_ptr<const ledger::StateView> state_;
  mutable std::map<ledger::MapKey, std::optional<Bytes>> read_;
  mutable std::map<ledger::MapKey, std::optional<Bytes>> recent_;
  mutable std::map<std::string, ledger::MapKey> covers_;  // of each country: where its covers' lengths stand
};

}  // namespace quipu::http
