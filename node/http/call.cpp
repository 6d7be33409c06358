// SPDX-License-Identifier: Apache-2.0
#include "node/http/call.h"

#include <algorithm>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <charconv>

namespace quipu::http {

namespace {

constexpr std::size_t kMostSegments = 16;
constexpr std::size_t kMostParameters = 16;

std::string decoded(boost::urls::pct_string_view text) { return text.decode(); }

}  // namespace

std::expected<Target, std::string> parse_target(std::string_view text) {
  const auto url = boost::urls::parse_origin_form({text.data(), text.size()});
  if (!url) return std::unexpected("the request target is not a path and query");
  if (url->encoded_segments().size() > kMostSegments || url->encoded_params().size() > kMostParameters) {
    return std::unexpected("the request target has too many parts");
  }
  Target target;
  for (const auto segment : url->encoded_segments()) target.segments.push_back(decoded(segment));
  for (const auto parameter : url->encoded_params()) {
    std::string name = decoded(parameter.key);
    for (const auto& [known, value] : target.query) {
      if (known == name) return std::unexpected("the parameter \"" + name + "\" is given twice");
    }
    // A plus sign is a plus sign here: "+05:00" in an instant must survive a client that does not encode it.
    target.query.emplace_back(std::move(name), decoded(parameter.value));
  }
  return target;
}

std::optional<std::string> Call::query(std::string_view name) const {
  for (const auto& [known, value] : target.query) {
    if (known == name) return value;
  }
  return std::nullopt;
}

std::optional<std::string> Call::unexpected(std::initializer_list<std::string_view> allowed) const {
  for (const auto& [name, value] : target.query) {
    if (std::find(allowed.begin(), allowed.end(), name) == allowed.end()) {
      return "unknown parameter \"" + name + "\"";
    }
  }
  return std::nullopt;
}

bool Call::wants_csv() const {
  const auto format = query("format");
  return format ? *format == "csv" : request.accept.find("text/csv") != std::string::npos;
}

std::optional<std::uint64_t> parse_decimal(std::string_view text) {
  if (text.empty() || (text.size() > 1 && text[0] == '0')) return std::nullopt;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<crypto::Digest> digest_from_hex(std::string_view hex) {
  const auto raw = crypto::from_hex(hex);
  return raw ? crypto::Digest::from(*raw) : std::nullopt;
}

}  // namespace quipu::http
