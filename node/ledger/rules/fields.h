// SPDX-License-Identifier: Apache-2.0
// Whether a single field is well formed, whatever it is about. Details never repeat the value of a malformed field.
// Pure.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "node/ledger/rules/rule.h"

namespace quipu::ledger {

// The first refusal among checks already made.
Verdict all_of(std::initializer_list<Verdict> checks);

Verdict check_id(std::string_view field, std::string_view id);            // [A-Z0-9][A-Z0-9-]{0,63}
Verdict check_country(std::string_view field, std::string_view country);  // [A-Z]{2}
Verdict check_date(std::string_view field, std::string_view date);        // a real day
Verdict check_date_if_any(std::string_view field, std::string_view date);
Verdict check_hash_if_any(std::string_view field, std::string_view hash);  // 32 bytes
Verdict check_label(std::string_view field, std::string_view text);        // at most 100 bytes, no control characters
// In the register's list of that name; without such a list [A-Z][A-Z0-9_]{0,63}.
Verdict check_code(const Context& at, std::string_view list, std::string_view code);
Verdict check_code_if_any(const Context& at, std::string_view list, std::string_view code);
Verdict check_code_formed(std::string_view field, std::string_view code);
// An enumeration must name a value.
Verdict check_given(std::string_view field, int value);

// Roles, schemes, flows: no UNSPECIFIED among them.
template <class Values>
Verdict check_each_given(std::string_view field, const Values& values) {
  for (const auto value : values) {
    if (auto given = check_given(field, static_cast<int>(value)); !given) return given;
  }
  return {};
}

// Ascending, nothing twice.
template <class Values>
Verdict check_ascending(std::string_view field, const Values& values) {
  for (int i = 1; i < values.size(); ++i) {
    if (!(values.Get(i - 1) < values.Get(i))) return refuse(Code::kListNotAscending, std::string(field));
  }
  return {};
}

bool well_formed_country(std::string_view country);

}  // namespace quipu::ledger
