// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/bare_server.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <memory>

namespace quipu::bench {

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using Answer = std::function<std::string(std::string_view)>;

struct Session : std::enable_shared_from_this<Session> {
  Session(tcp::socket&& from, std::shared_ptr<const Answer> how) : socket(std::move(from)), answer(std::move(how)) {}

  void read() {
    request = {};
    http::async_read(socket, buffer, request,
                     [self = shared_from_this()](boost::system::error_code error, std::size_t) {
                       if (!error) self->write();
                     });
  }

  void write() {
    const auto target = request.target();
    response = {};
    response.set(http::field::content_type, "application/octet-stream");
    response.body() = (*answer)({target.data(), target.size()});
    response.prepare_payload();
    http::async_write(socket, response, [self = shared_from_this()](boost::system::error_code error, std::size_t) {
      if (!error) self->read();
    });
  }

  tcp::socket socket;
  std::shared_ptr<const Answer> answer;
  boost::beast::flat_buffer buffer;
  http::request<http::empty_body> request;
  http::response<http::string_body> response;
};

struct Listener : std::enable_shared_from_this<Listener> {
  Listener(asio::io_context& io, Answer how)
      : acceptor(io, {asio::ip::address_v4::loopback(), 0}), answer(std::make_shared<const Answer>(std::move(how))) {}

  void accept() {
    acceptor.async_accept([self = shared_from_this()](boost::system::error_code error, tcp::socket socket) {
      if (error) return;
      socket.set_option(tcp::no_delay(true), error);
      std::make_shared<Session>(std::move(socket), self->answer)->read();
      self->accept();
    });
  }

  tcp::acceptor acceptor;
  std::shared_ptr<const Answer> answer;
};

}  // namespace

unsigned short serve_bare(asio::io_context& io, Answer answer) {
  const auto listener = std::make_shared<Listener>(io, std::move(answer));
  const auto port = listener->acceptor.local_endpoint().port();
  listener->accept();
  return port;
}

}  // namespace quipu::bench
