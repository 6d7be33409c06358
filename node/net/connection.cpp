// SPDX-License-Identifier: Apache-2.0
// Rules for every co_await here (docs/toolchain.md): its arguments are names, its result goes into a named variable in
// a statement of its own. g++ 12 miscompiles most other forms without a word.
#include "node/net/connection.h"

#include <netinet/tcp.h>
#include <openssl/ssl.h>

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <utility>

#include "consensus/limits.h"

namespace quipu::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kGoodbyeTimeout{300};
// Unsent bytes that the kernel may hold, so that votes overtake what it has not seen yet.
constexpr int kUnsentInKernelBytes = 128 << 10;

std::string in_words(const error_code& error) {
  const bool ended = error == asio::error::eof || error == asio::ssl::error::stream_truncated;
  return ended ? "it closed the connection" : error.message();
}

class TlsConnection final : public Connection, public FrameRules, public std::enable_shared_from_this<TlsConnection> {
 public:
  TlsConnection(asio::io_context& io, std::shared_ptr<ConnectionOwner> owner, tcp::socket socket,
                std::optional<MeshPeer> dialled)
      : owner_(std::move(owner)),
        stream_(std::move(socket), owner_->tls().new_session()),
        watchdog_(io),
        wake_(io),
        pause_(io),
        deadline_(Clock::now() + milliseconds(timing().handshake_ms)),
        dialled_(std::move(dialled)) {}

  void start() override;
  std::optional<MemberIndex> peer() const override { return tls_done_ ? std::optional(peer_) : std::nullopt; }
  std::size_t send(SharedFrame frame, consensus::Class queue) override;
  std::size_t queued_bytes() const override { return outbox_.bytes(); }
  void close(const std::string& why) override { finish(Ending::kClosed, why, true); }
  void leave() override;

  bool admits(FrameKind kind, std::size_t payload_bytes) override;

 private:
  using Self = std::shared_ptr<TlsConnection>;  // coroutines hold the connection they run on

  asio::awaitable<void> run_dialled(Self self, MeshPeer peer);
  asio::awaitable<void> run_accepted(Self self);
  asio::awaitable<std::string> connect(const MeshPeer& peer);
  asio::awaitable<void> converse(asio::ssl::stream_base::handshake_type role);
  asio::awaitable<void> read_frames();
  asio::awaitable<void> rest(std::int64_t time_us);
  asio::awaitable<void> write_frames(Self self);
  asio::awaitable<void> wait_for_work();
  asio::awaitable<void> say_goodbye(Self self);

  const MeshTiming& timing() const { return owner_->config().timing; }
  tcp::socket& socket() { return stream_.next_layer(); }
  void prepare_socket();
  std::string identify();
  bool arbiter() const { return owner_->transport_key().public_key() < peer_key_; }
  std::optional<HelloTerms> terms();
  void say(FrameKind kind);
  std::string hear(const Frame& frame);
  std::string handle(BytesView chunk);
  void watch();
  void finish(Ending ending, const std::string& why, bool close_socket);
  void close_socket();

  std::shared_ptr<ConnectionOwner> owner_;
  asio::ssl::stream<tcp::socket> stream_;
  asio::steady_timer watchdog_;
  asio::steady_timer wake_;
  asio::steady_timer pause_;
  Clock::time_point deadline_;  // for the hello, then for the next byte received
  std::optional<MeshPeer> dialled_;
  MemberIndex peer_ = 0;  // from tls_done_ on, like the key
  crypto::PublicKey peer_key_;
  FrameReader reader_;
  Outbox outbox_;
  std::array<char, 16 << 10> chunk_{};
  std::size_t frames_in_chunk_ = 0;
  bool tls_done_ = false;
  bool live_ = false;  // the hello is done
  bool writing_ = false;
  bool closed_ = false;
};

// ---- beginning

void TlsConnection::start() {
  watch();
  const auto executor = watchdog_.get_executor();
  if (dialled_) return asio::co_spawn(executor, run_dialled(shared_from_this(), *dialled_), asio::detached);
  asio::co_spawn(executor, run_accepted(shared_from_this()), asio::detached);
}

asio::awaitable<void> TlsConnection::run_dialled(Self self, MeshPeer peer) {
  const std::string failure = co_await connect(peer);
  if (!failure.empty()) {
    self->close(failure);
    co_return;
  }
  const auto role = asio::ssl::stream_base::client;
  co_await converse(role);
}

asio::awaitable<void> TlsConnection::run_accepted(Self self) {
  const auto role = asio::ssl::stream_base::server;
  co_await self->converse(role);
}

asio::awaitable<std::string> TlsConnection::connect(const MeshPeer& peer) {
  const auto address = split_address(peer.address);
  if (!address) co_return "the address " + peer.address + " is not host:port";
  error_code error;
  auto token = asio::redirect_error(asio::use_awaitable, error);
  tcp::resolver resolver(watchdog_.get_executor());
  const std::string& host = address->host;
  const std::string& port = address->port;
  const tcp::resolver::results_type endpoints = co_await resolver.async_resolve(host, port, token);
  if (error) co_return "cannot resolve " + peer.address + ": " + error.message();
  if (closed_) co_return "closed";
  const tcp::endpoint reached = co_await asio::async_connect(socket(), endpoints, token);
  static_cast<void>(reached);
  if (error) co_return "cannot connect to " + peer.address + ": " + error.message();
  co_return std::string();
}

asio::awaitable<void> TlsConnection::converse(asio::ssl::stream_base::handshake_type role) {
  if (closed_) co_return;
  prepare_socket();
  error_code error;
  auto token = asio::redirect_error(asio::use_awaitable, error);
  co_await stream_.async_handshake(role, token);
  if (closed_) co_return;
  const std::string failure = error ? "TLS handshake: " + in_words(error) : identify();
  if (!failure.empty()) {
    close(failure);
    co_return;
  }
  asio::co_spawn(watchdog_.get_executor(), write_frames(shared_from_this()), asio::detached);
  if (!arbiter()) say(FrameKind::kHello);
  co_await read_frames();
}

void TlsConnection::prepare_socket() {
  error_code ignored;  // both are hints
  ignored = socket().set_option(tcp::no_delay(true), ignored);
  using UnsentLowWater = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_NOTSENT_LOWAT>;
  ignored = socket().set_option(UnsentLowWater(kUnsentInKernelBytes), ignored);
}

// The handshake admits any member's key; a dialler wants the one it dialled.
std::string TlsConnection::identify() {
  const auto key = remote_key(stream_.native_handle());
  if (!key) return "it showed no Ed25519 key";
  const MeshPeer* member = owner_->peer_with(*key);
  if (member == nullptr) return "its transport key is not in the member table";
  if (dialled_ && dialled_->index != member->index)
    return "another member, " + member->code + ", answers at this address";
  peer_ = member->index;
  peer_key_ = *key;
  tls_done_ = true;
  return {};
}

// ---- hello

std::optional<HelloTerms> TlsConnection::terms() {
  const auto exporter = session_exporter(stream_.native_handle());
  if (!exporter) return std::nullopt;
  const MeshConfig& config = owner_->config();
  return HelloTerms{
      .chain = config.chain, .epoch = config.epoch, .version = config.protocol_version, .exporter = *exporter};
}

void TlsConnection::say(FrameKind kind) {
  const auto ours = terms();
  if (!ours) return close("no TLS exporter");
  outbox_.push_control(kind, make_hello(*ours, owner_->transport_key()));
  wake_.cancel();
}

std::string TlsConnection::hear(const Frame& frame) {
  const auto ours = terms();
  if (!ours) return "no TLS exporter";
  const auto epoch = check_hello(frame.payload, *ours, peer_key_);
  if (!epoch) return epoch.error();
  if (frame.kind == FrameKind::kHello) say(FrameKind::kHelloAck);
  live_ = true;
  deadline_ = Clock::now() + milliseconds(timing().silent_ms);
  watchdog_.cancel();  // it looks at the deadline again, which may have come nearer
  owner_->authenticated(shared_from_this(), peer_, *epoch);
  return {};
}

bool TlsConnection::admits(FrameKind kind, std::size_t payload_bytes) {
  const bool hello = kind == FrameKind::kHello || kind == FrameKind::kHelloAck;
  if (live_) return !hello && owner_->credit(peer_).spend(kind, payload_bytes);
  const FrameKind awaited = arbiter() ? FrameKind::kHello : FrameKind::kHelloAck;
  return kind == awaited && payload_bytes == kHelloBytes;
}

// ---- reading

asio::awaitable<void> TlsConnection::read_frames() {
  error_code error;
  auto token = asio::redirect_error(asio::use_awaitable, error);
  const auto space = asio::buffer(chunk_);
  std::string failure;
  while (!closed_ && failure.empty()) {
    const std::size_t size = co_await stream_.async_read_some(space, token);
    if (closed_) co_return;
    frames_in_chunk_ = 0;
    failure = error ? in_words(error) : handle(BytesView(chunk_.data(), size));
    const std::int64_t pause_us = live_ ? owner_->pause_us(peer_, size, frames_in_chunk_) : 0;
    if (pause_us > 0 && failure.empty() && !closed_) co_await rest(pause_us);
  }
  close(failure);
}

asio::awaitable<void> TlsConnection::rest(std::int64_t time_us) {
  error_code ignored;
  auto token = asio::redirect_error(asio::use_awaitable, ignored);
  pause_.expires_after(std::chrono::microseconds(time_us));
  co_await pause_.async_wait(token);
}

// The error ends the connection.
std::string TlsConnection::handle(BytesView chunk) {
  owner_->count(peer_, chunk.size(), 0);
  if (live_) deadline_ = Clock::now() + milliseconds(timing().silent_ms);
  while (!chunk.empty() && !closed_) {
    const auto progress = reader_.take(chunk, *this);
    if (progress == FrameReader::Progress::kNeedsMore) break;
    if (progress == FrameReader::Progress::kRefused) {
      owner_->refused(peer_);
      return "it sent a frame of a kind or length that is not admitted";
    }
    Frame frame = reader_.frame();
    ++frames_in_chunk_;
    if (!live_) {
      if (const std::string failure = hear(frame); !failure.empty()) return failure;
    } else if (frame.kind != FrameKind::kPing) {
      owner_->received(peer_, std::move(frame));
    }
  }
  return {};
}

// ---- writing

std::size_t TlsConnection::send(SharedFrame frame, consensus::Class queue) {
  if (closed_ || !live_) return 0;
  const std::size_t dropped = outbox_.push(std::move(frame), queue);
  if (!writing_) wake_.cancel();
  return dropped;
}

asio::awaitable<void> TlsConnection::write_frames(Self self) {
  error_code error;
  auto token = asio::redirect_error(asio::use_awaitable, error);
  while (!closed_) {
    const Batch batch = outbox_.take();
    if (batch.empty()) {
      co_await wait_for_work();
      continue;
    }
    writing_ = true;
    const auto joined = asio::buffer(batch.joined);
    std::size_t sent = co_await asio::async_write(stream_, joined, token);
    if (!error && batch.tail) {
      const auto tail = asio::buffer(*batch.tail);
      const std::size_t more = co_await asio::async_write(stream_, tail, token);
      sent += more;
    }
    writing_ = false;
    owner_->count(peer_, 0, sent);
    if (error) self->close(error.message());
  }
}

// Until something is queued; an idle interval queues a ping.
asio::awaitable<void> TlsConnection::wait_for_work() {
  error_code error;
  auto token = asio::redirect_error(asio::use_awaitable, error);
  wake_.expires_after(milliseconds(timing().ping_ms));
  co_await wake_.async_wait(token);
  if (!error && live_ && outbox_.empty()) outbox_.push_control(FrameKind::kPing, {});
}

// ---- ending

void TlsConnection::watch() {
  watchdog_.expires_at(deadline_);
  watchdog_.async_wait([self = shared_from_this()](const error_code&) {
    if (self->closed_) return;
    if (Clock::now() < self->deadline_) return self->watch();
    if (self->live_) return self->finish(Ending::kSilent, "nothing heard from it", true);
    self->close(self->tls_done_ ? "no hello in time" : "no TLS handshake in time");
  });
}

void TlsConnection::finish(Ending ending, const std::string& why, bool with_socket) {
  if (closed_) return;
  closed_ = true;
  watchdog_.cancel();
  wake_.cancel();
  pause_.cancel();
  if (with_socket) close_socket();
  owner_->closed(shared_from_this(), ending, why);
}

void TlsConnection::close_socket() {
  error_code ignored;
  ignored = socket().close(ignored);
}

void TlsConnection::leave() {
  if (closed_) return;
  const bool polite = live_ && !writing_;
  finish(Ending::kClosed, "this node stops", !polite);
  if (polite) asio::co_spawn(watchdog_.get_executor(), say_goodbye(shared_from_this()), asio::detached);
}

asio::awaitable<void> TlsConnection::say_goodbye(Self self) {
  watchdog_.expires_after(kGoodbyeTimeout);
  watchdog_.async_wait([self](const error_code&) { self->close_socket(); });
  error_code ignored;
  auto token = asio::redirect_error(asio::use_awaitable, ignored);
  co_await stream_.async_shutdown(token);
  watchdog_.cancel();
}

}  // namespace

ConnectionPtr dial(asio::io_context& io, std::shared_ptr<ConnectionOwner> owner, const MeshPeer& peer) {
  return std::make_shared<TlsConnection>(io, std::move(owner), tcp::socket(io), peer);
}

ConnectionPtr accept(asio::io_context& io, std::shared_ptr<ConnectionOwner> owner, int socket, bool ipv6) {
  tcp::socket connected(io, ipv6 ? tcp::v6() : tcp::v4(), socket);
  return std::make_shared<TlsConnection>(io, std::move(owner), std::move(connected), std::nullopt);
}

std::optional<HostAndPort> split_address(const std::string& address) {
  const std::size_t colon = address.rfind(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == address.size()) return std::nullopt;
  HostAndPort parts{.host = address.substr(0, colon), .port = address.substr(colon + 1)};
  if (parts.host.front() == '[' && parts.host.back() == ']') parts.host = parts.host.substr(1, parts.host.size() - 2);
  if (parts.host.empty()) return std::nullopt;
  return parts;
}

}  // namespace quipu::net
