// SPDX-License-Identifier: Apache-2.0
#include "crypto/known_key.h"

#include <sodium.h>

#include <algorithm>

#include "crypto/keys.h"
#include "crypto/signature.h"

namespace quipu::crypto {
namespace {

using edwards25519::Encoded;
using edwards25519::Multiples;
using edwards25519::Scalar;

constexpr std::size_t kHalf = 32;  // of a signature: R, then S

const Multiples* base_point() {
  static const auto multiples = [] {
    Encoded point;  // y = 4/5
    point.fill(0x66);
    point[0] = 0x58;
    return Multiples::of(point);
  }();
  return multiples.get();
}

// SHA-512(R || key || message) modulo the order.
Scalar challenge(const PublicKey& key, const Signed& one) {
  crypto_hash_sha512_state state;
  crypto_hash_sha512_init(&state);
  crypto_hash_sha512_update(&state, one.signature.bytes.data(), kHalf);
  crypto_hash_sha512_update(&state, key.bytes.data(), key.bytes.size());
  crypto_hash_sha512_update(&state, reinterpret_cast<const unsigned char*>(one.message.data()), one.message.size());
  std::array<std::uint8_t, crypto_hash_sha512_BYTES> hash{};
  crypto_hash_sha512_final(&state, hash.data());
  Scalar out{};
  crypto_core_ed25519_scalar_reduce(out.data(), hash.data());
  return out;
}

Scalar response(const Signature& signature) {
  Scalar out{};
  std::copy_n(signature.bytes.begin() + kHalf, kHalf, out.begin());
  return out;
}

bool below_order(const Scalar& scalar) {
  std::array<std::uint8_t, crypto_core_ed25519_NONREDUCEDSCALARBYTES> wide{};
  std::ranges::copy(scalar, wide.begin());
  Scalar reduced{};
  crypto_core_ed25519_scalar_reduce(reduced.data(), wide.data());
  return reduced == scalar;
}

}  // namespace

KnownKey::KnownKey(const PublicKey& key, const Multiples& base, std::unique_ptr<const Multiples> negative)
    : key_(key), base_(base), negative_(std::move(negative)) {}

std::shared_ptr<const KnownKey> KnownKey::of(const PublicKey& key) {
  if (!admissible(key)) return nullptr;
  Encoded negative = key.bytes;
  negative[31] ^= 0x80;
  const Multiples* const base = base_point();
  auto multiples = Multiples::of(negative);
  if (base == nullptr || !multiples) return nullptr;
  return std::shared_ptr<const KnownKey>(new KnownKey(key, *base, std::move(multiples)));
}

// R must be the one encoding of S * B - k * key. All of these points lie in the prime-order subgroup, where the neutral
// one alone is of small order, which an R may not be.
std::vector<bool> KnownKey::accepted(std::span<const Signed> all) const {
  std::vector<edwards25519::Point> points(all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    base_.add(points[i], response(all[i].signature));
    negative_->add(points[i], challenge(key_, all[i]));
  }
  constexpr Encoded kNeutral = {1};
  const auto expected = edwards25519::encoded(points);
  std::vector<bool> out(all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto r = std::span(all[i].signature.bytes).first(kHalf);
    out[i] = std::ranges::equal(r, expected[i]) && expected[i] != kNeutral && below_order(response(all[i].signature));
  }
  return out;
}

std::vector<bool> KnownKey::verify_all(std::span<const Signed> all) const {
  auto out = accepted(all);
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!out[i]) out[i] = verify(key_, all[i].message, all[i].signature);
  }
  return out;
}

}  // namespace quipu::crypto
