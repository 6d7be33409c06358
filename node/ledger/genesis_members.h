// SPDX-License-Identifier: Apache-2.0
// What every Member of a genesis file or member card must fulfil by itself, and its keys with their purposes. Pure.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "consensus/members.h"
#include "node/ledger/submission.h"

namespace quipu::ledger {

struct PurposedKey {
  int purpose;  // v1::KeyPurpose
  crypto::PublicKey key;
};

// Every key of the member in the order governance, vote, transport, cosigner, log, issuers, approvers; unset ones are
// left out. Requires check_member.
std::vector<PurposedKey> keys_of(const v1::Member& member);

// Code, address, offset, and every key: present (an observer needs none), admissible, used once, its key id unique
// within the administration. The error is "<field>: <what>".
std::expected<void, std::string> check_member(const v1::Member& member);

// What consensus knows of a voting member. Requires check_member.
consensus::MemberKeys consensus_keys(const v1::Member& member);

bool is_administration(std::string_view code);  // two capital letters

}  // namespace quipu::ledger
