// SPDX-License-Identifier: Apache-2.0
// Catching up: what is missing, whom to ask for it, and what is believed of the answers. Only a verified finalization
// says how far there is to go; runs of blocks come from several peers at once, each checked by its hash links against a
// finalization of its own.
#include <algorithm>
#include <utility>

#include "consensus/engine_state.h"

namespace quipu::consensus {

namespace {

// Total bytes of an answer to a request by id, well inside a sync frame.
constexpr std::size_t kAnswerBytes = limits::kSyncFrameBytes - (512 << 10);

// So many peers are asked for votes that are only missed in an export, while a commit waits.
constexpr std::size_t kAskedForLinks = 4;

bool link_in_form(const LinkProof& link) {
  const Subject& step = link.step.subject;
  if (link.step.kind == VoteKind::kNullify || step.parent_view >= step.view) return false;
  View last = step.parent_view;
  for (const QuorumProof& skip : link.skipped) {
    if (skip.kind != VoteKind::kNullify || skip.subject.view <= last || skip.subject.view >= step.view) return false;
    last = skip.subject.view;
  }
  return true;
}

// Steps of the block in ascending views; before them perhaps repeats of its parent, which have no block to ride with.
bool links_in_form(const BlockId& parent, const BlockId& block, const std::vector<LinkProof>& links) {
  if (links.empty() || links.size() > kLinksPerBlock || links.back().step.subject.block != block) return false;
  View last{0};
  std::size_t skipped = 0;
  bool own = false;
  for (const LinkProof& link : links) {
    const Subject& step = link.step.subject;
    own = own || step.block == block;
    skipped += link.skipped.size();
    if (step.block != (own ? block : parent) || step.view <= last || skipped > kLinksPerBlock) return false;
    if (!link_in_form(link)) return false;
    last = step.view;
  }
  return true;
}

std::size_t size_of(const Block& block) {
  std::size_t size = 256;
  for (const auto& leaf : block.leaves) size += leaf.size() + 8;
  return size;
}

}  // namespace

// ---- asking

// The preferred ones first, then everybody else who is connected.
std::vector<PeerId> Engine::State::candidates(const std::vector<MemberIndex>& preferred) const {
  std::vector<PeerId> list;
  const auto add = [&](PeerId peer) {
    if (peer != config.self && peers[peer].up && std::ranges::find(list, peer) == list.end()) list.push_back(peer);
  };
  std::ranges::for_each(preferred, add);
  for (std::size_t i = 0; i < count(); ++i) add(static_cast<PeerId>(i));
  return list;
}

// Whoever forged leaves once would only be asked in vain.
std::vector<PeerId> Engine::State::block_candidates(const std::vector<MemberIndex>& preferred) const {
  auto list = candidates(preferred);
  std::erase_if(list, [&](PeerId peer) { return peers[peer].forged_leaves; });
  return list;
}

// Below what a proof names: its block if it is not here, else the nearest ancestor that is not.
std::optional<Engine::State::Hole> Engine::State::first_hole(const QuorumProof& proof) const {
  Hole hole{proof.subject.block, proof.subject.height};
  const KnownBlock* known = blocks.find(hole.block);
  while (hole.height > fin.height && known != nullptr) {
    hole = {known->block->header.parent_id, {hole.height.value - 1}};
    known = blocks.find(hole.block);
  }
  if (hole.height <= fin.height) return std::nullopt;
  return hole;
}

// Final heights that are not here, from the tip upwards and not too far, in runs of one answer each. The ends of runs
// are fixed, so that what is under way is not asked for again when the tip moves.
std::vector<HeightRun> Engine::State::missing_runs() const {
  std::vector<HeightRun> runs;
  const auto* proof = proofs.find(highest_final, VoteKind::kFinalize);
  if (proof == nullptr || highest_final <= fin.view || halted) return runs;
  const auto hole = first_hole(*proof);
  // Without a hole there may be votes to ask for: blocks that came by id have none with them.
  if (!hole && !commit_waits_for(*proof)) return runs;
  const std::uint64_t settled = settled_height().value;
  const std::uint64_t highest = hole ? hole->height.value : proof->subject.height.value;
  const std::uint64_t last = std::min(highest, settled + limits::kHeightsAhead);
  for (std::uint64_t height = settled + 1; height <= last; ++height) {
    if (proven.contains({height})) continue;
    const bool goes_on =
        !runs.empty() && runs.back().last + 1 == height && (height - 1) % limits::kBlocksPerAnswer != 0;
    if (goes_on) ++runs.back().last;
    if (!goes_on) runs.push_back({height, height});
  }
  if (runs.size() > 1 && blocks.bytes() > limits::kHeldBlockBytes) runs.resize(1);
  return runs;
}

// By id: what is not final, and what is but no peer has by height: nobody has committed it yet, or the way to the next
// proof is too long for an answer.
void Engine::State::want_block_chain(const QuorumProof& proof, std::vector<Wanted>& list) const {
  const auto hole = first_hole(proof);
  if (!hole) return want_links(proof, list);
  const bool by_height = proof.kind == VoteKind::kFinalize;
  if (by_height && (!ranges.in_vain() || hole->height.value > settled_height().value + limits::kHeightsAhead)) return;
  if (!by_height && hole->height <= final_height()) return;
  const FetchKey key{.kind = FetchKind::kBlock, .block = hole->block};
  list.push_back({key, hole->height.value, block_candidates(proof.signers)});
}

// The view step whose proof a commit of all that is here waits for.
std::optional<View> Engine::State::commit_waits_for(const QuorumProof& proof) const {
  std::vector<BlockId> ascending;
  if (proof.kind != VoteKind::kFinalize || chain_to(proof.subject, ascending) != Chain::kReady) return std::nullopt;
  return untold_step(proof, ascending);
}

// A peer that has committed the blocks answers by height (missing_runs), one that has not has the proof itself.
void Engine::State::want_links(const QuorumProof& proof, std::vector<Wanted>& list) const {
  const auto step = commit_waits_for(proof);
  if (!step) return;
  list.push_back({{.kind = FetchKind::kProofs, .first = step->value}, step->value, block_candidates(proof.signers)});
}

bool Engine::State::links_in_vain(View step) const {
  return ranges.in_vain() && fetches.in_vain({.kind = FetchKind::kProofs, .first = step.value}, kAskedForLinks);
}

// What the proposal of this view, or my own, still needs: the step it attaches to and the X of every view skipped.
void Engine::State::want_proofs(std::vector<Wanted>& list) const {
  if (halted || nullified_by_me(current)) return;
  const auto at = views.find(current);
  View attach = proofs.best_parent(current, fin.view);
  if (at != views.end() && at->second.proposal) {
    attach = at->second.subject.parent_view;
    if (attach >= current || attach < fin.view) return;
    if (!parent_at(attach))
      list.push_back(
          {{.kind = FetchKind::kProofs, .first = attach.value}, attach.value, candidates({leader(current)})});
  } else if (!leading() || !awake()) {
    return;
  }
  if (const auto run = proofs.missing_skips(attach, current))
    list.push_back(
        {{.kind = FetchKind::kProofs, .first = run->first.value}, run->second.value, candidates({leader(current)})});
}

std::vector<Wanted> Engine::State::wanted() const {
  std::vector<Wanted> list;
  const auto& steps = proofs.steps();
  // Verified blocks that wait for their turn come first: nothing is fetched on top of a commit that is under way.
  // Below the highest finalization every step is its ancestor or settled by it: one request leads to all of them.
  if (!committing)
    for (auto at = steps.rbegin(); at != steps.rend() && *at > fin.view && list.size() < limits::kUnfinalizedBlocks;
         ++at) {
      want_block_chain(*proofs.step(*at), list);
      if (*at == highest_final) break;
    }
  want_proofs(list);
  std::ranges::sort(list, {}, &Wanted::key);
  const auto same = std::ranges::unique(list, {}, &Wanted::key);
  list.erase(same.begin(), same.end());
  return list;
}

void Engine::State::fetch() {
  for (const auto& request : fetches.plan(wanted(), now.steady_us, jitter)) {
    if (request.key.kind == FetchKind::kBlock)
      send(request.to, BlockRequest{{request.key.block}, {request.last}, {request.last}});
    else
      send(request.to, ProofRequest{{request.key.first}, {request.last}});
  }
  const auto runs = missing_runs();
  if (runs.empty() && !syncing) ranges.rest();
  for (const auto& request : ranges.plan(runs, block_candidates({}), now.steady_us, jitter))
    send(request.to, BlockRequest{{}, {request.run.first}, {request.run.last}});
}

// ---- answering

void Engine::State::receive(PeerId from, const ProofRequest& request) {
  ProofResponse answer;
  if (request.first <= fin.view && finalization) answer.proofs.push_back(*finalization);
  View view = std::max(request.first, fin.view.next());
  const View last = std::min({request.last, current, View{view.value + limits::kProofRequestViews - 1}});
  for (; view <= last && answer.proofs.size() + 2 <= limits::kProofRequestViews; view = view.next()) {
    if (const auto* step = proofs.step(view)) answer.proofs.push_back(*step);
    if (const auto* skip = proofs.find(view, VoteKind::kNullify)) answer.proofs.push_back(*skip);
  }
  send(from, std::move(answer));
}

void Engine::State::receive(PeerId from, BlockRequest&& request) {
  if (request.ids.empty()) {
    if (request.first > request.last || request.first.value == 0) return;
    if (request.first > fin.height) return send(from, BlockResponse{});
    const std::uint64_t most = request.first.value + limits::kBlocksPerAnswer - 1;
    request.last = std::min({request.last, fin.height, Height{most}});
    return emit(Serve{from, std::move(request)});
  }
  BlockResponse answer;
  BlockRequest rest{.ids = {}, .first = request.first, .last = request.last};
  std::size_t bytes = 0;
  for (const auto& id : request.ids) {
    const auto* known = blocks.find(id);
    if (known == nullptr || known->check != Check::kValid) {  // whoever passes forged leaves on is taken for the forger
      rest.ids.push_back(id);
    } else if ((bytes += size_of(*known->block)) <= kAnswerBytes && answer.blocks.size() < limits::kBlocksPerAnswer) {
      answer.blocks.push_back(*known->block);
    }
  }
  if (!answer.blocks.empty()) send(from, std::move(answer));
  if (!rest.ids.empty()) emit(Serve{from, std::move(rest)});
}

// ---- believing

void Engine::State::receive(PeerId from, ProofResponse&& response) {
  const auto key = fetches.outstanding(FetchKind::kProofs, from);
  if (!key) return;
  const View before = final_view();
  bool helped = false;
  for (auto& proof : response.proofs) {
    const bool fresh = proofs.find(proof.subject.view, proof.kind) == nullptr && proof.subject.view > fin.view;
    const std::size_t checks = proof.signers.size();
    if (!on_proof(std::move(proof), false, Relay::kNo)) {
      blame(from, checks);
      break;
    }
    helped = helped || fresh;
  }
  if (!helped) return fetches.unhelpful(*key, from, now.steady_us);
  // R3: the wait for the proposal counts from the last answer.
  if (before == final_view() && deadlines.is_set(Deadline::kPropose))
    deadlines.set(Deadline::kPropose, now.steady_us + due_in(config.timing.propose_ms));
  touch();
}

void Engine::State::receive(PeerId from, BlockResponse&& response) {
  const auto by_id = fetches.outstanding(FetchKind::kBlock, from);
  const bool answers_range = response.blocks.empty() || !response.finalized.empty();
  const bool useful = take_blocks(from, std::move(response.blocks));
  if (by_id && !useful && !answers_range) fetches.unhelpful(*by_id, from, now.steady_us);
  if (const auto run = ranges.asked_of(from); run && answers_range) take_answer(from, *run, std::move(response));
  touch();
}

// Only blocks that were asked for, whoever sends them: the id is the check of the header, the verdict that of the
// leaves.
bool Engine::State::take_blocks(PeerId from, std::vector<Block>&& received) {
  bool useful = false;
  if (peers[from].forged_leaves) return useful;
  for (auto& block : received) {
    const BlockId id = blocks.id_of(block);
    if (fetches.attempts({.kind = FetchKind::kBlock, .block = id}) == 0) continue;
    blocks.add(id, std::move(block), current, from);
    useful = true;
  }
  return useful;
}

// By a finalization, or as the parent of a held block that a proof leads to.
bool Engine::State::is_named(const BlockId& id) const {
  const auto finalizes_it = [&](View view) {
    const auto* proof = proofs.find(view, VoteKind::kFinalize);
    return proof != nullptr && proof->subject.block == id;
  };
  return blocks.has_needed_child(id) || std::ranges::any_of(proofs.steps(), finalizes_it);
}

// To what was asked last, or to an earlier request that another one followed.
void Engine::State::take_answer(PeerId from, const HeightRun& request, BlockResponse&& response) {
  const std::uint64_t first =
      response.finalized.empty() ? request.first : response.finalized[0].block.header.height.value;
  const bool overtaken = request.last <= settled_height().value;
  const bool useful = take_run(from, first, std::move(response));
  if (first == request.first)
    ranges.answered(from, useful || overtaken);
  else
    ranges.answered_other(from, useful);
}

// A run of blocks, each the parent of the next, is believed up to the last that something verified names. Where leaves
// found no room any more, headers alone lead on to that one.
bool Engine::State::take_run(PeerId from, std::uint64_t first, BlockResponse&& response) {
  if (response.finalization) take_proof(from, *response.finalization, Relay::kNo);
  if (peers[from].forged_leaves || first > settled_height().value + limits::kHeightsAhead) return false;
  std::vector<BlockId> ids;
  std::size_t believed = 0;
  for (const auto& item : response.finalized) {
    const Header& header = item.block.header;
    if (header.height.value != first + ids.size() || (!ids.empty() && header.parent_id != ids.back())) break;
    ids.push_back(blocks.id_of(item.block));
    if (is_named(ids.back())) believed = ids.size();
  }
  bool useful = false;
  for (std::size_t i = 0; i < believed && !response.finalized[i].block.leaves.empty(); ++i) {
    useful = true;
    take_final(from, ids[i], std::move(response.finalized[i]));
  }
  return useful;
}

void Engine::State::take_final(PeerId from, const BlockId& id, FinalizedBlock&& item) {
  const Header header = item.block.header;
  if (header.height <= settled_height()) return;
  auto& known = blocks.add(id, std::move(item.block), current, from);
  known.needed = true;
  proven[header.height] = id;
  if (known.links.empty() && links_good(header.parent_id, id, item.links)) known.links = std::move(item.links);
}

// Form first, of all of them: no signature is checked for a peer that made them up.
bool Engine::State::links_good(const BlockId& parent, const BlockId& block, const std::vector<LinkProof>& links) const {
  const auto good = [&](const QuorumProof& proof) {
    return verify(proof, config.scope, config.members, config.verify);
  };
  return links_in_form(parent, block, links) && std::ranges::all_of(links, [&](const LinkProof& link) {
           return good(link.step) && std::ranges::all_of(link.skipped, good);
         });
}

}  // namespace quipu::consensus
