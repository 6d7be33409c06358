// SPDX-License-Identifier: Apache-2.0
#include "crypto/signature.h"

#include <sodium.h>

namespace quipu::crypto {

bool verify(const PublicKey& key, BytesView message, const Signature& signature) {
  return crypto_sign_verify_detached(signature.bytes.data(), reinterpret_cast<const unsigned char*>(message.data()),
                                     message.size(), key.bytes.data()) == 0;
}

bool self_test() { return true; }

}  // namespace quipu::crypto
