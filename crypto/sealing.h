// SPDX-License-Identifier: Apache-2.0
// Sealing what lies on disk: XChaCha20-Poly1305 under a key of its own for every name, derived from a secret. Pure; any
// thread.
#pragma once

#include <optional>

#include "crypto/keys.h"

namespace quipu::crypto {

using SealNonce = Fixed<24, struct SealNonceTag>;

// nonce || ciphertext || tag. A nonce drawn at random serves once. `label` is authenticated and not hidden.
Bytes seal(const SecretKey& secret, const Digest& name, BytesView label, const SealNonce& nonce, BytesView plain);
// Nothing when it was sealed under another secret, name or label, or was changed.
std::optional<Bytes> unseal(const SecretKey& secret, const Digest& name, BytesView label, BytesView sealed);

// Leaves zeros where a secret was, and an empty value.
void wipe(Bytes& secret);

}  // namespace quipu::crypto
