// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/rules/fields.h"

#include <algorithm>

#include "node/ledger/ledger.pb.h"
#include "node/ledger/rules/register.h"

namespace quipu::ledger {
namespace {

constexpr std::size_t kLongestId = 64;
constexpr std::size_t kLongestLabel = 100;
constexpr std::size_t kHashBytes = 32;

bool capital(char c) { return c >= 'A' && c <= 'Z'; }
bool digit(char c) { return c >= '0' && c <= '9'; }
bool control(char c) { return (c >= 0 && c < 0x20) || c == 0x7f; }

bool well_formed_id(std::string_view id) {
  const auto inside = [](char c) { return capital(c) || digit(c) || c == '-'; };
  return !id.empty() && id.size() <= kLongestId && id.front() != '-' && std::ranges::all_of(id, inside);
}

bool well_formed_code(std::string_view code) {
  const auto inside = [](char c) { return capital(c) || digit(c) || c == '_'; };
  return !code.empty() && code.size() <= kLongestId && capital(code.front()) && std::ranges::all_of(code, inside);
}

Verdict demand(bool holds, Code code, std::string_view field) {
  if (!holds) return refuse(code, std::string(field));
  return {};
}

}  // namespace

Verdict all_of(std::initializer_list<Verdict> checks) {
  for (const Verdict& check : checks) {
    if (!check) return check;
  }
  return {};
}

bool well_formed_country(std::string_view country) {
  return country.size() == 2 && capital(country[0]) && capital(country[1]);
}

Verdict check_id(std::string_view field, std::string_view id) {
  return demand(well_formed_id(id), Code::kIdMalformed, field);
}

Verdict check_country(std::string_view field, std::string_view country) {
  return demand(well_formed_country(country), Code::kCountryMalformed, field);
}

Verdict check_date(std::string_view field, std::string_view date) {
  return demand(Date::parse(date).has_value(), Code::kDateMalformed, field);
}

Verdict check_date_if_any(std::string_view field, std::string_view date) {
  return date.empty() ? Verdict{} : check_date(field, date);
}

Verdict check_hash_if_any(std::string_view field, std::string_view hash) {
  return demand(hash.empty() || hash.size() == kHashBytes, Code::kCommitmentMalformed, field);
}

Verdict check_label(std::string_view field, std::string_view text) {
  return demand(text.size() <= kLongestLabel && std::ranges::none_of(text, control), Code::kTextMalformed, field);
}

Verdict check_code_formed(std::string_view field, std::string_view code) {
  return demand(well_formed_code(code), Code::kCodeMalformed, field);
}

Verdict check_code(const Context& at, std::string_view list, std::string_view code) {
  if (auto formed = check_code_formed(list, code); !formed) return formed;
  const auto in_force = code_list_in_force(at, list);
  if (!in_force) return {};
  const bool listed = std::ranges::find(in_force->codes(), code) != in_force->codes().end();
  return demand(listed, Code::kCodeNotListed, std::string(list) + " " + std::string(code));
}

Verdict check_code_if_any(const Context& at, std::string_view list, std::string_view code) {
  return code.empty() ? Verdict{} : check_code(at, list, code);
}

Verdict check_given(std::string_view field, int value) { return demand(value != 0, Code::kFieldMissing, field); }

}  // namespace quipu::ledger
