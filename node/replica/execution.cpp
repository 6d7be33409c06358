// SPDX-License-Identifier: Apache-2.0
// Blocks: built for the views this member leads, run and judged when others propose them, and their way to becoming
// final.
#include <algorithm>
#include <cassert>

#include "consensus/limits.h"
#include "node/replica/replica_state.h"

namespace quipu::replica {

namespace {
// Blocks that may wait for a parent or for signature checks: the unfinalized ones and one answer of catch-up.
constexpr std::size_t kWaitingBlocks = limits::kUnfinalizedBlocks + limits::kBlocksPerAnswer + 8;

// Are these the leaves that the header, and so the block's id, commits to?
bool leaves_give_header(crypto::CompactRange tree, const consensus::Block& block) {
  for (const auto& leaf : block.leaves) tree.append(crypto::leaf_hash(leaf));
  return tree.size() == block.header.tree_size && tree.root() == block.header.tree_root;
}
}  // namespace

void Replica::State::on(consensus::RequestBuild& effect) {
  const auto* parent = chain.position(effect.parent);
  if (parent == nullptr) return void(engine_inputs.emplace_back(consensus::BuiltNone{effect.view}));
  const auto& self = members()[config.self].code;
  auto proposal = build_block(config.genesis, *parent, {self, likely_block_time_ms(*parent), effect.most_bytes}, pool);
  if (effect.parent == chain.committed().block) reject(proposal.rejected);
  if (!proposal.block) {
    // What seemed ready is not: the engine rests, and is told anew of what comes.
    ready = false;
    pool_changed = true;
    return void(engine_inputs.emplace_back(consensus::BuiltNone{effect.view}));
  }
  auto block = proposal.block->block;
  const auto time_ms = static_cast<std::int64_t>(proposal.block->after.block_time_ms);
  chain.add(std::move(*proposal.block), std::move(proposal.submissions));
  engine_inputs.emplace_back(consensus::Built{effect.view, std::move(block), time_ms});
}

void Replica::State::on(consensus::RequestVerify& effect) {
  if (waiting_for_leaves.size() + waiting_for_parent.size() >= kWaitingBlocks) {
    const auto id = consensus::block_id(config.genesis.chain, effect.block.header);
    return verdict(id, consensus::Verdict::kLater, 0);
  }
  start_verifying({std::move(effect.block), effect.check_clock, {}, {}});
}

void Replica::State::start_verifying(Verifying verifying) {
  const auto id = consensus::block_id(config.genesis.chain, verifying.block.header);
  if (const auto* done = chain.find(id)) {
    if (done->executed->block.leaves != verifying.block.leaves) return verdict(id, consensus::Verdict::kForged, 0);
    if (!clock_allows(verifying, done->after.block_time_ms)) return;
    return accept(*done->executed);
  }
  const auto* parent = chain.position(verifying.block.header.parent_id);
  if (parent == nullptr) {
    const auto parent_id = verifying.block.header.parent_id;
    return void(waiting_for_parent.emplace(parent_id, std::move(verifying)));
  }
  if (!leaves_give_header(parent->tree, verifying.block)) return verdict(id, consensus::Verdict::kForged, 0);
  if (!collect_submissions(verifying, *parent)) return verdict(id, consensus::Verdict::kInvalid, 0);
  Checking batch;
  for (const auto& item : verifying.items) {
    if (pool.find(item.submission->id) != nullptr) continue;
    verifying.unchecked.insert(item.submission->id);
    if (!in_check.contains(item.submission->id)) batch.items.push_back(item);
  }
  if (verifying.unchecked.empty()) return execute(std::move(verifying));
  waiting_for_leaves.insert_or_assign(id, std::move(verifying));
  if (!batch.items.empty()) verify(std::move(batch));
}

// Decodes the block's leaves, taking from the pool what is there. False: one is not in form, or its key is unknown.
bool Replica::State::collect_submissions(Verifying& verifying, const ledger::Position& parent) const {
  const auto& leaves = verifying.block.leaves;
  if (leaves.size() < 2 || leaves.size() > limits::kBlockSubmissions + 1) return false;
  for (std::size_t i = 0; i + 1 < leaves.size(); ++i) {
    if (const auto* known = pool.find(crypto::leaf_hash(leaves[i]))) {
      verifying.items.push_back({known->submission, known->key});
      continue;
    }
    auto decoded = ledger::decode_submission(leaves[i], config.genesis.chain_id);
    if (!decoded) return false;
    const auto key = ledger::signing_key(*parent.state, *decoded);
    if (!key) return false;
    verifying.items.push_back({std::make_shared<const ledger::Submission>(std::move(*decoded)), *key});
  }
  return true;
}

void Replica::State::signature_checked(const crypto::Digest& id, bool valid) {
  std::vector<consensus::BlockId> complete;
  for (auto& [block, verifying] : waiting_for_leaves) {
    if (verifying.unchecked.erase(id) == 0) continue;
    if (!valid) verifying.items.clear();  // marks it: no valid block is without submissions
    if (verifying.unchecked.empty() || !valid) complete.push_back(block);
  }
  for (const auto& block : complete) {
    auto verifying = std::move(waiting_for_leaves.extract(block).mapped());
    if (verifying.items.empty()) {
      verdict(block, consensus::Verdict::kInvalid, 0);
    } else {
      execute(std::move(verifying));
    }
  }
}

void Replica::State::execute(Verifying verifying) {
  const auto id = consensus::block_id(config.genesis.chain, verifying.block.header);
  const auto* parent = chain.position(verifying.block.header.parent_id);
  if (parent == nullptr) return;  // committed past it while its signatures were checked
  Submissions submissions;
  for (const auto& item : verifying.items) submissions.push_back(item.submission);
  auto executed = ledger::execute_block(config.genesis, *parent, verifying.block, submissions);
  if (!executed) return verdict(id, consensus::Verdict::kInvalid, 0);
  const auto& added = chain.add(std::move(*executed), std::move(submissions));
  keep_in_pool(verifying);
  if (clock_allows(verifying, added.after.block_time_ms)) accept(*added.executed);
  wake_children(id);
}

// A live proposal's submissions stay here until they are final: their gossip is not verified again, and if the block is
// nullified they are not lost.
void Replica::State::keep_in_pool(const Verifying& verifying) {
  if (!verifying.check_clock) return;
  for (const auto& item : verifying.items) {
    if (pool.insert({item.submission, item.key, now.steady_us, 0}) != Mempool::Insert::kTaken) continue;
    announce(item.submission->id, Phase::kPending);
    pool_grew();
  }
  if (!sweep_us) plan_sweep();
}

// Beside this member's clock the first vote for a block waits or is refused; nothing else depends on the clock.
bool Replica::State::clock_allows(const Verifying& verifying, std::uint64_t block_time_ms) {
  if (!verifying.check_clock) return true;
  const auto time_ms = static_cast<std::int64_t>(block_time_ms);
  const auto id = consensus::block_id(config.genesis.chain, verifying.block.header);
  if (time_ms > now.utc_ms + limits::kBlockTimeAhead_ms) {
    verdict(id, consensus::Verdict::kLater, block_time_ms);
    return false;
  }
  if (time_ms < now.utc_ms - limits::kBlockTimeBehind_ms) {
    verdict(id, consensus::Verdict::kInvalid, block_time_ms);
    return false;
  }
  return true;
}

void Replica::State::verdict(const consensus::BlockId& block, consensus::Verdict verdict, std::uint64_t block_time_ms) {
  engine_inputs.emplace_back(consensus::BlockVerdict{block, verdict, static_cast<std::int64_t>(block_time_ms)});
}

void Replica::State::accept(const ledger::ExecutedBlock& executed) {
  engine_inputs.emplace_back(consensus::BlockVerdict{executed.after.block, consensus::Verdict::kValid,
                                                     static_cast<std::int64_t>(executed.after.block_time_ms),
                                                     members().index_of(executed.proposer)});
}

void Replica::State::wake_children(const consensus::BlockId& parent) {
  std::vector<Verifying> children;
  const auto [first, last] = waiting_for_parent.equal_range(parent);
  for (auto child = first; child != last; ++child) children.push_back(std::move(child->second));
  waiting_for_parent.erase(first, last);
  for (auto& child : children) start_verifying(std::move(child));
}

void Replica::State::on(consensus::Commit& effect) {
  Commit commit{{}, std::move(effect.finalization), effect.tip, std::move(effect.votes)};
  for (auto& block : effect.blocks) {
    const auto* entry = chain.find(consensus::block_id(config.genesis.chain, block.block.header));
    assert(entry != nullptr);  // the engine commits only what was judged valid here
    commit.blocks.push_back({entry->executed, std::move(block.links)});
  }
  committing.push_back(effect.tip);
  out.emplace_back(std::move(commit));
}

void Replica::State::handle(Committed& input) {
  assert(!committing.empty() && committing.front().height == input.height);
  const auto tip = committing.front();
  committing.pop_front();
  // Walk back to the old tip before the chain forgets the way.
  std::vector<ChainBlock> fresh;
  for (const auto* block = chain.find(tip.block); block != nullptr;
       block = chain.find(block->executed->block.header.parent_id)) {
    fresh.push_back(*block);
  }
  chain.commit(tip.block, std::move(input.state));
  for (auto block = fresh.rbegin(); block != fresh.rend(); ++block) {
    admission.committed(block->submissions, chain.committed().state);
    for (std::size_t i = 0; i < block->submissions.size(); ++i) {
      settle_submission(block->submissions[i], block->after.height, block->executed->first_index + i,
                        block->after.block_time_ms);
    }
  }
  finish_commit(tip);
}

void Replica::State::settle_submission(const SharedSubmission& submission, consensus::Height height,
                                       std::uint64_t index, std::uint64_t block_time_ms) {
  out.emplace_back(Changed{{submission->id, Phase::kFinal, height, index, block_time_ms, std::nullopt}});
  pool.remove(submission->id);
  finals.add(submission->id);
  const auto key = ledger::signing_key(*chain.committed().state, *submission);
  if (!key) return;  // revoked by this very block
  // Others that wanted the same place in the key's sequence have lost it.
  for (const auto& entry : pool.remove_below(*key, submission->sequence() + 1)) {
    admission.forget(entry.submission->administration());
    const auto by = "by " + crypto::to_hex(submission->id.view());
    announce(entry.submission->id, Phase::kRejected, ledger::Rejection{ledger::Code::kSequenceTaken, std::nullopt, by});
  }
}

void Replica::State::finish_commit(const consensus::Tip& tip) {
  std::erase_if(waiting_for_parent, [&](const auto& item) { return item.second.block.header.height <= tip.height; });
  if (const auto cosign = cosigning.on_tip(tip, now)) out.emplace_back(*cosign);
  engine_inputs.emplace_back(consensus::Committed{tip.height});
  pool_changed = true;
}

void Replica::State::reject(const std::vector<RejectedSubmission>& rejected) {
  for (const auto& item : rejected) {
    pool.remove(item.submission->id);
    const bool too_old = item.rejection.code == ledger::Code::kIssuedTooEarly;
    if (too_old) {
      announce(item.submission->id, Phase::kExpired);
    } else {
      announce(item.submission->id, Phase::kRejected, item.rejection);
    }
  }
  if (rejected.empty()) return;
  admission.reset();
  pool_changed = true;
}

}  // namespace quipu::replica
