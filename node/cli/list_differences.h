// SPDX-License-Identifier: Apache-2.0
// Where a national list and the ledger differ, what each difference means, and which statement would settle it. Pure.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "node/cli/national_list.h"
#include "node/cli/programme.h"

namespace quipu::cli {

struct Difference {
  std::size_t line = 0;  // in the list; 0: it is not in the list
  std::string certificate;
  std::string what;  // NOT_ON_LEDGER, NOT_IN_LIST, UNREADABLE, STATUS, VALID_TO, ROLES, LEVEL, SCHEME, TIN
  std::string in_list, on_ledger;
  std::string meaning;
  std::shared_ptr<const ledger::v1::Event> statement;  // none: people decide, or another command does it
};

struct ComparisonDay {
  std::string today;             // of the decisions proposed, and of the ledger's answer
  std::int32_t grace_days = 90;  // for which an expired certificate may still be renewed
};

// Differences of one certificate stand in the order in which their statements can be taken.
std::vector<Difference> differences(const NationalList& list, const Programme& programme, const ComparisonDay& day);

}  // namespace quipu::cli
