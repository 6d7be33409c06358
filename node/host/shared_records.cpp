// SPDX-License-Identifier: Apache-2.0
#include "node/host/shared_records.h"

namespace quipu::host {

namespace {

// There are far fewer of them on any ledger; what goes beyond is read each time.
constexpr std::size_t kMostRead = 16'384;
constexpr std::size_t kMostCountries = 1'024;

}  // namespace

std::optional<Bytes> SharedRecords::get(const ledger::MapKey& key) const {
  if (!shared(key)) return state_->get(key);
  {
    const std::lock_guard lock(mutex_);
    const auto known = read_.find(key);
    if (known != read_.end()) return known->second;
  }
  auto value = state_->get(key);
  const std::lock_guard lock(mutex_);
  if (read_.size() < kMostRead) read_.emplace(key, value);
  return value;
}

bool SharedRecords::shared(const ledger::MapKey& key) const {
  using enum ledger::RecordType;
  switch (static_cast<ledger::RecordType>(key.bytes[0])) {
    case kRegister:
    case kEdge:
    case kKey:
    case kMember:
    case kProgramme:
      return true;
    case kTin:
      return lists_covers(key);
    default:
      return false;
  }
}

bool SharedRecords::lists_covers(const ledger::MapKey& key) const {
  const std::string_view country = key.view().substr(1, 2);
  const std::lock_guard lock(mutex_);
  auto covers = covers_.find(country);
  if (covers == covers_.end()) {
    if (covers_.size() >= kMostCountries) return false;
    covers = covers_.emplace(country, ledger::map_key(ledger::RecordType::kTin, country, "*")).first;
  }
  return key == covers->second;
}

}  // namespace quipu::host
