// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/first_record.h"

#include "node/ledger/block.h"

namespace quipu::ledger {

consensus::SafetyRecord first_record(const Genesis& genesis) {
  const auto start = genesis_block(genesis).after;
  consensus::SafetyRecord record;
  record.chain = genesis.chain;
  record.tip = {{0}, start.height, start.block, start.tree.size(), start.tree.root()};
  return record;
}

}  // namespace quipu::ledger
