// SPDX-License-Identifier: Apache-2.0
// The link proofs of a mirror that a fork is judged by. One thread.
#pragma once

#include <vector>

#include "consensus/accountability.h"
#include "node/audit/bundle.h"
#include "node/audit/electorate.h"

namespace quipu::audit {

// Fills in the links of both branches: of the blocks they name, and of lower ones of their epoch, whose first height is
// given, down to the lowest view that either branch finalized. Files that are missing, not in form or too much are
// passed over: what is lacking shows in the judgement.
void read_links(consensus::Fork& fork, const std::array<const Bundle*, 2>& mirrors, const Electorate& electorate,
                consensus::Height first_height);

// How many quorum proofs the newest block's file has, all valid and one of them about that block; 0: there are none
// such.
std::size_t count_tip_proofs(const Bundle& mirror, consensus::Height height, const consensus::BlockId& block,
                             const Electorate& electorate);

}  // namespace quipu::audit
