// SPDX-License-Identifier: Apache-2.0
// R3 what becomes of a proposal, R4 voting for it, R5 giving up on a view, and the order Persist -> Sign -> send.
#include <algorithm>
#include <utility>

#include "consensus/engine_state.h"

namespace quipu::consensus {

// ---- R3: a proposal arrives

std::optional<Subject> Engine::State::subject_of(const Proposal& proposal) const {
  if (!proposal.repeat)
    return Subject{proposal.view, proposal.parent_view, proposal.block.header.height, blocks.id_of(proposal.block)};
  if (proposal.parent_proof && proposal.parent_proof->subject.view == proposal.parent_view &&
      proposal.parent_proof->kind != VoteKind::kNullify)
    return Subject{proposal.view, proposal.parent_view, proposal.parent_proof->subject.height, proposal.repeated};
  const auto parent = parent_at(proposal.parent_view);
  if (!parent) return std::nullopt;
  return Subject{proposal.view, proposal.parent_view, parent->height, proposal.repeated};
}

void Engine::State::receive(PeerId from, Proposal&& proposal) {
  const View view = proposal.view;
  if (view.value == 0 || leader(view) != from) return;
  if (view <= fin.view) return settle_past(from, view);
  if (view.value > current.value + limits::kFutureViews) return ask_status(from);
  if (!proposal.leaf_ids.empty()) return;
  const auto subject = subject_of(proposal);
  if (!subject) return;
  const Vote vote{VoteKind::kNotarize, *subject, from, proposal.signature};
  count_vote(vote, Carrier::kOther, from);
  if (!votes.holds_verified(vote)) return;  // a bad signature, or the leader's second proposal: the first one stays
  if (const auto at = views.find(view); at != views.end() && at->second.proposal) return;
  if (proposal.parent_proof) take_proof(from, std::move(*proposal.parent_proof), Relay::kNo);
  for (auto& skip : proposal.skip_proofs) take_proof(from, std::move(skip), Relay::kNo);
  const auto* step = proofs.step(view);
  if (view < current && (step == nullptr || step->subject.block != subject->block)) return;
  if (!proposal.repeat) blocks.add(subject->block, std::exchange(proposal.block, {}), view, from);
  proposal.parent_proof.reset();
  proposal.skip_proofs.clear();
  auto& notes = views[view];
  notes.proposal = std::move(proposal);
  notes.subject = *subject;
  touch();
}

// Nothing but the same block again comes after a handover in its epoch.
bool Engine::State::ends_epoch(const BlockId& id) const {
  const auto* known = blocks.find(id);
  return known != nullptr && known->block->header.is_handover();
}

// Everything but the block's own validity: place in the chain, epoch, height.
bool Engine::State::fits(const ViewNotes& notes, const ParentRef& parent) const {
  const Subject& subject = notes.subject;
  if (notes.proposal->repeat) return subject.block == parent.block && subject.height == parent.height;
  const auto* known = blocks.find(subject.block);
  if (known == nullptr) return false;
  const Header& header = known->block->header;
  return !ends_epoch(parent.block) && header.epoch == config.scope.epoch && header.parent_id == parent.block &&
         header.height == parent.height.next();
}

void Engine::State::consider_proposal() {
  const auto at = views.find(current);
  if (!may_vote() || syncing || at == views.end() || !at->second.proposal) return;
  if (notarized_by_me(current) || nullified_by_me(current)) return;
  ViewNotes& notes = at->second;
  const Subject& subject = notes.subject;
  if (subject.parent_view >= current) return give_up();
  if (subject.parent_view < fin.view) {
    settle_past(leader(current), subject.parent_view);
    return give_up();
  }
  const auto parent = parent_at(subject.parent_view);
  if (!parent || proofs.missing_skips(subject.parent_view, current)) return;  // fetched meanwhile
  if (!fits(notes, *parent)) return give_up();
  if (notes.proposal->repeat && subject.height <= final_height()) {
    notes.proposal.reset();  // told once for each time that it comes, not in every step
    return settle_past(leader(current), final_view());
  }
  vote_for(notes);
}

// ---- R4

void Engine::State::vote_for(ViewNotes& notes) {
  auto* known = blocks.find(notes.subject.block);
  if (known == nullptr) return;  // a repeat of a block that is being fetched
  if (known->check == Check::kInvalid) return give_up();
  if (known->check == Check::kValid) {
    if (!notes.proposal->repeat && known->proposer.value_or(leader(current)) != leader(current)) return give_up();
    if (ask(VoteKind::kNotarize, notes.subject)) notes.proposal_valid = true;
    return;
  }
  if (may_ask(*known)) request_verify(*known, !notes.proposal->repeat);
}

void Engine::State::on(const BlockVerdict& input) {
  auto* known = blocks.find(input.block);
  if (known == nullptr || known->check != Check::kAsked) return;
  if (input.verdict == Verdict::kForged) return drop_forged(input.block);
  const bool with_clock = std::exchange(known->asked_with_clock, false);
  known->check = Check::kUnchecked;
  touch();
  if (input.verdict == Verdict::kValid) {
    known->check = Check::kValid;
    known->proposer = input.proposer;
  } else if (input.verdict == Verdict::kLater) {
    const std::int64_t ahead_ms = input.block_time_ms - limits::kBlockTimeAhead_ms - now.utc_ms;
    const std::int64_t wait_ms = std::clamp<std::int64_t>(ahead_ms, 20, config.timing.backoff_cap_ms);
    known->ask_after_us = now.steady_us + wait_ms * 1000;
    deadlines.set(Deadline::kLater, known->ask_after_us);
  } else if (!with_clock) {
    known->check = Check::kInvalid;
  } else if (const auto at = views.find(current); at != views.end() && at->second.subject.block == input.block) {
    give_up();  // perhaps only too old for my clock: the verdict is not kept
  }
}

// The id is the header's: anybody can hang other leaves under it. Only their sender is found out by that; the block
// may still be notarized by those who got the true leaves, and is then fetched from them.
void Engine::State::drop_forged(const BlockId& id) {
  const auto from = blocks.find(id)->from;
  blocks.drop(id);
  std::erase_if(proven, [&](const auto& item) { return item.second == id; });
  if (from) peers[*from].forged_leaves = true;
  const auto at = views.find(current);
  const bool proposed = at != views.end() && at->second.proposal && !at->second.proposal->repeat;
  if (proposed && at->second.subject.block == id) give_up();
  touch();
}

// ---- R5

void Engine::State::give_up() {
  if (proofs.step(current) == nullptr) ask(VoteKind::kNullify, {.view = current});
}

bool Engine::State::trusted(const PeerNotes& peer) const {
  return peer.turns_missed < kTurnsForgiven || peer.distrusted_until_us <= now.steady_us;
}

// It is down and missed its last turn, or it is not and missed several. Only while there is a quorum of others: else it
// is rather I who am cut off. And the mute are waited for again when nothing becomes final: members may differ in whom
// they distrust.
bool Engine::State::hopeless(PeerId who) const {
  const PeerNotes& peer = peers[who];
  const auto good = std::ranges::count_if(peers, [&](const PeerNotes& one) { return !one.down && trusted(one); });
  if (static_cast<std::size_t>(good) < config.members.quorum()) return false;
  if (peer.down) return peer.turns_missed > 0;
  return !trusted(peer) && current.value - final_view().value <= 2 * count();
}

// A leader that says so itself, or of which there is no hope, is not waited for.
void Engine::State::skip_hopeless_leader() {
  const PeerId who = leader(current);
  if (who == config.self || nullified_by_me(current) || !awake()) return;
  if (votes.find(current, who, VoteKind::kNullify) || hopeless(who)) give_up();
}

// ---- Persist -> Sign -> send

// A vote asked for counts as cast: the guard runs on the record as it will be. False when it must not be, or already
// was.
bool Engine::State::ask(VoteKind kind, const Subject& subject) {
  if (!may_vote() || subject.view <= final_view()) return false;
  if (syncing && kind != VoteKind::kNullify) return false;
  if (kind != VoteKind::kFinalize && !holds_entry(subject.view)) return false;
  const Slot slot{config.scope.epoch, subject.view, kind};
  auto next = guard(asked, slot, subject);
  if (!next || *next == asked) return false;
  asked = std::move(*next);
  if (must_persist(kind, subject)) persist_for(subject, kind);
  signs.push_back({last_ticket, slot, subject});
  touch();
  return true;
}

// What let me into the view. A database that was put back lacks it where the safety file does not: it comes with the
// peers' STATUS or is fetched.
bool Engine::State::holds_entry(View view) const {
  const View before{view.value - 1};
  return before <= fin.view || proofs.step(before) != nullptr || proofs.find(before, VoteKind::kNullify) != nullptr;
}

// Before NOTARIZE and FINALIZE the block; before NOTARIZE and NULLIFY the proof that let me into the view; before
// FINALIZE the notarization itself: whoever finalized v must still be able to show N(v) after a power cut. It may not
// nullify v any more, so if all who hold N(v) forgot it, nobody could leave the view.
bool Engine::State::must_persist(VoteKind kind, const Subject& subject) const {
  const auto* known = kind == VoteKind::kNullify ? nullptr : blocks.find(subject.block);
  if (known != nullptr && !known->persisted_by) return true;
  const auto view = kind == VoteKind::kFinalize ? subject.view.value : subject.view.value - 1;
  return proofs.only_in_memory({view});
}

// One batch: the block, and every proof that no earlier batch carried.
void Engine::State::persist_for(const Subject& subject, VoteKind kind) {
  Persist batch{.ticket = ++last_ticket, .blocks = {}, .proofs = {}};
  auto* known = kind == VoteKind::kNullify ? nullptr : blocks.find(subject.block);
  if (known != nullptr && !known->persisted_by) {
    known->persisted_by = batch.ticket;
    batch.blocks.push_back(*known->block);
  }
  batch.proofs = proofs.hand_out(batch.ticket);
  batch.votes = votes.take_unkept();
  emit(std::move(batch));
}

void Engine::State::on(const Persisted& input) {
  done = std::max(done, std::min(input.ticket, last_ticket));
  touch();
}

// In the order asked, each only when what it rests on is durable.
void Engine::State::release_signs() {
  while (!signs.empty() && signs.front().after <= done) {
    const PendingSign next = signs.front();
    signs.pop_front();
    if (!halted && next.subject.view > final_view()) emit(Sign{next.slot, next.subject});
  }
}

void Engine::State::on(const Signed& input) {
  const Vote vote{input.slot.kind, input.subject, config.self, input.signature};
  if (halted || vote.subject.view <= fin.view) return;
  count_vote(vote, Carrier::kSelf, config.self);
  const auto at = views.find(vote.subject.view);
  const bool proposal = vote.kind == VoteKind::kNotarize && at != views.end() && at->second.mine;
  if (!proposal) return broadcast(vote);
  at->second.mine->signature = input.signature;
  if (count() > 1) broadcast(complete(*at->second.mine));
}

// The guard refused what the engine's copy of it allowed: it stays asked, never counted. The host raises the alarm.
void Engine::State::on(const Refused&) {}

void Engine::State::count_vote(const Vote& vote, Carrier carrier, PeerId from) {
  const auto added = votes.add(vote, carrier);
  if (added.bad_signature) blame(from, 1);
  if (added.stored) dirty.insert({vote.subject.view, vote.kind});
  if (added.evidence) report(*added.evidence);
  if (!added.stored) return;
  compare_with_proofs(vote);
  touch();
}

}  // namespace quipu::consensus
