// SPDX-License-Identifier: Apache-2.0
// Whose entitlement or records a final block may have changed, so that not every subject is looked at for every block.
// Pure.
#pragma once

#include <set>
#include <string>

#include "node/ledger/block.h"
#include "node/side/record.h"

namespace quipu::side {

struct Changes {
  std::set<Subject> subjects;
  bool all = false;  // an edge of ours, an arrangement, the members: everyone is to be looked at
};

// Adds what the block brought to what is known already; `self` is this node's administration.
void add_changes(Changes& changes, const ledger::ExecutedBlock& block, const std::string& self,
                 const std::string& chain_id);

}  // namespace quipu::side
