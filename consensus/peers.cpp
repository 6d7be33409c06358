// SPDX-License-Identifier: Apache-2.0
// Dealing with peers: votes and proofs as they arrive, R9 past and R10 future votes, R11 sending again, R12 greetings,
// the relay of proofs, and evidence.
#include <algorithm>
#include <utility>

#include "consensus/engine_state.h"

namespace quipu::consensus {

namespace {

constexpr std::int64_t kReplyInterval_us = 1'000'000;
constexpr std::int64_t kAnswerInterval_us = 20'000;  // whoever asks cannot vote meanwhile
constexpr std::size_t kBroadcastRelayMembers = 16;
constexpr std::size_t kVotesResent = 24;
constexpr std::size_t kProofsResent = 16;
// One pair proves a member guilty; a hostile one could make others pass on any number of them.
constexpr std::size_t kPairsRelayedPerSigner = 4;

// One message of a sort per peer and interval.
bool take_turn(std::int64_t& last_us, std::int64_t now_us, std::int64_t interval_us = kReplyInterval_us) {
  if (now_us - last_us < interval_us) return false;
  last_us = now_us;
  return true;
}

}  // namespace

void Engine::State::receive(PeerId from, const Vote& vote) {
  const View view = vote.subject.view;
  if (vote.signer == config.self) return examine(from, vote);
  if (vote.signer >= count() || view.value == 0) return;
  if (from == vote.signer) peers[from].last_voted = std::max(peers[from].last_voted, view);
  if (view <= fin.view) return settle_past(from, view);
  if (view.value > current.value + limits::kFutureViews) return ask_status(from);
  if (view.value + limits::kViewWindow <= current.value) return;
  count_vote(vote, from == vote.signer ? Carrier::kSigner : Carrier::kOther, from);
  if (view < current && vote.kind == VoteKind::kNullify) settle_past(from, view);
}

void Engine::State::receive(PeerId from, QuorumProof&& proof) { take_proof(from, std::move(proof), Relay::kYes); }

// R9: whoever still votes in a settled view gets what settled it.
void Engine::State::settle_past(PeerId to, View view) {
  if (to == config.self || !take_turn(peers[to].settled_sent_us, now.steady_us)) return;
  const auto* highest = proofs.find(final_view(), VoteKind::kFinalize);
  if (view <= final_view()) {
    if (highest != nullptr) return send(to, *highest);
    if (finalization) send(to, *finalization);
    return;
  }
  if (const auto entry = entry_proof()) send(to, *entry);
}

// R10: a vote far ahead is only a hint; the sender's Status proves or disproves it.
void Engine::State::ask_status(PeerId to) {
  if (take_turn(peers[to].status_sent_us, now.steady_us)) send_status(to, true);
}

// R11: only votes that were signed, and proofs; nothing is constructed here.
void Engine::State::resend_own() {
  for (const auto& vote : votes.votes_of(config.self, final_view(), kVotesResent)) broadcast(vote);
  std::size_t sent = 0;
  const auto& steps = proofs.steps();
  for (auto at = steps.rbegin(); at != steps.rend() && *at > final_view() && sent < kProofsResent; ++at, ++sent)
    broadcast(*proofs.step(*at));
  const auto entry = entry_proof();
  if (entry && entry->kind == VoteKind::kNullify) broadcast(*entry);
}

// Those whose votes alone keep me awake may be down by now, and others never heard them: with their votes everybody
// who is left wakes too and the view can end. Without, I would go on retrying alone.
void Engine::State::wake_others() {
  for (const auto& vote : votes.proven_votes_from(current, config.self, config.members.faulty() + 1)) broadcast(vote);
}

// R12
void Engine::State::greet(PeerId to) {
  send_status(to, question != 0);
  if (observing()) return;  // neither votes nor leads
  for (const auto& vote : votes.votes_of(config.self, final_view(), kVotesResent)) send(to, vote);
  const auto at = views.find(current);
  if (at == views.end() || !at->second.mine) return;
  if (at->second.mine->signature != crypto::Signature{}) send(to, complete(*at->second.mine));
}

Status Engine::State::status_for(PeerId to, bool answer_wanted) {
  return {.finalized = fin,
          .current = current,
          .finalization = finalization,
          .entry = entry_proof(),
          .your_votes = votes.highest_votes_of(to),
          .answer_wanted = answer_wanted,
          .question = answer_wanted ? question : 0,
          .recovering = recovering()};
}

void Engine::State::send_status(PeerId to, bool answer_wanted) { send(to, status_for(to, answer_wanted)); }

void Engine::State::receive(PeerId from, Status&& status) {
  const bool behind = status.finalized.view < fin.view || status.current < current;
  if (status.finalization) take_proof(from, std::move(*status.finalization), Relay::kNo);
  if (status.entry) take_proof(from, std::move(*status.entry), Relay::kNo);
  for (const auto& vote : status.your_votes) examine(from, vote);
  if (!status.answer_wanted) take_answer(from, status);
  if (status.answer_wanted && status.question != 0) {
    if (!take_turn(peers[from].answer_sent_us, now.steady_us, kAnswerInterval_us)) return;
    auto answer = status_for(from, false);
    answer.question = status.question;
    return send(from, std::move(answer));
  }
  if ((status.answer_wanted || behind) && take_turn(peers[from].status_sent_us, now.steady_us))
    send_status(from, false);
}

// STATUS: one connected peer in turn.
void Engine::State::send_next_status() {
  for (std::size_t i = 0; i < count(); ++i) {
    next_status_peer = static_cast<PeerId>((next_status_peer + 1U) % count());
    if (next_status_peer != config.self && peers[next_status_peer].up) return send_status(next_status_peer, true);
  }
}

// Few members: everybody at once. Many: the next leader, a seeded handful, and whoever was seen voting further back.
void Engine::State::relay_proof(const QuorumProof& proof) {
  if (count() <= kBroadcastRelayMembers) return broadcast(proof);
  std::set<PeerId> to{leader(proof.subject.view.next())};
  for (std::size_t handful = 1; handful * handful <= count() + 2 * handful; ++handful)
    to.insert(static_cast<PeerId>(jitter.next() % count()));
  for (std::size_t i = 0; i < count(); ++i)
    if (peers[i].up && peers[i].last_voted < proof.subject.view && peers[i].last_voted.value > 0)
      to.insert(static_cast<PeerId>(i));
  to.erase(config.self);
  for (const auto peer : to) send(peer, proof);
}

void Engine::State::blame(PeerId peer, std::size_t checks) {
  if (peer != config.self) emit(Blame{peer, checks});
}

// ---- evidence (consensus.md 2.10)

void Engine::State::report(const Evidence& evidence) {
  ++evidence_count;
  emit(ReportEvidence{evidence});
  if (votes.convictions(evidence.first.signer) <= kPairsRelayedPerSigner) broadcast(evidence);
}

// `first` is proven; `second`, which the pool holds, is checked only if that convicts.
void Engine::State::compare(const Vote& first, const Vote& second) {
  const Evidence evidence{first, second};
  if (!contradict(first, second) || !votes.is_news(evidence)) return;
  if (votes.find_proven(second.subject.view, second.signer, second.kind) != second) return;
  if (votes.convict(evidence)) report(evidence);
}

// A vote inside a proof says as much as one that came alone: who lets another vote be seen elsewhere is found out.
void Engine::State::compare_with_votes(const QuorumProof& proof) {
  for (std::size_t i = 0; i < proof.signers.size(); ++i)
    for (const auto kind : {VoteKind::kNotarize, VoteKind::kNullify, VoteKind::kFinalize})
      if (const auto held = votes.find(proof.subject.view, proof.signers[i], kind))
        compare({proof.kind, proof.subject, proof.signers[i], proof.signatures[i]}, *held);
}

void Engine::State::compare_with_proofs(const Vote& vote) {
  for (const auto kind : {VoteKind::kNotarize, VoteKind::kNullify, VoteKind::kFinalize}) {
    const auto* proof = proofs.find(vote.subject.view, kind);
    if (proof == nullptr) continue;
    const auto at = std::ranges::lower_bound(proof->signers, vote.signer);
    if (at == proof->signers.end() || *at != vote.signer) continue;
    compare(
        {kind, proof->subject, vote.signer, proof->signatures[static_cast<std::size_t>(at - proof->signers.begin())]},
        vote);
  }
}

void Engine::State::receive(PeerId from, const Evidence& evidence) {
  if (evidence.first.signer >= count() || !contradict(evidence.first, evidence.second)) return;
  if (evidence.first.subject.view.value > current.value + limits::kViewWindow || !votes.is_news(evidence)) return;
  for (const auto* vote : {&evidence.first, &evidence.second}) {
    const auto& key = config.members[vote->signer].vote;
    if (!config.verify(key, vote_bytes(config.scope, vote->kind, vote->subject), vote->signature))
      return blame(from, 1);
  }
  if (evidence.first.signer == config.self)
    for (const auto* vote : {&evidence.first, &evidence.second}) examine(from, *vote);
  if (votes.convict(evidence)) report(evidence);
}

}  // namespace quipu::consensus
