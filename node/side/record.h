// SPDX-License-Identifier: Apache-2.0
// Side records: what the log only commits to, because it names people and places and must be erasable (docs/formats.md,
// "Data kept beside the log"). Pure.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/bytes.h"

namespace quipu::ledger::v1 {
class OperatorRecord;
}

namespace quipu::side {

using Commitment = crypto::Digest;

enum class RecordKind : std::uint8_t { kIdentity = 1, kTin = 2 };
std::string_view name_of(RecordKind kind);  // "identity", "tin"
std::optional<RecordKind> kind_named(std::string_view name);

// Whom a record is about.
struct Subject {
  std::string issuer;  // two letters
  std::string id;
  friend auto operator<=>(const Subject&, const Subject&) = default;
};

struct Owner {
  Subject subject;
  RecordKind kind = RecordKind::kIdentity;
  friend auto operator<=>(const Owner&, const Owner&) = default;
};

// SHA-256(tag 00 || record).
Commitment commitment_of(RecordKind kind, BytesView record);
// The record is what the commitment was made of, in canonical form, with a salt of 32 bytes, and not too long.
bool opens(RecordKind kind, const Commitment& commitment, BytesView record);

// As the store keeps it beside the sealed record, in clear: "identity PE S-0001". Nothing when it is not in that form.
std::string text_of(const Owner& owner);
std::optional<Owner> owner_in(std::string_view text);

struct Named {
  Commitment commitment;
  RecordKind kind = RecordKind::kIdentity;
};
// The commitments that stand for this operator now; of an erased one too.
std::vector<Named> named_by(const ledger::v1::OperatorRecord& firm);

}  // namespace quipu::side
