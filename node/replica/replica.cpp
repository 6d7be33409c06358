// SPDX-License-Identifier: Apache-2.0
#include "node/replica/replica.h"

#include <algorithm>
#include <cassert>

#include "consensus/limits.h"
#include "node/replica/replica_state.h"

namespace quipu::replica {

namespace {

consensus::Config engine_config(const Config& config, const ledger::Membership& membership) {
  return {membership.scope(config.genesis.chain),
          membership.members,
          config.self,
          config.timing,
          config.jitter_seed,
          config.verify};
}

template <class... Handlers>
struct Overloaded : Handlers... {
  using Handlers::operator()...;
};

bool wants_large_answer(const consensus::Message& message) {
  return std::holds_alternative<consensus::BlockRequest>(message) ||
         std::holds_alternative<consensus::ProofRequest>(message);
}

// Reads our disk, whether or not the answer is long.
bool is_dear(const consensus::Message& message) {
  return wants_large_answer(message) || std::holds_alternative<consensus::RecordRequest>(message);
}

bool is_large_answer(const consensus::Message& message) {
  return std::holds_alternative<consensus::BlockResponse>(message) ||
         std::holds_alternative<consensus::ProofResponse>(message);
}

}  // namespace

Replica::State::State(Config config_in, Restored restored)
    : config(std::move(config_in)),
      membership(restored.committed.membership),
      scope(membership->scope(config.genesis.chain)),
      engine(engine_config(config, *membership), std::move(restored.consensus)),
      chain(std::move(restored.committed)),
      pool(membership->members.size()),
      cosigning(config.genesis.origin, membership->members, config.self, config.verify),
      hearsay(membership->members.size()),
      references(membership->members.leader_order(scope.anchor), config.self) {}

Replica::Replica(Config config, Restored restored)
    : state_(std::make_unique<State>(std::move(config), std::move(restored))) {}
Replica::~Replica() = default;

Effects Replica::start(Instant now) {
  auto& state = *state_;
  state.now = now;
  const auto& tip = state.chain.committed();
  const auto first = state.cosigning.on_tip(
      {state.engine.status().finalized.view, tip.height, tip.block, tip.tree.size(), tip.tree.root()}, now);
  if (first) state.out.emplace_back(*first);
  if (auto why = state.outgrown(); !why.empty()) state.take(state.engine.step(consensus::Stop{std::move(why)}, now));
  state.take(state.engine.start(now));
  state.run_engine();
  return std::exchange(state.out, {});
}

Effects Replica::step(Input input, Instant now) {
  auto& state = *state_;
  state.now = now;
  if (state.ended) return {};
  std::visit([&](auto& concrete) { state.handle(concrete); }, input);
  state.refresh_readiness();
  state.run_engine();
  state.tell_guests();
  if (!state.lives_on(state.chain.committed())) state.end_epoch();
  return std::exchange(state.out, {});
}

std::optional<std::int64_t> Replica::next_deadline_us() const {
  std::optional<std::int64_t> next;
  if (state_->ended) return next;
  for (const auto due : {state_->engine.next_deadline_us(), state_->cosigning.next_deadline_us(),
                         state_->references.next_deadline_us(), state_->sweep_us}) {
    if (due && (!next || *due < *next)) next = due;
  }
  return next;
}

Status Replica::status() const {
  const auto& state = *state_;
  return {state.membership->epoch,
          state.engine.status(),
          state.pool.size(),
          state.pool.bytes(),
          state.chain.committed().block_time_ms,
          state.cosigning.quorum_time_s(),
          state.hearsay.news(state.now.steady_us),
          state.conduct.rejects(state.members().size())};
}

std::uint64_t Replica::next_sequence(const std::string& administration, const crypto::PublicKey& key) const {
  return state_->pool.first_free(key, ledger::next_sequence(*state_->tip_position().state, administration, key));
}

// ---- dispatch

void Replica::State::run_engine() {
  // Each round answers what the engine asked (a block built, a verdict); it asks no more than its bounds allow.
  while (!engine_inputs.empty()) {
    auto input = std::move(engine_inputs.front());
    engine_inputs.pop_front();
    take(engine.step(std::move(input), now));
    if (engine_inputs.empty()) refresh_readiness();
  }
}

void Replica::State::take(consensus::Effects effects) {
  for (auto& effect : effects) {
    std::visit([&](auto& concrete) { on(concrete); }, effect);
  }
}

void Replica::State::handle(Tick&) {
  engine_inputs.emplace_back(consensus::Tick{});
  if (const auto cosign = cosigning.on_deadline(now)) out.emplace_back(*cosign);
  ask_for_missing();
  if (sweep_us && now.steady_us >= *sweep_us) {
    offer_old();
    expire_old();
    plan_sweep();
    pool_changed = true;  // an issue time may have come into range
  }
}

void Replica::State::handle(Received& input) {
  auto message = consensus::decode_message(input.frame, scope, members().size());
  if (!message) return message.error() == consensus::kOtherEpoch ? receive_other_epoch(input) : blame(input.from, 1);
  if (is_dear(*message) && !conduct.serves(input.from, now.steady_us)) return;
  if (is_guest(input.from)) return receive_guest(input.from, std::move(*message));
  hearsay.heard(input.from, *message, {chain.committed().height, chain.committed().tree.size()}, now);
  std::visit(Overloaded{
                 [&](consensus::Proposal& proposal) { receive_proposal(input.from, std::move(proposal)); },
                 [&](consensus::Submissions& leaves) { receive_leaves(input.from, std::move(leaves.leaves)); },
                 [&](consensus::SubmissionOffer& offer) { ask_for_unknown(input.from, offer); },
                 [&](consensus::SubmissionRequest& request) { answer_request(input.from, request); },
                 [&](consensus::CosignatureMessage& cosignature) { take_cosignature(input.from, cosignature); },
                 [&](consensus::RecordRequest& asked) { about_records(input.from, std::move(asked)); },
                 [&](consensus::RecordResponse& came) { about_records(input.from, std::move(came)); },
                 [&](auto&) { engine_inputs.emplace_back(consensus::Received{input.from, std::move(*message)}); },
             },
             *message);
}

void Replica::State::blame(PeerId peer, std::size_t checks) {
  if (!conduct.bears(peer, checks, now.steady_us)) out.emplace_back(KeepOut{peer});
}

void Replica::State::take_cosignature(PeerId from, const consensus::CosignatureMessage& message) {
  if (!conduct.takes_cosignature(from, now.steady_us)) return;
  auto taken = cosigning.on_cosignature(from, message);
  if (taken.forged) blame(from, 1);
  if (taken.note) out.emplace_back(std::move(*taken.note));
}

void Replica::State::handle(Submitted& input) { admit(input); }

void Replica::State::handle(Cosigned& input) {
  const consensus::CosignatureMessage message{input.size, input.root, input.time_s, input.signature};
  broadcast(message);
  for (const auto guest : guests) send(guest, message);  // so that it knows how fresh its state is
  auto taken = cosigning.on_cosignature(config.self, message);
  if (taken.note) out.emplace_back(std::move(*taken.note));
}

void Replica::State::on(consensus::Halt& effect) {
  halted = true;
  out.emplace_back(std::move(effect));
}

void Replica::State::send(PeerId to, const consensus::Message& message) {
  if (wants_large_answer(message)) out.emplace_back(ExpectAnswer{to});
  auto frame = std::make_shared<const Bytes>(consensus::encode(message, scope, members().size()));
  if (is_large_answer(message)) conduct.served(to, frame->size(), now.steady_us);
  out.emplace_back(Send{to, std::move(frame), consensus::class_of(message)});
}

void Replica::State::broadcast(const consensus::Message& message) {
  if (members().size() == 1) return;
  auto frame = std::make_shared<const Bytes>(consensus::encode(message, scope, members().size()));
  out.emplace_back(Broadcast{std::move(frame), consensus::class_of(message)});
}

// ---- readiness

const ledger::Position& Replica::State::tip_position() const {
  const auto* notarized = chain.position(engine.notarized_tip());
  return notarized == nullptr ? chain.committed() : *notarized;
}

std::uint64_t Replica::State::likely_block_time_ms(const ledger::Position& parent) const {
  return std::max(parent.block_time_ms + 1, static_cast<std::uint64_t>(std::max<std::int64_t>(now.utc_ms, 0)));
}

void Replica::State::refresh_readiness() {
  const auto& position = tip_position();
  if (!std::exchange(pool_changed, false) && position.block == tip_of_readiness) return;
  tip_of_readiness = position.block;
  std::vector<RejectedSubmission> rejected;
  const bool is_ready = lives_on(position) && !pool.empty() &&
                        has_ready(config.genesis, position, likely_block_time_ms(position), pool, rejected);
  // A verdict on an unfinalized tip may not stand: only the finalized one rejects for good.
  if (position.block == chain.committed().block) reject(rejected);
  if (is_ready == ready) return;
  ready = is_ready;
  engine_inputs.emplace_back(consensus::WorkChanged{ready});
}

void Replica::State::announce(const crypto::Digest& id, Phase phase, std::optional<ledger::Rejection> rejection) {
  out.emplace_back(Changed{{id, phase, chain.committed().height, 0, 0, std::move(rejection)}});
}

}  // namespace quipu::replica
