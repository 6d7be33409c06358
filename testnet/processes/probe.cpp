// SPDX-License-Identifier: Apache-2.0
#include "testnet/processes/probe.h"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <chrono>

namespace quipu::processes {

namespace asio = boost::asio;
namespace beast = boost::beast;

std::optional<ProbeAnswer> get(const std::string& address, const std::string& target) {
  const auto colon = address.rfind(':');
  if (colon == std::string::npos) return std::nullopt;
  asio::io_context io;
  boost::system::error_code error;
  asio::ip::tcp::resolver resolver(io);
  const auto endpoints = resolver.resolve(address.substr(0, colon), address.substr(colon + 1), error);
  if (error) return std::nullopt;
  beast::tcp_stream stream(io);
  beast::flat_buffer buffer;
  beast::http::request<beast::http::empty_body> request(beast::http::verb::get, target, 11);
  request.set(beast::http::field::host, address);
  request.set(beast::http::field::connection, "close");
  beast::http::response<beast::http::string_body> response;
  bool complete = false;
  // Asynchronous only for the deadline: each step starts the next.
  stream.expires_after(std::chrono::seconds(2));
  stream.async_connect(endpoints, [&](boost::system::error_code failed, const asio::ip::tcp::endpoint&) {
    if (failed) return;
    beast::http::async_write(stream, request, [&](boost::system::error_code not_written, std::size_t) {
      if (not_written) return;
      beast::http::async_read(stream, buffer, response,
                              [&](boost::system::error_code not_read, std::size_t) { complete = !not_read; });
    });
  });
  io.run();
  if (!complete) return std::nullopt;
  return ProbeAnswer{static_cast<int>(response.result_int()), std::move(response.body())};
}

}  // namespace quipu::processes
