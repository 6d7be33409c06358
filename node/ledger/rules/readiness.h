// SPDX-License-Identifier: Apache-2.0
// The last step of a member that brings a vote key: it shows, in the epoch that is to end, that it holds the key and
// has followed the chain. Pure.
#pragma once

#include "node/ledger/rules/rule.h"

namespace quipu::ledger {

Verdict check_member_ready(const Context& at, const v1::Event& event);
void act_member_ready(const Context& at, const v1::Event& event);

}  // namespace quipu::ledger
