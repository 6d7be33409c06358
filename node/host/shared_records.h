// SPDX-License-Identifier: Apache-2.0
// A state of which it is remembered what nearly each look-up reads: the register, recognitions, lost keys, attested
// lists. Any thread.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "node/ledger/state_view.h"

namespace quipu::host {

class SharedRecords final : public ledger::StateView {
 public:
  explicit SharedRecords(std::shared_ptr<const ledger::StateView> state) : state_(std::move(state)) {}
  std::optional<Bytes> get(const ledger::MapKey& key) const override;
  void scan(BytesView prefix, const Each& each) const override { state_->scan(prefix, each); }

 private:
  bool shared(const ledger::MapKey& key) const;
  bool lists_covers(const ledger::MapKey& key) const;

  std::shared_ptr<const ledger::StateView> state_;
  mutable std::mutex mutex_;
  mutable std::map<ledger::MapKey, std::optional<Bytes>> read_;
  // Of each country: where its covers' lengths stand.
  mutable std::map<std::string, ledger::MapKey, std::less<>> covers_;
};

}  // namespace quipu::host
