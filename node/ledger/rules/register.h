// SPDX-License-Identifier: Apache-2.0
// The register: arrangements, code lists, parameters, indicator definitions. A change acts from the next height on, so
// that one block knows one register; until then what it replaces is in force. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "node/ledger/rules/rule.h"

namespace quipu::ledger {

namespace v1 {
class Arrangement;
class CodeList;
class IndicatorDefinition;
class Parameter;
class PartyWithdrawn;
}  // namespace v1

// In force in the block that is being made; nothing when there is none.
std::optional<v1::Arrangement> arrangement_in_force(const Context& at, std::string_view id);
std::optional<v1::CodeList> code_list_in_force(const Context& at, std::string_view name);
std::optional<v1::IndicatorDefinition> definition_in_force(const Context& at, std::uint32_t number);
std::optional<v1::Parameter> parameter_in_force(const Context& at, std::string_view name);

// A parameter that is a whole number, or `otherwise` where none is in force.
std::int32_t number_in_force(const Context& at, std::string_view name, std::int32_t otherwise);

// The party has stated that it leaves the arrangement, whenever that takes effect.
bool has_withdrawn(const StateView& state, std::string_view arrangement, std::string_view party);
// Requires that the arrangement is in the register.
void enter_withdrawal(const Context& at, const v1::PartyWithdrawn& stated);

// In force or about to be: taken.
bool has_arrangement(const StateView& state, std::string_view id);
bool has_definition(const StateView& state, std::uint32_t number);

// Each from the next height on. Arrangements and definitions are new; lists and parameters replace what is there.
void enter_arrangement(const Context& at, const v1::Arrangement& arrangement);
void enter_code_list(const Context& at, const v1::CodeList& list);
void enter_definition(const Context& at, const v1::IndicatorDefinition& definition);
void enter_parameter(const Context& at, const v1::Parameter& parameter);

// What holds as long as the members have set nothing else.
inline constexpr std::int32_t kRenewalGraceDays = 90;
inline constexpr std::int32_t kRetentionDays = 1826;  // five years

// The parameters that rules read: whole numbers in decimal, from 0.
struct NumberParameter {
  std::string_view name;
  std::int32_t most;
  std::int32_t otherwise;
};
inline constexpr NumberParameter kNumberParameters[] = {{"application_profile", 1, 0},
                                                        {"renewal_grace_days", 3660, kRenewalGraceDays},
                                                        {"retention_days", 3660, kRetentionDays}};
// The code lists that rules read.
inline constexpr std::string_view kCodeLists[] = {"alias_kind",  "benefit", "expert_field", "language",
                                                  "legal_basis", "level",   "reason"};

}  // namespace quipu::ledger
