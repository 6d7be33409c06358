// SPDX-License-Identifier: Apache-2.0
#include "testnet/board/meter.h"

#include <charconv>
#include <cmath>
#include <limits>
#include <string>

namespace quipu::board {

namespace {

std::optional<double> number(std::string_view text) {
  double value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  return read.ec == std::errc() ? std::optional(value) : std::nullopt;
}

// The line that begins so, without that; `at` moves behind it.
std::optional<std::string_view> line_after(std::string_view page, std::string_view beginning, std::size_t& at) {
  while (at < page.size()) {
    const auto end = std::min(page.find('\n', at), page.size());
    const auto line = page.substr(at, end - at);
    at = end + 1;
    if (line.starts_with(beginning)) return line.substr(beginning.size());
  }
  return std::nullopt;
}

}  // namespace

std::optional<double> metric(std::string_view page, std::string_view series) {
  std::size_t at = 0;
  const auto rest = line_after(page, std::string(series) + " ", at);
  return rest ? number(*rest) : std::nullopt;
}

std::vector<Bucket> histogram(std::string_view page, std::string_view name) {
  std::vector<Bucket> buckets;
  const auto beginning = std::string(name) + "_bucket{le=\"";
  std::size_t at = 0;
  while (const auto rest = line_after(page, beginning, at)) {
    const auto quote = rest->find("\"} ");
    if (quote == std::string_view::npos) continue;
    const auto count = number(rest->substr(quote + 3));
    const auto bound = number(rest->substr(0, quote));  // +Inf is none
    if (!count || *count < 0) continue;
    buckets.push_back({bound.value_or(std::numeric_limits<double>::infinity()), static_cast<std::uint64_t>(*count)});
  }
  return buckets;
}

void Meter::add(Reading reading) {
  const auto went_back = [&](std::uint64_t Reading::* counter) {
    return !readings_.empty() && reading.*counter < readings_.back().*counter;
  };
  if (went_back(&Reading::final_) || went_back(&Reading::in_bytes) || went_back(&Reading::out_bytes)) forget();
  while (!readings_.empty() && readings_.front().at_ms < reading.at_ms - kWindow_ms) readings_.pop_front();
  readings_.push_back(std::move(reading));
}

double Meter::per_second(std::uint64_t Reading::* counter, std::int64_t over_ms) const {
  if (readings_.size() < 2) return 0;
  const auto& last = readings_.back();
  auto first = readings_.end() - 2;
  while (first != readings_.begin() && first->at_ms > last.at_ms - over_ms) --first;
  const auto ms = static_cast<double>(last.at_ms - first->at_ms);
  return ms > 0 ? static_cast<double>(last.*counter - (*first).*counter) * 1000 / ms : 0;
}

std::optional<double> Meter::percentile_ms(double p) const {
  if (readings_.size() < 2) return std::nullopt;
  const auto& before = readings_.front().until_final;
  const auto& now = readings_.back().until_final;
  if (now.empty() || before.size() != now.size()) return std::nullopt;
  const auto since = [&](std::size_t i) { return static_cast<double>(now[i].count - before[i].count); };
  const double all = since(now.size() - 1);
  if (!(all > 0)) return std::nullopt;
  std::size_t i = 0;
  while (since(i) < p * all) ++i;
  const double low_s = i == 0 ? 0 : now[i - 1].at_most_s;
  if (std::isinf(now[i].at_most_s)) return low_s * 1000;
  const double below = i == 0 ? 0 : since(i - 1);
  const double share = since(i) > below ? (p * all - below) / (since(i) - below) : 1;
  return (low_s + share * (now[i].at_most_s - low_s)) * 1000;
}

}  // namespace quipu::board
