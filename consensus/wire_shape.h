// SPDX-License-Identifier: Apache-2.0
// Counts the fields of a protobuf frame before it is parsed, so that a small frame full of empty elements cannot cost
// forty times its size in memory. A pure function.
#pragma once

#include <cstddef>

#include "consensus/limits.h"
#include "crypto/bytes.h"

namespace quipu::consensus {

// A full answer: every block with every leaf, its header and link proofs, and room for a status or a list of ids.
inline constexpr std::size_t kFrameFields = limits::kBlocksPerAnswer * (limits::kBlockSubmissions + 32) + 4'096;

// False when the frame is not well-formed protobuf, uses groups, or holds more than kFrameFields fields in all
// messages.
bool within_field_bound(BytesView envelope);

}  // namespace quipu::consensus
