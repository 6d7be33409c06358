// SPDX-License-Identifier: Apache-2.0
// The days on which an issuer has to look at a certificate, derived from its record alone, so that a work list need not
// read every certificate there is. An index built from these entries (node/host/calendar.h) names candidates: whoever
// asks reads the record and decides. Pure.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

namespace quipu::ledger {

namespace v1 {
class CertificateRecord;
}

enum class CalendarKind : std::uint8_t {
  kEnds = 1,        // `day`: the last one of a validity that nothing prolongs
  kSuspended = 2,   // `day`: the announced last one of a suspension that may act beyond it; `until`: how long at most
  kAppealOpen = 3,  // no day
  kAppealDecided = 4,  // no day
};

struct CalendarEntry {
  CalendarKind kind{};
  std::string day;    // "YYYY-MM-DD"; empty: none
  std::string until;  // the last day on which it can matter; empty: there is none
  friend auto operator<=>(const CalendarEntry&, const CalendarEntry&) = default;
};

// Whoever changes what calendar_entries gives raises this: indexes built before are then built anew.
inline constexpr std::uint32_t kCalendarVersion = 1;

// Ascending, one of each kind and day.
std::vector<CalendarEntry> calendar_entries(const v1::CertificateRecord& certificate);

// Entries of one kind with first <= day <= last that still matter on `on`, if one is given.
struct CalendarRange {
  CalendarKind kind{};
  std::string issuer;  // empty: of all
  std::string first;   // empty: from the start
  std::string last;    // empty, with `first`: entries without a day alone
  std::string on;
};

}  // namespace quipu::ledger
