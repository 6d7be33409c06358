// SPDX-License-Identifier: Apache-2.0
#include "node/replica/remembered_state.h"

#include <functional>
#include <string_view>
#include <utility>

namespace quipu::replica {

namespace {
constexpr std::size_t kFewestPairs = 256;
// A full block makes some 40,000 reads.
constexpr std::size_t kMostPairs = 65'536;
}  // namespace

std::optional<Bytes> RememberedState::get(const ledger::MapKey& key) const {
  auto& place = place_for(key);
  if (!place.filled) place = {.filled = true, .key = key, .value = stored_->get(key)};
  return place.value;
}

RememberedState::Pair& RememberedState::pair_of(const ledger::MapKey& key) const {
  return pairs_[std::hash<std::string_view>{}(key.view()) & (pairs_.size() - 1)];
}

RememberedState::Place& RememberedState::place_for(const ledger::MapKey& key) const {
  if (pushed_out_ >= pairs_.size() && pairs_.size() < kMostPairs) grow();
  auto& [first, second] = pair_of(key);
  if (first.filled && first.key == key) return first;
  std::swap(first, second);
  if (first.filled && first.key == key) return first;
  pushed_out_ += first.filled ? 1 : 0;
  first = {};
  return first;
}

void RememberedState::grow() const {
  const auto before = std::exchange(pairs_, std::vector<Pair>(pairs_.empty() ? kFewestPairs : 4 * pairs_.size()));
  pushed_out_ = 0;
  for (const auto& pair : before) {
    for (const auto& place : pair) {
      if (!place.filled) continue;
      auto& [first, second] = pair_of(place.key);
      (first.filled ? second : first) = place;
    }
  }
}

std::shared_ptr<RememberedState> RememberedState::succeed(std::shared_ptr<const ledger::StateView> stored,
                                                          const std::vector<const Changes*>& changes) {
  auto next = std::make_shared<RememberedState>(std::move(stored));
  next->pairs_ = std::exchange(pairs_, {});
  next->pushed_out_ = std::exchange(pushed_out_, 0);
  for (const Changes* of_block : changes) {
    for (const auto& [key, value] : *of_block) next->place_for(key) = {.filled = true, .key = key, .value = value};
  }
  return next;
}

}  // namespace quipu::replica
