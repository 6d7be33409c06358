// SPDX-License-Identifier: Apache-2.0
// The ledger's state at the newest replayed height, in memory. One thread: it changes under its readers between blocks.
#pragma once

#include <map>

#include "node/ledger/state_view.h"

namespace quipu::audit {

class FlatState final : public ledger::StateView {
 public:
  void put(const ledger::MapKey& key, Bytes value) { records_.insert_or_assign(key, std::move(value)); }
  std::optional<Bytes> get(const ledger::MapKey& key) const override {
    const auto at = records_.find(key);
    return at == records_.end() ? std::nullopt : std::optional(at->second);
  }
  void scan(BytesView prefix, const Each& each) const override {
    ledger::MapKey from;
    for (std::size_t i = 0; i < prefix.size() && i < from.bytes.size(); ++i) {
      from.bytes[i] = static_cast<std::uint8_t>(prefix[i]);
    }
    for (auto at = records_.lower_bound(from); at != records_.end(); ++at) {
      if (!at->first.view().starts_with(prefix) || !each(at->first, at->second)) return;
    }
  }

 private:
  std::map<ledger::MapKey, Bytes> records_;
};

}  // namespace quipu::audit
