// SPDX-License-Identifier: Apache-2.0
// Rules of validations: who looked at a firm, when, with what result. Pure.
#pragma once

#include "node/ledger/rules/rule.h"

namespace quipu::ledger {

Verdict check_validation_recorded(const Context& at, const v1::Event& event);
void act_validation_recorded(const Context& at, const v1::Event& event);

}  // namespace quipu::ledger
