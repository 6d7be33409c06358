// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/epochs.h"

namespace quipu::ledger {

namespace {

// The handover that ended the epoch; epochs never go down from one height to the next.
std::optional<consensus::Height> end_of(const LedgerReader& reader, consensus::Epoch epoch) {
  std::uint64_t first = 0;
  std::uint64_t end = reader.newest().height.value + 1;
  while (first < end) {
    const std::uint64_t middle = first + (end - first) / 2;
    if (reader.block({middle})->epoch > epoch) {
      end = middle;
    } else {
      first = middle + 1;
    }
  }
  const auto last = reader.block({first - 1});
  if (last->epoch != epoch || !last->handover) return std::nullopt;
  return last->height;
}

}  // namespace

std::optional<EpochSpan> epoch_span(const LedgerReader& reader, const Genesis& genesis, consensus::Epoch epoch) {
  if (epoch.value == 0) return EpochSpan{*genesis_membership(genesis), {0}, end_of(reader, epoch)};
  const auto opened = end_of(reader, {epoch.value - 1});
  if (!opened) return std::nullopt;
  auto membership = membership_of(*reader.state(opened), reader.block(*opened)->block);
  return EpochSpan{std::move(membership), *opened, end_of(reader, epoch)};
}

EpochSpan epoch_after(const LedgerReader& reader, const Genesis& genesis, const BlockSummary& block) {
  return *epoch_span(reader, genesis, {block.epoch.value + (block.handover ? 1 : 0)});
}

Membership voters_on(const LedgerReader& reader, const Genesis& genesis, consensus::Height height) {
  return epoch_span(reader, genesis, reader.block(height)->epoch)->membership;
}

}  // namespace quipu::ledger
