// SPDX-License-Identifier: Apache-2.0
// Exports that somebody has taken care with.
#pragma once

#include <vector>

#include "tests/node/audit/mutations/export_mutations.h"

namespace quipu::audit::mutations {

// The log is another, its tiles follow; the signatures are those of the true one.
std::vector<ExportMutation> unsigned_lies();
// A quorum votes for blocks that break the rules, and publishes them.
std::vector<ExportMutation> signed_lies();
// Votes, cosignatures and authors' signatures by whoever must not give them.
std::vector<ExportMutation> forged_signatures();

}  // namespace quipu::audit::mutations
