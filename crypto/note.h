// SPDX-License-Identifier: Apache-2.0
// C2SP signed notes, checkpoints, cosignatures and policies (docs/formats.md). Pure values; parsing refuses what is not
// exactly in form.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crypto/bytes.h"
#include "crypto/keys.h"

namespace quipu::crypto {

enum class NoteKeyType : std::uint8_t { kEd25519 = 0x01, kCosignature = 0x04 };
using NoteKeyId = Fixed<4, struct NoteKeyIdTag>;

// A note verifier's public identity, e.g. "example.com/foo+530d903a+<base64>".
struct NoteVerifier {
  std::string name;
  NoteKeyType type;
  PublicKey key;

  NoteKeyId id() const;
  std::string vkey() const;
  static std::optional<NoteVerifier> parse(std::string_view vkey);
};

struct NoteLine {
  std::string name;
  NoteKeyId id;
  Bytes signature;  // what follows the key id: 64 bytes, or u64 time || 64 bytes for a cosignature
};

struct Note {
  std::string text;  // ends in a line feed
  std::vector<NoteLine> lines;

  std::string format() const;
  static std::optional<Note> parse(std::string_view bytes);
};

// c2sp.org/tlog-checkpoint without extension lines.
struct Checkpoint {
  std::string origin;
  std::uint64_t size = 0;
  Digest root;

  std::string text() const;
  static std::optional<Checkpoint> parse(std::string_view text);
  friend bool operator==(const Checkpoint&, const Checkpoint&) = default;
};

// The log's own line: plain Ed25519 over the note text.
NoteLine sign_note(std::string_view text, const std::string& name, const SecretKey& key);
// c2sp.org/tlog-cosignature, Ed25519 (type 0x04): what is signed, and the line.
Bytes cosignature_message(std::string_view text, std::uint64_t time_s);
NoteLine cosign_note(std::string_view text, const std::string& name, const SecretKey& key, std::uint64_t time_s);
NoteLine cosignature_line(const NoteVerifier& who, std::uint64_t time_s, const Signature& signature);
// Does this line verify for this verifier? (Name and id must be its own.) Both types.
bool verify_line(std::string_view text, const NoteLine& line, const NoteVerifier& who);
// The time of a cosignature line; nothing when it has not the form of one.
std::optional<std::uint64_t> cosignature_time_s(const NoteLine& line);

// Trust policy of one epoch: a tlog-policy file (docs/formats.md 6). `codes` ascending, all vectors of equal length;
// log key name = origin, cosigner key name = origin/CC.
std::string policy_text(const std::string& origin, const std::vector<std::string>& codes,
                        const std::vector<PublicKey>& log_keys, const std::vector<PublicKey>& cosigner_keys,
                        std::size_t quorum);

}  // namespace quipu::crypto
