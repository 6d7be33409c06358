// SPDX-License-Identifier: Apache-2.0
// Contradicting votes: the files of evidence/, and the members that two conflicting histories convict. One thread.
#pragma once

#include "consensus/message.h"
#include "node/audit/context.h"

namespace quipu::audit {

// Two votes of one member in one view that no honest one signs, both signatures valid.
bool proves_guilt(const consensus::Evidence& pair, const ledger::Genesis& genesis);
// The finding that names the member, with the pair as its proof.
Finding misconduct(const consensus::Evidence& pair, const ledger::Genesis& genesis);

void check_evidence(const Context& context);

}  // namespace quipu::audit
