// SPDX-License-Identifier: Apache-2.0
#include "node/http/server.h"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <charconv>
#include <chrono>
#include <optional>
#include <unordered_set>

#include "consensus/limits.h"
#include "node/http/request_reader.h"

namespace quipu::http {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
constexpr auto kRequestTime = milliseconds(limits::kHttpRequestTimeout_ms);
// How long a handler may think, and how long an idle connection is kept.
constexpr auto kAnswerTime = milliseconds(30'000);
constexpr auto kIdleTime = milliseconds(60'000);
constexpr auto kSweep = milliseconds(100);
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
  explicit Connection(tcp::socket&& from) : socket(std::move(from)) {}

  void close() {
    error_code ignored;
    socket.close(ignored);
    if (exchange) exchange->wake.cancel();
  }

  tcp::socket socket;
  RequestReader reader;
  std::array<char, kReadBytes> in;
  Bytes out;
  Clock::time_point deadline = Clock::now() + kRequestTime;
  std::shared_ptr<Exchange> exchange;  // while the handler works
  bool idle = true;                    // between two requests
};

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 202:
      return "Accepted";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    default:
      return "Status";
  }
}

void append_number(Bytes& out, std::size_t number) {
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

void append_response(Bytes& out, const Response& response, bool head_only, bool keep_alive) {
  out.append("HTTP/1.1 ");
  append_number(out, static_cast<std::size_t>(response.status));
  out.append(" ").append(reason_phrase(response.status));
  out.append("\r\nContent-Type: ").append(response.content_type);
  out.append("\r\nX-Content-Type-Options: nosniff");
  for (const auto& [name, value] : response.headers) out.append("\r\n").append(name).append(": ").append(value);
  // 304 has no body by definition; where a stream ends is where the connection does.
  if (response.status != 304 && !response.source) {
    out.append("\r\nContent-Length: ");
    append_number(out, response.body.size());
  }
  if (!keep_alive) out.append("\r\nConnection: close");
  out.append("\r\n\r\n");
  if (!head_only && response.status != 304) out.append(response.body);
}

// What the server itself has to say: a malformed request, no room, no answer in time.
Response problem_response(int status) {
  Response response;
  response.status = status;
  response.content_type = "application/problem+json";
  if (status == 503) response.headers.emplace_back("Retry-After", "2");
  const std::string number = std::to_string(status);
  response.body.append("{\"type\":\"about:blank\",\"title\":\"").append(reason_phrase(status));
  response.body.append("\",\"status\":").append(number).append(",\"code\":\"HTTP_").append(number).append("\"}");
  return response;
}

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
  State(asio::io_context& context, std::string where, Handler how)
      : io(context), listen(std::move(where)), handler(std::move(how)), acceptor(context), sweeper(context) {}

  std::expected<void, std::string> open();
  asio::awaitable<void> accept_all();
  asio::awaitable<void> sweep();
  asio::awaitable<void> serve(std::shared_ptr<Connection> connection);
  asio::awaitable<bool> read(Connection& connection);
  asio::awaitable<bool> flush(Connection& connection);
  asio::awaitable<bool> handle(Connection& connection);
  asio::awaitable<void> stream(Connection& connection, BodySource& source);
  asio::awaitable<void> refuse(Connection& connection);
  asio::awaitable<void> drain(Connection& connection);
  void admit(tcp::socket&& socket);
  void begin_stop(milliseconds grace);

  asio::io_context& io;
  std::string listen;
  Handler handler;
  tcp::acceptor acceptor;
  asio::steady_timer sweeper;
  std::unordered_set<Connection*> connections;
  std::size_t streams = 0;
  unsigned short port = 0;
  bool stopping = false;
  Clock::time_point close_all = Clock::time_point::max();
};

std::expected<void, std::string> Server::State::open() {
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
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) return std::unexpected("cannot listen on " + listen + ": " + error.message());
  port = acceptor.local_endpoint().port();
  return {};
}

asio::awaitable<void> Server::State::accept_all() {
  while (!stopping) {
    auto [error, socket] = co_await acceptor.async_accept(kTuple);
    if (stopping) break;
    if (!error) {
      admit(std::move(socket));
      continue;
    }
    // Out of descriptors, most likely: room comes when a connection ends.
    asio::steady_timer pause(io, kSweep);
    co_await pause.async_wait(kTuple);
  }
}

void Server::State::admit(tcp::socket&& socket) {
  error_code ignored;
  if (connections.size() >= limits::kHttpConnections) {
    Bytes refusal;
    append_response(refusal, problem_response(503), false, false);
    socket.non_blocking(true, ignored);
    socket.write_some(asio::buffer(refusal), ignored);
    return;
  }
  socket.set_option(tcp::no_delay(true), ignored);
  auto connection = std::make_shared<Connection>(std::move(socket));
  connections.insert(connection.get());
  auto self = shared_from_this();
  asio::co_spawn(
      io, [self, connection] { return self->serve(connection); },
      [self, connection](const std::exception_ptr&) { self->connections.erase(connection.get()); });
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
  const auto [error, written] = co_await asio::async_write(connection.socket, buffer, kTuple);
  connection.out.clear();
  co_return !error;
}

asio::awaitable<bool> Server::State::read(Connection& connection) {
  const bool waiting = connection.reader.idle();
  if (waiting && stopping) co_return false;
  if (waiting) connection.deadline = Clock::now() + kIdleTime;
  connection.idle = waiting;
  const auto buffer = asio::buffer(connection.in);
  const auto [error, count] = co_await connection.socket.async_read_some(buffer, kTuple);
  connection.idle = false;
  if (error) co_return false;
  if (waiting) connection.deadline = Clock::now() + kRequestTime;
  connection.reader.receive({connection.in.data(), count});
  co_return true;
}

asio::awaitable<bool> Server::State::handle(Connection& connection) {
  auto taken = connection.reader.take();
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
  append_response(connection.out, response, taken.head_only, keep_alive);
  if (response.source && !taken.head_only) co_await stream(connection, *response.source);
  co_return keep_alive;
}

// A client that has left is noticed by looking: there is nothing to read from one that has not.
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

asio::awaitable<void> Server::State::refuse(Connection& connection) {
  append_response(connection.out, problem_response(connection.reader.refusal_status()), false, false);
  co_await flush(connection);
  co_await drain(connection);
}

// A close with unread bytes would reset the connection and take our answer with it.
asio::awaitable<void> Server::State::drain(Connection& connection) {
  error_code ignored;
  connection.socket.shutdown(tcp::socket::shutdown_send, ignored);
  connection.deadline = Clock::now() + milliseconds(1'000);
  const auto buffer = asio::buffer(connection.in);
  for (std::size_t drained = 0; drained < kDrainBytes;) {
    const auto [error, count] = co_await connection.socket.async_read_some(buffer, kTuple);
    if (error) co_return;
    drained += count;
  }
}

asio::awaitable<void> Server::State::serve(std::shared_ptr<Connection> connection) {
  bool open = true;
  while (open) {
    const auto step = connection->reader.advance();
    if (step == RequestReader::Step::kRefused) {
      co_await refuse(*connection);
      break;
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
  connection->close();
}

void Server::State::begin_stop(milliseconds grace) {
  stopping = true;
  close_all = Clock::now() + grace;
  error_code ignored;
  acceptor.close(ignored);
  for (Connection* connection : connections) {
    if (connection->idle || grace.count() <= 0) connection->close();
  }
  sweeper.cancel();
}

Server::Server(asio::io_context& io, std::string listen, Handler handler)
    : state_(std::make_shared<State>(io, std::move(listen), std::move(handler))) {}

Server::~Server() { stop(0); }

std::expected<void, std::string> Server::start() {
  auto opened = state_->open();
  if (!opened) return opened;
  asio::co_spawn(state_->io, [self = state_] { return self->accept_all(); }, [self = state_](auto) {});
  asio::co_spawn(state_->io, [self = state_] { return self->sweep(); }, [self = state_](auto) {});
  return {};
}

void Server::stop(std::int64_t grace_ms) {
  asio::post(state_->io, [self = state_, grace_ms] { self->begin_stop(milliseconds(grace_ms)); });
}

unsigned short Server::port() const { return state_->port; }

}  // namespace quipu::http
