// SPDX-License-Identifier: Apache-2.0
// Rules of officers' keys: an administration's governance key adds and revokes them alone, and its events that a lost
// key signed are stated anew. Pure.
#pragma once

#include "node/ledger/rules/rule.h"

namespace quipu::ledger {

Verdict check_key_added(const Context& at, const v1::Event& event);
void act_key_added(const Context& at, const v1::Event& event);
Verdict check_key_revoked(const Context& at, const v1::Event& event);
void act_key_revoked(const Context& at, const v1::Event& event);
Verdict check_event_reaffirmed(const Context& at, const v1::Event& event);
void act_event_reaffirmed(const Context& at, const v1::Event& event);

}  // namespace quipu::ledger
