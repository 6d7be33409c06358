// SPDX-License-Identifier: Apache-2.0
// The one spelling of a protobuf message that is signed or hashed (docs/formats.md, "Payload"): deterministic encoding
// out, and a reader that takes nothing else. Pure.
#pragma once

#include <expected>
#include <string>

#include "crypto/bytes.h"

namespace google::protobuf {
class Message;
}

namespace quipu::ledger {

// Fields, packed values and submessages that one message may hold: bounds what a hostile 60 KiB can make us allocate.
inline constexpr std::size_t kMessageElements = 16'384;

Bytes canonical_bytes(const google::protobuf::Message& message);

// Fills `out` if `bytes` are exactly canonical_bytes(out): nothing unknown at any depth, enum values of the schema,
// UTF-8 in strings, at most kMessageElements elements, counted before any is allocated. The error is one sentence.
std::expected<void, std::string> read_canonical(BytesView bytes, google::protobuf::Message& out);

}  // namespace quipu::ledger
