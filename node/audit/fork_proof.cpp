// SPDX-License-Identifier: Apache-2.0
#include "node/audit/fork_proof.h"

#include <algorithm>
#include <functional>
#include <set>

#include "consensus/limits.h"
#include "consensus/votes.h"
#include "crypto/digest.h"
#include "crypto/merkle.h"
#include "crypto/signature.h"
#include "node/ledger/mirror.h"

namespace quipu::audit {
namespace {

using consensus::BlockId;
using consensus::Evidence;
using consensus::Header;
using consensus::MemberIndex;
using consensus::VoteKind;

constexpr std::size_t kPathHashes = 2 * 64;  // no consistency proof of a log is longer

// --- Bytes

void write_counted(crypto::ByteWriter& out, BytesView bytes) {
  out.u32(static_cast<std::uint32_t>(bytes.size())).raw(bytes);
}

void write_branch(crypto::ByteWriter& out, const ForkProof::Branch& branch, std::size_t members) {
  out.u16(static_cast<std::uint16_t>(branch.headers.size()));
  for (const Header& header : branch.headers) {
    out.u64(header.tree_size).raw(header.tree_root.view()).raw(header.next_members_hash.view());
  }
  write_counted(out, encode(branch.finalization, members));
}

void write_parting(crypto::ByteWriter& out, const ForkProof& proof, std::size_t members) {
  out.u8(proof.parting ? 1 : 0);
  if (!proof.parting) return;
  const Header& first = proof.parting->front().headers.front();
  out.u64(first.height.value).raw(first.parent_id.view());
  for (const auto& branch : *proof.parting) write_branch(out, branch, members);
}

void write_trees(crypto::ByteWriter& out, const ForkProof::Trees& trees) {
  for (const Bytes& note : trees.notes) write_counted(out, note);
  out.raw(trees.prefix_root.view()).u8(static_cast<std::uint8_t>(trees.path.size()));
  for (const auto& hash : trees.path) out.raw(hash.view());
}

// How many vote in the proof's epoch; nothing when the handovers are not in form.
std::optional<std::size_t> read_handovers(crypto::ByteReader& in, std::size_t founders, ForkProof& proof) {
  if (proof.scope.epoch.value > kForkEpochs) return std::nullopt;
  std::size_t voters = founders;
  for (std::uint64_t epoch = 0; epoch < proof.scope.epoch.value; ++epoch) {
    proof.handovers.emplace_back(in.raw(in.u32()));
    const auto handover = ledger::decode_handover(proof.handovers.back(), voters);
    if (!handover) return std::nullopt;
    voters = ledger::count_members(handover->next_members);
  }
  return voters <= limits::kMembers ? std::optional(voters) : std::nullopt;
}

bool read_branch(crypto::ByteReader& in, Header next, const consensus::ChainId& chain, std::size_t members,
                 ForkProof::Branch& branch) {
  const std::size_t count = in.u16();
  if (count == 0 || count > kForkBlocks) return false;
  for (std::size_t i = 0; i < count && in.ok(); ++i) {
    next.tree_size = in.u64();
    next.tree_root = in.fixed<crypto::Digest>();
    next.next_members_hash = in.fixed<crypto::Digest>();
    branch.headers.push_back(next);
    next.parent_id = consensus::block_id(chain, next);
    next.height = next.height.next();
  }
  auto finalization = consensus::decode_quorum_proof(in.raw(in.u32()), members);
  if (!finalization) return false;
  branch.finalization = *std::move(finalization);
  return true;
}

bool read_parting(crypto::ByteReader& in, std::size_t members, ForkProof& proof) {
  const std::uint8_t there = in.u8();
  if (there == 0) return true;
  Header first{.epoch = proof.scope.epoch, .height = {in.u64()}};
  first.parent_id = in.fixed<BlockId>();
  proof.parting.emplace();
  return there == 1 && std::ranges::all_of(*proof.parting, [&](auto& branch) {
           return read_branch(in, first, proof.scope.chain, members, branch);
         });
}

bool read_votes(crypto::ByteReader& in, std::size_t members, ForkProof& proof) {
  const std::size_t count = in.u16();
  if (count > members) return false;
  for (std::size_t i = 0; i < count; ++i) {
    const auto file = ledger::decode_evidence(in.raw(in.u32()));
    if (!file || file->epoch != proof.scope.epoch || file->anchor != proof.scope.anchor) return false;
    proof.votes.push_back(file->pair);
  }
  return true;
}

bool read_trees(crypto::ByteReader& in, std::size_t members, ForkProof& proof) {
  const std::size_t count = in.u16();
  if (count > members) return false;
  for (std::size_t i = 0; i < count; ++i) {
    auto& trees = proof.trees.emplace_back();
    for (Bytes& note : trees.notes) note = in.raw(in.u32());
    trees.prefix_root = in.fixed<crypto::Digest>();
    const std::size_t hashes = in.u8();
    if (hashes > kPathHashes) return false;
    for (std::size_t j = 0; j < hashes; ++j) trees.path.push_back(in.fixed<crypto::Digest>());
  }
  return true;
}

// --- Truth

BlockId id_of(const Header& header, const consensus::Scope& scope) { return block_id(scope.chain, header); }

bool is_final(const ForkProof::Branch& branch, const Electorate& electorate) {
  const auto& proof = branch.finalization;
  const Header& last = branch.headers.back();
  return proof.kind == VoteKind::kFinalize && proof.subject.height == last.height &&
         proof.subject.block == id_of(last, electorate.scope) &&
         verify(proof, electorate.scope, electorate.members, &crypto::verify);
}

std::optional<std::string> fault_of(const ForkProof::Parting& parting, const Electorate& electorate) {
  if (id_of(parting[0].headers.front(), electorate.scope) >= id_of(parting[1].headers.front(), electorate.scope)) {
    return "the two branches do not part, or stand in the wrong order";
  }
  for (const auto& branch : parting) {
    if (!is_final(branch, electorate)) return "a branch is not finalized by a quorum of valid votes";
  }
  return std::nullopt;
}

bool is_valid(const consensus::Vote& vote, const Electorate& electorate) {
  return vote.signer < electorate.members.size() &&
         crypto::verify(electorate.members[vote.signer].vote, vote_bytes(electorate.scope, vote.kind, vote.subject),
                        vote.signature);
}

bool proves_guilt(const Evidence& pair, const Electorate& electorate) {
  return contradict(pair.first, pair.second) && is_valid(pair.first, electorate) && is_valid(pair.second, electorate);
}

struct ReadNote {
  crypto::Note note;
  crypto::Checkpoint checkpoint;
};
std::optional<ReadNote> read_note(const Bytes& bytes, const Electorate& electorate) {
  auto note = crypto::Note::parse(bytes);
  const auto checkpoint = note ? crypto::Checkpoint::parse(note->text) : std::nullopt;
  if (!checkpoint || note->format() != bytes || checkpoint->origin != electorate.origin) return std::nullopt;
  return ReadNote{*std::move(note), *checkpoint};
}

// Nothing unless every line is the one good cosignature of a member, in their order.
std::optional<std::vector<MemberIndex>> signers_of(const crypto::Note& note, const Electorate& electorate) {
  std::vector<MemberIndex> signers;
  crypto::Note expected{note.text, {}};
  for (auto& [member, line] : cosignatures_of(note, electorate)) {
    signers.push_back(member);
    expected.lines.push_back(line);
  }
  return expected.format() == note.format() ? std::optional(std::move(signers)) : std::nullopt;
}

}  // namespace

Bytes encode(const ForkProof& proof, std::size_t members) {
  crypto::ByteWriter out;
  out.tag("quipu-fork-v1").raw(proof.scope.chain.view()).u64(proof.scope.epoch.value).raw(proof.scope.anchor.view());
  for (const Bytes& handover : proof.handovers) write_counted(out, handover);
  write_parting(out, proof, members);
  out.u16(static_cast<std::uint16_t>(proof.votes.size()));
  for (const auto& pair : proof.votes) write_counted(out, ledger::encode_evidence(pair, proof.scope));
  out.u16(static_cast<std::uint16_t>(proof.trees.size()));
  for (const auto& trees : proof.trees) write_trees(out, trees);
  return out.take();
}

std::optional<ForkProof> decode_fork_proof(BytesView file, std::size_t founders) {
  crypto::ByteReader in(file);
  const Bytes tag = crypto::ByteWriter().tag("quipu-fork-v1").take();
  if (in.raw(tag.size()) != tag) return std::nullopt;
  ForkProof proof;
  proof.scope.chain = in.fixed<crypto::Digest>();
  proof.scope.epoch = {in.u64()};
  proof.scope.anchor = in.fixed<crypto::Digest>();
  const auto voters = read_handovers(in, founders, proof);
  if (!voters || !read_parting(in, *voters, proof) || !read_votes(in, *voters, proof) ||
      !read_trees(in, *voters, proof) || !in.done()) {
    return std::nullopt;
  }
  return proof;
}

std::string fork_file_name(BytesView content) { return crypto::to_hex(crypto::sha256(content).view()) + ".quipu-fork"; }

std::vector<MemberIndex> Convicted::all() const {
  std::set<MemberIndex> out(cosigned_both.begin(), cosigned_both.end());
  for (const auto& pair : votes) out.insert(pair.first.signer);
  return {out.begin(), out.end()};
}

std::expected<Electorate, std::string> electorate_of(const ForkProof& proof, const ledger::Genesis& genesis) {
  Electorate voters = first_electorate(genesis);
  for (const Bytes& file : proof.handovers) {
    const auto handover = ledger::decode_handover(file, voters.members.size());
    if (!handover) return std::unexpected("a handover is not in form");
    auto next = electorate_after(voters, *handover);
    if (!next) return std::unexpected("a handover: " + next.error());
    voters = *std::move(next);
  }
  return voters;
}

std::expected<std::vector<MemberIndex>, std::string> check(const ForkProof::Trees& trees,
                                                           const Electorate& electorate) {
  const auto first = read_note(trees.notes[0], electorate), second = read_note(trees.notes[1], electorate);
  if (!first || !second) return std::unexpected("a note is not a checkpoint of this log in form");
  const auto &small = first->checkpoint, &large = second->checkpoint;
  const bool ordered = small.size != large.size ? small.size < large.size : trees.notes[0] < trees.notes[1];
  if (!ordered || small.size == 0) return std::unexpected("the notes of a pair stand in the wrong order");
  if (trees.prefix_root == small.root ||
      !crypto::verify_consistency(small.size, large.size, trees.prefix_root, large.root, trees.path)) {
    return std::unexpected("the notes of a pair are not shown to contradict each other");
  }
  const auto both = signers_of(first->note, electorate);
  if (!both || both != signers_of(second->note, electorate)) {
    return std::unexpected("the lines of two notes are not the valid cosignatures of the same members");
  }
  return *both;
}

std::expected<Convicted, std::string> check(const ForkProof& proof, const Electorate& electorate) {
  if (proof.scope != electorate.scope) return std::unexpected("it is about another chain or epoch");
  if (!proof.parting && proof.votes.empty() && proof.trees.empty()) return std::unexpected("it contains nothing");
  if (proof.parting) {
    if (auto fault = fault_of(*proof.parting, electorate)) return std::unexpected(*std::move(fault));
  }
  Convicted out;
  for (const auto& pair : proof.votes) {
    if (!proves_guilt(pair, electorate)) return std::unexpected("two votes do not verify or do not contradict");
    if (!out.votes.empty() && pair.first.signer <= out.votes.back().first.signer) {
      return std::unexpected("the pairs of votes are not in the order of members");
    }
    out.votes.push_back(pair);
  }
  const auto in_order = [](const auto& a, const auto& b) { return a.notes < b.notes; };
  if (std::ranges::adjacent_find(proof.trees, std::not_fn(in_order)) != proof.trees.end()) {
    return std::unexpected("the pairs of notes are not in order");
  }
  std::set<MemberIndex> cosigned;
  for (const auto& trees : proof.trees) {
    auto both = check(trees, electorate);
    if (!both) return std::unexpected(both.error());
    cosigned.insert(both->begin(), both->end());
  }
  out.cosigned_both = {cosigned.begin(), cosigned.end()};
  return out;
}

}  // namespace quipu::audit
