// SPDX-License-Identifier: Apache-2.0
// Contradicting votes: the files of evidence/, and the members that two conflicting histories convict. One thread.
#pragma once

#include "consensus/message.h"
#include "node/audit/context.h"
#include "node/audit/electorate.h"

namespace quipu::audit {

// Two votes of one member in one view that no honest one signs, both signatures valid.
bool proves_guilt(const consensus::Evidence& pair, const Electorate& electorate);
// The finding that names the member, with the pair as its proof.
Finding misconduct(const consensus::Evidence& pair, const Electorate& electorate);

// Each pair by the voters of its own epoch. `all`: these are all epochs of the log, a pair of another proves nothing;
// else the replay stopped early and says why, pairs of later epochs cannot be told.
void check_evidence(const Context& context, const Electorates& electorates, bool all);

}  // namespace quipu::audit
