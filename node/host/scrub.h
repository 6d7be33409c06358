// SPDX-License-Identifier: Apache-2.0
// Everything that the ledger's database holds read as it is stored, and every root that it should give worked out anew.
// Any thread, over a snapshot that stands still.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "consensus/types.h"
#include "storage/database.h"

namespace quipu::host {

struct Scrubbed {
  std::uint64_t height = 0;   // of the tip
  std::uint64_t leaves = 0;   // that were read and lead to the blocks' roots
  std::uint64_t records = 0;  // of the state, likewise
  std::string fault;          // the first thing that is not as it must be; empty: all is well
};

// Every leaf, its place and the tree above it against the root of its block, every block against the one before it up
// to the tip, every record of the state, and its newest version in the history, against the root in the newest seal.
// Not: older versions, quorum proofs, the calendar, notes. The snapshot must hold a ledger. Nothing when it was
// stopped.
std::optional<Scrubbed> scrub(const consensus::ChainId& chain, const std::shared_ptr<const storage::Snapshot>& snapshot,
                              const std::stop_token& stop = {});

}  // namespace quipu::host
