// SPDX-License-Identifier: Apache-2.0
// R2: what the leader of the current view does.
#include <utility>

#include "consensus/engine_state.h"

namespace quipu::consensus {

// The block that a view with an N or F stands for, or the committed one.
std::optional<ParentRef> Engine::State::parent_at(View view) const {
  if (view == fin.view) return ParentRef{fin.view, fin.height, fin.block};
  const auto* step = proofs.step(view);
  if (step == nullptr) return std::nullopt;
  return ParentRef{view, step->subject.height, step->subject.block};
}

void Engine::State::propose() {
  if (!may_vote() || !leading() || nullified_by_me(current) || notarized_by_me(current) || !awake()) return;
  const auto at = views.find(current);
  if (at != views.end() && at->second.mine) return;
  if (syncing) return give_up();
  const View attach = proofs.best_parent(current, fin.view);
  if (proofs.missing_skips(attach, current)) return;  // fetched meanwhile
  const auto parent = parent_at(attach);
  if (!parent) return;
  const auto* known = blocks.find(parent->block);
  if (!is_final_tip(parent->block) && (known == nullptr || known->check != Check::kValid)) return;
  propose_on(*parent);
}

void Engine::State::propose_on(const ParentRef& parent) {
  auto& notes = views[current];
  const bool room = parent.height.value - fin.height.value < limits::kUnfinalizedBlocks;
  if (ready && room && !notes.build_asked && !ends_epoch(parent.block)) {
    notes.build_asked = true;
    emit(RequestBuild{current, parent.block, block_size.most_bytes()});
    touch();
  }
  if (notes.build_asked) return;
  if (parent.height > final_height()) {
    if (repeat_due) return propose_repeat(parent);
    if (!deadlines.is_set(Deadline::kRepeat))
      deadlines.set(Deadline::kRepeat, now.steady_us + jitter.around_us(config.timing.repeat_ms));
    return;
  }
  // Others are awake and I have nothing for them: decline at once.
  if (!ready) give_up();
}

void Engine::State::propose_repeat(const ParentRef& parent) {
  Proposal proposal;
  proposal.view = current;
  proposal.repeat = true;
  proposal.parent_view = parent.view;
  proposal.repeated = parent.block;
  offer(std::move(proposal), {current, parent.view, parent.height, parent.block});
}

void Engine::State::on(Built&& input) {
  auto at = views.find(current);
  if (input.view != current || !leading() || at == views.end() || !at->second.build_asked || at->second.mine)
    return forget({blocks.id_of(input.block)});
  const auto parent = parent_at(proofs.best_parent(current, fin.view));
  const Header& header = input.block.header;
  if (!parent || header.parent_id != parent->block || header.height != parent->height.next() ||
      header.epoch != config.scope.epoch) {
    at->second.build_asked = false;  // the parent changed meanwhile: ask again
    forget({blocks.id_of(input.block)});
    return touch();
  }
  const Height height = header.height;
  const BlockId id = blocks.id_of(input.block);
  auto& known = blocks.add(id, std::move(input.block), current);
  known.check = Check::kValid;
  at->second.offered = OfferedBlock{known.bytes, now.steady_us};
  Proposal proposal;
  proposal.view = current;
  proposal.parent_view = parent->view;
  proposal.repeated = id;
  offer(std::move(proposal), {current, parent->view, height, id});
}

void Engine::State::on(const BuiltNone& input) {
  const auto at = views.find(input.view);
  if (input.view != current || at == views.end()) return;
  at->second.build_asked = false;
  ready = false;
  touch();
}

// The leader's NOTARIZE is the proposal's signature: it is sent when that vote comes back signed.
void Engine::State::offer(Proposal proposal, const Subject& subject) {
  auto& notes = views[current];
  if (!ask(VoteKind::kNotarize, subject)) return;
  notes.mine = std::move(proposal);
  notes.subject = subject;
  notes.proposal_valid = true;
  touch();
}

// The proposal as it travels: with its block and with what justifies its place in the chain.
Proposal Engine::State::complete(const Proposal& skeleton) const {
  Proposal proposal = skeleton;
  if (!proposal.repeat) {
    if (const auto* known = blocks.find(skeleton.repeated)) proposal.block = *known->block;
    proposal.repeated = {};
  }
  if (const auto* step = proofs.step(proposal.parent_view)) proposal.parent_proof = *step;
  if (!proposal.parent_proof && proposal.parent_view == fin.view) proposal.parent_proof = finalization;
  proposal.skip_proofs =
      proofs.skips(proposal.parent_view, proposal.view, limits::kSkipProofs, limits::kSkipProofBytes, count());
  return proposal;
}

}  // namespace quipu::consensus
