// SPDX-License-Identifier: Apache-2.0
// The ledger's reading interfaces over a storage snapshot. Immutable; any thread.
#pragma once

#include <map>
#include <memory>
#include <optional>

#include "node/host/calendar.h"
#include "node/ledger/block.h"
#include "node/ledger/ledger_reader.h"
#include "storage/block_store.h"

namespace quipu::host {

std::shared_ptr<const ledger::StateView> stored_state(std::shared_ptr<const storage::Snapshot> snapshot,
                                                      std::optional<consensus::Height> known_at);
// Of recent heights, each with its root computed.
using StatusMaps = std::map<consensus::Height, crypto::StatusMap>;
// Adds the map of a block that was committed, and forgets those that no published checkpoint will need any more.
void keep_map(StatusMaps& maps, const ledger::Position& position, std::optional<consensus::Height> newest_note);

// The store must be initialised.
std::shared_ptr<const ledger::LedgerReader> stored_ledger(std::shared_ptr<const storage::Snapshot> snapshot,
                                                          StatusMaps maps = {});

// Where the newest block ends. `membership`: of the block that comes next.
ledger::Position stored_position(const std::shared_ptr<const storage::Snapshot>& snapshot,
                                 std::shared_ptr<const ledger::Membership> membership);
// A block as the store takes it; `calendar` has seen those that are committed with it before it.
storage::CommitBlock stored_form(const ledger::ExecutedBlock& executed, std::vector<consensus::LinkProof> links,
                                 CalendarWriter& calendar);

}  // namespace quipu::host
