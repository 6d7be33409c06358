// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/rules/register_changes.h"

#include <algorithm>
#include <charconv>

#include "node/ledger/ledger.pb.h"
#include "node/ledger/rules/fields.h"
#include "node/ledger/rules/member_records.h"
#include "node/ledger/rules/members.h"
#include "node/ledger/rules/records.h"
#include "node/ledger/rules/register.h"
#include "node/ledger/state.pb.h"

namespace quipu::ledger {
namespace {

constexpr int kMostCodes = 1'000;  // every event that names a code reads its list
constexpr std::int32_t kMostDays = 3660;

// Fewer than two members among the parties: nobody could conclude it here.
Verdict check_parties_vote(const StateView& state, const v1::Arrangement& arrangement) {
  const auto member = [&](const std::string& party) {
    const auto found = member_named(state, party);
    return found && votes(*found);
  };
  const auto members = std::ranges::count_if(arrangement.parties(), member);
  if (members < 2) return refuse(Code::kPartiesTooFew, std::to_string(members));
  return {};
}

Verdict check_parties(const v1::Arrangement& arrangement) {
  for (const std::string& party : arrangement.parties()) {
    if (auto formed = check_country("parties", party); !formed) return formed;
  }
  return check_ascending("parties", arrangement.parties());
}

// The record of the key where it is in force, and whose it is.
std::optional<std::pair<std::string, v1::KeyRecord>> key_in_force(const StateView& state, BytesView public_key) {
  std::optional<std::pair<std::string, v1::KeyRecord>> found;
  for_each_member(state, [&](const v1::MemberRecord& member) {
    const auto record = get<v1::KeyRecord>(state, member.administration(), crypto::to_hex(public_key));
    if (record && record->revoked_height() == 0) found.emplace(member.administration(), *record);
  });
  return found;
}

}  // namespace

Verdict check_arrangement(const Context& at, const v1::Arrangement& arrangement) {
  if (auto form = all_of({check_id("arrangement", arrangement.arrangement()), check_label("title", arrangement.title()),
                          check_date("signed_on", arrangement.signed_on()), check_parties(arrangement)});
      !form) {
    return form;
  }
  if (arrangement.notice_days() > static_cast<std::uint32_t>(kMostDays)) {
    return refuse(Code::kNoticeTooLong, std::to_string(kMostDays) + " days at most");
  }
  if (has_arrangement(at.state, arrangement.arrangement())) {
    return refuse(Code::kArrangementTaken, arrangement.arrangement());
  }
  return check_parties_vote(at.state, arrangement);
}

Verdict check_code_list(const v1::CodeList& list) {
  if (std::ranges::find(kCodeLists, list.name()) == std::end(kCodeLists))
    return refuse(Code::kRegisterNameUnknown, "name");
  if (auto given = check_given("codes", list.codes_size()); !given) return given;
  if (list.codes_size() > kMostCodes) return refuse(Code::kListTooLong, std::to_string(kMostCodes) + " codes at most");
  for (const std::string& code : list.codes()) {
    if (auto formed = check_code_formed("codes", code); !formed) return formed;
  }
  return check_ascending("codes", list.codes());
}

Verdict check_definition(const Context& at, const v1::IndicatorDefinition& definition) {
  if (auto form = all_of({check_given("definition", definition.definition() != 0),
                          check_hash_if_any("text_hash", definition.text_hash())});
      !form) {
    return form;
  }
  if (!has_definition(at.state, definition.definition())) return {};
  return refuse(Code::kDefinitionTaken, std::to_string(definition.definition()));
}

Verdict check_parameter(const v1::Parameter& parameter) {
  const auto known = std::ranges::find(kNumberParameters, parameter.name(), &NumberParameter::name);
  if (known == std::end(kNumberParameters)) return refuse(Code::kRegisterNameUnknown, "name");
  const std::string& text = parameter.value();
  std::int32_t number = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  if (whole && number >= 0 && number <= known->most) return {};
  return refuse(Code::kParameterMalformed, parameter.name());
}

Verdict check_key_revoke(const Context& at, BytesView public_key) {
  if (public_key.size() != crypto::PublicKey::kSize) return refuse(Code::kKeyNotInForce, "key_revoke");
  const auto found = key_in_force(at.state, public_key);
  if (!found) return refuse(Code::kKeyNotInForce, "key_revoke");
  const auto purpose = found->second.purpose();
  if (purpose == v1::ISSUER || purpose == v1::APPROVER) return {};
  return refuse(Code::kKeyNotRevocable, v1::KeyPurpose_Name(purpose));
}

void act_key_revoke(const Context& at, BytesView public_key) {
  revoke_key(at.state, key_in_force(at.state, public_key)->first, public_key, at.origin.height.next().value);
}

}  // namespace quipu::ledger
