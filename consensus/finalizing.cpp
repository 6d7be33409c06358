// SPDX-License-Identifier: Apache-2.0
// Verification of the blocks that proofs name, R7 FINALIZE votes, R8 finalization and what is handed to Commit.
#include <algorithm>

#include "consensus/engine_state.h"

namespace quipu::consensus {

// Blocks named by an N or F, and their ancestors, are verified whatever the clock says.
void Engine::State::mark_needed() {
  for (const auto view : proofs.steps()) {
    auto* known = blocks.find(proofs.step(view)->subject.block);
    while (known != nullptr && !known->needed) {
      known->needed = true;
      known = blocks.find(known->block->header.parent_id);
    }
  }
}

bool Engine::State::parent_ready(const Block& block) const {
  if (is_final_tip(block.header.parent_id)) return true;
  const auto* parent = blocks.find(block.header.parent_id);
  return parent != nullptr && parent->check == Check::kValid;
}

bool Engine::State::may_ask(const KnownBlock& known) const {
  return known.check == Check::kUnchecked && known.ask_after_us <= now.steady_us && parent_ready(*known.block);
}

void Engine::State::verify_blocks() {
  if (halted) return;
  const std::uint64_t highest = settled_height().value + limits::kHeightsVerified;
  for (auto& [id, known] : blocks.all())
    if (known.needed && known.block->header.height.value <= highest && may_ask(known)) request_verify(known, false);
}

void Engine::State::request_verify(KnownBlock& known, bool check_clock) {
  known.check = Check::kAsked;
  known.asked_with_clock = check_clock;
  emit(RequestVerify{*known.block, check_clock});
  touch();
}

// R7, oldest view first; settle_once() runs it before any later vote is considered.
void Engine::State::ask_finalize() {
  const auto& steps = proofs.steps();
  for (auto at = steps.upper_bound(final_view()); at != steps.end(); ++at) {
    const auto* notarization = proofs.find(*at, VoteKind::kNotarize);
    if (notarization == nullptr || proofs.find(*at, VoteKind::kNullify) != nullptr) continue;
    const BlockId& block = notarization->subject.block;
    const auto* known = blocks.find(block);
    const bool valid = is_final_tip(block) || (known != nullptr && known->check == Check::kValid);
    if (valid) ask(VoteKind::kFinalize, notarization->subject);
  }
}

// The blocks between the committed tip and the subject's, ascending, and whether they may be committed.
Engine::State::Chain Engine::State::chain_to(const Subject& subject, std::vector<BlockId>& ascending) const {
  BlockId id = subject.block;
  Height height = subject.height;
  bool all_valid = true;
  for (; height > fin.height; height = {height.value - 1}) {
    const auto* known = blocks.find(id);
    if (known == nullptr) return Chain::kIncomplete;
    if (known->block->header.height != height) return Chain::kForked;
    if (known->check == Check::kInvalid) return Chain::kDiverged;
    all_valid = all_valid && known->check == Check::kValid;
    ascending.push_back(id);
    id = known->block->header.parent_id;
  }
  if (id != fin.block) return Chain::kForked;
  std::ranges::reverse(ascending);
  return all_valid ? Chain::kReady : Chain::kIncomplete;
}

// R8: the highest finalization whose ancestors are all here and valid. Never a proof per block.
void Engine::State::commit() {
  if (halted || committing) return;
  syncing = false;
  const auto& steps = proofs.steps();
  for (auto at = steps.rbegin(); at != steps.rend() && *at > fin.view; ++at) {
    const auto* proof = proofs.find(*at, VoteKind::kFinalize);
    if (proof == nullptr) continue;
    if (proof->subject.block == fin.block) {  // a repeat of what is committed: only the view moves
      fin.view = *at;
      finalization = *proof;
      return touch();
    }
    std::vector<BlockId> ascending;
    switch (chain_to(proof->subject, ascending)) {
      case Chain::kReady: {
        const auto step = untold_step(*proof, ascending);
        if (!step || links_in_vain(*step)) return emit_commit(*proof, ascending);
        syncing = true;  // a lower finalization may do without that step
        break;
      }
      case Chain::kForked:
        return halt("FORK: a finalized chain does not contain the committed block");
      case Chain::kDiverged:
        return halt("DIVERGED: a finalized block is invalid here");
      case Chain::kIncomplete:
        syncing = true;
    }
  }
}

void Engine::State::emit_commit(const QuorumProof& proof, const std::vector<BlockId>& ascending) {
  auto links = links_below(proof);
  Commit batch{.blocks = {}, .finalization = proof, .tip = {}, .votes = votes.take_unkept()};
  for (const auto& id : ascending) {
    auto* known = blocks.find(id);
    const auto own = links.find(id);
    batch.blocks.push_back({*known->block, own != links.end() ? std::move(own->second) : known->links});
  }
  // Repeats of the committed block have no block of their own to ride with.
  if (const auto repeats = links.find(fin.block); repeats != links.end()) {
    auto& first = batch.blocks.front().links;
    first.insert(first.begin(), repeats->second.begin(), repeats->second.end());
  }
  const Header& header = batch.blocks.back().block.header;
  batch.tip = {proof.subject.view, header.height, proof.subject.block, header.tree_size, header.tree_root};
  committing = batch.tip;
  committing_proof = proof;
  emit(std::move(batch));
  touch();
}

// One link proof per view step from the finalization down to the last committed view, as far as the proofs are held and
// an export can tell: a block that was repeated for days keeps the newest.
std::map<BlockId, std::vector<LinkProof>> Engine::State::links_below(const QuorumProof& proof) const {
  std::map<BlockId, std::vector<LinkProof>> links;
  std::size_t told = 0;
  for (const QuorumProof* step = &proof;
       step != nullptr && step->subject.view > committed_view && told < kLinksPerBlock;
       ++told, step = proofs.step(step->subject.parent_view)) {
    LinkProof link{.step = *step, .skipped = {}};
    link.skipped = proofs.skips(step->subject.parent_view, step->subject.view, SIZE_MAX, SIZE_MAX, count());
    auto& of_block = links[step->subject.block];
    of_block.insert(of_block.begin(), std::move(link));
  }
  return links;
}

// The highest view step below the finalization that is not held, when it or a lower one is the only proof of a block:
// such blocks came by id before anybody knew them to be final. Whoever gave a block by height gave the votes it has.
std::optional<View> Engine::State::untold_step(const QuorumProof& proof, const std::vector<BlockId>& ascending) const {
  const QuorumProof* lowest = &proof;
  for (const auto* step = lowest; step != nullptr; step = proofs.step(step->subject.parent_view)) {
    lowest = step;
    if (step->subject.parent_view <= committed_view) return std::nullopt;
  }
  const auto untold = [&](const BlockId& id) {
    const auto* known = blocks.find(id);
    const Height height = known->block->header.height;
    return height < lowest->subject.height && known->links.empty() && !proven.contains(height);
  };
  if (std::ranges::none_of(ascending, untold)) return std::nullopt;
  return lowest->subject.parent_view;
}

}  // namespace quipu::consensus
