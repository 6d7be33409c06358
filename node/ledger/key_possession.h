// SPDX-License-Identifier: Apache-2.0
// What an officer's new key signs to show that it is held, before the ledger takes it (docs/formats.md). Pure.
#pragma once

#include <string_view>

#include "consensus/types.h"

namespace quipu::ledger {

// "quipu-possession-v1" 00 || chain || administration || purpose u8 || public key. `purpose`: v1::KeyPurpose.
Bytes possession_bytes(const consensus::ChainId& chain, std::string_view administration, int purpose,
                       BytesView public_key);

}  // namespace quipu::ledger
