// SPDX-License-Identifier: Apache-2.0
// HMAC-SHA256 (RFC 2104), for what strangers check who share a secret with us. Pure; any thread.
#pragma once

#include "crypto/bytes.h"

namespace quipu::crypto {

// A key of any length.
Digest hmac_sha256(BytesView key, BytesView message);

}  // namespace quipu::crypto
