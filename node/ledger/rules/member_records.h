// SPDX-License-Identifier: Apache-2.0
// Writing members and their keys: who enters, whose keys change, who leaves. Heights are the first at which the change
// holds. Pure.
#pragma once

#include <string>

#include "node/ledger/state_view.h"

namespace quipu::ledger {

namespace v1 {
class KeyAdded;
class Member;
}  // namespace v1

// The member as this message has it; keys that it had and has no longer are revoked. Requires check_member.
void write_member(Overlay& state, const v1::Member& member, std::uint64_t from_height);
// Takes vote and keys away; the record stays, for look-ups and history. Requires that it is a member.
void remove_member(Overlay& state, const std::string& administration, std::uint64_t from_height);
// Requires that the key is in force. `compromised_since`: a day, or nothing.
void revoke_key(Overlay& state, const std::string& owner, BytesView public_key, std::uint64_t from_height,
                const std::string& compromised_since = {});
// One more key of a member's officers. Requires that nobody has or had it.
void add_officers_key(Overlay& state, const std::string& owner, const v1::KeyAdded& added, std::uint64_t from_height);

}  // namespace quipu::ledger
