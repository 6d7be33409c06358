// SPDX-License-Identifier: Apache-2.0
// verify() for who checks many signatures of few keys: the same verdicts in a fraction of the time, by tables of
// multiples of the key (docs/decisions/0037-tables-for-known-keys.md).
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "crypto/bytes.h"
#include "crypto/edwards25519.h"

namespace quipu::crypto {

struct Signed {
  BytesView message;
  Signature signature;
};

// Immutable, so safe from any thread. Making one takes as long as checking a dozen signatures.
class KnownKey {
 public:
  // Nothing for a key that is not admissible(), of which verify() has its own verdicts, nor where tables do not hold
  // what they should.
  static std::shared_ptr<const KnownKey> of(const PublicKey& key);

  // What verify() says of each, in their order: it is asked about all that the tables do not accept. The more at a time
  // the faster, up to a hundred.
  std::vector<bool> verify_all(std::span<const Signed> all) const;
  // What the tables say alone: the same.
  std::vector<bool> accepted(std::span<const Signed> all) const;
  const PublicKey& key() const { return key_; }

 private:
  using Multiples = edwards25519::Multiples;
  KnownKey(const PublicKey& key, const Multiples& base, std::unique_ptr<const Multiples> negative);

  PublicKey key_;
  const Multiples& base_;
  std::unique_ptr<const Multiples> negative_;  // the key's
};

}  // namespace quipu::crypto
