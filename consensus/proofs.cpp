// SPDX-License-Identifier: Apache-2.0
#include "consensus/proofs.h"

#include <algorithm>

#include "consensus/limits.h"

namespace quipu::consensus {

namespace {

std::size_t index(VoteKind kind) { return static_cast<std::size_t>(kind) - 1; }

// Two finalizations on one chain: the later view has the greater height, or repeats the same block.
bool on_one_chain(const Subject& earlier, const Subject& later) {
  return earlier.height < later.height || (earlier.height == later.height && earlier.block == later.block);
}

}  // namespace

const QuorumProof* ProofStore::find(View view, VoteKind kind) const {
  const auto at = views_.find(view);
  if (at == views_.end() || !at->second[index(kind)]) return nullptr;
  return &at->second[index(kind)]->proof;
}

KnownProof* ProofStore::known(View view, VoteKind kind) {
  const auto at = views_.find(view);
  if (at == views_.end() || !at->second[index(kind)]) return nullptr;
  return &*at->second[index(kind)];
}

const QuorumProof* ProofStore::step(View view) const {
  const auto* finalization = find(view, VoteKind::kFinalize);
  return finalization != nullptr ? finalization : find(view, VoteKind::kNotarize);
}

const QuorumProof* ProofStore::contradiction(const QuorumProof& proof) const {
  const View view = proof.subject.view;
  if (proof.kind == VoteKind::kNullify) return find(view, VoteKind::kFinalize);
  for (const auto kind : {VoteKind::kNotarize, VoteKind::kFinalize}) {
    const auto* held = find(view, kind);
    if (held != nullptr && held->subject != proof.subject) return held;
  }
  if (proof.kind != VoteKind::kFinalize) return nullptr;
  if (const auto* nullified = find(view, VoteKind::kNullify)) return nullified;
  for (const auto step : steps_) {
    const auto* held = find(step, VoteKind::kFinalize);
    if (held == nullptr || step == view) continue;
    if (!(step < view ? on_one_chain(held->subject, proof.subject) : on_one_chain(proof.subject, held->subject)))
      return held;
  }
  return nullptr;
}

void ProofStore::add(QuorumProof proof, std::optional<std::uint64_t> persisted_by) {
  const View view = proof.subject.view;
  if (proof.kind != VoteKind::kNullify) steps_.insert(view);
  auto& slot = views_[view][index(proof.kind)];
  if (!slot) slot = KnownProof{std::move(proof), persisted_by};
}

View ProofStore::best_parent(View view, View floor) const {
  auto at = steps_.lower_bound(view);
  if (at == steps_.begin() || *--at < floor) return floor;
  return *at;
}

std::optional<std::pair<View, View>> ProofStore::missing_skips(View after, View before) const {
  View view = after.next();
  for (auto at = views_.lower_bound(view); view < before && at != views_.end() && at->first == view; ++at) {
    if (!at->second[index(VoteKind::kNullify)]) break;
    view = view.next();
  }
  if (view >= before) return std::nullopt;
  View last = view;
  const std::uint64_t end = std::min(before.value, view.value + limits::kProofRequestViews);
  while (last.value + 1 < end && find(last.next(), VoteKind::kNullify) == nullptr) last = last.next();
  return std::pair{view, last};
}

std::vector<QuorumProof> ProofStore::skips(View after, View before, std::size_t most, std::size_t most_bytes,
                                           std::size_t members) const {
  std::vector<QuorumProof> newest;
  std::size_t bytes = 0;
  for (View view{before.value - 1}; view > after && newest.size() < most; view = {view.value - 1}) {
    const auto* proof = find(view, VoteKind::kNullify);
    if (proof == nullptr) break;
    bytes += 1 + 8 + (members + 7) / 8 + proof->signers.size() * crypto::Signature::kSize;
    if (bytes > most_bytes) break;
    newest.push_back(*proof);
  }
  std::ranges::reverse(newest);
  return newest;
}

void ProofStore::forget_through(View view) {
  views_.erase(views_.begin(), views_.upper_bound(view));
  steps_.erase(steps_.begin(), steps_.upper_bound(view));
}

}  // namespace quipu::consensus
