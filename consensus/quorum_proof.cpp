// SPDX-License-Identifier: Apache-2.0
#include "consensus/quorum_proof.h"

#include <cassert>

namespace quipu::consensus {

namespace {

std::size_t bitmap_bytes(std::size_t members) { return (members + 7) / 8; }

bool known(VoteKind kind) { return kind >= VoteKind::kNotarize && kind <= VoteKind::kFinalize; }

bool well_formed(const QuorumProof& proof, std::size_t members) {
  if (!known(proof.kind) || proof.signers.size() != proof.signatures.size()) return false;
  if (proof.kind == VoteKind::kNullify && proof.subject != Subject{.view = proof.subject.view}) return false;
  for (std::size_t i = 0; i < proof.signers.size(); ++i) {
    if (proof.signers[i] >= members) return false;
    if (i > 0 && proof.signers[i] <= proof.signers[i - 1]) return false;
  }
  return true;
}

void write(crypto::ByteWriter& out, const QuorumProof& proof, std::size_t members) {
  assert(well_formed(proof, members));
  out.u8(static_cast<std::uint8_t>(proof.kind)).u64(proof.subject.view.value);
  if (proof.kind != VoteKind::kNullify)
    out.u64(proof.subject.parent_view.value).u64(proof.subject.height.value).raw(proof.subject.block.view());
  Bytes bitmap(bitmap_bytes(members), '\0');
  for (const auto signer : proof.signers) bitmap[signer / 8] = static_cast<char>(bitmap[signer / 8] | 1 << signer % 8);
  out.raw(bitmap);
  for (const auto& signature : proof.signatures) out.raw(signature.view());
}

// The members whose bits are set, or nothing when a bit at or beyond n is.
std::optional<std::vector<MemberIndex>> read_bitmap(crypto::ByteReader& in, std::size_t members) {
  std::vector<MemberIndex> signers;
  const BytesView bitmap = in.raw(bitmap_bytes(members));
  for (std::size_t bit = 0; bit < bitmap.size() * 8; ++bit) {
    if ((static_cast<std::uint8_t>(bitmap[bit / 8]) >> bit % 8 & 1) == 0) continue;
    if (bit >= members) return std::nullopt;
    signers.push_back(static_cast<MemberIndex>(bit));
  }
  return signers;
}

std::optional<QuorumProof> read(crypto::ByteReader& in, std::size_t members) {
  QuorumProof proof;
  proof.kind = static_cast<VoteKind>(in.u8());
  if (!known(proof.kind)) return std::nullopt;
  proof.subject.view = {in.u64()};
  if (proof.kind != VoteKind::kNullify) {
    proof.subject.parent_view = {in.u64()};
    proof.subject.height = {in.u64()};
    proof.subject.block = in.fixed<BlockId>();
  }
  auto signers = read_bitmap(in, members);
  if (!signers || in.rest().size() < signers->size() * crypto::Signature::kSize) return std::nullopt;
  proof.signers = std::move(*signers);
  proof.signatures.reserve(proof.signers.size());
  for (std::size_t i = 0; i < proof.signers.size(); ++i) proof.signatures.push_back(in.fixed<crypto::Signature>());
  if (!in.ok()) return std::nullopt;
  return proof;
}

}  // namespace

bool verify(const QuorumProof& proof, const Scope& scope, const MemberSet& members, crypto::VerifyFunction check) {
  if (!well_formed(proof, members.size()) || proof.signers.size() < members.quorum()) return false;
  const Bytes signed_bytes = vote_bytes(scope, proof.kind, proof.subject);
  for (std::size_t i = 0; i < proof.signers.size(); ++i)
    if (!check(members[proof.signers[i]].vote, signed_bytes, proof.signatures[i])) return false;
  return true;
}

Bytes encode(const QuorumProof& proof, std::size_t members) {
  crypto::ByteWriter out;
  write(out, proof, members);
  return out.take();
}

std::optional<QuorumProof> decode_quorum_proof(BytesView bytes, std::size_t members) {
  crypto::ByteReader in(bytes);
  auto proof = read(in, members);
  if (!proof || !in.done()) return std::nullopt;
  return proof;
}

const QuorumProof* finalization_in(const std::vector<LinkProof>& links, const BlockId& block) {
  for (const LinkProof& link : links)
    if (link.step.kind == VoteKind::kFinalize && link.step.subject.block == block) return &link.step;
  return nullptr;
}

Bytes encode(const LinkProof& link, std::size_t members) {
  crypto::ByteWriter out;
  write(out, link.step, members);
  out.u32(static_cast<std::uint32_t>(link.skipped.size()));
  for (const auto& proof : link.skipped) write(out, proof, members);
  return out.take();
}

std::optional<LinkProof> decode_link_proof(BytesView bytes, std::size_t members) {
  crypto::ByteReader in(bytes);
  auto step = read(in, members);
  if (!step || step->kind == VoteKind::kNullify) return std::nullopt;
  LinkProof link{.step = std::move(*step), .skipped = {}};
  const std::uint32_t count = in.u32();
  const std::size_t smallest = 1 + 8 + bitmap_bytes(members);
  if (!in.ok() || count > in.rest().size() / smallest) return std::nullopt;
  link.skipped.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    auto skipped = read(in, members);
    if (!skipped || skipped->kind != VoteKind::kNullify) return std::nullopt;
    if (i > 0 && skipped->subject.view <= link.skipped.back().subject.view) return std::nullopt;
    link.skipped.push_back(std::move(*skipped));
  }
  if (!in.done()) return std::nullopt;
  return link;
}

}  // namespace quipu::consensus
