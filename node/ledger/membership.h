// SPDX-License-Identifier: Apache-2.0
// Who votes in an epoch, as the state says it, and how an epoch ends (docs/formats.md, section 4). Pure values.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "consensus/members.h"
#include "consensus/types.h"
#include "node/ledger/genesis.h"
#include "node/ledger/protocol_version.h"
#include "node/ledger/state_view.h"

namespace quipu::ledger {

struct Membership {
  consensus::Epoch epoch;
  crypto::Digest anchor;  // chain in epoch 0, else the id of the handover block that opened the epoch
  consensus::MemberSet members;
  std::uint32_t protocol_version = kFirstProtocolVersion;  // whose rules its blocks follow

  consensus::Scope scope(const consensus::ChainId& chain) const { return {chain, epoch, anchor}; }
};

// Epoch 0: the genesis file's voting members.
std::shared_ptr<const Membership> genesis_membership(const Genesis& genesis);

// The members that vote in the block after this state. Requires that there is one, as rules see to.
consensus::MemberSet voting_members(const StateView& state);

// Of the epoch in which the block after this state stands. `anchor`: as above; the state does not hold it (epochs.h).
Membership membership_of(const StateView& state, const crypto::Digest& anchor);
// Of the block after this state.
std::uint32_t protocol_version_after(const StateView& state);

// Why a program that knows versions up to `newest` cannot run the blocks of this epoch; empty when it can.
std::string outgrown(const Membership& membership, std::uint32_t newest);
// The same of this program on that chain.
std::string outgrown(const Membership& membership, const Genesis& genesis);

// True once a submission run on `block`, the changes of one block alone, has completed a change of members
// or of the protocol's version: the block takes no further one and is a handover.
bool ends_epoch(const Overlay& block);

// What a new vote key signs to show that it is held, in the epoch that its proposal is to end:
// "quipu-ready-v1" 00 || chain || epoch || anchor || height || vote key || proposal
Bytes ready_bytes(const consensus::Scope& scope, consensus::Height height, const crypto::PublicKey& vote_key,
                  std::string_view proposal);

}  // namespace quipu::ledger
