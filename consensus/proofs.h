// SPDX-License-Identifier: Apache-2.0
// The verified quorum proofs of the views above the committed one: at most one N, X and F per view, what contradicts
// what, and where the next proposal attaches. One thread; no I/O.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "consensus/quorum_proof.h"

namespace quipu::consensus {

struct KnownProof {
  QuorumProof proof;
  std::optional<std::uint64_t> persisted_by;  // the ticket it was handed out with; 0 = found on disk
};

class ProofStore {
 public:
  const QuorumProof* find(View view, VoteKind kind) const;
  // F if there is one, else N, else nothing: what a block of that view rests on.
  const QuorumProof* step(View view) const;
  // A held proof that cannot exist beside this one unless more than f members are faulty.
  const QuorumProof* contradiction(const QuorumProof& proof) const;
  // Keeps a verified proof. The caller asked contradiction() before.
  void add(QuorumProof proof, std::optional<std::uint64_t> persisted_by = std::nullopt);
  // Proofs of the view are held, and no ticket covers one of them.
  bool only_in_memory(View view) const;
  // Every proof that no ticket covers yet, ascending: this one does now.
  std::vector<QuorumProof> hand_out(std::uint64_t ticket);

  // Highest view below `view` and above `floor` with an N or F; else `floor`.
  View best_parent(View view, View floor) const;
  // The first run of at most limits::kProofRequestViews views strictly between that lack their X; nothing when none
  // does.
  std::optional<std::pair<View, View>> missing_skips(View after, View before) const;
  // The X proofs held of the views strictly between: the newest, at most `most` and `most_bytes`, ascending.
  std::vector<QuorumProof> skips(View after, View before, std::size_t most, std::size_t most_bytes,
                                 std::size_t members) const;

  // Views with an N or F, ascending.
  const std::set<View>& steps() const { return steps_; }
  void forget_through(View view);

 private:
  using ViewProofs = std::array<std::optional<KnownProof>, 3>;

  void join_skip(View view);

  std::map<View, ViewProofs> views_;
  std::set<View> steps_;
  std::map<View, View> skipped_;  // first and last of each run of views with an X: thousands may follow one another
  std::set<std::pair<View, VoteKind>> not_handed_out_;
};

}  // namespace quipu::consensus
