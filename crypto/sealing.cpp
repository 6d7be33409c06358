// SPDX-License-Identifier: Apache-2.0
#include "crypto/sealing.h"

#include <sodium.h>

#include <array>

namespace quipu::crypto {
namespace {

static_assert(SealNonce::kSize == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES);
constexpr std::size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;

const unsigned char* raw(BytesView bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }
unsigned char* raw(Bytes& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }

// The key of one name: BLAKE2b, keyed with the secret. Wiped when it goes.
class NameKey {
 public:
  NameKey(const SecretKey& secret, const Digest& name) {
    const auto input = ByteWriter().tag("quipu-seal-key-v1").raw(name.view()).take();
    const BytesView seed = secret.seed();
    crypto_generichash(key_.data(), key_.size(), raw(input), input.size(), raw(seed), seed.size());
  }
  ~NameKey() { sodium_memzero(key_.data(), key_.size()); }
  NameKey(const NameKey&) = delete;
  NameKey& operator=(const NameKey&) = delete;
  const unsigned char* data() const { return key_.data(); }

 private:
  std::array<unsigned char, crypto_aead_xchacha20poly1305_ietf_KEYBYTES> key_{};
};

Bytes bound(const Digest& name, BytesView label) {
  return ByteWriter().tag("quipu-sealed-v1").raw(name.view()).raw(label).take();
}

}  // namespace

Bytes seal(const SecretKey& secret, const Digest& name, BytesView label, const SealNonce& nonce, BytesView plain) {
  const NameKey key(secret, name);
  const Bytes with = bound(name, label);
  Bytes sealed(nonce.view());
  sealed.resize(SealNonce::kSize + plain.size() + kTagBytes);
  crypto_aead_xchacha20poly1305_ietf_encrypt(raw(sealed) + SealNonce::kSize, nullptr, raw(plain), plain.size(),
                                             raw(with), with.size(), nullptr, nonce.bytes.data(), key.data());
  return sealed;
}

std::optional<Bytes> unseal(const SecretKey& secret, const Digest& name, BytesView label, BytesView sealed) {
  if (sealed.size() < SealNonce::kSize + kTagBytes) return std::nullopt;
  const NameKey key(secret, name);
  const Bytes with = bound(name, label);
  const BytesView cipher = sealed.substr(SealNonce::kSize);
  Bytes plain(cipher.size() - kTagBytes, '\0');
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(raw(plain), nullptr, nullptr, raw(cipher), cipher.size(), raw(with),
                                                 with.size(), raw(sealed), key.data()) != 0) {
    wipe(plain);
    return std::nullopt;
  }
  return plain;
}

void wipe(Bytes& secret) {
  sodium_memzero(secret.data(), secret.size());
  secret.clear();
}

}  // namespace quipu::crypto
