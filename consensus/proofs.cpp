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
  const VoteKind kind = proof.kind;
  auto& slot = views_[view][index(kind)];
  if (slot) return;
  slot = KnownProof{std::move(proof), persisted_by};
  if (!persisted_by) not_handed_out_.insert({view, kind});
  if (kind == VoteKind::kNullify)
    join_skip(view);
  else
    steps_.insert(view);
}

bool ProofStore::only_in_memory(View view) const {
  const auto at = views_.find(view);
  return at != views_.end() &&
         std::ranges::none_of(at->second, [](const auto& known) { return known && known->persisted_by; });
}

std::vector<QuorumProof> ProofStore::hand_out(std::uint64_t ticket) {
  std::vector<QuorumProof> proofs;
  for (const auto& [view, kind] : std::exchange(not_handed_out_, {})) {
    auto& known = *views_.at(view)[index(kind)];
    known.persisted_by = ticket;
    proofs.push_back(known.proof);
  }
  return proofs;
}

// A view that was in no run lengthens the one before it, the one after it, or makes them one.
void ProofStore::join_skip(View view) {
  View last = view;
  if (const auto after = skipped_.find(view.next()); after != skipped_.end()) {
    last = after->second;
    skipped_.erase(after);
  }
  const auto above = skipped_.upper_bound(view);
  if (above != skipped_.begin() && std::prev(above)->second.next() == view)
    std::prev(above)->second = last;
  else
    skipped_.emplace(view, last);
}

View ProofStore::best_parent(View view, View floor) const {
  auto at = steps_.lower_bound(view);
  if (at == steps_.begin() || *--at < floor) return floor;
  return *at;
}

std::optional<std::pair<View, View>> ProofStore::missing_skips(View after, View before) const {
  View view = after.next();
  const auto above = skipped_.upper_bound(view);
  if (above != skipped_.begin() && std::prev(above)->second >= view) view = std::prev(above)->second.next();
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
  not_handed_out_.erase(not_handed_out_.begin(), not_handed_out_.lower_bound({view.next(), VoteKind{}}));
  while (!skipped_.empty() && skipped_.begin()->first <= view) {
    const View last = skipped_.begin()->second;
    skipped_.erase(skipped_.begin());
    if (last > view) skipped_.emplace(view.next(), last);
  }
}

}  // namespace quipu::consensus
