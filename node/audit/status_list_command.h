// SPDX-License-Identifier: Apache-2.0
// `quipu-audit status` of a .quipu-status-list: all certificates of an administration, on a day.
#pragma once

#include <expected>
#include <optional>
#include <string>

#include "node/ledger/date.h"
#include "node/ledger/status_list.h"

namespace quipu::audit {

// What to print, "VERIFIED" last; `output`: text or json. The error says why it proves nothing. `day`: that of the
// list's block when there is none.
std::expected<std::string, std::string> status_list_text(const std::string& file, const ledger::TrustPolicy& policy,
                                                         std::optional<ledger::Date> day, const std::string& output);

}  // namespace quipu::audit
