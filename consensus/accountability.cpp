// SPDX-License-Identifier: Apache-2.0
#include "consensus/accountability.h"

#include <algorithm>
#include <cassert>
#include <map>
#include <tuple>

#include "consensus/votes.h"

namespace quipu::consensus {

namespace {

// --- Members

// Honest histories have at most four proofs of a view between two of them; beyond this, somebody is flooding us.
constexpr std::size_t kStatementsOfOne = 16;

// What a member is said to have signed in a view.
struct Statement {
  Vote vote;
  std::optional<bool> good{};
};

class Court {
 public:
  Court(const Scope& scope, const MemberSet& members, crypto::VerifyFunction check)
      : scope_(scope), members_(members), check_(check) {}

  void hear(const QuorumProof& proof) {
    if (proof.kind < VoteKind::kNotarize || proof.kind > VoteKind::kFinalize) return;
    // A nullification signs its view alone.
    const auto subject = proof.kind == VoteKind::kNullify ? Subject{.view = proof.subject.view} : proof.subject;
    for (std::size_t i = 0; i < std::min(proof.signers.size(), proof.signatures.size()); ++i)
      if (proof.signers[i] < members_.size()) note({proof.kind, subject, proof.signers[i], proof.signatures[i]});
  }

  std::vector<Evidence> verdicts() {
    std::map<MemberIndex, Evidence> guilty;
    for (auto& [at, said] : statements_) {
      if (guilty.contains(at.second)) continue;
      if (const auto pair = contradiction_among(said)) guilty.emplace(at.second, *pair);
    }
    std::vector<Evidence> out;
    for (const auto& [member, pair] : guilty) out.push_back(pair);
    return out;
  }

 private:
  void note(const Vote& vote) {
    auto& said = statements_[{vote.subject.view, vote.signer}];
    if (said.size() < kStatementsOfOne && std::ranges::find(said, vote, &Statement::vote) == said.end())
      said.push_back({vote});
  }

  bool holds(Statement& statement) const {
    const Vote& vote = statement.vote;
    if (!statement.good)
      statement.good = check_(members_[vote.signer].vote, vote_bytes(scope_, vote.kind, vote.subject), vote.signature);
    return *statement.good;
  }

  // However they were heard, one pair has one spelling.
  static Evidence in_order(const Vote& a, const Vote& b) {
    return std::tie(a.kind, a.subject) < std::tie(b.kind, b.subject) ? Evidence{a, b} : Evidence{b, a};
  }

  std::optional<Evidence> contradiction_among(std::vector<Statement>& said) const {
    for (std::size_t i = 1; i < said.size(); ++i)
      for (std::size_t j = 0; j < i; ++j)
        if (contradict(said[j].vote, said[i].vote) && holds(said[j]) && holds(said[i]))
          return in_order(said[j].vote, said[i].vote);
    return std::nullopt;
  }

  const Scope& scope_;
  const MemberSet& members_;
  crypto::VerifyFunction check_;
  std::map<std::pair<View, MemberIndex>, std::vector<Statement>> statements_;
};

// The clash is heard first, so that no flood of other votes hides it.
std::vector<Evidence> convict_all(const Fork& fork, const std::optional<Clash>& clash, Court court) {
  if (clash) {
    court.hear(clash->finalization);
    court.hear(clash->other);
  }
  for (const auto& branch : fork.branches)
    for (const auto& link : branch.links) {
      court.hear(link.step);
      for (const auto& skip : link.skipped) court.hear(skip);
    }
  return court.verdicts();
}

// --- Branches

// Is the step about a block of this history? Of blocks below the fork only the height is known, which tells them from
// all that the other branch finalized.
bool is_own(const Branch& branch, Height fork, const Subject& subject) {
  if (subject.height < fork) return true;
  const std::uint64_t place = subject.height.value - fork.value;
  return place < branch.blocks.size() && branch.blocks[place] == subject.block;
}

// The proofs of one branch by view, each checked at most once.
class Shown {
 public:
  Shown(const Branch& branch, Height fork, const Scope& scope, const MemberSet& members, crypto::VerifyFunction check)
      : scope_(scope), members_(members), check_(check) {
    for (const auto& link : branch.links) {
      if (is_own(branch, fork, link.step.subject)) add(link.step);
      for (const auto& skip : link.skipped)
        if (skip.kind == VoteKind::kNullify) add(skip);
    }
    for (auto& [at, proof] : proofs_)
      if (at.kind == VoteKind::kFinalize && at.subject.height >= fork) finalizations_.push_back(&proof);
  }

  // All F at or above the fork, ascending by view, and the first that is valid.
  std::vector<const QuorumProof*> finalizations() const {
    std::vector<const QuorumProof*> out;
    for (const Proof* proof : finalizations_) out.push_back(proof->proof);
    return out;
  }
  const QuorumProof* lowest_final() {
    const auto at = std::ranges::find_if(finalizations_, [this](Proof* proof) { return holds(*proof); });
    return at == finalizations_.end() ? nullptr : (*at)->proof;
  }

  // A valid proof of the view of any kind, or of a step alone.
  const QuorumProof* of_view(View view, bool step_only = false) {
    for (auto at = proofs_.lower_bound({.subject = {.view = view}}); at != proofs_.end(); ++at) {
      if (at->first.subject.view != view) break;
      if ((!step_only || at->first.kind != VoteKind::kNullify) && holds(at->second)) return at->second.proof;
    }
    return nullptr;
  }
  bool holds(const QuorumProof& proof) { return holds(proofs_.at({proof.subject, proof.kind})); }

 private:
  struct Proof {
    const QuorumProof* proof;
    std::optional<bool> good{};
  };
  struct At {
    Subject subject{};
    VoteKind kind{};
    friend auto operator<=>(const At&, const At&) = default;
  };

  void add(const QuorumProof& proof) { proofs_.emplace(At{proof.subject, proof.kind}, Proof{&proof}); }
  bool holds(Proof& proof) const {
    if (!proof.good) proof.good = verify(*proof.proof, scope_, members_, check_);
    return *proof.good;
  }

  const Scope& scope_;
  const MemberSet& members_;
  crypto::VerifyFunction check_;
  std::map<At, Proof> proofs_;
  std::vector<Proof*> finalizations_;
};

using Pair = std::array<Shown, 2>;

// What the other branch shows of a finalized view is about something else: its own blocks differ from there on, and
// lower ones have other heights. So whoever signed both is guilty.
std::optional<Clash> find_clash(Pair& shown) {
  for (std::size_t branch : {0u, 1u})
    for (const QuorumProof* finalization : shown[branch].finalizations()) {
      const QuorumProof* other = shown[1 - branch].of_view(finalization->subject.view);
      if (other == nullptr || other->subject == finalization->subject) continue;
      if (shown[branch].holds(*finalization)) return Clash{branch, *finalization, *other};
    }
  return std::nullopt;
}

// Walks a branch from its finalization down to `view`, which the other finalized, and says where the walk ends.
Gap walk(Shown& shown, std::size_t branch, const QuorumProof* at, View view) {
  for (;;) {
    const View parent = at->subject.parent_view;
    const Gap::What what = parent < view ? Gap::What::kNullification : Gap::What::kStep;
    const QuorumProof* next = parent > view && parent < at->subject.view ? shown.of_view(parent, true) : nullptr;
    if (next == nullptr) return {what, branch, std::max(parent, view), at->subject.view, at->signers};
    at = next;
  }
}

Gap find_gap(Pair& shown) {
  const std::array<const QuorumProof*, 2> lowest = {shown[0].lowest_final(), shown[1].lowest_final()};
  for (std::size_t branch : {0u, 1u})
    if (lowest[branch] == nullptr) return {.what = Gap::What::kFinalization, .branch = branch};
  const std::size_t higher = lowest[0]->subject.view < lowest[1]->subject.view ? 1 : 0;
  return walk(shown[higher], higher, lowest[higher], lowest[1 - higher]->subject.view);
}

}  // namespace

Contradiction contradiction_of(const Evidence& pair) {
  assert(contradict(pair.first, pair.second));
  const auto [low, high] = std::minmax(pair.first.kind, pair.second.kind);
  if (high == VoteKind::kNotarize) return Contradiction::kTwoNotarized;
  if (low == VoteKind::kFinalize) return Contradiction::kTwoFinalized;
  return low == VoteKind::kNotarize ? Contradiction::kNotarizedAnother : Contradiction::kNullified;
}

std::string_view to_string(Contradiction contradiction) {
  constexpr std::string_view kNames[] = {"E1", "E2", "E3", "E4"};
  return kNames[static_cast<std::size_t>(contradiction) - 1];
}

std::vector<Evidence> convict(std::span<const QuorumProof* const> proofs, const Scope& scope, const MemberSet& members,
                              crypto::VerifyFunction check) {
  Court court(scope, members, check);
  for (const QuorumProof* proof : proofs) court.hear(*proof);
  return court.verdicts();
}

Judgement judge(const Fork& fork, const Scope& scope, const MemberSet& members, crypto::VerifyFunction check) {
  const auto shown_by = [&](const Branch& branch) { return Shown(branch, fork.height, scope, members, check); };
  Pair shown = {shown_by(fork.branches[0]), shown_by(fork.branches[1])};
  Judgement out{.clash = find_clash(shown)};
  out.guilty = convict_all(fork, out.clash, Court(scope, members, check));
  if (!out.clash) out.gap = find_gap(shown);
  for (std::size_t branch : {0u, 1u})
    if (const QuorumProof* lowest = shown[branch].lowest_final()) out.finalized[branch] = *lowest;
  assert(!out.clash || out.guilty.size() >= 2 * members.quorum() - members.size());
  return out;
}

}  // namespace quipu::consensus
