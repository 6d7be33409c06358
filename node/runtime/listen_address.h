// SPDX-License-Identifier: Apache-2.0
// Addresses on which a node listens, as its settings name them. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace quipu::runtime {

inline constexpr const char* kListenAddress = "an IP address and a port, like 127.0.0.1:8480 or [::1]:8480";

struct ListenAddress {
  std::string host;  // an IP address, without brackets
  std::uint16_t port = 0;
};

// Nothing unless it is that. Names are not looked up: where a node listens should not depend on a name server.
std::optional<ListenAddress> parse_listen_address(const std::string& text);

}  // namespace quipu::runtime
