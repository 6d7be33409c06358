// SPDX-License-Identifier: Apache-2.0
// The one signature check of the whole project. known_key.h gives its verdicts faster, to auditors alone.
#pragma once

#include "crypto/bytes.h"

namespace quipu::crypto {

// libsodium's cofactorless Ed25519: refuses S >= L, and an R of small order or non-canonical. The verdicts on the
// public edge-case vectors are frozen in tests/crypto; the same table is checked when a node starts. About 100 us.
bool verify(const PublicKey& key, BytesView message, const Signature& signature);

// The same shape, so that a simulation may hand in a memoised one.
using VerifyFunction = bool (*)(const PublicKey&, BytesView, const Signature&);

// Checks a small golden table of digests and signature verdicts. False means that a library changed under us: do not
// start.
bool self_test();

}  // namespace quipu::crypto
