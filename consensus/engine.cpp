// SPDX-License-Identifier: Apache-2.0
#include "consensus/engine.h"

#include <algorithm>
#include <cassert>

#include "consensus/engine_state.h"

namespace quipu::consensus {

namespace {

// A block that no proof names is kept this many views; should it be notarized later after all, it is fetched.
constexpr std::uint64_t kBlocksKeptViews = 8;

}  // namespace

Timing Timing::local() {
  Timing timing;
  for (auto* duration_ms :
       {&timing.propose_ms, &timing.advance_ms, &timing.retry_ms, &timing.finalize_ms, &timing.repeat_ms,
        &timing.retry_cap_ms, &timing.backoff_cap_ms, &timing.fetch_ms, &timing.fetch_cap_ms})
    *duration_ms /= 10;
  return timing;
}

Engine::Engine(Config config, Restored restored)
    : state_(std::make_unique<State>(std::move(config), std::move(restored))) {}
Engine::~Engine() = default;
Engine::Engine(Engine&&) noexcept = default;

Effects Engine::start(Instant now) {
  state_->now = now;
  state_->sign_again();
  state_->check_start();
  state_->settle();
  return std::exchange(state_->out, {});
}

Effects Engine::step(Input input, Instant now) {
  state_->now = now;
  state_->dispatch(std::move(input));
  state_->settle();
  return std::exchange(state_->out, {});
}

std::optional<std::int64_t> Engine::next_deadline_us() const {
  std::optional<std::int64_t> next = state_->deadlines.next_us();
  for (const auto due : {state_->fetches.next_us(), state_->ranges.next_us()})
    if (due && (!next || *due < *next)) next = due;
  return next;
}

BlockId Engine::notarized_tip() const {
  const auto parent = state_->parent_at(state_->proofs.best_parent(View{UINT64_MAX}, state_->fin.view));
  return parent ? parent->block : state_->fin.block;
}

const std::optional<QuorumProof>& Engine::finalization() const { return state_->finalization; }

Height Engine::known_final() const {
  const State& s = *state_;
  const auto* proof = s.proofs.find(s.highest_final, VoteKind::kFinalize);
  return proof == nullptr ? s.fin.height : std::max(proof->subject.height, s.fin.height);
}

EngineStatus Engine::status() const {
  const State& s = *state_;
  return {.current = s.current,
          .finalized = s.fin,
          .leader = s.leader(s.current),
          .awake = s.awake(),
          .syncing = s.syncing,
          .halted = s.halted,
          .standing = s.standing(),
          .nullified_views = s.nullified_views,
          .evidence = s.evidence_count,
          .blocks_held = s.blocks.size(),
          .bytes_held = s.blocks.bytes()};
}

Engine::State::State(Config config_in, Restored restored_in)
    : config(std::move(config_in)),
      order(config.members.leader_order(config.scope.anchor)),
      votes(config.scope, config.members, config.verify),
      blocks(config.scope.chain),
      peers(config.members.size()),
      fetches(config.timing.fetch_ms, config.timing.fetch_cap_ms),
      ranges(config.timing.fetch_ms, config.timing.fetch_cap_ms),
      jitter(config.jitter_seed) {
  assert(config.self <= config.members.size());
  restore(std::move(restored_in));
}

// ---- inputs

void Engine::State::dispatch(Input&& input) {
  std::visit([this](auto&& concrete) { on(std::move(concrete)); }, std::move(input));
}

void Engine::State::on(Received&& input) {
  if (input.from >= count() || input.from == config.self) return;
  peers[input.from].up = true;
  peers[input.from].down = false;
  std::visit([&](auto&& message) { receive(input.from, std::move(message)); }, std::move(input.message));
}

void Engine::State::on(const Tick&) {
  for (const auto kind : deadlines.take_due(now.steady_us)) fire(kind);
}

void Engine::State::on(const WorkChanged& input) {
  const bool new_work = input.ready && !ready;
  ready = input.ready;
  const auto at = views.find(current);
  // R2: a repeat must not keep new work waiting.
  if (new_work && at != views.end() && at->second.mine && at->second.mine->repeat) give_up();
  touch();
}

void Engine::State::on(Stop&& input) { halt(std::move(input.why)); }

void Engine::State::on(const Committed& input) {
  if (!committing || committing->height != input.height) return;
  fin = *committing;
  committed_view = fin.view;
  finalization = std::move(committing_proof);
  committing.reset();
  committing_proof.reset();
  asked = with_tip(std::move(asked), fin);
  epoch_over = ends_epoch(fin.block);
  proofs.forget_through(fin.view);
  votes.forget_through(fin.view);
  blocks.forget_settled(fin.height, fin.block);
  proven.erase(proven.begin(), proven.upper_bound(fin.height));
  views.erase(views.begin(), views.upper_bound(fin.view));
  enter(fin.view.next());
  touch();
}

void Engine::State::on(const PeerUp& input) {
  if (input.peer >= count() || input.peer == config.self) return;
  auto& peer = peers[input.peer];
  peer.up = true;
  peer.down = false;
  // A new start, but not again and again: who comes and goes would be waited for each time.
  if (now.steady_us - peer.forgiven_us >= kDistrust_us) {
    peer.forgiven_us = now.steady_us;
    peer.turns_missed = 0;
    peer.distrusted_until_us = now.steady_us;
  }
  fetches.peer_came(now.steady_us);
  ranges.peer_came(input.peer);
  greet(input.peer);
}

void Engine::State::on(const PeerDown& input) {
  if (input.peer >= count()) return;
  peers[input.peer].up = false;
  peers[input.peer].down = true;
  fetches.peer_gone(input.peer, now.steady_us);
  ranges.peer_gone(input.peer);
}

// ---- restart (consensus.md 2.6)

void Engine::State::restore(Restored&& restored) {
  fin = restored.finalized;
  committed_view = fin.view;
  finalization = std::move(restored.finalization);
  asked = with_tip(std::move(restored.record), fin);
  current = std::max(fin.view.next(), asked.top_view);
  for (auto& proof : restored.proofs) {
    if (proof.subject.view <= fin.view) continue;
    current = std::max(current, proof.subject.view.next());
    if (proof.kind == VoteKind::kFinalize) highest_final = std::max(highest_final, proof.subject.view);
    proofs.add(std::move(proof), 0);
  }
  for (auto& block : restored.blocks) {
    if (block.header.height <= fin.height) continue;
    const BlockId id = blocks.id_of(block);
    auto& known = blocks.add(id, std::move(block), current);
    known.persisted_by = 0;
    known.needed = true;
  }
  blocks.forget_settled(fin.height, fin.block);
  votes.restore_highest(restored.votes);
}

// Ed25519 is deterministic: signing again what the slot shows gives the bytes that may be on the wire already.
void Engine::State::sign_again() {
  std::vector<std::pair<VoteKind, Subject>> again;
  for (const auto& open : asked.open) {
    again.emplace_back(VoteKind::kNotarize, open.notarized);
    if (open.finalized) again.emplace_back(VoteKind::kFinalize, open.notarized);
  }
  if (asked.top_notarized) again.emplace_back(VoteKind::kNotarize, *asked.top_notarized);
  if (asked.top_nullified) again.emplace_back(VoteKind::kNullify, Subject{.view = asked.top_view});
  if (asked.top_finalized) again.emplace_back(VoteKind::kFinalize, *asked.top_finalized);
  for (const auto& [kind, subject] : again) {
    // Nor what is settled by a tip that the database has lost.
    if (subject.view <= asked.tip.view || subject.view <= asked.abstain_until) continue;
    signs.push_back({0, {config.scope.epoch, subject.view, kind}, subject});
    // R2: a proposal whose NOTARIZE is in the slot is sent again unchanged, never rebuilt.
    if (kind != VoteKind::kNotarize || leader(subject.view) != config.self || !blocks.find(subject.block)) continue;
    const auto* parent = proofs.step(subject.parent_view);
    const bool repeat = parent != nullptr && parent->subject.block == subject.block;
    auto& notes = views[subject.view];
    notes.mine = Proposal{};
    notes.mine->view = subject.view;
    notes.mine->parent_view = subject.parent_view;
    notes.mine->repeat = repeat;
    notes.mine->repeated = subject.block;
    notes.subject = subject;
    notes.proposal_valid = true;
  }
}

// ---- settling: consequences of the input, to a fixpoint

void Engine::State::settle() {
  std::size_t rounds = 0;
  do {
    changed = false;
    settle_once();
  } while (changed && ++rounds < limits::kSettleRounds);
  if (changed) deadlines.set(Deadline::kSettle, now.steady_us);
  for (const auto& [signer, times] : votes.take_false_votes()) blame(signer, times);
  set_deadlines();
  fetch();
}

void Engine::State::settle_once() {
  form_proofs();
  mark_needed();
  verify_blocks();
  ask_finalize();
  commit();
  consider_proposal();
  propose();
  skip_hopeless_leader();
  release_signs();
}

// R1: views only rise. What belonged to the old one dies with it.
void Engine::State::enter(View view) {
  if (view <= current) return;
  current = view;
  deadlines.clear_view();
  was_awake = false;
  repeat_awaited = false;
  repeat_due = false;
  retry_ms = 0;
  while (!views.empty() && views.begin()->first.value + 2 < current.value) views.erase(views.begin());
  if (current.value > kBlocksKeptViews) forget(blocks.forget_unneeded({current.value - kBlocksKeptViews}));
  touch();
}

bool Engine::State::unfinalized_notarized() const {
  for (auto at = proofs.steps().upper_bound(final_view()); at != proofs.steps().end(); ++at)
    if (proofs.step(*at)->subject.height > final_height()) return true;
  return false;
}

// A reason of my own to run deadlines.
bool Engine::State::has_work() const {
  if (ready || unfinalized_notarized()) return true;
  const auto at = views.find(current);
  // A repeat of what became final meanwhile is no work any more.
  return at != views.end() && at->second.proposal_valid && at->second.subject.block != fin.block;
}

bool Engine::State::awake() const {
  if (halted || observing() || epoch_over) return false;
  if (has_work()) return true;
  // Not my own vote: with it, f hostile nullifiers would keep every member awake that once nullified this view.
  return votes.others_voting_from(current, config.self) >= config.members.faulty() + 1;
}

void Engine::State::forget(std::vector<BlockId> gone) {
  std::erase_if(gone, [&](const BlockId& id) { return blocks.find(id) != nullptr; });
  if (!gone.empty()) emit(Forget{std::move(gone)});
}

void Engine::State::halt(std::string reason) {
  if (halted) return;
  halted = true;
  signs.clear();
  emit(Halt{std::move(reason)});
}

// ---- deadlines (consensus.md 2.14)

void Engine::State::set_deadlines() {
  if (count() > 1 && !deadlines.is_set(Deadline::kStatus)) {
    const auto extra = static_cast<std::int64_t>(jitter.next() % static_cast<std::uint64_t>(config.timing.status_ms));
    deadlines.set(Deadline::kStatus, now.steady_us + (config.timing.status_ms + extra) * 1000);
  }
  if (!awake()) {
    for (const auto kind :
         {Deadline::kPropose, Deadline::kAdvance, Deadline::kRetry, Deadline::kRepeat, Deadline::kFinalize})
      deadlines.clear(kind);
    was_awake = false;
    repeat_awaited = false;
    return;
  }
  set_view_deadlines();
  if (!unfinalized_notarized()) {
    deadlines.clear(Deadline::kFinalize);
    finalize_ms = 0;
  } else if (!deadlines.is_set(Deadline::kFinalize)) {
    finalize_ms = std::min(finalize_ms == 0 ? config.timing.finalize_ms : 2 * finalize_ms, config.timing.retry_cap_ms);
    deadlines.set(Deadline::kFinalize, now.steady_us + jitter.around_us(finalize_ms));
  }
}

void Engine::State::set_view_deadlines() {
  const auto at = views.find(current);
  const bool has_valid = at != views.end() && at->second.proposal_valid;
  if (!was_awake) {
    was_awake = true;
    const auto wait_us = due_in(config.timing.propose_ms);
    deadlines.set(Deadline::kPropose, now.steady_us + wait_us);
    deadlines.set(Deadline::kAdvance, now.steady_us + wait_us + due_in(config.timing.advance_ms));
  }
  // Woken by an unfinalized notarization alone: leave the leader time for its REPEAT. Often that is known only a moment
  // later, when the ledger has looked at what is left to do on the notarized tip.
  if (!repeat_awaited && !ready && unfinalized_notarized()) {
    repeat_awaited = true;
    const auto more_us = due_in(config.timing.repeat_ms);
    deadlines.postpone(Deadline::kPropose, more_us);
    deadlines.postpone(Deadline::kAdvance, more_us);
  }
  if (has_valid) deadlines.clear(Deadline::kPropose);
  if (nullified_by_me(current) && !deadlines.is_set(Deadline::kRetry)) {
    retry_ms = std::min(retry_ms == 0 ? config.timing.retry_ms : 2 * retry_ms, config.timing.retry_cap_ms);
    deadlines.set(Deadline::kRetry, now.steady_us + jitter.around_us(retry_ms));
  }
}

void Engine::State::fire(Deadline kind) {
  const auto at = views.find(current);
  const bool has_proposal = at != views.end() && (at->second.proposal || at->second.mine);
  switch (kind) {
    case Deadline::kPropose:
      if (!has_proposal) give_up();
      break;
    case Deadline::kAdvance:
      give_up();
      break;
    case Deadline::kRetry:
      if (const auto vote = votes.find(current, config.self, VoteKind::kNullify)) broadcast(*vote);
      if (const auto entry = entry_proof()) broadcast(*entry);
      if (!has_work()) wake_others();
      break;
    case Deadline::kRepeat:
      repeat_due = true;
      break;
    case Deadline::kFinalize:
      resend_own();
      break;
    case Deadline::kStatus:
      send_next_status();
      break;
    case Deadline::kInquire:
      inquire();
      break;
    case Deadline::kLater:
    case Deadline::kSettle:
      break;
  }
  touch();
}

std::uint64_t Engine::State::backoff_exponent() const {
  const std::uint64_t progress = current.value - std::min(current.value, final_view().value + 1);
  return progress - std::min<std::uint64_t>(progress, config.members.faulty());
}

std::int64_t Engine::State::due_in(std::int64_t base_ms) {
  return jitter.around_us(backed_off_ms(base_ms, backoff_exponent(), config.timing.backoff_cap_ms));
}

// ---- small questions

MemberIndex Engine::State::leader(View view) const { return order[(view.value - 1) % order.size()]; }

View Engine::State::final_view() const { return std::max(highest_final, fin.view); }

Height Engine::State::final_height() const {
  const auto* proof = proofs.find(final_view(), VoteKind::kFinalize);
  return proof == nullptr ? fin.height : std::max(fin.height, proof->subject.height);
}

bool Engine::State::notarized_by_me(View view) const {
  if (view == asked.top_view) return asked.top_notarized.has_value();
  return std::ranges::any_of(asked.open, [&](const OpenView& open) { return open.notarized.view == view; });
}

bool Engine::State::nullified_by_me(View view) const { return view == asked.top_view && asked.top_nullified; }

void Engine::State::broadcast(Message message) {
  if (count() > 1 && !observing()) emit(Broadcast{std::move(message)});
}

void Engine::State::send(PeerId to, Message message) { emit(Send{to, std::move(message)}); }

// ---- quorum proofs: R6

void Engine::State::form_proofs() {
  for (const auto& [view, kind] : std::exchange(dirty, {})) {
    if (proofs.find(view, kind) != nullptr) continue;
    if (auto proof = votes.form(kind, view)) on_proof(std::move(*proof), true, Relay::kYes);
  }
}

// From a peer: when it is false, so is the peer.
void Engine::State::take_proof(PeerId from, QuorumProof proof, Relay relay) {
  const std::size_t checks = std::max<std::size_t>(proof.signers.size(), 1);
  if (!on_proof(std::move(proof), false, relay)) blame(from, checks);
}

// A finalization of the committed height or view that names another block.
bool Engine::State::rivals_tip(const QuorumProof& proof) const {
  const Subject& subject = proof.subject;
  return proof.kind == VoteKind::kFinalize && subject.block != fin.block &&
         (subject.view == fin.view || subject.height == fin.height);
}

// True when the proof is good, whether it was new or not.
bool Engine::State::on_proof(QuorumProof proof, bool verified, Relay relay) {
  const View view = proof.subject.view;
  if (view.value == 0 || (view <= fin.view && !rivals_tip(proof))) return true;
  const auto* held = proofs.find(view, proof.kind);
  if (held != nullptr && held->subject == proof.subject) return true;
  if (!verified && !verify(proof, config.scope, config.members, config.verify)) return false;
  if (const auto* contrary = proofs.contradiction(proof)) report_conflict(*contrary, proof);
  const bool off_chain = proof.kind == VoteKind::kFinalize && (proof.subject.height < fin.height || rivals_tip(proof));
  if (off_chain) {
    if (finalization) report_conflict(*finalization, proof);
    halt("FORK: a finalization contradicts the committed block");
    return true;
  }
  compare_with_votes(proof);
  const bool fresh = view.value + limits::kFutureViews >= current.value;
  // Deadlines that came due while I lacked what let me in could give up nothing.
  if (view.next() == current && !holds_entry(current)) was_awake = false;
  proofs.add(proof);
  if (proof.kind == VoteKind::kFinalize) highest_final = std::max(highest_final, view);
  note_turn(proof);
  if (relay == Relay::kYes && fresh) relay_proof(proof);
  enter(view.next());
  touch();
  return true;
}

// Two proofs that cannot both exist: every member who signed contradicting votes in them is named, and voting stops.
void Engine::State::report_conflict(const QuorumProof& first, const QuorumProof& second) {
  for (std::size_t i = 0; i < first.signers.size(); ++i) {
    const auto at = std::ranges::lower_bound(second.signers, first.signers[i]);
    if (at == second.signers.end() || *at != first.signers[i]) continue;
    const auto j = static_cast<std::size_t>(at - second.signers.begin());
    const Evidence evidence{{first.kind, first.subject, first.signers[i], first.signatures[i]},
                            {second.kind, second.subject, second.signers[j], second.signatures[j]}};
    if (contradict(evidence.first, evidence.second) && votes.convict(evidence)) report(evidence);
  }
  halt("FORK: two quorum proofs contradict each other");
}

// The first proof of a view in which I proposed a new block says how well it was carried.
void Engine::State::size_next_block(const QuorumProof& proof) {
  const auto at = views.find(proof.subject.view);
  if (at == views.end()) return;
  const auto offered = std::exchange(at->second.offered, std::nullopt);
  if (!offered) return;
  if (proof.kind == VoteKind::kNullify) return block_size.refused();
  block_size.carried(offered->bytes, now.steady_us - offered->at_us, config.timing);
}

void Engine::State::note_turn(const QuorumProof& proof) {
  auto& peer = peers[leader(proof.subject.view)];
  if (proof.kind == VoteKind::kNullify) ++nullified_views;
  if (leader(proof.subject.view) == config.self) return size_next_block(proof);
  if (proof.kind != VoteKind::kNullify || proofs.step(proof.subject.view) != nullptr) {
    peer.turns_missed = 0;
    return;
  }
  ++peer.turns_missed;
  if (peer.turns_missed >= kTurnsForgiven && !peer.down && peer.distrusted_until_us <= now.steady_us)
    peer.distrusted_until_us = now.steady_us + kDistrust_us;
}

// The proof that let me into the current view.
std::optional<QuorumProof> Engine::State::entry_proof() const {
  const View before{current.value - 1};
  for (const auto kind : {VoteKind::kFinalize, VoteKind::kNotarize, VoteKind::kNullify})
    if (const auto* proof = proofs.find(before, kind)) return *proof;
  if (before == fin.view) return finalization;
  return std::nullopt;
}

}  // namespace quipu::consensus
