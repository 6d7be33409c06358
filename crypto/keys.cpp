// SPDX-License-Identifier: Apache-2.0
#include "crypto/keys.h"

#include <sodium.h>

#include <cassert>
#include <cstdlib>

#include "crypto/digest.h"

namespace quipu::crypto {
namespace {

using Scalar = std::array<std::uint8_t, crypto_core_ed25519_SCALARBYTES>;

// L - 1, where L = 2^252 + 27742317777372353535851937790883648493 is the order of the base point; little-endian.
constexpr Scalar kOrderMinusOne = {0xec, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7,
                                   0xa2, 0xde, 0xf9, 0xde, 0x14, 0,    0,    0,    0,    0,    0,
                                   0,    0,    0,    0,    0,    0,    0,    0,    0,    0x10};

void start_sodium() {
  static const int started = sodium_init();
  if (started < 0) std::abort();
}

// L * P = 0, asked as (L - 1) * P = -P, since the library refuses to return the neutral element. Negating flips the
// sign bit of the encoding (x = 0 only for points of small order, which is_valid_point refuses). Needed beside
// is_valid_point: before the fix of CVE-2025-69277 that one looked at the x coordinate of L * P only, so it also
// admitted Q + (0, -1).
bool in_prime_order_subgroup(const PublicKey& key) {
  std::array<std::uint8_t, crypto_core_ed25519_BYTES> product{};
  if (crypto_scalarmult_ed25519_noclamp(product.data(), kOrderMinusOne.data(), key.bytes.data()) != 0) return false;
  product[31] ^= 0x80;
  return product == key.bytes;
}

}  // namespace

KeyId key_id(const PublicKey& key) { return *KeyId::from(sha256(key.view()).view().substr(0, KeyId::kSize)); }

bool admissible(const PublicKey& key) {
  start_sodium();
  // The first call refuses what is not canonical, not on the curve, or of small order.
  return crypto_core_ed25519_is_valid_point(key.bytes.data()) == 1 && in_prime_order_subgroup(key);
}

void SecretKey::Wiper::operator()(std::uint8_t* memory) const { sodium_free(memory); }

std::optional<SecretKey> SecretKey::from_seed(BytesView seed) {
  if (seed.size() != crypto_sign_SEEDBYTES) return std::nullopt;
  start_sodium();
  SecretKey key;
  key.secret_.reset(static_cast<std::uint8_t*>(sodium_malloc(crypto_sign_SECRETKEYBYTES)));
  if (!key.secret_) std::abort();  // no address space left
  crypto_sign_seed_keypair(key.public_key_.bytes.data(), key.secret_.get(),
                           reinterpret_cast<const unsigned char*>(seed.data()));
  return key;
}

SecretKey::SecretKey(SecretKey&&) noexcept = default;
SecretKey& SecretKey::operator=(SecretKey&&) noexcept = default;
SecretKey::~SecretKey() = default;

Signature SecretKey::sign(BytesView message) const {
  assert(secret_);
  Signature signature;
  crypto_sign_detached(signature.bytes.data(), nullptr, reinterpret_cast<const unsigned char*>(message.data()),
                       message.size(), secret_.get());
  return signature;
}

BytesView SecretKey::seed() const {
  assert(secret_);
  return {reinterpret_cast<const char*>(secret_.get()), crypto_sign_SEEDBYTES};
}

}  // namespace quipu::crypto
