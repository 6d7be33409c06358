// SPDX-License-Identifier: Apache-2.0
// What was read of the committed state, remembered, also that there was nothing: every submission is judged on it two
// or three times, and the next block's on much the same records. Pure; one thread.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "node/ledger/state_view.h"

namespace quipu::replica {

// A record can be in one of two places only, so whoever chooses identifiers that fall together makes us read the state
// again, and no more. Grows with what is read, up to 131,072 records.
class RememberedState final : public ledger::StateView {
 public:
  explicit RememberedState(std::shared_ptr<const ledger::StateView> stored) : stored_(std::move(stored)) {}
  std::optional<Bytes> get(const ledger::MapKey& key) const override;
  void scan(BytesView prefix, const Each& each) const override { stored_->scan(prefix, each); }

  using Changes = std::vector<std::pair<ledger::MapKey, Bytes>>;
  // Blocks were committed, `stored` is the state with all their changes: what is known moves on with them. This one
  // stays right, but remembers nothing.
  std::shared_ptr<RememberedState> succeed(std::shared_ptr<const ledger::StateView> stored,
                                           const std::vector<const Changes*>& changes);

 private:
  struct Place {
    bool filled = false;
    ledger::MapKey key;
    std::optional<Bytes> value;
  };
  using Pair = std::array<Place, 2>;  // the one asked for last stands first

  Pair& pair_of(const ledger::MapKey& key) const;
  // Its place, now first of its pair; the one that stood second may have had to go.
  Place& place_for(const ledger::MapKey& key) const;
  void grow() const;

  std::shared_ptr<const ledger::StateView> stored_;
  mutable std::vector<Pair> pairs_;     // none, or a power of two
  mutable std::size_t pushed_out_ = 0;  // since it grew
};

}  // namespace quipu::replica
