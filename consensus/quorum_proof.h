// SPDX-License-Identifier: Apache-2.0
// q votes of one kind on one subject: "N", "X" or "F" proof of a view (never "certificate": that is the AEO's). A
// value.
#pragma once

#include <optional>
#include <vector>

#include "consensus/members.h"
#include "consensus/types.h"
#include "crypto/signature.h"

namespace quipu::consensus {

struct QuorumProof {
  VoteKind kind = VoteKind::kNotarize;
  Subject subject{};                            // nullification: the view alone
  std::vector<MemberIndex> signers{};           // strictly ascending
  std::vector<crypto::Signature> signatures{};  // of signers, in the same order
  friend bool operator==(const QuorumProof&, const QuorumProof&) = default;
};

// At least q distinct members of the set, every signature valid. No batch equation, no early stop.
bool verify(const QuorumProof& proof, const Scope& scope, const MemberSet& members, crypto::VerifyFunction check);

// kind u8 || subject 56 B or view 8 B || bitmap ceil(n / 8) B (bit i of byte i/8, LSB first) || 64 B per set bit.
Bytes encode(const QuorumProof& proof, std::size_t members);
// Refuses bits >= n, a wrong count of signatures, trailing bytes.
std::optional<QuorumProof> decode_quorum_proof(BytesView bytes, std::size_t members);

// How one view step of a chain justifies itself: its own N or F, and the X of every view skipped since its parent's
// view. One per step, REPEAT steps too; kept for ever; this is what makes forks attributable (docs/protocol.md).
struct LinkProof {
  QuorumProof step{};                  // N or F of the view
  std::vector<QuorumProof> skipped{};  // X proofs, ascending views in (parent_view, view)
  friend bool operator==(const LinkProof&, const LinkProof&) = default;
};
// The finalization that names this very block; blocks final by a descendant's have none.
const QuorumProof* finalization_in(const std::vector<LinkProof>& links, const BlockId& block);
Bytes encode(const LinkProof& link, std::size_t members);
std::optional<LinkProof> decode_link_proof(BytesView bytes, std::size_t members);

}  // namespace quipu::consensus
