// SPDX-License-Identifier: Apache-2.0
// The public shape of the log: which files a mirror of a given size consists of, what each is called and what its bytes
// are (docs/formats.md, "Mirror"). The node writes and serves with it, the auditor reads with it. Pure functions and
// values; any thread.
#pragma once

#include <compare>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "consensus/members.h"
#include "consensus/message.h"
#include "consensus/quorum_proof.h"
#include "consensus/types.h"
#include "crypto/merkle.h"

namespace quipu::ledger {

// Hashes in a full tile, entries in a full bundle, and the base of the tile levels.
inline constexpr unsigned kTileWidth = 256;
inline constexpr unsigned kTileLevels = 8;  // levels 0..7 hold 2^64 leaves
inline constexpr std::size_t kLinksPerBlock = 4'096;

// Names one tile of hashes or one bundle of entries, as tlog-tiles does.
struct TileName {
  std::optional<unsigned> level;  // 0..7; nothing: a bundle of entries
  std::uint64_t index = 0;
  unsigned width = kTileWidth;  // 1..256

  // "tile/0/x001/234", partial "tile/entries/000.p/17". No leading slash.
  std::string path() const;
  // Only the one spelling that path() gives.
  static std::optional<TileName> parse(std::string_view path);
  friend auto operator<=>(const TileName&, const TileName&) = default;
};

// How many of the tile's places are filled when the log has `size` leaves; 0: there is no such tile.
unsigned tile_width(std::optional<unsigned> level, std::uint64_t index, std::uint64_t size);
// Every tile and bundle of a log of `size` leaves, at its full width for that size: entries first, then by level.
std::vector<TileName> tiles_of(std::uint64_t size);

// The bytes of a tile of hashes (name.level is set), from complete nodes as CompactRange announced them.
Bytes hash_tile(const TileName& name, const crypto::NodeReader& nodes);
// The bytes of a bundle: per entry u16 length || bytes. At most kTileWidth entries of at most 65,535 bytes.
Bytes encode_entries(std::span<const Bytes> entries);
// Exactly `count` entries that use up every byte.
std::optional<std::vector<Bytes>> decode_entries(BytesView bundle, std::size_t count);

// quorum/<height>: u16 count || per link u32 length || encode(LinkProof), ascending views: every view step that ends at
// that block. Block 0 has none and no file.
Bytes encode_links(std::span<const consensus::LinkProof> links, std::size_t members);
// Refuses an empty list, more than kLinksPerBlock, views that do not ascend, trailing bytes.
std::optional<std::vector<consensus::LinkProof>> decode_links(BytesView file, std::size_t members);

// evidence/<hex SHA-256 of the content>: epoch u64 || anchor 32 B || signer u16 || twice (kind u8 || subject 56 B, or
// view 8 B when it nullifies || signature 64 B). The lesser vote by (kind, subject) stands first, so a pair has one
// file.
struct EvidenceFile {
  consensus::Epoch epoch;
  crypto::Digest anchor;
  consensus::Evidence pair;
};
Bytes encode_evidence(const consensus::Evidence& pair, const consensus::Scope& scope);
std::optional<EvidenceFile> decode_evidence(BytesView file);

// policy/<epoch>: whom to believe about checkpoints of the epoch, a function of its members.
Bytes policy_file(const std::string& origin, const consensus::MemberSet& members);

// epochs/<e>/handover, e >= 1: what opened epoch e. Header of the handover block (epoch u64 || height u64 || parent id
// || tree size u64 || root || next members hash: 120 B) || u32 length || its finalization, by the members of epoch e -
// 1 || the next members as their hash covers them, per member by code: u16 length || encode(member).
struct Handover {
  consensus::Header header;
  consensus::QuorumProof finalization;
  Bytes next_members;
};
Bytes encode_members(const consensus::MemberSet& members);
std::size_t count_members(BytesView encoded);  // in what encode_members() gave
// Only the one spelling that encode_members() gives; keys are admissible.
std::optional<consensus::MemberSet> decode_members(BytesView encoded);
Bytes encode_handover(const Handover& handover, std::size_t voters);
// Refuses a member list whose hash the header does not name; the finalization's votes are the caller's to check.
std::optional<Handover> decode_handover(BytesView file, std::size_t voters);

// Paths of the other files of a mirror. `genesis` and `checkpoint` are those very words.
std::string policy_path(consensus::Epoch epoch);        // "policy/0"
std::string handover_path(consensus::Epoch epoch);      // "epochs/1/handover"
std::string checkpoint_path(consensus::Height height);  // "checkpoints/160"
std::string quorum_path(consensus::Height height);      // "quorum/160"
std::string evidence_path(BytesView content);           // "evidence/<hex>"
// The number in "policy/7" and the like: decimal, no leading zeros; nothing when the path is another kind of path.
std::optional<std::uint64_t> numbered_path(std::string_view folder, std::string_view path);
// Of "epochs/<e>/handover".
std::optional<std::uint64_t> handover_number(std::string_view path);

}  // namespace quipu::ledger
