// SPDX-License-Identifier: Apache-2.0
// A chain of four members with real signatures, and the mirror it publishes, made with ledger, consensus and crypto
// alone.
#pragma once

#include <map>
#include <set>

#include "consensus/quorum_proof.h"
#include "crypto/note.h"
#include "node/audit/bundle.h"
#include "node/ledger/block.h"
#include "node/ledger/mirror.h"
#include "node/ledger/receipt.h"
#include "tests/node/ledger/sample_chain.h"

namespace quipu::sample {

using Files = std::map<std::string, Bytes>;
using Submissions = std::vector<std::shared_ptr<const ledger::Submission>>;

class MemoryBundle final : public audit::Bundle {
 public:
  explicit MemoryBundle(Files files, std::string name = "memory") : files_(std::move(files)), name_(std::move(name)) {
    for (const auto& [path, content] : files_) paths_.push_back(path);
  }
  std::string name() const override { return name_; }
  const std::vector<std::string>& paths() const override { return paths_; }
  std::expected<Bytes, std::string> read(const std::string& path) const override { return files_.at(path); }

 private:
  Files files_;
  std::string name_;
  std::vector<std::string> paths_;
};

// Every complete node of the tree over these leaves.
class TreeNodes {
 public:
  explicit TreeNodes(std::span<const Bytes> leaves) {
    crypto::CompactRange tree;
    for (const auto& leaf : leaves) {
      tree.append(crypto::leaf_hash(leaf), [this](unsigned level, std::uint64_t index, const crypto::Digest& hash) {
        nodes_[{level, index}] = hash;
      });
    }
  }
  crypto::Digest operator()(unsigned level, std::uint64_t index) const { return nodes_.at({level, index}); }

 private:
  std::map<std::pair<unsigned, std::uint64_t>, crypto::Digest> nodes_;
};

// The tiles and bundles of a log of these leaves.
inline Files tile_files(std::span<const Bytes> leaves) {
  const TreeNodes nodes(leaves);
  Files out;
  for (const auto& tile : ledger::tiles_of(leaves.size())) {
    const auto entries = leaves.subspan(tile.level ? 0 : tile.index * ledger::kTileWidth, tile.level ? 0 : tile.width);
    out[tile.path()] = tile.level ? ledger::hash_tile(tile, nodes) : ledger::encode_entries(entries);
  }
  return out;
}

class Chain {
 public:
  explicit Chain(ledger::Genesis of = sample::genesis()) : genesis(std::move(of)) {
    auto block = ledger::genesis_block(genesis);
    take(block.block.leaves);
    position = std::move(block.after);
    membership = position.membership;
    if (membership->members.size() != kCodes.size()) quorum_signs();
  }

  ledger::Genesis genesis;
  ledger::Position position;
  std::shared_ptr<const ledger::Membership> membership;  // that votes on the tip
  // Later signatures for a member are by the sample keys of this name.
  std::map<std::string, std::string> renamed;
  consensus::Header header;  // of the tip
  // Who signs from now on; ascending.
  std::vector<consensus::MemberIndex> voters = {0, 1, 2};
  std::vector<consensus::MemberIndex> cosigners = {0, 1, 3};

  std::uint64_t next_time_ms() const { return position.block_time_ms + 1'000; }

  // `each` registrations by each member, one to a submission.
  Submissions next_submissions(int each) {
    Submissions out;
    for (const auto& code : kCodes) {
      for (int i = 0; i < each; ++i) {
        const auto sequence = ++sequences_[code];
        out.push_back(signed_registrations(code, sequence, static_cast<int>(sequence), 1, next_time_ms() / 1'000));
      }
    }
    return out;
  }

  ledger::ExecutedBlock build(const Submissions& submissions) const {
    ledger::BlockBuilder builder(genesis, position, leader(), next_time_ms());
    for (const auto& submission : submissions) {
      [[maybe_unused]] const auto added = builder.add(*submission);
      assert(added);
    }
    return std::move(builder).seal();
  }

  // Of the view in which the next block comes.
  std::string leader() const {
    const auto& next = *position.membership;
    const auto order = next.members.leader_order(next.anchor);
    return next.members[order[(next.epoch == membership->epoch ? view_ : 0) % order.size()]].code;
  }

  void append(const Submissions& submissions) { append(build(submissions)); }
  // Of another chain with the same blocks so far, too.
  void append(ledger::ExecutedBlock block) {
    take(block.block.leaves);
    follow();
    header = block.block.header;
    position = std::move(block.after);
    vote();
    if (position.handover) hand_over();
  }
  void grow(int blocks, int each) {
    for (int i = 0; i < blocks; ++i) append(next_submissions(each));
  }

  // What seals the next block when its submissions leave the state as it is.
  ledger::SealInfo next_seal(std::size_t submissions, std::uint64_t block_time_ms) const {
    ledger::SealInfo seal;
    seal.chain_id = genesis.chain_id;
    seal.height = position.height.next();
    seal.epoch = position.membership->epoch;
    seal.proposer = position.membership->members[0].code;
    seal.block_time_ms = block_time_ms;
    seal.first_index = seal.previous_size = position.tree.size();
    seal.submissions = static_cast<std::uint32_t>(submissions);
    seal.previous_root = position.tree.root();
    seal.state_root = position.map.root();
    seal.membership_hash = position.membership->members.hash();
    seal.protocol_version = genesis.protocol_version;
    return seal;
  }
  // A block of these leaves that the members vote for whatever it says.
  void append_forged(const std::vector<Bytes>& forged) {
    header = {position.membership->epoch, position.height.next(), position.block, 0, {}, {}};
    for (const auto& leaf : forged) position.tree.append(crypto::leaf_hash(leaf));
    header.tree_size = position.tree.size();
    header.tree_root = position.tree.root();
    take(forged);
    follow();
    position.height = header.height;
    position.block = consensus::block_id(genesis.chain, header);
    position.block_time_ms += 1'000;
    vote();
  }
  std::vector<Bytes> with_seal(std::vector<Bytes> forged, const std::function<void(ledger::SealInfo&)>& change) const {
    auto seal = ledger::decode_seal_leaf(forged.back());
    assert(seal);
    change(*seal);
    forged.back() = ledger::encode_seal_leaf(*seal);
    return forged;
  }

  // A view nobody finalized, and a repeat of the tip.
  void skip_view() { skipped_.push_back(proof(consensus::VoteKind::kNullify, {{++view_}, {}, {}, {}})); }
  void repeat() { vote(); }

  consensus::QuorumProof proof(consensus::VoteKind kind, const consensus::Subject& subject) const {
    consensus::QuorumProof out{kind, subject, voters, {}};
    const Bytes message = consensus::vote_bytes(scope(), kind, subject);
    for (const auto signer : out.signers) out.signatures.push_back(key_of(signer, "vote").sign(message));
    return out;
  }
  consensus::Vote vote_of(consensus::MemberIndex member, consensus::VoteKind kind,
                          const consensus::Subject& subject) const {
    return {kind, subject, member, key_of(member, "vote").sign(consensus::vote_bytes(scope(), kind, subject))};
  }

  // From now on the members that the tip names sign: for the next block or, after a handover, for the tip once more.
  void follow() {
    if (membership->epoch == position.membership->epoch) return;
    membership = position.membership;
    view_ = 0;
    last_step_ = {};
    skipped_.clear();
    quorum_signs();
  }
  consensus::Scope scope() const { return membership->scope(genesis.chain); }

  // By `cosigners` of the members that sign.
  void publish() {
    const crypto::Checkpoint checkpoint{genesis.origin, position.tree.size(), position.tree.root()};
    crypto::Note note{checkpoint.text(), {}};
    note.lines.push_back(crypto::sign_note(note.text, genesis.origin, key_of(log_signer(), "log")));
    for (const auto i : cosigners) {
      note.lines.push_back(crypto::cosign_note(note.text, genesis.origin + "/" + membership->members[i].code,
                                               key_of(i, "cosigner"), position.block_time_ms / 1'000 + i));
    }
    notes_[position.height.value] = note.format();
  }
  void add_evidence(const consensus::Evidence& pair) { evidence_.push_back(ledger::encode_evidence(pair, scope())); }

  // The mirror at the newest publication.
  Files files() const {
    const auto& [height, note] = *notes_.rbegin();
    const auto parsed = crypto::Checkpoint::parse(crypto::Note::parse(note)->text);
    Files out = {{"genesis", genesis.file},
                 {"checkpoint", note},
                 {"policy/0", ledger::policy_file(genesis.origin, genesis.members)}};
    for (const auto& [at, bytes] : notes_) out[ledger::checkpoint_path({at})] = bytes;
    for (const auto& [at, links] : links_) {
      if (at <= height) out[ledger::quorum_path({at})] = ledger::encode_links(links.proofs, links.members);
    }
    for (const auto& opening : openings_) {
      if (opening.height > height) continue;
      out[ledger::policy_path(opening.epoch)] = opening.policy;
      out[ledger::handover_path(opening.epoch)] = opening.handover;
    }
    for (const auto& content : evidence_) out[ledger::evidence_path(content)] = content;
    out.merge(tile_files({leaves_.data(), parsed->size}));
    return out;
  }
  const std::vector<Bytes>& leaves() const { return leaves_; }
  // Of a leaf in the tree of the newest publication.
  ledger::Receipt receipt(std::uint64_t index) const {
    const Bytes& note = notes_.rbegin()->second;
    const auto size = crypto::Checkpoint::parse(crypto::Note::parse(note)->text)->size;
    const TreeNodes nodes({leaves_.data(), size});
    return {leaves_[index], index, crypto::inclusion_proof(index, size, nodes), note};
  }

 private:
  crypto::SecretKey key_of(std::size_t member, const std::string& purpose) const {
    const std::string& code = membership->members[static_cast<consensus::MemberIndex>(member)].code;
    const auto other = renamed.find(code);
    return key(other == renamed.end() ? code : other->second, purpose);
  }
  void quorum_signs() {
    voters.clear();
    for (consensus::MemberIndex i = 0; i < membership->members.quorum(); ++i) voters.push_back(i);
    cosigners = voters;
  }
  consensus::MemberIndex log_signer() const { return membership->members.index_of("BR").value_or(0); }
  void hand_over() {
    auto& links = links_[position.height.value].proofs;
    while (links.back().step.kind != consensus::VoteKind::kFinalize) vote();
    const auto& next = *position.membership;
    const ledger::Handover handover{header, links.back().step, ledger::encode_members(next.members)};
    openings_.push_back({next.epoch, position.height.value, ledger::policy_file(genesis.origin, next.members),
                         ledger::encode_handover(handover, membership->members.size())});
  }
  void take(const std::vector<Bytes>& leaves) { leaves_.insert(leaves_.end(), leaves.begin(), leaves.end()); }
  // The next view is about the tip; every other one finalizes.
  void vote() {
    const consensus::View parent = last_step_;
    const auto kind = ++view_ % 2 == 0 ? consensus::VoteKind::kFinalize : consensus::VoteKind::kNotarize;
    consensus::LinkProof link;
    link.step = proof(kind, {{view_}, parent, position.height, position.block});
    link.skipped = std::exchange(skipped_, {});
    last_step_ = {view_};
    links_[position.height.value].members = membership->members.size();
    links_[position.height.value].proofs.push_back(std::move(link));
  }

  struct Links {
    std::vector<consensus::LinkProof> proofs;
    std::size_t members = 0;
  };
  struct Opening {
    consensus::Epoch epoch;
    std::uint64_t height;  // of the handover
    Bytes policy, handover;
  };
  std::vector<Bytes> leaves_;
  std::map<std::uint64_t, Links> links_;
  std::vector<Opening> openings_;
  std::map<std::uint64_t, Bytes> notes_;
  std::vector<Bytes> evidence_;
  std::vector<consensus::QuorumProof> skipped_;
  std::map<std::string, std::uint64_t> sequences_;
  consensus::View last_step_;
  std::uint64_t view_ = 0;
};

}  // namespace quipu::sample
