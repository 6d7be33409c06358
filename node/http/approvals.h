// SPDX-License-Identifier: Apache-2.0
// Events under dual control that wait for the second pair of eyes. Any thread.
#pragma once

#include <functional>
#include <string>

#include "node/http/json_answer.h"

namespace quipu::ledger::v1 {
class ApprovalRecord;
}  // namespace quipu::ledger::v1

namespace quipu::http {

struct WaitingApproval {
  std::string administration;
  std::string reference;  // LEAF/EVENT, with which it is approved
  std::uint64_t lapses_at_ms = 0;
};
using EachApproval = std::function<void(const WaitingApproval& waiting, const ledger::v1::ApprovalRecord& record)>;

// Those that are neither approved nor lapsed at the state's block time. `administration` may be empty: of all.
void for_each_waiting_approval(const AskedState& asked, const std::string& administration, const EachApproval& each);

}  // namespace quipu::http
