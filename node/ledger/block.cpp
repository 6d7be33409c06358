// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/block.h"

#include <algorithm>
#include <cassert>

#include "consensus/limits.h"
#include "node/ledger/replay.h"

namespace quipu::ledger {
namespace {

using consensus::Block;
using consensus::Header;
using Submissions = std::span<const std::shared_ptr<const Submission>>;

// A block in the making: leaves are appended, then it is closed with its seal.
struct Draft {
  ExecutedBlock result;
  crypto::CompactRange tree;

  void append(Bytes leaf, const crypto::Digest& hash) {
    tree.append(hash);
    result.leaf_hashes.push_back(hash);
    result.block.leaves.push_back(std::move(leaf));
  }
};

crypto::StatusMap map_with(crypto::StatusMap map, const Overlay& state) {
  for (const auto& [key, value] : state.changes()) map = std::move(map).insert(key.view(), value);
  return map;
}

SealInfo seal_on(const Genesis& genesis, const Position& parent) {
  SealInfo seal;
  seal.chain_id = genesis.chain_id;
  seal.epoch = parent.membership->epoch;
  seal.height = parent.height.next();
  seal.first_index = parent.tree.size();
  seal.previous_size = parent.tree.size();
  seal.previous_root = parent.tree.root();
  seal.membership_hash = parent.membership->members.hash();
  seal.protocol_version = parent.membership->protocol_version;
  return seal;
}

// Who votes after the block: as before, or, when the block hands over, whom its state names.
struct Succession {
  std::shared_ptr<const Membership> before;
  std::optional<consensus::MemberSet> next;
  std::uint32_t next_version;

  Succession(std::shared_ptr<const Membership> membership, const Overlay& state)
      : before(std::move(membership)), next_version(protocol_version_after(state)) {
    if (ends_epoch(state)) next = voting_members(state);
  }
  crypto::Digest next_hash() const { return next ? next->hash() : crypto::Digest{}; }
  std::shared_ptr<const Membership> after(const consensus::BlockId& block) const {
    if (!next) return before;
    return std::make_shared<const Membership>(Membership{before->epoch.next(), block, *next, next_version});
  }
};

// Completes the seal with the state root, appends it, and says where the chain stands now.
ExecutedBlock close(Draft draft, const Genesis& genesis, SealInfo seal, const Position& parent,
                    std::shared_ptr<const Overlay> state) {
  const crypto::StatusMap after = map_with(parent.map, *state);
  const Succession succession(parent.membership, *state);
  seal.state_root = after.root();
  Bytes leaf = encode_seal_leaf(seal);
  const crypto::Digest hash = crypto::leaf_hash(leaf);
  draft.append(std::move(leaf), hash);
  ExecutedBlock out = std::move(draft.result);
  out.block.header = {seal.epoch,        seal.height,       parent.block,
                      draft.tree.size(), draft.tree.root(), succession.next_hash()};
  out.proposer = seal.proposer;
  out.first_index = seal.first_index;
  out.changes.assign(state->changes().begin(), state->changes().end());
  const auto id = consensus::block_id(genesis.chain, out.block.header);
  out.after = {seal.height,
               id,
               seal.block_time_ms,
               std::move(draft.tree),
               after,
               std::move(state),
               succession.after(id),
               succession.next.has_value()};
  return out;
}

std::unexpected<Rejection> differs(std::string what) {
  return std::unexpected(Rejection{Code::kBlockMismatch, std::nullopt, std::move(what)});
}

std::expected<void, Rejection> check_header(const Position& parent, const Header& header) {
  if (header.epoch != parent.membership->epoch) return differs("header: epoch");
  if (header.height != parent.height.next()) return differs("header: height");
  if (header.parent_id != parent.block) return differs("header: parent id");
  return {};
}

std::expected<void, Rejection> check_size(Submissions submissions) {
  if (submissions.empty()) return differs("block: no submission");
  if (submissions.size() > limits::kBlockSubmissions) return differs("block: more than 512 submissions");
  std::size_t bytes = 0;
  for (const auto& submission : submissions) bytes += submission->leaf.size();
  if (bytes > limits::kBlockLeafBytes) return differs("block: more than 1 MiB of leaves");
  return {};
}

std::expected<void, Rejection> check_leaves(const std::vector<Bytes>& leaves, Submissions submissions) {
  if (auto size = check_size(submissions); !size) return size;
  if (leaves.size() != submissions.size() + 1) return differs("block: leaves and submissions differ in number");
  for (std::size_t i = 0; i < submissions.size(); ++i) {
    if (submissions[i]->leaf != leaves[i]) return differs("block: leaf " + std::to_string(i) + " is another");
  }
  return {};
}

// What the proposer chose, to be checked before its own words are run.
std::expected<SealInfo, Rejection> choices_of(const Position& parent, BytesView seal_leaf) {
  auto seal = decode_seal_leaf(seal_leaf);
  if (!seal) return differs("seal: " + seal.error());
  if (!parent.membership->members.index_of(seal->proposer)) {
    return differs("seal: the proposer is no voting member of the epoch");
  }
  if (seal->block_time_ms <= parent.block_time_ms) return differs("seal: block time does not increase");
  return *std::move(seal);
}

// Which field of a seal is another than the one recomputed.
std::string first_difference(const SealInfo& theirs, const SealInfo& ours) {
  if (theirs.chain_id != ours.chain_id) return "chain_id";
  if (theirs.height != ours.height) return "height";
  if (theirs.epoch != ours.epoch) return "epoch";
  if (theirs.first_index != ours.first_index) return "first_index";
  if (theirs.submissions != ours.submissions) return "submissions";
  if (theirs.previous_size != ours.previous_size) return "previous_size";
  if (theirs.previous_root != ours.previous_root) return "previous_root";
  if (theirs.state_root != ours.state_root) return "state_root";
  if (theirs.membership_hash != ours.membership_hash) return "membership_hash";
  if (theirs.protocol_version != ours.protocol_version) return "protocol_version";
  return "its bytes";
}

std::expected<void, Rejection> compare_seals(BytesView ours, BytesView theirs, const SealInfo& their_seal) {
  if (ours == theirs) return {};
  const auto our_seal = decode_seal_leaf(ours);
  assert(our_seal);
  return differs("seal: " + first_difference(their_seal, *our_seal));
}

Rejection at_leaf(Rejection why, std::size_t leaf) {
  why.detail = "leaf " + std::to_string(leaf) + ": " + why.detail;
  return why;
}

std::expected<void, Rejection> compare_headers(const Header& ours, const Header& theirs) {
  if (ours.tree_size != theirs.tree_size) return differs("header: tree size");
  if (ours.tree_root != theirs.tree_root) return differs("header: tree root");
  if (ours.next_members_hash != theirs.next_members_hash) return differs("header: next members hash");
  assert(ours == theirs);
  return {};
}

}  // namespace

ExecutedBlock genesis_block(const Genesis& genesis) {
  Draft draft;
  Bytes leaf = genesis_leaf(genesis.chain);
  const crypto::Digest hash = crypto::leaf_hash(leaf);
  draft.append(std::move(leaf), hash);
  auto state = std::make_shared<Overlay>(empty_state());
  write_genesis_state(genesis, *state);
  Position nothing;
  nothing.membership = genesis_membership(genesis);
  SealInfo seal = seal_on(genesis, nothing);
  seal.height = {0};
  seal.block_time_ms = genesis.created_ms;
  return close(std::move(draft), genesis, std::move(seal), nothing, std::move(state));
}

Origin next_origin(const Genesis& genesis, const Position& position, std::uint64_t block_time_ms) {
  return {position.height.next(), block_time_ms, position.tree.size(), position.membership->scope(genesis.chain),
          genesis.origin};
}

struct BlockBuilder::State {
  const Genesis& genesis;
  SealInfo seal;
  Position parent;
  std::shared_ptr<Overlay> overlay;
  Draft draft;
  std::size_t leaf_bytes = 0;
};

BlockBuilder::BlockBuilder(const Genesis& genesis, const Position& parent, std::string proposer,
                           std::uint64_t block_time_ms) {
  assert(block_time_ms > parent.block_time_ms && parent.membership->members.index_of(proposer));
  SealInfo seal = seal_on(genesis, parent);
  seal.proposer = std::move(proposer);
  seal.block_time_ms = block_time_ms;
  state_ = std::make_unique<State>(
      State{genesis, std::move(seal), parent, std::make_shared<Overlay>(parent.state), Draft{{}, parent.tree}, 0});
}

BlockBuilder::~BlockBuilder() = default;

std::expected<void, Rejection> BlockBuilder::add(const Submission& submission) {
  State& s = *state_;
  if (closed()) return std::unexpected(Rejection{Code::kEpochEnded, std::nullopt, "the block hands over"});
  Origin origin = next_origin(s.genesis, s.parent, s.seal.block_time_ms);
  origin.leaf_index = s.draft.tree.size();
  if (auto applied = apply(*s.overlay, submission, origin); !applied) return applied;
  s.draft.append(submission.leaf, submission.id);
  s.leaf_bytes += submission.leaf.size();
  return {};
}

bool BlockBuilder::closed() const { return ends_epoch(*state_->overlay); }
std::size_t BlockBuilder::size() const { return state_->draft.result.block.leaves.size(); }
std::size_t BlockBuilder::leaf_bytes() const { return state_->leaf_bytes; }

ExecutedBlock BlockBuilder::seal() && {
  State& s = *state_;
  assert(size() >= 1);
  s.seal.submissions = static_cast<std::uint32_t>(size());
  return close(std::move(s.draft), s.genesis, std::move(s.seal), s.parent, std::move(s.overlay));
}

std::expected<ExecutedBlock, Rejection> replay_block(const Genesis& genesis, const Position& parent,
                                                     const std::vector<Bytes>& leaves, Submissions submissions) {
  if (auto ok = check_leaves(leaves, submissions); !ok) return std::unexpected(ok.error());
  const auto seal = choices_of(parent, leaves.back());
  if (!seal) return std::unexpected(seal.error());
  BlockBuilder builder(genesis, parent, seal->proposer, seal->block_time_ms);
  for (std::size_t i = 0; i < submissions.size(); ++i) {
    if (auto added = builder.add(*submissions[i]); !added) return std::unexpected(at_leaf(added.error(), i));
  }
  auto ours = std::move(builder).seal();
  if (auto equal = compare_seals(ours.block.leaves.back(), leaves.back(), *seal); !equal)
    return std::unexpected(equal.error());
  return ours;
}

namespace {

std::expected<void, Rejection> apply_all(Overlay& state, Origin origin, Submissions submissions) {
  for (std::size_t i = 0; i < submissions.size(); ++i, ++origin.leaf_index) {
    if (ends_epoch(state)) {
      return std::unexpected(at_leaf({Code::kEpochEnded, std::nullopt, "the block hands over"}, i));
    }
    if (auto applied = apply(state, *submissions[i], origin); !applied)
      return std::unexpected(at_leaf(applied.error(), i));
  }
  return {};
}

}  // namespace

std::expected<ReplayedBlock, Rejection> replay_in_place(const Genesis& genesis, const Position& parent,
                                                        const crypto::CompactRange& tree, BytesView seal_leaf,
                                                        Submissions submissions, const TakeChanges& take_changes) {
  if (auto size = check_size(submissions); !size) return std::unexpected(size.error());
  const auto theirs = choices_of(parent, seal_leaf);
  if (!theirs) return std::unexpected(theirs.error());
  Overlay state(parent.state);
  if (auto run = apply_all(state, next_origin(genesis, parent, theirs->block_time_ms), submissions); !run)
    return std::unexpected(run.error());
  SealInfo seal = seal_on(genesis, parent);
  seal.proposer = theirs->proposer;
  seal.block_time_ms = theirs->block_time_ms;
  seal.submissions = static_cast<std::uint32_t>(submissions.size());
  const Succession succession(parent.membership, state);
  seal.state_root = take_changes(state.changes());
  if (auto equal = compare_seals(encode_seal_leaf(seal), seal_leaf, *theirs); !equal)
    return std::unexpected(equal.error());
  const Header header{seal.epoch, seal.height, parent.block, tree.size(), tree.root(), succession.next_hash()};
  const auto id = consensus::block_id(genesis.chain, header);
  Position after{seal.height, id,           seal.block_time_ms,   tree,
                 {},          parent.state, succession.after(id), succession.next.has_value()};
  return ReplayedBlock{header, seal.proposer, std::move(after)};
}

std::expected<ExecutedBlock, Rejection> execute_block(const Genesis& genesis, const Position& parent,
                                                      const Block& block, Submissions submissions) {
  if (auto ok = check_header(parent, block.header); !ok) return std::unexpected(ok.error());
  auto ours = replay_block(genesis, parent, block.leaves, submissions);
  if (!ours) return ours;
  if (auto ok = compare_headers(ours->block.header, block.header); !ok) return std::unexpected(ok.error());
  return ours;
}

}  // namespace quipu::ledger
