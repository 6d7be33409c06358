// SPDX-License-Identifier: Apache-2.0
// Which final submission holds a number of a key's sequence. The state keeps only a key's last number; the versions of
// that record by height lead to the block, and the block has the leaf. Pure; any thread.
#pragma once

#include <optional>
#include <string_view>

#include "node/ledger/ledger_reader.h"

namespace quipu::ledger {

// The id of that submission; nothing while no block has one. Reads some twenty records and one block.
std::optional<crypto::Digest> sequence_holder(const LedgerReader& reader, std::string_view administration,
                                              const crypto::PublicKey& key, std::uint64_t sequence);

}  // namespace quipu::ledger
