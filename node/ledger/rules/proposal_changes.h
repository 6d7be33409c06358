// SPDX-License-Identifier: Apache-2.0
// What a proposal would change, whatever its kind. Pure.
#pragma once

#include "node/ledger/rules/rule.h"

namespace quipu::ledger {

namespace v1 {
class ProposalOpened;
}

// Whether the change could act on this state: asked when the proposal is opened, with the vote that would accept it
// and, where a new vote key waits, with its readiness.
Verdict check_change(const Context& at, const v1::ProposalOpened& proposal);
// Accepted, it still waits for member_ready.
bool waits_for_readiness(const StateView& state, const v1::ProposalOpened& proposal);
// Requires that check_change() passed on this state.
void act_change(const Context& at, const v1::ProposalOpened& proposal);

}  // namespace quipu::ledger
