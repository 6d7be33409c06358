// SPDX-License-Identifier: Apache-2.0
// Changes of the register and of officers' keys that a proposal carries: in force from the height after the deciding
// vote. Pure.
#pragma once

#include "node/ledger/rules/rule.h"

namespace quipu::ledger {

namespace v1 {
class Arrangement;
class CodeList;
class IndicatorDefinition;
class Parameter;
}  // namespace v1

// Each asks whether the change could act on this state.
Verdict check_arrangement(const Context& at, const v1::Arrangement& arrangement);
Verdict check_code_list(const v1::CodeList& list);
Verdict check_definition(const Context& at, const v1::IndicatorDefinition& definition);
Verdict check_parameter(const v1::Parameter& parameter);
Verdict check_key_revoke(const Context& at, BytesView public_key);

// Requires that the check passed.
void act_key_revoke(const Context& at, BytesView public_key);

}  // namespace quipu::ledger
