// SPDX-License-Identifier: Apache-2.0
// Who is guilty when an epoch has two final histories (docs/protocol.md, "Forks"): judged from the votes that both
// sides show, whoever shows them. Nobody is accused but by two votes whose signatures were checked here. Pure; any
// thread.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "consensus/members.h"
#include "consensus/message.h"
#include "consensus/quorum_proof.h"
#include "crypto/signature.h"

namespace quipu::consensus {

// E1 to E4: what no honest member signs in one view.
enum class Contradiction : std::uint8_t {
  kTwoNotarized = 1,
  kTwoFinalized = 2,
  kNotarizedAnother = 3,  // than it finalized
  kNullified = 4,         // what it finalized
};
// Requires contradict(pair.first, pair.second).
Contradiction contradiction_of(const Evidence& pair);
std::string_view to_string(Contradiction contradiction);  // "E4"

// One pair of votes for each member that these proofs convict, by member, the lesser vote by kind and subject first.
// Proofs may be of any views and from anywhere,
// malformed ones too; each vote is checked at most once.
std::vector<Evidence> convict(std::span<const QuorumProof* const> proofs, const Scope& scope, const MemberSet& members,
                              crypto::VerifyFunction check);

// One of two histories from where they part.
struct Branch {
  std::vector<BlockId> blocks;   // from the first block that the other history has not, ascending by height
  std::vector<LinkProof> links;  // view steps of these and of lower blocks, in any order
};
// Two histories of one epoch. `height` is that of either branch's first block; those two blocks differ.
struct Fork {
  Height height{};
  std::array<Branch, 2> branches{};
};

// Why the links do not show what every fork has to show.
struct Gap {
  enum class What : std::uint8_t {
    kFinalization,   // the branch has no valid F at or above the fork
    kStep,           // the branch's step in `view`, which the step in `above` names as its parent's, is not there
    kNullification,  // the step in `above` skipped `view`, and its X is not there; the step's signers must have held it
  };
  What what = What::kFinalization;
  std::size_t branch = 0;
  View view{};
  View above{};
  std::vector<MemberIndex> signers{};  // of the step in `above`
};

// A view that one branch finalized, and what the other says of it. Both are quorums, so at least 2q - n members signed
// both, and each of them is guilty.
struct Clash {
  std::size_t finalized_in = 0;  // branch
  QuorumProof finalization{};
  QuorumProof other{};
};

struct Judgement {
  std::vector<Evidence> guilty{};  // by member; all that the material convicts, with one pair each
  std::optional<Clash> clash{};
  std::optional<Gap> gap{};  // set exactly when no clash was found: then fewer than f + 1 may be named
  std::array<std::optional<QuorumProof>, 2> finalized{};  // each branch's lowest valid F at or above the fork
};
// Links that are not about a branch's own blocks count as votes, not as steps.
Judgement judge(const Fork& fork, const Scope& scope, const MemberSet& members, crypto::VerifyFunction check);

}  // namespace quipu::consensus
