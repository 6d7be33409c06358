// SPDX-License-Identifier: Apache-2.0
#include "node/replica/references.h"

#include <algorithm>

#include "consensus/blocks.h"
#include "consensus/limits.h"
#include "crypto/merkle.h"

namespace quipu::replica {

namespace {

constexpr std::int64_t kAskAgain_us = 250'000;

}  // namespace

consensus::Proposal by_reference(const consensus::Proposal& proposal, std::size_t members, std::size_t inline_bytes) {
  const bool small = members <= limits::kInlineMembers && consensus::leaf_bytes(proposal.block) <= inline_bytes;
  if (proposal.repeat || small || proposal.block.leaves.size() < 2) return proposal;
  consensus::Proposal out = proposal;
  for (std::size_t i = 0; i + 1 < proposal.block.leaves.size(); ++i)
    out.leaf_ids.push_back(crypto::leaf_hash(proposal.block.leaves[i]));
  out.block.leaves = {proposal.block.leaves.back()};
  return out;
}

References::References(std::vector<consensus::MemberIndex> order, consensus::MemberIndex self)
    : order_(std::move(order)), self_(self) {}

bool References::add(PeerId from, consensus::Proposal proposal, consensus::View current, const Find& find,
                     std::int64_t now_us) {
  const auto view = proposal.view.value;
  if (view == 0 || view < current.value || view > current.value + limits::kFutureViews) return false;
  if (from != order_.at((view - 1) % order_.size())) return false;
  const auto earlier = pending_.find(from);
  if (earlier != pending_.end() && earlier->second.proposal.view >= proposal.view) return true;
  Pending pending;
  pending.proposal = std::move(proposal);
  pending.ask_us = now_us;
  for (const auto& id : pending.proposal.leaf_ids) {
    const auto* leaf = find(id);
    pending.leaves.push_back(leaf == nullptr ? Bytes() : *leaf);
    if (leaf == nullptr) ++pending.missing;
  }
  pending_.insert_or_assign(from, std::move(pending));
  return true;
}

void References::put(Pending& pending, const crypto::Digest& id, const Bytes& leaf) {
  for (std::size_t i = 0; i < pending.leaves.size(); ++i) {
    if (pending.proposal.leaf_ids[i] != id || !pending.leaves[i].empty()) continue;
    pending.leaves[i] = leaf;
    --pending.missing;
  }
}

void References::fill(const crypto::Digest& id, const Bytes& leaf) {
  for (auto& [leader, pending] : pending_) put(pending, id, leaf);
}

std::vector<std::pair<PeerId, consensus::Proposal>> References::take_whole() {
  std::vector<std::pair<PeerId, consensus::Proposal>> whole;
  for (auto item = pending_.begin(); item != pending_.end();) {
    if (item->second.missing > 0) {
      ++item;
      continue;
    }
    auto [leader, pending] = std::move(*item);
    item = pending_.erase(item);
    auto& leaves = pending.proposal.block.leaves;
    leaves.insert(leaves.begin(), std::move_iterator(pending.leaves.begin()), std::move_iterator(pending.leaves.end()));
    pending.proposal.leaf_ids.clear();
    whole.emplace_back(leader, std::move(pending.proposal));
  }
  return whole;
}

std::vector<crypto::Digest> References::missing_of(const Pending& pending) {
  std::vector<crypto::Digest> ids;
  for (std::size_t i = 0; i < pending.leaves.size(); ++i) {
    if (pending.leaves[i].empty()) ids.push_back(pending.proposal.leaf_ids[i]);
  }
  return ids;
}

// The leader, then the others from it on, without me.
PeerId References::next_holder(PeerId leader, std::size_t asked) const {
  const auto members = order_.size();
  PeerId holder = static_cast<PeerId>((leader + asked % members) % members);
  if (holder == self_) holder = static_cast<PeerId>((holder + 1) % members);
  return holder;
}

std::vector<References::Ask> References::due(consensus::View current, std::int64_t now_us) {
  std::erase_if(pending_, [&](const auto& item) { return item.second.proposal.view < current; });
  std::vector<Ask> asks;
  for (auto& [leader, pending] : pending_) {
    if (pending.ask_us > now_us) continue;
    asks.push_back({next_holder(leader, pending.asked++), missing_of(pending)});
    pending.ask_us = now_us + kAskAgain_us;
  }
  return asks;
}

std::optional<std::int64_t> References::next_deadline_us() const {
  std::optional<std::int64_t> next;
  for (const auto& [leader, pending] : pending_) next = std::min(next.value_or(pending.ask_us), pending.ask_us);
  return next;
}

}  // namespace quipu::replica
