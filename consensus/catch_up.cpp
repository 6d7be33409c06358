// SPDX-License-Identifier: Apache-2.0
// Catching up: what is missing, whom to ask for it, and what is believed of the answers. Only a verified finalization
// says how far there is to go; blocks are checked by their hash links against one.
#include <algorithm>
#include <utility>

#include "consensus/engine_state.h"

namespace quipu::consensus {

namespace {

// Total bytes of an answer to a request by id, well inside a sync frame.
constexpr std::size_t kAnswerBytes = limits::kSyncFrameBytes - (512 << 10);

// So many peers are asked for votes that are only missed in an export, while a commit waits.
constexpr std::size_t kAskedForLinks = 4;

// One per view step, and as many skipped views in each: what an export can tell of a block (node/ledger/mirror.h).
constexpr std::size_t kLinksPerBlock = 4'096;

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

// The first hole below what a proof names: its block, or the nearest ancestor that is not here.
void Engine::State::want_block_chain(const QuorumProof& proof, std::vector<Wanted>& list) const {
  BlockId id = proof.subject.block;
  Height height = proof.subject.height;
  const KnownBlock* known = blocks.find(id);
  while (height > fin.height && known != nullptr) {
    id = known->block->header.parent_id;
    height = {height.value - 1};
    known = blocks.find(id);
  }
  if (height <= fin.height) return want_links(proof, list);
  const auto peers_to_ask = block_candidates(proof.signers);
  const FetchKey by_id{.kind = FetchKind::kBlock, .block = id};
  if (proof.kind != VoteKind::kFinalize) {
    if (height > final_height()) list.push_back({by_id, height.value, peers_to_ask});
    return;
  }
  // What is final is asked for by height, as only those answers bring link proofs. By id when that helped nowhere:
  // nobody has committed it yet, or no run of blocks up to a proof fits an answer.
  const FetchKey by_height{.kind = FetchKind::kHeights, .first = fin.height.value + 1};
  list.push_back({by_height, height.value, peers_to_ask});
  if (fetches.attempts(by_id) > 0 || fetches.attempts(by_height) >= std::max<std::size_t>(peers_to_ask.size(), 1))
    list.push_back({by_id, height.value, peers_to_ask});
}

// A peer that has committed the blocks answers by height, one that has not has the proof itself.
void Engine::State::want_links(const QuorumProof& proof, std::vector<Wanted>& list) const {
  std::vector<BlockId> ascending;
  if (proof.kind != VoteKind::kFinalize || chain_to(proof.subject, ascending) != Chain::kReady) return;
  const auto step = untold_step(proof, ascending);
  if (!step) return;
  const auto peers_to_ask = block_candidates(proof.signers);
  list.push_back(
      {{.kind = FetchKind::kHeights, .first = fin.height.value + 1}, proof.subject.height.value, peers_to_ask});
  list.push_back({{.kind = FetchKind::kProofs, .first = step->value}, step->value, peers_to_ask});
}

bool Engine::State::links_in_vain(View step) const {
  return fetches.in_vain({.kind = FetchKind::kHeights, .first = fin.height.value + 1}, kAskedForLinks) &&
         fetches.in_vain({.kind = FetchKind::kProofs, .first = step.value}, kAskedForLinks);
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
    switch (request.key.kind) {
      case FetchKind::kBlock:
        send(request.to, BlockRequest{{request.key.block}, {request.last}, {request.last}});
        break;
      case FetchKind::kHeights:
        send(request.to, BlockRequest{{}, {request.key.first}, {request.last}});
        break;
      case FetchKind::kProofs:
        send(request.to, ProofRequest{{request.key.first}, {request.last}});
        break;
    }
  }
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
  const auto by_height = fetches.outstanding(FetchKind::kHeights, from);
  const bool useful = take_blocks(from, std::move(response.blocks));
  if (by_id && !useful) fetches.unhelpful(*by_id, from, now.steady_us);
  if (by_height && !take_finalized(from, std::move(response))) fetches.unhelpful(*by_height, from, now.steady_us);
  touch();
}

// Only blocks that were asked for, whoever sends them: the id is the check of the header, the verdict that of the
// leaves.
bool Engine::State::take_blocks(PeerId from, std::vector<Block>&& answered) {
  bool useful = false;
  if (peers[from].forged_leaves) return useful;
  for (auto& block : answered) {
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

// A run of finalized blocks from the committed tip upwards, up to the last that something verified names. True when it
// brought a block or the votes for one.
bool Engine::State::take_finalized(PeerId from, BlockResponse&& response) {
  if (response.finalization) take_proof(from, *response.finalization, Relay::kNo);
  if (peers[from].forged_leaves) return false;
  std::vector<BlockId> ids;
  BlockId parent = fin.block;
  std::size_t proven = 0;
  for (const auto& item : response.finalized) {
    const Header& header = item.block.header;
    if (header.parent_id != parent || header.height.value != fin.height.value + ids.size() + 1) break;
    parent = blocks.id_of(item.block);
    ids.push_back(parent);
    if (is_named(parent)) proven = ids.size();
  }
  bool useful = false;
  for (std::size_t i = 0; i < proven; ++i) {
    auto& item = response.finalized[i];
    useful = useful || blocks.find(ids[i]) == nullptr;
    auto& known = blocks.add(ids[i], std::move(item.block), current, from);
    known.needed = true;
    if (!known.links.empty() || !links_good(i == 0 ? fin.block : ids[i - 1], ids[i], item.links)) continue;
    known.links = std::move(item.links);
    useful = true;
  }
  return useful;
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
