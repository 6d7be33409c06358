// SPDX-License-Identifier: Apache-2.0
#include "storage/record_codec.h"

#include "consensus/limits.h"

namespace quipu::storage {

using consensus::Block;
using consensus::Header;
using consensus::Height;
using consensus::LinkProof;
using consensus::Subject;
using consensus::Tip;
using consensus::Vote;
using consensus::VoteKind;
using crypto::ByteReader;
using crypto::ByteWriter;
using crypto::Digest;

namespace {

void write(ByteWriter& out, const Header& header) {
  out.u64(header.epoch.value).u64(header.height.value).raw(header.parent_id.view());
  out.u64(header.tree_size).raw(header.tree_root.view()).raw(header.next_members_hash.view());
}

Header read_header(ByteReader& in) {
  Header header;
  header.epoch.value = in.u64();
  header.height.value = in.u64();
  header.parent_id = in.fixed<Digest>();
  header.tree_size = in.u64();
  header.tree_root = in.fixed<Digest>();
  header.next_members_hash = in.fixed<Digest>();
  return header;
}

void write(ByteWriter& out, const Vote& vote) {
  out.u8(static_cast<std::uint8_t>(vote.kind));
  storage::write(out, vote.subject);
  out.u16(vote.signer).raw(vote.signature.view());
}

Vote read_vote(ByteReader& in) {
  Vote vote;
  vote.kind = static_cast<VoteKind>(in.u8());
  vote.subject = read_subject(in);
  vote.signer = in.u16();
  vote.signature = in.fixed<crypto::Signature>();
  return vote;
}

void write_sized(ByteWriter& out, BytesView bytes) { out.u32(static_cast<std::uint32_t>(bytes.size())).raw(bytes); }

BytesView read_sized(ByteReader& in) {
  const std::uint32_t size = in.u32();
  return in.raw(size);
}

template <class T>
std::optional<T> if_done(const ByteReader& in, T value) {
  if (!in.done()) return std::nullopt;
  return value;
}

}  // namespace

Bytes number_key(std::uint64_t number) { return ByteWriter().u64(number).take(); }

std::optional<std::uint64_t> number_of(BytesView key) {
  ByteReader in(key);
  const std::uint64_t number = in.u64();
  return if_done(in, number);
}

Bytes node_key(unsigned level, std::uint64_t index) {
  return ByteWriter().u8(static_cast<std::uint8_t>(level)).u64(index).take();
}

Bytes history_key(BytesView map_key, Height height) { return ByteWriter().raw(map_key).u64(height.value).take(); }

Bytes pending_block_key(const consensus::BlockId& id) { return ByteWriter().raw(kPendingBlocks).raw(id.view()).take(); }

Bytes pending_proof_key(const consensus::QuorumProof& proof) {
  const auto kind = static_cast<std::uint8_t>(proof.kind);
  return ByteWriter().raw(kPendingProofs).u64(proof.subject.view.value).u8(kind).take();
}

Bytes pending_vote_key(const Vote& vote) {
  return ByteWriter().raw(kPendingVotes).u16(vote.signer).u8(static_cast<std::uint8_t>(vote.kind)).take();
}

Bytes evidence_key(const EvidenceRecord& evidence) {
  const auto& [first, second] = evidence.pair;
  ByteWriter key;
  key.raw(kEvidencePrefix).u64(evidence.epoch.value).u16(first.signer).u64(first.subject.view.value);
  key.u8(static_cast<std::uint8_t>(first.kind)).u8(static_cast<std::uint8_t>(second.kind));
  return key.take();
}

void write(ByteWriter& out, const Subject& subject) {
  out.u64(subject.view.value).u64(subject.parent_view.value).u64(subject.height.value).raw(subject.block.view());
}

Subject read_subject(ByteReader& in) {
  Subject subject;
  subject.view.value = in.u64();
  subject.parent_view.value = in.u64();
  subject.height.value = in.u64();
  subject.block = in.fixed<Digest>();
  return subject;
}

void write(ByteWriter& out, const Tip& tip) {
  out.u64(tip.view.value).u64(tip.height.value).raw(tip.block.view()).u64(tip.tree_size).raw(tip.tree_root.view());
}

Tip read_tip(ByteReader& in) {
  Tip tip;
  tip.view.value = in.u64();
  tip.height.value = in.u64();
  tip.block = in.fixed<Digest>();
  tip.tree_size = in.u64();
  tip.tree_root = in.fixed<Digest>();
  return tip;
}

Bytes encode(const Tip& tip) {
  ByteWriter out;
  write(out, tip);
  return out.take();
}

std::optional<Tip> decode_tip(BytesView bytes) {
  ByteReader in(bytes);
  const Tip tip = read_tip(in);
  return if_done(in, tip);
}

Bytes encode(const BlockRecord& record) {
  ByteWriter out;
  write(out, record.header);
  out.raw(record.id.view()).u64(record.first_index).u64(record.block_time_ms);
  write_sized(out, record.proposer);
  return out.take();
}

std::optional<BlockRecord> decode_block_record(BytesView bytes) {
  ByteReader in(bytes);
  BlockRecord record;
  record.header = read_header(in);
  record.id = in.fixed<Digest>();
  record.first_index = in.u64();
  record.block_time_ms = in.u64();
  record.proposer = read_sized(in);
  return if_done(in, std::move(record));
}

Bytes encode(const Block& block) {
  ByteWriter out;
  write(out, block.header);
  out.u32(static_cast<std::uint32_t>(block.leaves.size()));
  for (const Bytes& leaf : block.leaves) write_sized(out, leaf);
  return out.take();
}

std::optional<Block> decode_block(BytesView bytes) {
  ByteReader in(bytes);
  Block block;
  block.header = read_header(in);
  const std::uint32_t count = in.u32();
  for (std::uint32_t i = 0; i < count && in.ok(); ++i) block.leaves.emplace_back(read_sized(in));
  return if_done(in, std::move(block));
}

std::optional<Height> block_height(BytesView bytes) {
  ByteReader in(bytes);
  const Header header = read_header(in);
  if (!in.ok()) return std::nullopt;
  return header.height;
}

Bytes encode(const CalendarMark& mark) { return ByteWriter().u32(mark.version).u64(mark.height.value).take(); }

std::optional<CalendarMark> decode_calendar_mark(BytesView bytes) {
  ByteReader in(bytes);
  CalendarMark mark;
  mark.version = in.u32();
  mark.height.value = in.u64();
  return if_done(in, mark);
}

Bytes encode(const LeafPlace& place) { return ByteWriter().u64(place.index).u64(place.height.value).take(); }

std::optional<LeafPlace> decode_leaf_place(BytesView bytes) {
  ByteReader in(bytes);
  LeafPlace place;
  place.index = in.u64();
  place.height.value = in.u64();
  return if_done(in, place);
}

Bytes encode(const Vote& vote) {
  ByteWriter out;
  write(out, vote);
  return out.take();
}

std::optional<Vote> decode_vote(BytesView bytes) {
  ByteReader in(bytes);
  const Vote vote = read_vote(in);
  return if_done(in, vote);
}

Bytes encode(const EvidenceRecord& evidence) {
  ByteWriter out;
  out.u64(evidence.epoch.value).raw(evidence.anchor.view());
  write(out, evidence.pair.first);
  write(out, evidence.pair.second);
  return out.take();
}

std::optional<EvidenceRecord> decode_evidence(BytesView bytes) {
  ByteReader in(bytes);
  EvidenceRecord evidence;
  evidence.epoch.value = in.u64();
  evidence.anchor = in.fixed<crypto::Digest>();
  evidence.pair.first = read_vote(in);
  evidence.pair.second = read_vote(in);
  return if_done(in, evidence);
}

Bytes encode(const consensus::QuorumProof& proof) { return consensus::encode(proof, limits::kMembers); }

std::optional<consensus::QuorumProof> decode_quorum_proof(BytesView bytes) {
  return consensus::decode_quorum_proof(bytes, limits::kMembers);
}

Bytes encode(const std::vector<LinkProof>& links) {
  ByteWriter out;
  out.u32(static_cast<std::uint32_t>(links.size()));
  for (const LinkProof& link : links) write_sized(out, consensus::encode(link, limits::kMembers));
  return out.take();
}

std::optional<std::vector<LinkProof>> decode_links(BytesView bytes) {
  ByteReader in(bytes);
  const std::uint32_t count = in.u32();
  std::vector<LinkProof> links;
  for (std::uint32_t i = 0; i < count && in.ok(); ++i) {
    auto link = consensus::decode_link_proof(read_sized(in), limits::kMembers);
    if (!link) return std::nullopt;
    links.push_back(*std::move(link));
  }
  return if_done(in, std::move(links));
}

}  // namespace quipu::storage
