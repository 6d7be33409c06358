// SPDX-License-Identifier: Apache-2.0
// Everything in a ledger that follows from its leaves, made anew: state, history, indexes, hashes. One thread.
#pragma once

#include <expected>
#include <filesystem>
#include <string>

#include "node/ledger/genesis.h"
#include "node/runtime/config.h"
#include "storage/database.h"

namespace quipu::runtime {

struct Reindexed {
  std::uint64_t height = 0;
  std::uint64_t size = 0;
  std::filesystem::path set_aside;  // where the ledger that was there is now
};

// Of a node that does not run. A new ledger is made beside the old one from its leaves and quorum proofs alone: each
// block is run by the rules, each root compared with what a quorum signed. Only when it ends where the old one ends do
// the two change places, at once, so that whatever cuts this short leaves the one or the other.
std::expected<Reindexed, std::string> reindex(const NodeConfig& config);

// The same from one database into another, empty one. Reads nothing of `from` that can be derived.
std::expected<Reindexed, std::string> derive_again(const ledger::Genesis& genesis, const storage::Snapshot& from,
                                                   storage::Database& to);

}  // namespace quipu::runtime
