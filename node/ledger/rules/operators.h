// SPDX-License-Identifier: Apache-2.0
// Rules of operators, their TINs and their consent. Pure.
#pragma once

#include "node/ledger/rules/rule.h"

namespace quipu::ledger {

namespace v1 {
class OperatorRecord;
}

// An operator of any issuer: kOperatorUnknown. `issuer` must be well formed.
std::expected<v1::OperatorRecord, Rejection> known_operator(const StateView& state, std::string_view issuer,
                                                            std::string_view subject);
// The author's own; kNotYourOperator when another member has such a subject.
std::expected<v1::OperatorRecord, Rejection> own_operator(const Context& at, std::string_view subject);

// The same, and its side records are not erased: kSubjectErased.
std::expected<v1::OperatorRecord, Rejection> unerased_operator(const Context& at, std::string_view subject);
Verdict check_not_erased(const v1::OperatorRecord& firm);

Verdict check_operator_registered(const Context& at, const v1::Event& event);
void act_operator_registered(const Context& at, const v1::Event& event);
Verdict check_operator_amended(const Context& at, const v1::Event& event);
void act_operator_amended(const Context& at, const v1::Event& event);
Verdict check_tin_replaced(const Context& at, const v1::Event& event);
void act_tin_replaced(const Context& at, const v1::Event& event);

Verdict check_subject_erased(const Context& at, const v1::Event& event);
void act_subject_erased(const Context& at, const v1::Event& event);

Verdict check_consent_granted(const Context& at, const v1::Event& event);
void act_consent_granted(const Context& at, const v1::Event& event);
Verdict check_consent_withdrawn(const Context& at, const v1::Event& event);
void act_consent_withdrawn(const Context& at, const v1::Event& event);
// Whether the last consent fact in effect on the day that covers the arrangement is a grant.
bool consent_in_force(const StateView& state, std::string_view issuer, std::string_view subject,
                      std::string_view arrangement, std::string_view day);

}  // namespace quipu::ledger
