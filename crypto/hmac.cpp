// SPDX-License-Identifier: Apache-2.0
#include "crypto/hmac.h"

#include <sodium.h>

namespace quipu::crypto {

namespace {

const unsigned char* data_of(BytesView bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }

}  // namespace

Digest hmac_sha256(BytesView key, BytesView message) {
  static_assert(Digest::kSize == crypto_auth_hmacsha256_BYTES);
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, data_of(key), key.size());
  crypto_auth_hmacsha256_update(&state, data_of(message), message.size());
  Digest digest;
  crypto_auth_hmacsha256_final(&state, digest.bytes.data());
  sodium_memzero(&state, sizeof state);
  return digest;
}

}  // namespace quipu::crypto
