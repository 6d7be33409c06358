// SPDX-License-Identifier: Apache-2.0
// Which operator a tax number names: exactly, or by the prefix that a head office covers for its branches. The
// operator's record says what holds on which day; the entries 0x08 only find the operator. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/bytes.h"
#include "node/ledger/date.h"
#include "node/ledger/state_view.h"

namespace quipu::ledger {

namespace v1 {
class OperatorRecord;
}

// The operator that a normalised TIN names on the day: the one that has this TIN then, else the one whose cover of that
// day matches; of several covers the longest.
std::optional<v1::OperatorRecord> find_operator(const StateView& state, std::string_view tin, Date day);

// Whether another subject of that country has, had or covers this TIN on any day: then it is not free.
bool claimed_by_other(const StateView& state, std::string_view tin, std::string_view subject);
// Whether another subject has or had the very cover that `length` characters of this TIN would be.
bool cover_claimed_by_other(const StateView& state, std::string_view tin, std::uint32_t length,
                            std::string_view subject);
// What stands on the log for a natural person's normalised TIN: the commitment to its TinRecord (docs/formats.md).
crypto::Digest tin_commitment(BytesView salt, std::string_view tin);
std::optional<std::string> claimant_of_commitment(const StateView& state, std::string_view administration,
                                                  std::string_view commitment);

// What makes a subject found; both keep what was entered before.
void enter_tin(Overlay& state, std::string_view tin, std::uint32_t cover_length, const std::string& subject);
void enter_commitment(Overlay& state, std::string_view administration, std::string_view commitment,
                      const std::string& subject);

}  // namespace quipu::ledger
