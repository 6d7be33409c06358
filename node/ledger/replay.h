// SPDX-License-Identifier: Apache-2.0
// Running a chain that is read from its first block to its last: what is checked is what block.h's replay_block()
// checks, but the newest state alone is kept, by whoever reads, and no leaf is copied. Pure.
#pragma once

#include <expected>
#include <functional>
#include <map>
#include <span>
#include <string>

#include "node/ledger/block.h"

namespace quipu::ledger {

// Takes a block's changes into the kept state, and gives the root of the status map over it.
using TakeChanges = std::function<crypto::Digest(const std::map<MapKey, Bytes>& changes)>;

struct ReplayedBlock {
  consensus::Header header;
  std::string proposer;
  Position after;  // its map is empty, its state the parent's, into which the changes were taken
};

// `tree` is the log behind the block, its seal included. `parent.map` is not read. On an error nothing can be replayed
// any more: the changes may have been taken.
std::expected<ReplayedBlock, Rejection> replay_in_place(const Genesis& genesis, const Position& parent,
                                                        const crypto::CompactRange& tree, BytesView seal_leaf,
                                                        std::span<const std::shared_ptr<const Submission>> submissions,
                                                        const TakeChanges& take_changes);

}  // namespace quipu::ledger
