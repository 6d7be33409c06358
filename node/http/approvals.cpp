// SPDX-License-Identifier: Apache-2.0
#include "node/http/approvals.h"

#include "crypto/merkle.h"
#include "node/ledger/state.pb.h"

namespace quipu::http {

namespace {

constexpr std::uint64_t kApprovalTime_ms = 30ull * 86'400'000;

}  // namespace

void for_each_waiting_approval(const AskedState& asked, const std::string& administration, const EachApproval& each) {
  const Bytes prefix = ledger::map_prefix(ledger::RecordType::kApproval, administration);
  asked.state->scan(prefix, [&](const ledger::MapKey& key, BytesView value) {
    ledger::v1::ApprovalRecord record;
    const bool read = record.ParseFromArray(value.data(), static_cast<int>(value.size()));
    const std::uint64_t lapses_at_ms = record.logged_at_ms() + kApprovalTime_ms;
    if (!read || record.has_approved_by() || lapses_at_ms <= asked.block.block_time_ms) return true;
    const auto leaf = asked.reader->leaf(record.place().leaf());
    if (!leaf) return true;
    const std::string id = crypto::to_hex(crypto::leaf_hash(*leaf).view());
    each({.administration = std::string(key.view().substr(1, 2)),
          .reference = id + "/" + std::to_string(record.place().event()),
          .lapses_at_ms = lapses_at_ms},
         record);
    return true;
  });
}

}  // namespace quipu::http
