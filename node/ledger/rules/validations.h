// SPDX-License-Identifier: Apache-2.0
// Rules of validations: who looked at a firm, when, with what result. Pure.
#pragma once

#include "node/ledger/rules/rule.h"

namespace quipu::ledger {

Verdict check_validation_recorded(const Context& at, const v1::Event& event);
void act_validation_recorded(const Context& at, const v1::Event& event);
Verdict check_validation_cosigned(const Context& at, const v1::Event& event);
void act_validation_cosigned(const Context& at, const v1::Event& event);

// An expert of whichever administration, accredited on every day from `from` to `to`: kExpertUnknown.
Verdict check_accredited(const StateView& state, const std::string& expert, std::string_view from, std::string_view to);

Verdict check_expert_accredited(const Context& at, const v1::Event& event);
void act_expert_accredited(const Context& at, const v1::Event& event);
Verdict check_expert_accreditation_ended(const Context& at, const v1::Event& event);
void act_expert_accreditation_ended(const Context& at, const v1::Event& event);

}  // namespace quipu::ledger
