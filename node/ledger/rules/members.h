// SPDX-License-Identifier: Apache-2.0
// The members as rules read them. Pure.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "consensus/members.h"
#include "node/ledger/state_view.h"

namespace quipu::ledger {

namespace v1 {
class MemberRecord;
}

// Any text may be asked for; null when it is not a member's code. Every submission asks, so equal records are parsed
// once.
std::shared_ptr<const v1::MemberRecord> member_named(const StateView& state, std::string_view administration);
bool votes(const v1::MemberRecord& member);
// Every administration that is or was a member, by code.
void for_each_member(const StateView& state, const std::function<void(const v1::MemberRecord&)>& each);
// What consensus knows of a member that votes.
consensus::MemberKeys consensus_keys(const v1::MemberRecord& member);

// The register's record of the epoch: "--"; this.
inline constexpr std::string_view kMembershipId = "membership";

// The first other member, by code, for which `holds`: to tell "somebody else's" from "nobody's".
std::optional<std::string> other_member(const StateView& state, std::string_view author,
                                        const std::function<bool(const std::string& code)>& holds);

}  // namespace quipu::ledger
