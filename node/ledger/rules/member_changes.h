// SPDX-License-Identifier: Apache-2.0
// Changes of members, and of the protocol's version, that a proposal carries. Each ends the epoch: with the deciding
// vote or, where a vote key is new, once that key is shown to be held (readiness.h). Pure.
#pragma once

#include <string>

#include "node/ledger/rules/rule.h"

namespace quipu::ledger {

namespace v1 {
class Member;
}

// A chain that has this many members or more keeps them: below, one fault already stops it.
inline constexpr std::size_t kFewestMembers = 4;

// The checks ask whether the change could act on this state.
Verdict check_member_add(const Context& at, const v1::Member& member);
Verdict check_member_remove(const Context& at, const std::string& administration);
// Its vote key is none that votes already.
bool brings_vote_key(const StateView& state, const v1::Member& member);

void act_member_add(const Context& at, const v1::Member& member);
void act_member_remove(const Context& at, const std::string& administration);

// Versions come one after another. Whether a node's program knows one is not the rules' business: two nodes must judge
// alike. It is their administration's, whose yes says so.
Verdict check_protocol_version(const Context& at, std::uint32_t version);
void act_protocol_version(const Context& at, std::uint32_t version);

}  // namespace quipu::ledger
