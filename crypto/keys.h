// SPDX-License-Identifier: Apache-2.0
// Ed25519 keys: which public keys are admitted, how a key is named, and the one class that holds a secret.
#pragma once

#include <memory>

#include "crypto/bytes.h"

namespace quipu::crypto {

// The COSE `kid`: first 8 bytes of SHA-256(public key). Unique within an administration by admission checks.
using KeyId = Fixed<8, struct KeyIdTag>;
KeyId key_id(const PublicKey& key);

// True when the bytes are a canonical point of the prime-order subgroup. Every key is checked once, when it is admitted
// (genesis, key event, member card); verify() assumes it.
bool admissible(const PublicKey& key);

// An Ed25519 secret in locked memory that is wiped when it goes (sodium_malloc). It has no printer and no copy.
class SecretKey {
 public:
  // RFC 8032 seed, exactly 32 bytes; nothing for another length.
  static std::optional<SecretKey> from_seed(BytesView seed);

  SecretKey(SecretKey&&) noexcept;
  SecretKey& operator=(SecretKey&&) noexcept;
  ~SecretKey();

  const PublicKey& public_key() const { return public_key_; }
  // Deterministic (RFC 8032): the same message gives the same bytes.
  Signature sign(BytesView message) const;
  // The 32-byte seed: for the encrypted key file, and for another owner of the key in this process.
  BytesView seed() const;

 private:
  SecretKey() = default;
  struct Wiper {
    void operator()(std::uint8_t* memory) const;
  };
  std::unique_ptr<std::uint8_t, Wiper> secret_;  // 64 bytes: seed || public key
  PublicKey public_key_;
};

}  // namespace quipu::crypto
