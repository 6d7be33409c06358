// SPDX-License-Identifier: Apache-2.0
// Real Ed25519 verdicts, each computed once per run: in one process n nodes check the same signature. Per thread.
#pragma once

#include "crypto/signature.h"

namespace quipu::testnet {

// crypto::verify's answer, remembered by the whole of (key, message, signature).
bool remembered_verify(const crypto::PublicKey& key, BytesView message, const crypto::Signature& signature);
void forget_signatures();

}  // namespace quipu::testnet
