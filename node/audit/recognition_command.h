// SPDX-License-Identifier: Apache-2.0
// `quipu-audit status` of a .quipu-recognition: whether an administration recognised a firm on a day, worked out again
// from proven records.
#pragma once

#include <expected>
#include <string>

#include "node/ledger/receipt.h"

namespace quipu::audit {

// What to print, "VERIFIED" last; `output`: text or json. The error says why it proves nothing.
std::expected<std::string, std::string> recognition_text(const std::string& file, const ledger::TrustPolicy& policy,
                                                         const std::string& output);

}  // namespace quipu::audit
