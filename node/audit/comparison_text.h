// SPDX-License-Identifier: Apache-2.0
// What a comparison or a fork proof shows, for people and for programs. Pure; any thread.
#pragma once

#include <string>

#include "node/audit/compare.h"

namespace quipu::audit {

// The last line is the verdict: SAME, PREFIX, FORK or CONTRADICTION.
std::string text_of(const Comparison& comparison, const ledger::Genesis& genesis);
std::string json_of(const Comparison& comparison, const ledger::Genesis& genesis);

// Of a proof that was checked; the last line begins with PROVEN.
std::string text_of(const ForkProof& proof, const Convicted& convicted, const ledger::Genesis& genesis,
                    const Electorate& voters);
std::string json_of(const ForkProof& proof, const Convicted& convicted, const ledger::Genesis& genesis,
                    const Electorate& voters);

}  // namespace quipu::audit
