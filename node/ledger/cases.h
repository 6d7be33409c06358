// SPDX-License-Identifier: Apache-2.0
// What the record of an irregularity says about a day. Pure.
#pragma once

#include "node/ledger/date.h"

namespace quipu::ledger {

namespace v1 {
class CaseRecord;
}

// No answer but UNDER_REVIEW has been given.
bool case_open(const v1::CaseRecord& record);
// Open, and the day on which the answer was due is over.
bool case_overdue(const v1::CaseRecord& record, Date today);

}  // namespace quipu::ledger
