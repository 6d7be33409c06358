// SPDX-License-Identifier: Apache-2.0
#include "node/net/listener.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cassert>
#include <chrono>
#include <iterator>
#include <utility>

#include "consensus/limits.h"
#include "node/net/connection.h"

namespace quipu::net {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

bool HandshakeSlots::take(const std::string& address, std::int64_t now_us) {
  if (total_ >= limits::kPendingHandshakes) return false;
  const auto here = by_address_.find(address);
  if (here != by_address_.end() && here->second >= limits::kPendingHandshakesPerAddress) return false;
  if (!within_rate(address, now_us)) return false;
  ++by_address_[address];
  ++total_;
  return true;
}

// One address that begins more than its share takes nothing of the others'.
bool HandshakeSlots::within_rate(const std::string& address, std::int64_t now_us) {
  const auto known = rates_.find(address);
  if (known != rates_.end() && !known->second.take(1, now_us)) return false;
  if (!rate_.take(1, now_us)) return false;
  if (known != rates_.end()) return true;
  for (auto one = rates_.begin(); one != rates_.end();) {
    one = one->second.full(now_us) ? rates_.erase(one) : std::next(one);
  }
  return rates_.try_emplace(address, limits::kHandshakesPerSecondPerAddress).first->second.take(1, now_us);
}

void HandshakeSlots::give_back(const std::string& address) {
  const auto found = by_address_.find(address);
  assert(found != by_address_.end() && total_ > 0);
  --total_;
  if (--found->second == 0) by_address_.erase(found);
}

struct Listener::State : std::enable_shared_from_this<State> {
  explicit State(asio::io_context& io) : acceptor(io), pause(io) {}

  std::expected<void, std::string> open(const std::string& address);
  void accept_next();
  void accept_later();
  void hand_over(tcp::socket socket);

  tcp::acceptor acceptor;
  asio::steady_timer pause;
  Accepted accepted;
};

std::expected<void, std::string> Listener::State::open(const std::string& address) {
  const auto fail = [&](const std::string& what) {
    return std::unexpected("cannot listen for peers on " + address + ": " + what +
                           "; change the peer listener's address, or stop the program that holds it");
  };
  const auto parts = split_address(address);
  if (!parts) return fail("it is not host:port");
  error_code error;
  tcp::resolver resolver(acceptor.get_executor());
  const auto found = resolver.resolve(parts->host, parts->port, tcp::resolver::passive, error);
  if (error || found.empty()) return fail(error.message());
  const tcp::endpoint endpoint = found.begin()->endpoint();
  if (acceptor.open(endpoint.protocol(), error)) return fail(error.message());
  if (acceptor.set_option(tcp::acceptor::reuse_address(true), error)) return fail(error.message());
  if (acceptor.bind(endpoint, error)) return fail(error.message());
  if (acceptor.listen(asio::socket_base::max_listen_connections, error)) return fail(error.message());
  return {};
}

void Listener::State::accept_next() {
  acceptor.async_accept([self = shared_from_this()](const error_code& error, tcp::socket socket) {
    if (!self->acceptor.is_open()) return;
    if (error) return self->accept_later();
    self->hand_over(std::move(socket));
    if (self->acceptor.is_open()) self->accept_next();
  });
}

// Out of descriptors, most likely: asking again at once would only burn the processor.
void Listener::State::accept_later() {
  pause.expires_after(std::chrono::milliseconds(100));
  pause.async_wait([self = shared_from_this()](const error_code&) {
    if (self->acceptor.is_open()) self->accept_next();
  });
}

void Listener::State::hand_over(tcp::socket socket) {
  error_code error;
  const tcp::endpoint remote = socket.remote_endpoint(error);
  if (error) return;
  const int descriptor = socket.release(error);
  if (!error) accepted(descriptor, remote.protocol() == tcp::v6(), remote.address().to_string());
}

Listener::Listener(asio::io_context& io) : state_(std::make_shared<State>(io)) {}
Listener::~Listener() { stop(); }

std::expected<void, std::string> Listener::start(const std::string& address, Accepted accepted) {
  if (auto opened = state_->open(address); !opened) return opened;
  state_->accepted = std::move(accepted);
  state_->accept_next();
  return {};
}

std::uint16_t Listener::port() const {
  error_code error;
  const tcp::endpoint local = state_->acceptor.local_endpoint(error);
  return error ? std::uint16_t{0} : local.port();
}

void Listener::stop() {
  error_code ignored;
  ignored = state_->acceptor.close(ignored);
  state_->pause.cancel();
}

}  // namespace quipu::net
