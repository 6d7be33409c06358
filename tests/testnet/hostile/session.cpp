// SPDX-License-Identifier: Apache-2.0
#include "tests/testnet/hostile/session.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "node/net/hello.h"
#include "node/net/tls.h"

namespace quipu::hostile {

using Clock = std::chrono::steady_clock;

namespace {

constexpr auto kPatience = std::chrono::seconds(2);
constexpr std::size_t kRecordBytes = 16 << 10;
constexpr std::size_t kFramesKept = 10'000;

struct TakesAll : net::FrameRules {
  bool admits(net::FrameKind, std::size_t) override { return true; }
};

bool wants_more(const ssl_st* session, int result) {
  const int why = SSL_get_error(session, result);
  return why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE;
}

}  // namespace

Session::Session(const Identity& identity, const Victim& victim) : identity_(identity), victim_(victim) {}

Session::~Session() {
  SSL_free(session_);
  if (socket_ >= 0) ::close(socket_);
}

std::unique_ptr<Session> Session::open_silent(const Identity& identity, const Victim& victim) {
  std::unique_ptr<Session> session(new Session(identity, victim));
  session->alive_ = session->connect() && session->shake_hands();
  return session->alive_ ? std::move(session) : nullptr;
}

std::unique_ptr<Session> Session::open(const Identity& identity, const Victim& victim) {
  auto session = open_silent(identity, victim);
  if (session && !session->say_hello()) session.reset();
  return session;
}

bool Session::await(short events, Clock::time_point until) const {
  // Rounded up: a wait of nothing again and again would take the processors from the victims.
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
  pollfd waiting{.fd = socket_, .events = events, .revents = 0};
  return left >= 0 && ::poll(&waiting, 1, static_cast<int>(left)) > 0;
}

bool Session::connect() {
  socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const int yes = 1;
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  const auto colon = victim_.address.rfind(':');
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(std::stoi(victim_.address.substr(colon + 1))));
  if (::inet_pton(AF_INET, victim_.address.substr(0, colon).c_str(), &address.sin_addr) != 1) return false;
  ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  int error = 0;
  socklen_t size = sizeof error;
  return await(POLLOUT, Clock::now() + kPatience) && ::getsockopt(socket_, SOL_SOCKET, SO_ERROR, &error, &size) == 0 &&
         error == 0;
}

bool Session::shake_hands() {
  context_ = std::make_unique<net::TlsContext>(identity_.transport, [](const crypto::PublicKey&) { return true; });
  session_ = context_->new_session();
  SSL_set_fd(session_, socket_);
  SSL_set_mode(session_, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  const auto until = Clock::now() + kPatience;
  for (int done = 0; (done = SSL_connect(session_)) != 1;) {
    if (!wants_more(session_, done)) return false;
    if (!await(SSL_want_write(session_) != 0 ? POLLOUT : POLLIN, until)) return false;
  }
  return true;
}

// Whoever has the greater transport key speaks first (node/net/connection.h).
bool Session::say_hello() {
  const auto exporter = net::session_exporter(session_);
  if (!exporter) return false;
  const net::HelloTerms terms{.chain = identity_.scope.chain,
                              .epoch = identity_.scope.epoch.value,
                              .version = identity_.protocol_version,
                              .exporter = *exporter};
  const Bytes payload = net::make_hello(terms, identity_.transport);
  const bool first = !(identity_.transport.public_key() < victim_.transport_key);
  const auto kind = first ? net::FrameKind::kHello : net::FrameKind::kHelloAck;
  if (first) offer(net::frame_header(kind, payload.size()) + payload);
  const auto until = Clock::now() + kPatience;
  while (alive_ && received_.empty() && Clock::now() < until) turn(std::chrono::milliseconds(50), kRecordBytes);
  if (received_.empty() || !net::check_hello(received_.front().payload, terms, victim_.transport_key)) return false;
  received_.erase(received_.begin());
  if (!first) offer(net::frame_header(kind, payload.size()) + payload);
  return alive_;
}

void Session::turn(std::chrono::milliseconds wait, std::size_t most) {
  const short events = static_cast<short>((waiting_bytes() > 0 ? POLLOUT : 0) | (most > 0 ? POLLIN : 0));
  await(events, Clock::now() + wait);
  write_some();
  if (most > 0) read_some(most);
  ERR_clear_error();
}

void Session::write_some() {
  while (alive_ && waiting_bytes() > 0) {
    const auto size = std::min(waiting_bytes(), kRecordBytes);
    const int put = SSL_write(session_, out_.data() + written_, static_cast<int>(size));
    if (put <= 0) {
      alive_ = wants_more(session_, put);
      break;
    }
    written_ += static_cast<std::size_t>(put);
    sent_bytes_ += static_cast<std::uint64_t>(put);
  }
  if (written_ < out_.size() / 2) return;
  out_.erase(0, written_);
  written_ = 0;
}

void Session::read_some(std::size_t most) {
  std::array<char, kRecordBytes> chunk;
  while (alive_ && most > 0) {
    const int got = SSL_read(session_, chunk.data(), static_cast<int>(std::min(most, chunk.size())));
    if (got <= 0) {
      alive_ = wants_more(session_, got);
      return;
    }
    most -= static_cast<std::size_t>(got);
    take(BytesView(chunk.data(), static_cast<std::size_t>(got)));
  }
}

void Session::take(BytesView chunk) {
  TakesAll rules;
  while (!chunk.empty() && reader_.take(chunk, rules) == net::FrameReader::Progress::kFrame) {
    net::Frame frame = reader_.frame();
    if (received_.size() < kFramesKept) received_.push_back(std::move(frame));
  }
}

std::vector<net::Frame> Session::take_received() { return std::exchange(received_, {}); }

}  // namespace quipu::hostile
