// SPDX-License-Identifier: Apache-2.0
#include "node/http/server.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <charconv>
#include <chrono>
#include <map>
#include <optional>
#include <unordered_set>

#include "consensus/limits.h"
#include "node/http/refusal_budget.h"
#include "node/http/request_reader.h"
#include "node/http/response_text.h"
#include "node/http/tls_identity.h"

namespace quipu::http {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using Local = asio::local::stream_protocol;
using Socket = asio::generic::stream_protocol::socket;  // of either
using boost::system::error_code;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
constexpr auto kRequestTime = milliseconds(limits::kHttpRequestTimeout_ms);
// How long a handler may think, and how long an idle connection is kept.
constexpr auto kAnswerTime = milliseconds(30'000);
constexpr auto kIdleTime = milliseconds(60'000);
constexpr auto kSweep = milliseconds(100);
constexpr auto kHandshakeTime = milliseconds(5'000);
constexpr auto kGoodbyeTime = milliseconds(1'000);
// So that one machine cannot take all connections, and half-done handshakes not all of the time.
constexpr std::size_t kConnectionsOfOneAddress = limits::kHttpConnections / 2;
constexpr std::size_t kHandshakes = 64;
constexpr std::size_t kReadBytes = 16 << 10;
// Answers to pipelined requests are gathered up to here before they are written.
constexpr std::size_t kGatherBytes = 64 << 10;
constexpr std::size_t kDrainBytes = 1 << 20;
// Of bodies that go on: how many, how often they are asked for more, after how long a silence they show life, and when
// they end, so that who listens asks again, with a token that is still good.
constexpr std::size_t kStreams = 64;
constexpr auto kStreamLook = milliseconds(100);
constexpr auto kStreamSilence = milliseconds(15'000);
constexpr auto kStreamLife = milliseconds(600'000);

// One request in the hands of the handler, whose answer may come from another thread.
struct Exchange : std::enable_shared_from_this<Exchange> {
  explicit Exchange(asio::io_context& context) : io(context), wake(context) {}

  void answer(Response&& with) {
    if (io.get_executor().running_in_this_thread()) return settle(std::move(with));
    asio::post(io, [self = shared_from_this(), with = std::move(with)]() mutable { self->settle(std::move(with)); });
  }

  void settle(Response&& with) {
    if (answered) return;
    answered = true;
    response = std::move(with);
    wake.cancel();
  }

  asio::io_context& io;
  asio::steady_timer wake;
  bool answered = false;
  Response response;
};

struct Connection {
  Connection(Socket&& from, std::string address_in) : socket(std::move(from)), address(std::move(address_in)) {}

  void close() {
    error_code ignored;
    socket.close(ignored);
    if (exchange) exchange->wake.cancel();
  }

  Socket socket;
  std::optional<asio::ssl::stream<Socket&>> tls{};
  std::string address;  // of the other machine; empty for a Unix socket
  std::optional<crypto::Digest> certificate_key{};
  std::optional<std::uint32_t> local_user{};
  RequestReader reader;
  std::array<char, kReadBytes> in;
  Bytes out;
  Clock::time_point deadline = Clock::now() + kRequestTime;
  std::shared_ptr<Exchange> exchange;  // while the handler works
  bool idle = true;                    // between two requests
};

struct Address {
  std::string host;
  std::string port;
};

std::optional<Address> split_address(const std::string& listen) {
  const std::size_t colon = listen.rfind(':');
  if (colon == std::string::npos) return std::nullopt;
  Address address{listen.substr(0, colon), listen.substr(colon + 1)};
  if (address.host.starts_with('[') && address.host.ends_with(']')) {
    address.host = address.host.substr(1, address.host.size() - 2);
  }
  return address;
}

}  // namespace

struct Server::State : std::enable_shared_from_this<Server::State> {
  State(asio::io_context& context, std::string where, Handler how, TlsIdentity* shown)
      : io(context), listen(std::move(where)), handler(std::move(how)), identity(shown), sweeper(context) {}

  std::expected<void, std::string> open();
  std::expected<void, std::string> open_tcp();
  std::expected<void, std::string> open_local(const std::string& path);
  void begin_accepting();
  template <class Acceptor>
  asio::awaitable<void> accept_all(Acceptor& acceptor);
  asio::awaitable<void> sweep();
  asio::awaitable<void> serve(std::shared_ptr<Connection> connection);
  asio::awaitable<bool> shake_hands(Connection& connection);
  asio::awaitable<std::size_t> receive(Connection& connection);
  asio::awaitable<bool> read(Connection& connection);
  asio::awaitable<bool> flush(Connection& connection);
  asio::awaitable<bool> handle(Connection& connection);
  asio::awaitable<void> stream(Connection& connection, BodySource& source);
  asio::awaitable<void> hold_back(Connection& connection);
  asio::awaitable<void> refuse(Connection& connection);
  asio::awaitable<void> say_goodbye(Connection& connection);
  asio::awaitable<void> drain(Connection& connection);
  bool has_room_for(const std::string& address) const;
  void turn_away(Socket& socket) const;
  void admit(Socket&& socket, const std::string& address);
  void forget(Connection* connection);
  void begin_stop(milliseconds grace);

  asio::io_context& io;
  std::string listen;
  Handler handler;
  TlsIdentity* identity;  // null: in clear
  std::optional<tcp::acceptor> acceptor{};
  std::optional<Local::acceptor> local_acceptor{};  // in place of the other
  asio::steady_timer sweeper;
  std::unordered_set<Connection*> connections{};
  std::map<std::string, std::size_t> of_address{};  // connections by where they come from
  RefusalBudget refusals{};
  std::size_t handshakes = 0;
  std::size_t streams = 0;
  unsigned short port = 0;
  bool stopping = false;
  Clock::time_point close_all = Clock::time_point::max();
};

std::expected<void, std::string> Server::State::open() {
  constexpr std::string_view kUnix = "unix:";
  return listen.starts_with(kUnix) ? open_local(listen.substr(kUnix.size())) : open_tcp();
}

std::expected<void, std::string> Server::State::open_tcp() {
  const auto where = split_address(listen);
  if (!where) return std::unexpected("listen address \"" + listen + "\" is not HOST:PORT");
  unsigned short number = 0;
  const char* end = where->port.data() + where->port.size();
  const auto parsed = std::from_chars(where->port.data(), end, number);
  error_code error;
  const auto host = asio::ip::make_address(where->host, error);
  if (error || parsed.ec != std::errc() || parsed.ptr != end) {
    return std::unexpected("listen address \"" + listen + "\" is not an IP address and a port");
  }
  const tcp::endpoint endpoint(host, number);
  acceptor.emplace(io);
  acceptor->open(endpoint.protocol(), error);
  if (!error) acceptor->set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor->bind(endpoint, error);
  if (!error) acceptor->listen(asio::socket_base::max_listen_connections, error);
  if (error) return std::unexpected("cannot listen on " + listen + ": " + error.message());
  port = acceptor->local_endpoint().port();
  return {};
}

// Only ever a socket is removed, never a file that somebody mistook for one; and nobody can connect before the mode is
// as it should be, since a socket that does not listen refuses.
std::expected<void, std::string> Server::State::open_local(const std::string& path) {
  if (path.empty() || path.size() >= sizeof(sockaddr_un::sun_path))
    return std::unexpected("cannot listen at " + path + ": the path is empty or too long for a socket");
  struct stat there{};
  if (::lstat(path.c_str(), &there) == 0 && S_ISSOCK(there.st_mode)) ::unlink(path.c_str());
  error_code error;
  local_acceptor.emplace(io);
  local_acceptor->open(Local(), error);
  if (!error) local_acceptor->bind(Local::endpoint(path), error);
  if (!error && ::chmod(path.c_str(), S_IRUSR | S_IWUSR) != 0) error.assign(errno, boost::system::system_category());
  if (!error) local_acceptor->listen(asio::socket_base::max_listen_connections, error);
  if (error) return std::unexpected("cannot listen at " + path + ": " + error.message());
  return {};
}

void Server::State::begin_accepting() {
  auto self = shared_from_this();
  const auto run = [self] {
    return self->acceptor ? self->accept_all(*self->acceptor) : self->accept_all(*self->local_acceptor);
  };
  asio::co_spawn(io, run, [self](const std::exception_ptr&) {});
}

std::string address_of(const tcp::socket& socket) {
  error_code error;
  const auto endpoint = socket.remote_endpoint(error);
  return error ? "gone" : endpoint.address().to_string();
}

std::string address_of(const Local::socket&) { return {}; }

template <class Acceptor>
asio::awaitable<void> Server::State::accept_all(Acceptor& from) {
  while (!stopping) {
    auto [error, socket] = co_await from.async_accept(kTuple);
    if (stopping) break;
    if (!error) {
      const std::string address = address_of(socket);
      admit(Socket(std::move(socket)), address);
      continue;
    }
    // Out of descriptors, most likely: room comes when a connection ends.
    asio::steady_timer pause(io, kSweep);
    co_await pause.async_wait(kTuple);
  }
}

bool Server::State::has_room_for(const std::string& address) const {
  if (connections.size() >= limits::kHttpConnections || (identity != nullptr && handshakes >= kHandshakes))
    return false;
  const auto found = of_address.find(address);
  return address.empty() || found == of_address.end() || found->second < kConnectionsOfOneAddress;
}

// Whoever expects TLS could not read it.
void Server::State::turn_away(Socket& socket) const {
  if (identity != nullptr) return;
  error_code ignored;
  Bytes refusal;
  append_response(refusal, problem_response(503), false, false);
  socket.non_blocking(true, ignored);
  socket.write_some(asio::buffer(refusal), ignored);
}

std::optional<std::uint32_t> user_at_other_end(Socket& socket) {
  ucred who{};
  socklen_t size = sizeof who;
  if (::getsockopt(socket.native_handle(), SOL_SOCKET, SO_PEERCRED, &who, &size) != 0) return std::nullopt;
  return who.uid;
}

void Server::State::admit(Socket&& socket, const std::string& address) {
  if (!has_room_for(address)) return turn_away(socket);
  error_code ignored;
  if (acceptor) socket.set_option(tcp::no_delay(true), ignored);
  auto connection = std::make_shared<Connection>(std::move(socket), address);
  if (local_acceptor) connection->local_user = user_at_other_end(connection->socket);
  if (identity != nullptr) connection->tls.emplace(connection->socket, identity->new_session());
  connections.insert(connection.get());
  ++of_address[address];
  auto self = shared_from_this();
  asio::co_spawn(
      io, [self, connection] { return self->serve(connection); },
      [self, connection](const std::exception_ptr&) { self->forget(connection.get()); });
}

void Server::State::forget(Connection* connection) {
  connections.erase(connection);
  const auto found = of_address.find(connection->address);
  if (--found->second == 0) of_address.erase(found);
}

// Deadlines of all connections, by looking: cheaper than arming a timer for every request.
asio::awaitable<void> Server::State::sweep() {
  while (!stopping || !connections.empty()) {
    sweeper.expires_after(kSweep);
    co_await sweeper.async_wait(kTuple);
    const auto now = Clock::now();
    for (Connection* connection : connections) {
      if (now >= connection->deadline || now >= close_all) connection->close();
    }
  }
}

asio::awaitable<bool> Server::State::flush(Connection& connection) {
  if (connection.out.empty()) co_return true;
  connection.deadline = Clock::now() + kRequestTime;
  const auto buffer = asio::buffer(connection.out);
  error_code failed;
  if (connection.tls) {
    const auto [error, written] = co_await asio::async_write(*connection.tls, buffer, kTuple);
    failed = error;
  } else {
    const auto [error, written] = co_await asio::async_write(connection.socket, buffer, kTuple);
    failed = error;
  }
  connection.out.clear();
  co_return !failed;
}

asio::awaitable<bool> Server::State::shake_hands(Connection& connection) {
  connection.deadline = Clock::now() + kHandshakeTime;
  ++handshakes;
  const auto role = asio::ssl::stream_base::server;
  const auto [error] = co_await connection.tls->async_handshake(role, kTuple);
  --handshakes;
  if (error) co_return false;
  connection.certificate_key = shown_key(connection.tls->native_handle());
  co_return true;
}

// 0: the connection is over.
asio::awaitable<std::size_t> Server::State::receive(Connection& connection) {
  const auto buffer = asio::buffer(connection.in);
  if (connection.tls) {
    const auto [error, count] = co_await connection.tls->async_read_some(buffer, kTuple);
    co_return error ? 0 : count;
  }
  const auto [error, count] = co_await connection.socket.async_read_some(buffer, kTuple);
  co_return error ? 0 : count;
}

asio::awaitable<bool> Server::State::read(Connection& connection) {
  const bool waiting = connection.reader.idle();
  if (waiting && stopping) co_return false;
  if (waiting) connection.deadline = Clock::now() + kIdleTime;
  connection.idle = waiting;
  const std::size_t count = co_await receive(connection);
  connection.idle = false;
  if (count == 0) co_return false;
  if (waiting) connection.deadline = Clock::now() + kRequestTime;
  connection.reader.receive({connection.in.data(), count});
  co_return true;
}

asio::awaitable<bool> Server::State::handle(Connection& connection) {
  auto taken = connection.reader.take();
  taken.request.certificate_key = connection.certificate_key;
  taken.request.local_user = connection.local_user;
  auto exchange = std::make_shared<Exchange>(io);
  connection.exchange = exchange;
  const auto until = Clock::now() + kAnswerTime;
  connection.deadline = until + kRequestTime;
  handler(std::move(taken.request), [exchange](Response response) { exchange->answer(std::move(response)); });
  while (!exchange->answered && connection.socket.is_open()) {
    exchange->wake.expires_at(until);
    co_await exchange->wake.async_wait(kTuple);
    if (Clock::now() >= until) exchange->settle(problem_response(503));
  }
  connection.exchange.reset();
  // The time for the next request, which may have come with this one, begins now.
  connection.deadline = Clock::now() + kRequestTime;
  const bool no_room = exchange->response.source && streams >= kStreams;
  const Response response = no_room ? problem_response(503) : std::move(exchange->response);
  const bool keep_alive = taken.keep_alive && !stopping && !response.source;
  if (response.refused) co_await hold_back(connection);
  append_response(connection.out, response, taken.head_only, keep_alive);
  if (response.source && !taken.head_only) co_await stream(connection, *response.source);
  co_return keep_alive;
}

// A client that has left is noticed by looking: there is nothing to read from one that has not. What is read is lost,
// under TLS too: nothing is asked any more on a connection that ends with its stream.
bool has_left(Connection& connection) {
  error_code error;
  connection.socket.non_blocking(true, error);
  const std::size_t count = connection.socket.read_some(asio::buffer(connection.in), error);
  return count == 0 && error != asio::error::would_block;
}

asio::awaitable<void> Server::State::stream(Connection& connection, BodySource& source) {
  ++streams;
  auto silent_since = Clock::now();
  const auto end = silent_since + kStreamLife;
  asio::steady_timer pause(io);
  while (!stopping && Clock::now() < end && connection.socket.is_open() && !has_left(connection)) {
    connection.out.append(source.more());
    if (connection.out.empty() && Clock::now() - silent_since >= kStreamSilence) connection.out = source.sign_of_life();
    if (connection.out.empty()) {
      connection.deadline = Clock::now() + kRequestTime;
      pause.expires_after(kStreamLook);
      co_await pause.async_wait(kTuple);
      continue;
    }
    silent_since = Clock::now();
    const bool written = co_await flush(connection);
    if (!written) break;
  }
  --streams;
}

// Before a refusal that is one too many. What was answered before it goes out first; nothing is read meanwhile.
asio::awaitable<void> Server::State::hold_back(Connection& connection) {
  const milliseconds wait = refusals.charge(connection.address, Clock::now());
  if (wait.count() == 0) co_return;
  const bool written = co_await flush(connection);
  if (!written) co_return;
  connection.deadline = Clock::now() + wait + kRequestTime;
  asio::steady_timer pause(io, wait);
  co_await pause.async_wait(kTuple);
}

asio::awaitable<void> Server::State::refuse(Connection& connection) {
  co_await hold_back(connection);
  append_response(connection.out, problem_response(connection.reader.refusal_status()), false, false);
  co_await flush(connection);
  co_await drain(connection);
}

// Under TLS the end is said, so that the other side can tell it from one that was cut off.
asio::awaitable<void> Server::State::say_goodbye(Connection& connection) {
  if (!connection.tls || !connection.socket.is_open()) co_return;
  connection.deadline = Clock::now() + kGoodbyeTime;
  co_await connection.tls->async_shutdown(kTuple);
}

// A close with unread bytes would reset the connection and take our answer with it.
asio::awaitable<void> Server::State::drain(Connection& connection) {
  error_code ignored;
  co_await say_goodbye(connection);
  connection.socket.shutdown(tcp::socket::shutdown_send, ignored);
  connection.deadline = Clock::now() + kGoodbyeTime;
  const auto buffer = asio::buffer(connection.in);
  for (std::size_t drained = 0; drained < kDrainBytes;) {
    const auto [error, count] = co_await connection.socket.async_read_some(buffer, kTuple);
    if (error) co_return;
    drained += count;
  }
}

asio::awaitable<void> Server::State::serve(std::shared_ptr<Connection> connection) {
  bool open = true;
  if (connection->tls) open = co_await shake_hands(*connection);
  while (open) {
    const auto step = connection->reader.advance();
    if (step == RequestReader::Step::kRefused) {
      co_await refuse(*connection);
      connection->close();
      co_return;
    }
    if (step == RequestReader::Step::kRequest) {
      open = co_await handle(*connection);
      if (open && connection->out.size() < kGatherBytes) continue;
    }
    if (step == RequestReader::Step::kContinue) connection->out.append("HTTP/1.1 100 Continue\r\n\r\n");
    const bool written = co_await flush(*connection);
    if (!written || !open) break;
    if (step == RequestReader::Step::kRequest) continue;
    open = co_await read(*connection);
  }
  co_await say_goodbye(*connection);
  connection->close();
}

void Server::State::begin_stop(milliseconds grace) {
  stopping = true;
  close_all = Clock::now() + grace;
  error_code ignored;
  if (acceptor) acceptor->close(ignored);
  if (local_acceptor) local_acceptor->close(ignored);
  for (Connection* connection : connections) {
    if (connection->idle || grace.count() <= 0) connection->close();
  }
  sweeper.cancel();
}

Server::Server(asio::io_context& io, std::string listen, Handler handler, TlsIdentity* identity)
    : state_(std::make_shared<State>(io, std::move(listen), std::move(handler), identity)) {}

Server::~Server() { stop(0); }

std::expected<void, std::string> Server::start() {
  auto opened = state_->open();
  if (!opened) return opened;
  state_->begin_accepting();
  asio::co_spawn(state_->io, [self = state_] { return self->sweep(); }, [self = state_](auto) {});
  return {};
}

void Server::stop(std::int64_t grace_ms) {
  asio::post(state_->io, [self = state_, grace_ms] { self->begin_stop(milliseconds(grace_ms)); });
}

unsigned short Server::port() const { return state_->port; }

}  // namespace quipu::http
