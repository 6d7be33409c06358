// SPDX-License-Identifier: Apache-2.0
#include "node/http/recent_records.h"

namespace quipu::http {

namespace {

constexpr std::size_t kMostRecent = 64;

}  // namespace

std::optional<Bytes> RecentRecords::get(const ledger::MapKey& key) const {
  const auto known = recent_.find(key);
  if (known != recent_.end()) return known->second;
  auto value = state_->get(key);
  if (recent_.size() >= kMostRecent) recent_.clear();
  recent_.emplace(key, value);
  return value;
}

}  // namespace quipu::http
