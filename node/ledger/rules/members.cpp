// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/rules/members.h"

#include "node/ledger/rules/fields.h"
#include "node/ledger/rules/records.h"
#include "node/ledger/state.pb.h"

namespace quipu::ledger {

std::optional<v1::MemberRecord> member_named(const StateView& state, std::string_view administration) {
  if (!well_formed_country(administration)) return std::nullopt;
  return get<v1::MemberRecord>(state, administration, "");
}

bool votes(const v1::MemberRecord& member) { return !member.observer() && member.left_height() == 0; }

std::optional<std::string> other_member(const StateView& state, std::string_view author,
                                        const std::function<bool(const std::string& code)>& holds) {
  std::optional<std::string> found;
  state.scan(map_prefix(RecordType::kMember), [&](const MapKey& key, BytesView) {
    const std::string code(key.view().substr(1, 2));
    if (code != author && holds(code)) found = code;
    return !found;
  });
  return found;
}

}  // namespace quipu::ledger
