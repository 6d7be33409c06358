// SPDX-License-Identifier: Apache-2.0
// A source over a real socket that answers as no honest web server does.
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <thread>

#include "node/follow/source.h"

namespace quipu::follow::testing {

namespace http_source_test {

// Answers one connection with these bytes, then again and again with `endless`, until the other end hangs up.
class OneAnswer {
 public:
  OneAnswer(std::string answer, std::string endless) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    REQUIRE(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0);
    REQUIRE(::listen(listener_, 4) == 0);
    REQUIRE(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    url = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
    thread_ = std::thread([this, answer = std::move(answer), endless = std::move(endless)] { serve(answer, endless); });
  }
  ~OneAnswer() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  std::string url;
  std::atomic<std::size_t> sent{0};

 private:
  void serve(const std::string& answer, const std::string& endless) {
    const int peer = ::accept(listener_, nullptr, nullptr);
    if (peer < 0) return;
    char request[4096];
    static_cast<void>(!::recv(peer, request, sizeof request, 0));
    bool open = put(peer, answer);
    while (open && !endless.empty()) open = put(peer, endless);
    ::close(peer);
  }
  bool put(int peer, const std::string& bytes) {
    const auto put = ::send(peer, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (put > 0) sent += static_cast<std::size_t>(put);
    return put == static_cast<ssize_t>(bytes.size());
  }
  int listener_ = -1;
  std::thread thread_;
};

constexpr std::size_t kMost = 100'000;

std::expected<std::optional<Bytes>, std::string> asked(const OneAnswer& server) {
  return http_source(server.url).value()->get("checkpoint", kMost);
}

}  // namespace http_source_test

TEST_CASE("a file comes whole or not at all and one that is not there is no fault") {
  using namespace http_source_test;
  const OneAnswer good("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "");
  CHECK(asked(good).value().value() == "hello");
  const OneAnswer absent("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "");
  CHECK_FALSE(asked(absent).value());
  const OneAnswer busy("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", "");
  CHECK_FALSE(asked(busy));
  const OneAnswer cut("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello", "");
  CHECK_FALSE(asked(cut));
}

TEST_CASE("an endless body is given up once it is longer than the file can be") {
  using namespace http_source_test;
  const OneAnswer chunks("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
                         "1000\r\n" + std::string(0x1000, 'x') + "\r\n");
  CHECK_FALSE(asked(chunks));
  CHECK(chunks.sent < 64 * kMost);
  const OneAnswer announced("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n", std::string(0x1000, 'x'));
  CHECK_FALSE(asked(announced));
  const OneAnswer head("HTTP/1.1 200 OK\r\n", "X-Header: " + std::string(1000, 'x') + "\r\n");
  CHECK_FALSE(asked(head));
}

TEST_CASE("what is no URL of a node is refused") {
  for (const std::string url : {"ftp://node:1", "node:1", "http://", "http://node/path"}) CHECK_FALSE(http_source(url));
}

}  // namespace quipu::follow::testing
