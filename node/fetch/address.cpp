// SPDX-License-Identifier: Apache-2.0
#include "node/fetch/address.h"

#include <algorithm>
#include <string_view>

namespace quipu::fetch {

namespace {

std::optional<Address> parse_authority(std::string_view authority, Address address) {
  if (authority.ends_with('/')) authority.remove_suffix(1);
  if (authority.empty() || authority.find_first_of("/@?#") != authority.npos) return std::nullopt;
  const std::size_t colon = authority.rfind(':');
  const bool has_port = colon != authority.npos && authority.find(']', colon) == authority.npos;
  address.host = has_port ? authority.substr(0, colon) : authority;
  if (has_port) address.port = authority.substr(colon + 1);
  if (address.host.starts_with('[') && address.host.ends_with(']')) {
    address.host = address.host.substr(1, address.host.size() - 2);
  }
  if (address.host.empty() || address.port.empty()) return std::nullopt;
  return address;
}

}  // namespace

std::optional<Address> parse_address(const std::string& url) {
  constexpr std::string_view kClear = "http://";
  constexpr std::string_view kTls = "https://";
  constexpr std::string_view kSocket = "unix:";
  const std::string_view text = url;
  if (text.starts_with(kClear)) return parse_authority(text.substr(kClear.size()), {.port = "80"});
  if (text.starts_with(kTls)) return parse_authority(text.substr(kTls.size()), {.port = "443", .tls = true});
  if (!text.starts_with(kSocket) || text.size() == kSocket.size()) return std::nullopt;
  return Address{.host = "localhost", .socket = url.substr(kSocket.size())};
}

std::optional<Url> parse_url(const std::string& url) {
  const bool plain = std::ranges::all_of(url, [](char c) { return c > ' ' && c < '\x7f' && c != '#'; });
  if (!plain || url.starts_with("unix:")) return std::nullopt;
  const std::size_t authority = url.find("://");
  if (authority == url.npos) return std::nullopt;
  const std::size_t end = url.find_first_of("/?", authority + 3);
  Url out{.origin = url.substr(0, end), .target = end == url.npos ? "/" : url.substr(end)};
  if (out.target.starts_with('?')) out.target.insert(0, "/");
  if (!parse_address(out.origin)) return std::nullopt;
  return out;
}

std::string host_header(const Address& address) {
  const bool brackets = address.host.find(':') != address.host.npos;
  const std::string host = brackets ? "[" + address.host + "]" : address.host;
  const bool usual = address.port.empty() || address.port == (address.tls ? "443" : "80");
  return usual ? host : host + ":" + address.port;
}

}  // namespace quipu::fetch
