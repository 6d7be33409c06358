// SPDX-License-Identifier: Apache-2.0
// Proofs about the status map against its root: that a key has this value, that a key is not there, that these are all
// the keys with a prefix (docs/formats.md, section 6). Pure functions; any thread. Whoever checks may hand in any
// bytes.
#pragma once

#include <functional>
#include <utility>
#include <vector>

#include "crypto/status_map.h"

namespace quipu::crypto {

// The value stored for a key of the map, which itself keeps hashes only.
using ValueOf = std::function<Bytes(BytesView key)>;

// Requires that the key is there.
Bytes presence_proof(const StatusMap& map, BytesView key);
bool proves_present(const Digest& root, BytesView key, BytesView value, BytesView proof);

// Requires that the key is not there.
Bytes absence_proof(const StatusMap& map, BytesView key, const ValueOf& value_of);
bool proves_absent(const Digest& root, BytesView key, BytesView proof);

// That the map has no key beginning with `prefix` but those listed; of none it is an absence proof. For maps whose keys
// are all as long as the prefix or longer, as the ledger's are: else a true claim may have no proof, never a false one.
using StatusEntries = std::vector<std::pair<Bytes, Bytes>>;  // key and value, ascending
Bytes prefix_proof(const StatusMap& map, BytesView prefix, const ValueOf& value_of);
bool proves_all(const Digest& root, BytesView prefix, const StatusEntries& entries, BytesView proof);

}  // namespace quipu::crypto
