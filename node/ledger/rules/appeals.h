// SPDX-License-Identifier: Apache-2.0
// Appeals against suspensions, revocations and annulments, and what an administration undoes of its own motion. Pure.
#pragma once

#include "node/ledger/rules/rule.h"

namespace quipu::ledger {

Verdict check_appeal_lodged(const Context& at, const v1::Event& event);
void act_appeal_lodged(const Context& at, const v1::Event& event);
Verdict check_appeal_decided(const Context& at, const v1::Event& event);
void act_appeal_decided(const Context& at, const v1::Event& event);

}  // namespace quipu::ledger
