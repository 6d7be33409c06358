// SPDX-License-Identifier: Apache-2.0
#include "node/http/shared_records.h"

namespace quipu::http {

namespace {

// There are far fewer of them on any ledger; what goes beyond is read each time.
constexpr std::size_t kMostRead = 16'384;
constexpr std::size_t kMostRecent = 64;

using Records = std::map<ledger::MapKey, std::optional<Bytes>>;

}  // namespace

std::optional<Bytes> SharedRecords::get(const ledger::MapKey& key) const {
  const bool for_all = shared(key);
  Records& records = for_all ? read_ : recent_;
  const auto known = records.find(key);
  if (known != records.end()) return known->second;
  auto value = state_->get(key);
  if (!for_all && records.size() >= kMostRecent) records.clear();
  if (records.size() < kMostRead) records.emplace(key, value);
  return value;
}

bool SharedRecords::shared(const ledger::MapKey& key) const {
  using ledger::RecordType;
  const auto type = static_cast<RecordType>(key.bytes[0]);
  switch (type) {
    case RecordType::kRegister:
    case RecordType::kEdge:
    case RecordType::kKey:
    case RecordType::kMember:
    case RecordType::kProgramme:
      return true;
    case RecordType::kTin: {
      const std::string country(key.view().substr(1, 2));
      auto covers = covers_.find(country);
      if (covers == covers_.end()) covers = covers_.emplace(country, ledger::map_key(type, country, "*")).first;
      return key == covers->second;
    }
    default:
      return false;
  }
}

}  // namespace quipu::http
