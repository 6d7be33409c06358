// SPDX-License-Identifier: Apache-2.0
// The text form of an encrypted key file, and what may stand in it. Pure; safe from any thread.
//
// A key file is text, one `name: value` a line, in exactly this order, LF-ended:
//
//   quipu-key-v1
//   administration: PE
//   purpose: vote
//   label: node 1, Callao
//   public-key: <base64, 32 bytes>
//   kdf: argon2id
//   ops: 3
//   memory-bytes: 268435456
//   salt: <base64, 16 bytes>
//   nonce: <base64, 24 bytes>
//   box: <base64, 80 bytes>
//
// box = secretbox(key, nonce, seed || SHA-256(everything before the line `box`)) under key = argon2id(passphrase, salt,
// ops, memory-bytes). The digest in the box authenticates the header: nobody can relabel a key without the passphrase.
#pragma once

#include <optional>
#include <string>

#include "crypto/bytes.h"
#include "crypto/keyfile.h"

namespace quipu::crypto {

struct KeyFileText {
  using Salt = Fixed<16, struct SaltTag>;
  using Nonce = Fixed<24, struct NonceTag>;
  static constexpr std::size_t kBoxSize = 80;

  KeyFile header;
  std::uint64_t ops = 0;
  std::uint64_t memory_bytes = 0;
  Salt salt;
  Nonce nonce;
  Bytes box;

  // Everything before the line `box`: what the digest in the box authenticates.
  std::string authenticated() const;
  std::string format() const;
  // Nothing unless format() gives back the same text. Judges the form only.
  static std::optional<KeyFileText> parse(std::string_view text);
};

// Why this header cannot stand in a key file; empty when it can.
std::string header_fault(const KeyFile& header);

}  // namespace quipu::crypto
