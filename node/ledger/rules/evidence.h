// SPDX-License-Identifier: Apache-2.0
// Rules of evidence: two votes of one member that exclude each other, put on record. Pure.
#pragma once

#include "node/ledger/rules/rule.h"

namespace quipu::ledger {

Verdict check_evidence_submitted(const Context& at, const v1::Event& event);
void act_evidence_submitted(const Context& at, const v1::Event& event);

// Who votes in the epoch that is about to end, so that evidence from it can be judged later.
void keep_voters(const Context& at);

}  // namespace quipu::ledger
