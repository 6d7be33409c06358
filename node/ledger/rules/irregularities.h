// SPDX-License-Identifier: Apache-2.0
// Irregularities that a member reports about an issuer's operator, and the issuer's answers. Pure.
#pragma once

#include "node/ledger/rules/rule.h"

namespace quipu::ledger {

Verdict check_irregularity_reported(const Context& at, const v1::Event& event);
void act_irregularity_reported(const Context& at, const v1::Event& event);
Verdict check_irregularity_answered(const Context& at, const v1::Event& event);
void act_irregularity_answered(const Context& at, const v1::Event& event);

}  // namespace quipu::ledger
