// SPDX-License-Identifier: Apache-2.0
// Calendar days and RFC 3339 instants as numbers. Pure values.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace quipu::ledger {

// A legal calendar day.
struct Date {
  std::int32_t days = 0;  // since 1970-01-01
  // "YYYY-MM-DD", a day that exists, years 1900..2199.
  static std::optional<Date> parse(std::string_view text);
  // The day at `offset_minutes` from UTC when Unix time is `time_ms`.
  static Date of(std::uint64_t time_ms, std::int32_t offset_minutes);
  std::string text() const;
  Date plus(std::int32_t more_days) const { return {days + more_days}; }
  friend auto operator<=>(const Date&, const Date&) = default;
};

// RFC 3339 with "Z" or an offset, seconds or milliseconds; Unix time in ms.
std::optional<std::uint64_t> parse_instant_ms(std::string_view text);
std::string format_instant(std::uint64_t time_ms);  // "2026-11-22T02:14:04.123Z"

}  // namespace quipu::ledger
