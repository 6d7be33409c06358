// SPDX-License-Identifier: Apache-2.0
// What an application's record says about a day (docs/rules.md, "Applications"). Pure.
#pragma once

#include <string_view>

#include "node/ledger/date.h"

namespace quipu::ledger {

namespace v1 {
class ApplicationRecord;
}

enum class ApplicationState : std::uint8_t { kApplied, kInReview, kGranted, kRefused, kWithdrawn, kArchived };
std::string_view name_of(ApplicationState state);  // "IN_REVIEW"

// As the log has it; by the day alone it never changes.
ApplicationState state_of(const v1::ApplicationRecord& application);
bool open(ApplicationState state);  // APPLIED, IN_REVIEW
// In review, and the last day for the decision is over.
bool overdue_on(const v1::ApplicationRecord& application, Date day);

}  // namespace quipu::ledger
