// SPDX-License-Identifier: Apache-2.0
#include "node/runtime/listen_address.h"

#include <boost/asio/ip/address.hpp>
#include <charconv>

#include "node/net/connection.h"

namespace quipu::runtime {

std::optional<ListenAddress> parse_listen_address(const std::string& text) {
  const auto parts = net::split_address(text);
  if (!parts) return std::nullopt;
  std::uint16_t port = 0;
  const char* end = parts->port.data() + parts->port.size();
  const auto read = std::from_chars(parts->port.data(), end, port);
  boost::system::error_code error;
  boost::asio::ip::make_address(parts->host, error);
  if (error || read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return ListenAddress{parts->host, port};
}

}  // namespace quipu::runtime
