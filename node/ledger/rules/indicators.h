// SPDX-License-Identifier: Apache-2.0
// Rules of monthly indicators: counts, sums and a fixed histogram that must agree with each other. Pure.
#pragma once

#include "node/ledger/rules/rule.h"

namespace quipu::ledger {

Verdict check_indicator_reported(const Context& at, const v1::Event& event);
void act_indicator_reported(const Context& at, const v1::Event& event);

}  // namespace quipu::ledger
