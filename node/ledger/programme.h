// SPDX-License-Identifier: Apache-2.0
// What an issuer's certificates add up to: its list of active ones with the list's root, a month's figures, and whether
// it has attested its list lately. Pure; list and figures read every certificate of the issuer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/bytes.h"
#include "node/ledger/date.h"
#include "node/ledger/state_view.h"

namespace quipu::ledger {

// Numbers of the certificates ACTIVE on the day, ascending.
std::vector<std::string> active_certificates(const StateView& state, std::string_view issuer, Date day);
// RFC 6962 root over the numbers as entries (docs/formats.md).
crypto::Digest list_root(const std::vector<std::string>& numbers);

struct ProgrammeFigures {
  std::uint64_t active = 0;        // on the month's last day
  std::uint64_t suspended = 0;     // on the same
  std::uint64_t granted = 0;       // came into effect in the month
  std::uint64_t ended = 0;         // revoked, surrendered or expired in the month
  std::uint64_t applications = 0;  // filed in the month
  std::uint64_t refused = 0;       // applications refused in the month
};
// Requires last_day_of(month).
ProgrammeFigures programme_figures(const StateView& state, std::string_view issuer, std::string_view month);

// Last day of a month "YYYY-MM"; nothing when it is none.
std::optional<Date> last_day_of(std::string_view month);

// The issuer has attested no list for the seven days before the block time: STALE.
bool issuer_stale(const StateView& state, std::string_view issuer, std::uint64_t block_time_ms);

}  // namespace quipu::ledger
