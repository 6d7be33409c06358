// SPDX-License-Identifier: Apache-2.0
// Since when a member's node uses its keys: for operators, who change them once a year
// (docs/runbooks/rotating-keys.md). Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "consensus/types.h"
#include "node/ledger/state_view.h"

namespace quipu::ledger {

struct KeyStart {
  std::string purpose;     // vote, transport, cosigner, log, governance
  consensus::Height with;  // the block that put the key in force; block 0: the genesis file did
};

// Of the keys in force of which a member has one each; none for who is no member, or not any more.
std::vector<KeyStart> key_starts(const StateView& state, std::string_view administration);

}  // namespace quipu::ledger
