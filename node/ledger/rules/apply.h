// SPDX-License-Identifier: Apache-2.0
// The ledger's transition function: one submission on a state. One rules/*.cpp per family of events; docs/rules.md
// lists what each checks. Pure.
#pragma once

#include <expected>
#include <string_view>

#include "consensus/types.h"
#include "node/ledger/codes.h"
#include "node/ledger/state_view.h"
#include "node/ledger/submission.h"

namespace quipu::ledger {

// Where the submission stands, or would stand, in the log.
struct Origin {
  consensus::Height height;
  std::uint64_t block_time_ms = 0;
  std::uint64_t leaf_index = 0;
  consensus::Scope scope{};        // of the block's epoch
  std::string_view log_name = {};  // of every LOG key in notes: the genesis file's origin
};

// The author's key that signed, if it is one of the author's, in force at this state. Unknown author, key or key id:
// kUnknownKey.
std::expected<crypto::PublicKey, Rejection> signing_key(const StateView& state, const Submission& submission);

// The key's next sequence number on this state (1 for a key that never signed).
std::uint64_t next_sequence(const StateView& state, std::string_view administration, const crypto::PublicKey& key);

// Everything but the signature: issued-at, author, key and its purpose, sequence, every event's rules in order. All
// events are taken or, with the rejection of the first that is not, none. What a block may hold is the builder's
// matter: after a submission that ends the epoch (membership.h) no other belongs on this state.
std::expected<void, Rejection> apply(Overlay& state, const Submission& submission, const Origin& origin);

}  // namespace quipu::ledger
