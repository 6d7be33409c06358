// SPDX-License-Identifier: Apache-2.0
// Signatures inside events, as rules check them. Pure.
#pragma once

#include "crypto/bytes.h"

namespace quipu::ledger {

// crypto::verify, remembered per thread: the same submission is looked at when it comes in, when a block is built and
// when one is voted on.
bool verified(const crypto::PublicKey& key, BytesView message, const crypto::Signature& signature);

}  // namespace quipu::ledger
