// SPDX-License-Identifier: Apache-2.0
// Every vote and quorum proof inside a message, whatever carries it. Pure.
#pragma once

#include <vector>

#include "consensus/message.h"
#include "testnet/sim/cast.h"

namespace quipu::testnet {

// The leader's vote inside a proposal too, when the message tells all of its subject.
std::vector<consensus::Vote> votes_in(const consensus::Message& message, const Cast& cast);
std::vector<consensus::QuorumProof> proofs_in(const consensus::Message& message);

consensus::MemberIndex leader_of(consensus::View view, const Cast& cast);
// By the remembered verdict.
bool valid_vote(const consensus::Vote& vote, const Cast& cast);

}  // namespace quipu::testnet
