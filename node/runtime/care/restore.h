// SPDX-License-Identifier: Apache-2.0
// A node's data directory from a backup. One thread.
#pragma once

#include "node/runtime/care/backup_mark.h"
#include "node/runtime/config.h"

namespace quipu::runtime {

struct RestorePlan {
  std::filesystem::path backup;
  std::filesystem::path directory;
  std::filesystem::path genesis;  // known from elsewhere: the backup's own is not believed
};

struct Restored {
  NodeConfig config;
  std::uint64_t height = 0;
  bool safety_there = false;  // what the member signed survived elsewhere: it was not touched
  std::string missing_keys;   // in words; empty: all are there
};

// Refuses where there is a ledger, and settings other than the backup's. Every block is replayed and its votes are
// checked before it is stored. Never makes or brings back a safety file: a node without one abstains when it starts,
// and votes again when a quorum of others has told how far they are. A restore that was cut short may be run again.
std::expected<Restored, std::string> restore(const RestorePlan& plan);

}  // namespace quipu::runtime
