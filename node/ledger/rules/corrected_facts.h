// SPDX-License-Identifier: Apache-2.0
// Where a correctable field of an event stands in a record. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "node/ledger/rules/leaves.h"

namespace quipu::ledger {

namespace v1 {
class CertificateRecord;
class ValidationRecorded;
}  // namespace v1

// Puts `value`, which is of the field's form, in place of what the target said; what it was before, or nothing when the
// record holds nothing of the target's there: it waits for approval, lapsed, or a later event has taken its place.
// Numbers are decimal, hashes hex. Requires a field of correctable_fields().
std::optional<std::string> replace_in(v1::CertificateRecord& certificate, const Target& target, std::string_view field,
                                      const std::string& value);
std::string replace_in(v1::ValidationRecorded& validation, std::string_view field, const std::string& value);

}  // namespace quipu::ledger
