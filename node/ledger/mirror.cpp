// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/mirror.h"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <tuple>
#include <utility>

#include "consensus/limits.h"
#include "crypto/digest.h"
#include "crypto/keys.h"
#include "crypto/note.h"

namespace quipu::ledger {
namespace {

using consensus::LinkProof;
using consensus::Subject;
using consensus::Vote;
using consensus::VoteKind;

constexpr unsigned kBitsPerLevel = 8;

// "x001/x234/067" for 1234067.
std::string grouped(std::uint64_t index) {
  const auto group = [](std::uint64_t value) {
    const std::string digits = std::to_string(value);
    return std::string(3 - digits.size(), '0') + digits;
  };
  std::string out = group(index % 1000);
  for (index /= 1000; index != 0; index /= 1000) out = "x" + group(index % 1000) + "/" + out;
  return out;
}

std::optional<std::uint64_t> decimal(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || std::to_string(number) != text) return std::nullopt;
  return number;
}

// Digits of the groups, without looking at their form: the caller compares the spelling.
std::optional<std::uint64_t> ungrouped(std::string_view text) {
  std::string digits;
  for (const char c : text) {
    if (c >= '0' && c <= '9') digits += c;
  }
  const std::size_t first = std::min(digits.find_first_not_of('0'), digits.size() - (digits.empty() ? 0 : 1));
  return digits.empty() ? std::nullopt : decimal(digits.substr(first));
}

std::string_view cut_before(std::string_view& text, std::string_view mark) {
  const auto at = text.find(mark);
  if (at == std::string_view::npos) return std::exchange(text, {});
  const std::string_view head = text.substr(0, at);
  text.remove_prefix(at + mark.size());
  return head;
}

void write_vote(crypto::ByteWriter& out, const Vote& vote) {
  out.u8(static_cast<std::uint8_t>(vote.kind)).u64(vote.subject.view.value);
  if (vote.kind != VoteKind::kNullify) {
    out.u64(vote.subject.parent_view.value).u64(vote.subject.height.value).raw(vote.subject.block.view());
  }
  out.raw(vote.signature.view());
}

std::optional<Vote> read_vote(crypto::ByteReader& in, consensus::MemberIndex signer) {
  Vote vote;
  const std::uint8_t kind = in.u8();
  if (kind < 1 || kind > 3) return std::nullopt;
  vote.kind = static_cast<VoteKind>(kind);
  vote.signer = signer;
  vote.subject.view.value = in.u64();
  if (vote.kind != VoteKind::kNullify) {
    vote.subject.parent_view.value = in.u64();
    vote.subject.height.value = in.u64();
    vote.subject.block = in.fixed<consensus::BlockId>();
  }
  vote.signature = in.fixed<crypto::Signature>();
  return vote;
}

bool stands_before(const Vote& a, const Vote& b) { return std::tie(a.kind, a.subject) < std::tie(b.kind, b.subject); }

}  // namespace

std::string TileName::path() const {
  std::string out = "tile/" + (level ? std::to_string(*level) : "entries") + "/" + grouped(index);
  if (width != kTileWidth) out += ".p/" + std::to_string(width);
  return out;
}

std::optional<TileName> TileName::parse(std::string_view path) {
  std::string_view rest = path;
  if (cut_before(rest, "/") != "tile") return std::nullopt;
  TileName name;
  const std::string_view level = cut_before(rest, "/");
  if (level != "entries") {
    const auto number = decimal(level);
    if (!number || *number >= kTileLevels) return std::nullopt;
    name.level = static_cast<unsigned>(*number);
  }
  const auto index = ungrouped(cut_before(rest, ".p/"));
  const auto width = rest.empty() ? std::optional<std::uint64_t>(kTileWidth) : decimal(rest);
  if (!index || !width || *width == 0 || *width > kTileWidth) return std::nullopt;
  name.index = *index;
  name.width = static_cast<unsigned>(*width);
  return name.path() == path ? std::optional(name) : std::nullopt;
}

unsigned tile_width(std::optional<unsigned> level, std::uint64_t index, std::uint64_t size) {
  const unsigned shift = kBitsPerLevel * level.value_or(0);
  const std::uint64_t nodes = shift < 64 ? size >> shift : 0;
  if (index > nodes / kTileWidth) return 0;
  return static_cast<unsigned>(std::min<std::uint64_t>(nodes - index * kTileWidth, kTileWidth));
}

std::vector<TileName> tiles_of(std::uint64_t size) {
  std::vector<TileName> out;
  const auto add_level = [&](std::optional<unsigned> level) {
    for (std::uint64_t index = 0;; ++index) {
      const unsigned width = tile_width(level, index, size);
      if (width == 0) return;
      out.push_back({level, index, width});
    }
  };
  add_level(std::nullopt);
  for (unsigned level = 0; level < kTileLevels; ++level) add_level(level);
  return out;
}

Bytes hash_tile(const TileName& name, const crypto::NodeReader& nodes) {
  assert(name.level && name.width >= 1 && name.width <= kTileWidth);
  Bytes out;
  out.reserve(name.width * crypto::Digest::kSize);
  for (unsigned i = 0; i < name.width; ++i) {
    out += nodes(kBitsPerLevel * *name.level, name.index * kTileWidth + i).view();
  }
  return out;
}

Bytes encode_entries(std::span<const Bytes> entries) {
  assert(entries.size() <= kTileWidth);
  crypto::ByteWriter out;
  for (const Bytes& entry : entries) {
    assert(entry.size() <= 0xffff);
    out.u16(static_cast<std::uint16_t>(entry.size())).raw(entry);
  }
  return out.take();
}

std::optional<std::vector<Bytes>> decode_entries(BytesView bundle, std::size_t count) {
  if (count > kTileWidth) return std::nullopt;
  crypto::ByteReader in(bundle);
  std::vector<Bytes> entries;
  entries.reserve(count);
  while (entries.size() < count && in.ok()) entries.emplace_back(in.raw(in.u16()));
  return in.done() ? std::optional(std::move(entries)) : std::nullopt;
}

Bytes encode_links(std::span<const LinkProof> links, std::size_t members) {
  assert(!links.empty() && links.size() <= kLinksPerBlock);
  crypto::ByteWriter out;
  out.u16(static_cast<std::uint16_t>(links.size()));
  for (const LinkProof& link : links) {
    const Bytes bytes = encode(link, members);
    out.u32(static_cast<std::uint32_t>(bytes.size())).raw(bytes);
  }
  return out.take();
}

std::optional<std::vector<LinkProof>> decode_links(BytesView file, std::size_t members) {
  crypto::ByteReader in(file);
  const std::size_t count = in.u16();
  if (count == 0 || count > kLinksPerBlock) return std::nullopt;
  std::vector<LinkProof> links;
  for (std::size_t i = 0; i < count; ++i) {
    const BytesView bytes = in.raw(in.u32());
    auto link = in.ok() ? consensus::decode_link_proof(bytes, members) : std::nullopt;
    if (!link || (i > 0 && link->step.subject.view <= links.back().step.subject.view)) return std::nullopt;
    links.push_back(*std::move(link));
  }
  return in.done() ? std::optional(std::move(links)) : std::nullopt;
}

Bytes encode_evidence(const consensus::Evidence& pair, const consensus::Scope& scope) {
  const bool ordered = stands_before(pair.first, pair.second);
  crypto::ByteWriter out;
  out.u64(scope.epoch.value).raw(scope.anchor.view()).u16(pair.first.signer);
  write_vote(out, ordered ? pair.first : pair.second);
  write_vote(out, ordered ? pair.second : pair.first);
  return out.take();
}

std::optional<EvidenceFile> decode_evidence(BytesView file) {
  crypto::ByteReader in(file);
  EvidenceFile out;
  out.epoch.value = in.u64();
  out.anchor = in.fixed<crypto::Digest>();
  const consensus::MemberIndex signer = in.u16();
  const auto first = read_vote(in, signer);
  const auto second = first ? read_vote(in, signer) : std::nullopt;
  if (!second || !in.done() || !stands_before(*first, *second)) return std::nullopt;
  out.pair = {*first, *second};
  return out;
}

Bytes policy_file(const std::string& origin, const consensus::MemberSet& members) {
  std::vector<std::string> codes;
  std::vector<crypto::PublicKey> logs, cosigners;
  for (const auto& member : members.all()) {
    codes.push_back(member.code);
    logs.push_back(member.log);
    cosigners.push_back(member.cosigner);
  }
  return crypto::policy_text(origin, codes, logs, cosigners, members.quorum());
}

Bytes encode_members(const consensus::MemberSet& members) {
  crypto::ByteWriter out;
  for (const auto& member : members.all()) {
    const Bytes keys = consensus::encode(member);
    out.u16(static_cast<std::uint16_t>(keys.size())).raw(keys);
  }
  return out.take();
}

std::size_t count_members(BytesView encoded) {
  crypto::ByteReader in(encoded);
  std::size_t count = 0;
  while (in.ok() && !in.done()) {
    in.raw(in.u16());
    ++count;
  }
  return count;
}

namespace {

// The fields of consensus::encode(MemberKeys), all present and in their order.
std::optional<consensus::MemberKeys> decode_keys(BytesView encoded) {
  crypto::ByteReader in(encoded);
  consensus::MemberKeys keys;
  const auto next = [&](std::uint8_t field) { return in.u8() == (field << 3 | 2) ? in.raw(in.varint()) : BytesView(); };
  keys.code = next(1);
  std::uint8_t field = 2;
  for (auto* key : {&keys.vote, &keys.cosigner, &keys.log, &keys.transport, &keys.governance}) {
    const auto found = crypto::PublicKey::from(next(field++));
    if (!found || !crypto::admissible(*found)) return std::nullopt;
    *key = *found;
  }
  return in.done() ? std::optional(std::move(keys)) : std::nullopt;
}

}  // namespace

std::optional<consensus::MemberSet> decode_members(BytesView encoded) {
  crypto::ByteReader in(encoded);
  std::vector<consensus::MemberKeys> members;
  while (in.ok() && !in.done() && members.size() <= limits::kMembers) {
    auto keys = decode_keys(in.raw(in.u16()));
    if (!keys) return std::nullopt;
    members.push_back(*std::move(keys));
  }
  auto set = consensus::MemberSet::make(std::move(members));
  return set && encode_members(*set) == encoded ? std::move(set) : std::nullopt;
}

Bytes encode_handover(const Handover& handover, std::size_t voters) {
  const auto& header = handover.header;
  const Bytes proof = consensus::encode(handover.finalization, voters);
  crypto::ByteWriter out;
  out.u64(header.epoch.value).u64(header.height.value).raw(header.parent_id.view()).u64(header.tree_size);
  out.raw(header.tree_root.view()).raw(header.next_members_hash.view());
  return out.u32(static_cast<std::uint32_t>(proof.size())).raw(proof).raw(handover.next_members).take();
}

std::optional<Handover> decode_handover(BytesView file, std::size_t voters) {
  crypto::ByteReader in(file);
  Handover out;
  out.header.epoch.value = in.u64();
  out.header.height.value = in.u64();
  out.header.parent_id = in.fixed<crypto::Digest>();
  out.header.tree_size = in.u64();
  out.header.tree_root = in.fixed<crypto::Digest>();
  out.header.next_members_hash = in.fixed<crypto::Digest>();
  auto proof = consensus::decode_quorum_proof(in.raw(in.u32()), voters);
  if (!in.ok() || !proof || proof->kind != consensus::VoteKind::kFinalize) return std::nullopt;
  out.finalization = *std::move(proof);
  out.next_members = Bytes(file.substr(encode_handover(out, voters).size()));
  crypto::ByteWriter hashed;
  hashed.tag("quipu-members-v1").raw(out.next_members);
  if (crypto::sha256(hashed.take()) != out.header.next_members_hash) return std::nullopt;
  return out;
}

std::string policy_path(consensus::Epoch epoch) { return "policy/" + std::to_string(epoch.value); }
std::string handover_path(consensus::Epoch epoch) { return "epochs/" + std::to_string(epoch.value) + "/handover"; }
std::string checkpoint_path(consensus::Height height) { return "checkpoints/" + std::to_string(height.value); }
std::string quorum_path(consensus::Height height) { return "quorum/" + std::to_string(height.value); }
std::string evidence_path(BytesView content) { return "evidence/" + crypto::to_hex(crypto::sha256(content).view()); }

std::optional<std::uint64_t> numbered_path(std::string_view folder, std::string_view path) {
  std::string_view rest = path;
  if (cut_before(rest, "/") != folder) return std::nullopt;
  return decimal(rest);
}

std::optional<std::uint64_t> handover_number(std::string_view path) {
  constexpr std::string_view kEnd = "/handover";
  if (!path.ends_with(kEnd)) return std::nullopt;
  return numbered_path("epochs", path.substr(0, path.size() - kEnd.size()));
}

}  // namespace quipu::ledger
