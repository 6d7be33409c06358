// SPDX-License-Identifier: Apache-2.0
// The epochs of a ledger as its blocks show them: which block each starts from, who votes in it, which block ended it.
// Pure; any thread.
#pragma once

#include <optional>

#include "node/ledger/ledger_reader.h"
#include "node/ledger/membership.h"

namespace quipu::ledger {

struct EpochSpan {
  Membership membership;
  consensus::Height anchor;               // the block it starts from: block 0, or the handover that opened it
  std::optional<consensus::Height> last;  // its own handover, once that is final
};

// Nothing: the ledger has not come to that epoch.
std::optional<EpochSpan> epoch_span(const LedgerReader& reader, const Genesis& genesis, consensus::Epoch epoch);
// Of the epoch that the block after this one belongs to. Requires that this one is there.
EpochSpan epoch_after(const LedgerReader& reader, const Genesis& genesis, const BlockSummary& block);
// Who voted on the block of this height. Requires that it is there.
Membership voters_on(const LedgerReader& reader, const Genesis& genesis, consensus::Height height);

}  // namespace quipu::ledger
