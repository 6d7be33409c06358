// SPDX-License-Identifier: Apache-2.0
#include "node/postgres/two_clocks.h"

#include <algorithm>

#include "node/ledger/date.h"

namespace quipu::postgres {

namespace {

Row stamp_of(const ledger::BlockSummary& block) {
  return {std::to_string(block.height.value), ledger::format_instant(block.block_time_ms)};
}

Row joined(Row first, const Row& second, const Row& third = {}) {
  first.insert(first.end(), second.begin(), second.end());
  first.insert(first.end(), third.begin(), third.end());
  return first;
}

bool has(const std::vector<Row>& rows, const Row& row) { return std::ranges::find(rows, row) != rows.end(); }

}  // namespace

void TwoClocks::change(const ledger::BlockSummary& block, const std::vector<Row>& before,
                       const std::vector<Row>& after) {
  const Row at = stamp_of(block);
  for (const Row& row : before) {
    if (has(after, row)) continue;
    if (const auto known = open_.find(row); known != open_.end()) {
      append_row(done_.opened, joined(row, known->second, at));
      open_.erase(known);
    } else {
      const Row name(row.begin(), row.begin() + static_cast<std::ptrdiff_t>(key_columns_) + 1);
      append_row(done_.closed, joined(name, at));
    }
  }
  for (const Row& row : after) {
    if (!has(before, row)) open_.emplace(row, at);
  }
}

TwoClocks::Versions TwoClocks::take() {
  for (const auto& [row, known] : open_) append_row(done_.opened, joined(row, known, {std::nullopt, "infinity"}));
  open_.clear();
  return std::exchange(done_, {});
}

}  // namespace quipu::postgres
