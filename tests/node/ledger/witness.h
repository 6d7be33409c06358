// SPDX-License-Identifier: Apache-2.0
// What the rules' own tests provoke, told to a witness: the audit's test plants each refused statement in a signed
// chain (tests/node/audit/provocations_main.cpp). Without one nothing happens. One thread.
#pragma once

#include <functional>
#include <vector>

#include "node/ledger/codes.h"
#include "node/ledger/genesis.h"

namespace quipu::ledger::testing {

// Of one block, without its seal.
struct Stated {
  std::vector<Bytes> leaves;
  std::uint64_t block_time_ms = 0;
};

struct Provocation {
  const Genesis& genesis;
  const std::vector<Stated>& taken;  // a block each, from height 1
  const Stated& refused;             // as the next block
  const Rejection& why;
};

using Witness = std::function<void(const Provocation&)>;

inline Witness& witness() {
  static Witness one;
  return one;
}

}  // namespace quipu::ledger::testing
