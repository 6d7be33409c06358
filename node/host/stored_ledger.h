// SPDX-License-Identifier: Apache-2.0
// The ledger's reading interfaces over a storage snapshot. Immutable; any thread.
#pragma once

#include <memory>
#include <optional>

#include "node/ledger/ledger_reader.h"
#include "storage/block_store.h"

namespace quipu::host {

std::shared_ptr<const ledger::StateView> stored_state(std::shared_ptr<const storage::Snapshot> snapshot,
                                                      std::optional<consensus::Height> known_at);
// The store must be initialised.
std::shared_ptr<const ledger::LedgerReader> stored_ledger(std::shared_ptr<const storage::Snapshot> snapshot);

}  // namespace quipu::host
