// SPDX-License-Identifier: Apache-2.0
#include "node/http/known_administration.h"

#include <algorithm>

#include "node/http/json_answer.h"
#include "node/http/records.h"
#include "node/ledger/genesis_members.h"
#include "node/ledger/state.pb.h"

namespace quipu::http {

namespace {

bool is_known(const ledger::StateView& state, const std::string& code) {
  if (!ledger::is_administration(code)) return false;
  if (state.get(ledger::map_key(ledger::RecordType::kMember, code, ""))) return true;
  const ledger::v1::ArrangementIndex index = arrangement_index(state);
  return std::ranges::any_of(index.arrangements(), [&](const auto& entry) {
    return std::ranges::find(entry.parties(), code) != entry.parties().end();
  });
}

}  // namespace

std::optional<Response> unknown_administration(const Call& call, std::initializer_list<std::string_view> parameters) {
  for (const std::string_view name : parameters) {
    const std::string code = call.query(name).value_or("");
    if (code.empty() || is_known(*call.backend.reader()->state(std::nullopt), code)) continue;
    return problem(ApiCode::kBadParameter, std::string(name) + ": " + code + " is no member's code");
  }
  return std::nullopt;
}

}  // namespace quipu::http
