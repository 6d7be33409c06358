// SPDX-License-Identifier: Apache-2.0
#include "consensus/votes.h"

#include <algorithm>

#include "consensus/limits.h"

namespace quipu::consensus {

namespace {

constexpr VoteKind kKinds[] = {VoteKind::kNotarize, VoteKind::kNullify, VoteKind::kFinalize};

std::size_t index(VoteKind kind) { return static_cast<std::size_t>(kind) - 1; }

}  // namespace

bool contradict(const Vote& first, const Vote& second) {
  if (first.signer != second.signer || first.subject.view != second.subject.view) return false;
  const auto [low, high] = std::minmax(first.kind, second.kind);
  if (low == high) return low != VoteKind::kNullify && first.subject != second.subject;  // E1, E2
  if (high != VoteKind::kFinalize) return false;                                         // N and X may both be signed
  return low == VoteKind::kNullify || first.subject != second.subject;                   // E4, E3
}

VotePool::VotePool(const Scope& scope, const MemberSet& members, crypto::VerifyFunction verify)
    : scope_(scope), members_(members), check_(verify), highest_(members.size()) {}

bool VotePool::check(MemberIndex signer, VoteKind kind, const Kept& kept) const {
  return check_(members_[signer].vote, vote_bytes(scope_, kind, kept.subject), kept.signature);
}

// Verifies the slot's vote if nobody did; a vote that fails leaves the slot empty. It had come from the signer itself.
bool VotePool::make_sure(MemberIndex signer, VoteKind kind, std::optional<Kept>& slot) {
  if (!slot) return false;
  if (!slot->verified && !check(signer, kind, *slot)) {
    ++false_votes_[signer];
    slot.reset();
  }
  if (slot) slot->verified = true;
  return slot.has_value();
}

VotePool::Convicted VotePool::entry_of(const Evidence& evidence) {
  const auto [low, high] = std::minmax(evidence.first.kind, evidence.second.kind);
  return {evidence.first.signer, evidence.first.subject.view, low, high};
}

std::size_t VotePool::share() const { return limits::kEvidenceKept / members_.size(); }

bool VotePool::is_news(const Evidence& evidence) const {
  return convictions(evidence.first.signer) < share() && !convicted_.contains(entry_of(evidence));
}

bool VotePool::convict(const Evidence& evidence) {
  return is_news(evidence) && convicted_.insert(entry_of(evidence)).second;
}

std::size_t VotePool::convictions(MemberIndex signer) const {
  const auto first = convicted_.lower_bound({signer, View{}, VoteKind{}, VoteKind{}});
  const auto last = convicted_.upper_bound({signer, View{UINT64_MAX}, VoteKind::kFinalize, VoteKind::kFinalize});
  return static_cast<std::size_t>(std::distance(first, last));
}

std::optional<Evidence> VotePool::accuse(const Vote& first, const Vote& second) {
  Evidence evidence{first, second};
  if (!contradict(first, second) || !convict(evidence)) return std::nullopt;
  return evidence;
}

// A slot that is taken: only a vote that proves itself may change anything.
VotePool::Added VotePool::add_second(const Vote& vote, Carrier carrier, Kept incoming, std::optional<Kept>& slot) {
  if (slot->subject == incoming.subject && slot->verified) return {};
  if (slot->subject == incoming.subject && slot->signature == incoming.signature) {
    // It came before on the signer's word alone. Whoever brings it otherwise, as a leader does with its proposal, needs
    // to know whether it is good.
    if (carrier == Carrier::kOther) make_sure(vote.signer, vote.kind, slot);
    return {.bad_signature = !slot};
  }
  if (convicted_.contains({vote.signer, vote.subject.view, vote.kind, vote.kind})) return {};
  // Proven guilty as often as anybody will hear of it: its contradictions are not worth a check any more.
  if (convictions(vote.signer) >= share()) return {};
  if (!incoming.verified && !check(vote.signer, vote.kind, incoming)) return {.bad_signature = true};
  incoming.verified = true;
  if (!make_sure(vote.signer, vote.kind, slot) || slot->subject == incoming.subject) {
    slot = incoming;
    return {.stored = true};
  }
  const Vote held{vote.kind, slot->subject, vote.signer, slot->signature};
  return {.evidence = accuse(held, vote)};
}

VotePool::Added VotePool::add(const Vote& vote, Carrier carrier) {
  auto& view = views_[vote.subject.view];
  if (view.empty()) view.resize(members_.size());
  auto& slots = view[vote.signer];
  auto& slot = slots[index(vote.kind)];
  Kept incoming{vote.subject, vote.signature, carrier == Carrier::kSelf};
  Added added;
  if (slot) {
    added = add_second(vote, carrier, incoming, slot);
  } else if (carrier == Carrier::kOther && !check(vote.signer, vote.kind, incoming)) {
    return {.bad_signature = true};
  } else {
    incoming.verified = carrier != Carrier::kSigner;
    slot = incoming;
    added.stored = true;
  }
  if (added.stored) raise_highest(vote, incoming.verified);
  if (added.stored && !added.evidence) added.evidence = cross_check(vote.subject.view, vote.signer, slots);
  return added;
}

// E3 and E4: a FINALIZE beside a NULLIFY, or beside the NOTARIZE of something else.
std::optional<Evidence> VotePool::cross_check(View view, MemberIndex signer, Slots& slots) {
  auto& finalize = slots[index(VoteKind::kFinalize)];
  for (const auto kind : {VoteKind::kNotarize, VoteKind::kNullify}) {
    auto& other = slots[index(kind)];
    if (!finalize || !other) continue;
    if (kind == VoteKind::kNotarize && other->subject == finalize->subject) continue;
    if (convicted_.contains({signer, view, kind, VoteKind::kFinalize})) continue;
    if (!make_sure(signer, VoteKind::kFinalize, finalize) || !make_sure(signer, kind, other)) continue;
    return accuse({kind, other->subject, signer, other->signature},
                  {VoteKind::kFinalize, finalize->subject, signer, finalize->signature});
  }
  return std::nullopt;
}

// The subject that q members voted for, checked or not.
std::optional<Subject> VotePool::leading_subject(VoteKind kind, const std::vector<Slots>& view) const {
  std::map<Subject, std::size_t> counts;
  for (const auto& slots : view) {
    const auto& slot = slots[index(kind)];
    if (slot && ++counts[slot->subject] >= members_.quorum()) return slot->subject;
  }
  return std::nullopt;
}

std::optional<QuorumProof> VotePool::form(VoteKind kind, View view) {
  const auto at = views_.find(view);
  if (at == views_.end()) return std::nullopt;
  while (const auto subject = leading_subject(kind, at->second)) {
    QuorumProof proof{.kind = kind, .subject = *subject, .signers = {}, .signatures = {}};
    for (std::size_t i = 0; i < at->second.size() && proof.signers.size() < members_.quorum(); ++i) {
      auto& slot = at->second[i][index(kind)];
      const auto signer = static_cast<MemberIndex>(i);
      if (!slot || slot->subject != *subject || !make_sure(signer, kind, slot)) continue;
      proof.signers.push_back(signer);
      proof.signatures.push_back(slot->signature);
    }
    if (proof.signers.size() >= members_.quorum()) return proof;
  }
  return std::nullopt;
}

std::optional<Vote> VotePool::find(View view, MemberIndex signer, VoteKind kind) const {
  const auto at = views_.find(view);
  if (at == views_.end()) return std::nullopt;
  const auto& slot = at->second[signer][index(kind)];
  if (!slot) return std::nullopt;
  return Vote{kind, slot->subject, signer, slot->signature};
}

std::optional<Vote> VotePool::find_proven(View view, MemberIndex signer, VoteKind kind) {
  const auto at = views_.find(view);
  if (at == views_.end() || !make_sure(signer, kind, at->second[signer][index(kind)])) return std::nullopt;
  return find(view, signer, kind);
}

bool VotePool::holds_verified(const Vote& vote) const {
  const auto at = views_.find(vote.subject.view);
  if (at == views_.end()) return false;
  const auto& slot = at->second[vote.signer][index(vote.kind)];
  return slot && slot->verified && slot->subject == vote.subject;
}

std::size_t VotePool::others_voting_from(View first, MemberIndex self) const {
  std::set<std::size_t> voters;
  for (auto at = views_.lower_bound(first); at != views_.end(); ++at)
    for (std::size_t i = 0; i < at->second.size(); ++i)
      if (std::ranges::any_of(at->second[i], [](const auto& slot) { return slot.has_value(); })) voters.insert(i);
  voters.erase(self);
  return voters.size();
}

std::vector<Vote> VotePool::proven_votes_from(View first, MemberIndex self, std::size_t most) {
  std::map<MemberIndex, Vote> proven;
  for (auto at = views_.lower_bound(first); at != views_.end(); ++at)
    for (std::size_t i = 0; i < at->second.size(); ++i)
      for (const auto kind : kKinds) {
        const auto signer = static_cast<MemberIndex>(i);
        auto& slot = at->second[i][index(kind)];
        if (signer == self || proven.size() >= most || proven.contains(signer) || !make_sure(signer, kind, slot))
          continue;
        proven.emplace(signer, Vote{kind, slot->subject, signer, slot->signature});
      }
  std::vector<Vote> votes;
  for (const auto& [signer, vote] : proven) votes.push_back(vote);
  return votes;
}

std::vector<Vote> VotePool::votes_of(MemberIndex signer, View after, std::size_t most) const {
  std::vector<Vote> votes;
  if (signer >= members_.size()) return votes;  // an observer's own: none
  for (auto at = views_.rbegin(); at != views_.rend() && at->first > after && votes.size() < most; ++at)
    for (const auto kind : kKinds)
      if (const auto vote = find(at->first, signer, kind)) votes.push_back(*vote);
  std::ranges::stable_sort(votes, {}, [](const Vote& vote) { return vote.subject.view; });
  return votes;
}

void VotePool::raise_highest(const Vote& vote, bool verified) {
  auto& slot = highest_[vote.signer][index(vote.kind)];
  const bool as_high = slot && slot->subject.view == vote.subject.view;
  if ((slot && slot->subject.view > vote.subject.view) || (as_high && (slot->verified || !verified))) return;
  slot = Kept{vote.subject, vote.signature, verified};
  unkept_.insert({vote.signer, vote.kind});
}

std::vector<Vote> VotePool::highest_votes_of(MemberIndex signer) {
  std::vector<Vote> votes;
  if (signer >= highest_.size()) return votes;  // a guest, who is told where we stand and has no votes
  for (const auto kind : kKinds) {
    auto& slot = highest_[signer][index(kind)];
    if (make_sure(signer, kind, slot)) votes.push_back({kind, slot->subject, signer, slot->signature});
  }
  return votes;
}

std::vector<Vote> VotePool::take_unkept() {
  std::vector<Vote> votes;
  for (const auto& [signer, kind] : std::exchange(unkept_, {}))
    if (const auto& slot = highest_[signer][index(kind)])
      votes.push_back({kind, slot->subject, signer, slot->signature});
  return votes;
}

void VotePool::restore_highest(const std::vector<Vote>& kept) {
  for (const auto& vote : kept)
    if (vote.signer < members_.size()) highest_[vote.signer][index(vote.kind)] = Kept{vote.subject, vote.signature};
}

void VotePool::forget_through(View view) { views_.erase(views_.begin(), views_.upper_bound(view)); }

}  // namespace quipu::consensus
