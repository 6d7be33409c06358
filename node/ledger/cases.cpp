// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/cases.h"

#include <algorithm>

#include "node/ledger/state.pb.h"

namespace quipu::ledger {

bool case_open(const v1::CaseRecord& record) {
  return std::ranges::all_of(record.answers(), [](const auto& each) { return each.outcome() == v1::UNDER_REVIEW; });
}

bool case_overdue(const v1::CaseRecord& record, Date today) {
  return case_open(record) && record.report().answer_due() < today.text();
}

}  // namespace quipu::ledger
