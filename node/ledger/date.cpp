// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/date.h"

#include <charconv>
#include <chrono>

namespace quipu::ledger {
namespace {

constexpr std::int64_t kMsPerDay = 86'400'000;

// Exactly `size` digits at `at`.
std::optional<unsigned> digits(std::string_view text, std::size_t at, std::size_t size) {
  if (text.size() < at + size) return std::nullopt;
  unsigned value = 0;
  for (const char c : text.substr(at, size)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<unsigned>(c - '0');
  }
  return value;
}

// At least `size` digits.
void append_digits(std::string& out, std::uint64_t value, std::size_t size) {
  char text[20];
  const auto end = std::to_chars(text, text + sizeof text, value).ptr;
  const auto length = static_cast<std::size_t>(end - text);
  if (length < size) out.append(size - length, '0');
  out.append(text, length);
}

std::int64_t floor_div(std::int64_t value, std::int64_t by) { return value / by - (value % by < 0 ? 1 : 0); }

// "HH:MM:SS" at the start; milliseconds since midnight. No leap seconds: Unix time has none.
std::optional<std::int64_t> clock_ms(std::string_view text) {
  const auto hour = digits(text, 0, 2);
  const auto minute = digits(text, 3, 2);
  const auto second = digits(text, 6, 2);
  if (!hour || !minute || !second || text[2] != ':' || text[5] != ':') return std::nullopt;
  if (*hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  return ((*hour * 60 + *minute) * 60 + *second) * std::int64_t{1000};
}

// "Z" or "+HH:MM" or "-HH:MM", the whole of it; minutes east of UTC.
std::optional<std::int64_t> zone_minutes(std::string_view text) {
  if (text == "Z") return 0;
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return std::nullopt;
  const auto hour = digits(text, 1, 2);
  const auto minute = digits(text, 4, 2);
  if (!hour || !minute || *hour > 23 || *minute > 59) return std::nullopt;
  const std::int64_t minutes = *hour * 60 + *minute;
  return text[0] == '-' ? -minutes : minutes;
}

}  // namespace

std::optional<Date> Date::parse(std::string_view text) {
  const auto year = digits(text, 0, 4);
  const auto month = digits(text, 5, 2);
  const auto day = digits(text, 8, 2);
  if (text.size() != 10 || !year || !month || !day || text[4] != '-' || text[7] != '-') return std::nullopt;
  if (*year < 1900 || *year > 2199) return std::nullopt;
  const std::chrono::year_month_day named{std::chrono::year{static_cast<int>(*year)}, std::chrono::month{*month},
                                          std::chrono::day{*day}};
  if (!named.ok()) return std::nullopt;
  return Date{static_cast<std::int32_t>(std::chrono::sys_days{named}.time_since_epoch().count())};
}

Date Date::of(std::uint64_t time_ms, std::int32_t offset_minutes) {
  const std::int64_t local_ms = static_cast<std::int64_t>(time_ms) + std::int64_t{offset_minutes} * 60'000;
  return {static_cast<std::int32_t>(floor_div(local_ms, kMsPerDay))};
}

std::string Date::text() const {
  const std::chrono::year_month_day named{std::chrono::sys_days{std::chrono::days{days}}};
  std::string out;
  out.reserve(10);
  append_digits(out, static_cast<std::uint64_t>(static_cast<int>(named.year())), 4);
  out += '-';
  append_digits(out, static_cast<unsigned>(named.month()), 2);
  out += '-';
  append_digits(out, static_cast<unsigned>(named.day()), 2);
  return out;
}

std::optional<std::uint64_t> parse_instant_ms(std::string_view text) {
  const auto date = Date::parse(text.substr(0, 10));
  if (!date || text.size() < 20 || text[10] != 'T') return std::nullopt;
  const auto clock = clock_ms(text.substr(11, 8));
  if (!clock) return std::nullopt;
  std::string_view rest = text.substr(19);
  std::int64_t fraction = 0;
  if (rest.front() == '.') {
    const auto ms = digits(rest, 1, 3);
    if (!ms) return std::nullopt;
    fraction = *ms;
    rest = rest.substr(4);
  }
  const auto zone = zone_minutes(rest);
  if (!zone) return std::nullopt;
  const std::int64_t time_ms = date->days * kMsPerDay + *clock + fraction - *zone * 60'000;
  if (time_ms < 0) return std::nullopt;
  return static_cast<std::uint64_t>(time_ms);
}

std::string format_instant(std::uint64_t time_ms) {
  std::string out = Date::of(time_ms, 0).text();
  const std::uint64_t ms = time_ms % kMsPerDay;
  const auto part = [&](char before, std::uint64_t value, std::size_t size) {
    out += before;
    append_digits(out, value, size);
  };
  part('T', ms / 3'600'000, 2);
  part(':', ms / 60'000 % 60, 2);
  part(':', ms / 1000 % 60, 2);
  part('.', ms % 1000, 3);
  return out + 'Z';
}

}  // namespace quipu::ledger
