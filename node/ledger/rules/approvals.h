// SPDX-License-Identifier: Apache-2.0
// Dual control: an event waits until a second pair of eyes approves it, or lapses. Pure.
#pragma once

#include "node/ledger/rules/rule.h"

namespace quipu::ledger {

// Whether this author's events of this rule wait for approval.
bool waits_for_approval(const Context& at, const Rule& rule);
// One pending event per certificate: kHasPending.
Verdict check_nothing_pending(const Context& at, const v1::Event& event);
// Instead of the rule's act(): keeps the event, flags the certificate. Requires that check() passed.
void hold(const Context& at, const Rule& rule, const v1::Event& event);

Verdict check_event_approved(const Context& at, const v1::Event& event);
void act_event_approved(const Context& at, const v1::Event& event);

}  // namespace quipu::ledger
