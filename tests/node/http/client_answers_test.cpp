// SPDX-License-Identifier: Apache-2.0
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <catch2/catch.hpp>
#include <thread>

#include "node/fetch/http_client.h"

namespace client_answers_test {

using namespace quipu;
namespace asio = boost::asio;
using asio::ip::tcp;

// Gives whoever asks these bytes and hangs up.
class Stranger {
 public:
  explicit Stranger(std::string says) : says_(std::move(says)), thread_([this] { answer(); }) {}
  ~Stranger() { thread_.join(); }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()); }

 private:
  void answer() {
    auto socket = acceptor_.accept();
    std::string asked;
    boost::system::error_code error;
    asio::read_until(socket, asio::dynamic_buffer(asked), "\r\n\r\n", error);
    asio::write(socket, asio::buffer(says_), error);
    socket.shutdown(tcp::socket::shutdown_send, error);
  }

  const std::string says_;
  asio::io_context io_{1};
  tcp::acceptor acceptor_{io_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)};
  std::thread thread_;
};

std::expected<fetch::HttpReply, std::string> asked(const std::string& says) {
  const Stranger stranger(says);
  return fetch::HttpClient::make(stranger.url()).value().get("/");
}

TEST_CASE("an answer whose length nobody told lasts until the connection ends") {
  const auto old = asked("HTTP/1.0 200 OK\r\n\r\n");
  REQUIRE(old);
  CHECK(old->status == 200);
  CHECK(old->body.empty());

  const auto closing = asked("HTTP/1.1 201 Created\r\nConnection: close\r\n\r\nall of it");
  REQUIRE(closing);
  CHECK(closing->status == 201);
  CHECK(closing->body == "all of it");
}

TEST_CASE("an answer that was cut short is none") {
  CHECK_FALSE(asked(""));
  CHECK_FALSE(asked("HTTP/1.0 200 OK\r\nServer: old"));
  CHECK_FALSE(asked("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"));
  CHECK_FALSE(asked("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n"));
}

}  // namespace client_answers_test
