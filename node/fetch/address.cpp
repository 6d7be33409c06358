// SPDX-License-Identifier: Apache-2.0
#include "node/fetch/address.h"

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

}  // namespace quipu::fetch
