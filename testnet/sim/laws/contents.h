// SPDX-License-Identifier: Apache-2.0
// Every vote and quorum proof inside a message, whatever carries it. Pure.
#pragma once

#include <vector>

#include "consensus/message.h"
#include "node/ledger/membership.h"
#include "testnet/sim/cast.h"

namespace quipu::testnet {

// The leader's vote inside a proposal too, when the message tells all of its subject.
std::vector<consensus::Vote> votes_in(const consensus::Message& message, const ledger::Membership& members,
                                      const consensus::ChainId& chain);
std::vector<consensus::QuorumProof> proofs_in(const consensus::Message& message);

consensus::MemberIndex leader_of(consensus::View view, const ledger::Membership& members);
consensus::MemberIndex leader_of(consensus::View view, const Cast& cast);  // in epoch 0
// By the remembered verdict.
bool valid_vote(const consensus::Vote& vote, const ledger::Membership& members, const consensus::ChainId& chain);

}  // namespace quipu::testnet
