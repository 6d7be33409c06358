// SPDX-License-Identifier: Apache-2.0
#include "testnet/processes/http_loop.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <optional>
#include <thread>
#include <utility>

namespace quipu::processes {

namespace {

// More than any answer has that one asks for through here.
constexpr std::size_t kMostBytes = 4 << 20;

std::optional<std::size_t> number_at(std::string_view text, std::size_t at) {
  if (at >= text.size()) return std::nullopt;
  std::size_t value = 0;
  const auto read = std::from_chars(text.data() + at, text.data() + text.size(), value);
  return read.ec == std::errc() ? std::optional(value) : std::nullopt;
}

std::optional<sockaddr_in> parse_address(const std::string& address) {
  const auto colon = address.rfind(':');
  if (colon == std::string::npos) return std::nullopt;
  const auto port = number_at(address, colon + 1);
  sockaddr_in out{};
  out.sin_family = AF_INET;
  if (!port || *port > 65'535 || inet_pton(AF_INET, address.substr(0, colon).c_str(), &out.sin_addr) != 1) return {};
  out.sin_port = htons(static_cast<std::uint16_t>(*port));
  return out;
}

std::optional<std::size_t> content_length(std::string_view head) {
  constexpr std::string_view kName = "\r\nContent-Length: ";
  const auto at = head.find(kName);
  return at == std::string_view::npos ? 0 : number_at(head, at + kName.size());
}

}  // namespace

Loop::Loop() : epoll_(epoll_create1(EPOLL_CLOEXEC)) {}
Loop::~Loop() {
  if (epoll_ >= 0) close(epoll_);
}

// Edge-triggered, so that one registration serves a connection all its life.
bool Loop::watch(int descriptor, Connection& connection) const {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.ptr = &connection;
  return epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event) == 0;
}

bool Loop::run_until(const std::function<bool()>& done, std::chrono::milliseconds patience) {
  const auto until = Clock::now() + patience;
  while (!done()) {
    if (Clock::now() >= until) return false;
    wait(timers_.empty() ? until : std::min(until, timers_.begin()->first));
    run_timers();
  }
  return true;
}

void Loop::run_timers() {
  // Not those that these timers set: sockets get their turn in between.
  const auto now = Clock::now();
  while (!timers_.empty() && timers_.begin()->first <= now) {
    const auto then = std::move(timers_.begin()->second);
    timers_.erase(timers_.begin());
    then();
  }
}

void Loop::wait(Clock::time_point until) const {
  const auto left = std::max(until - Clock::now(), Clock::duration::zero());
  // Out of descriptors: no connection opens either, and each says so.
  if (epoll_ < 0) return std::this_thread::sleep_for(left);
  const auto nanoseconds = std::chrono::duration_cast<std::chrono::nanoseconds>(left).count();
  const timespec time{nanoseconds / 1'000'000'000, nanoseconds % 1'000'000'000};
  std::array<epoll_event, 64> events;
  const int count = epoll_pwait2(epoll_, events.data(), static_cast<int>(events.size()), &time, nullptr);
  for (int i = 0; i < count; ++i) {
    static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr)->ready();
  }
}

Connection::Connection(Loop& loop, const std::string& address, std::chrono::milliseconds patience)
    : loop_(loop), address_(address), patience_(patience) {}

Connection::~Connection() { close_socket(); }

void Connection::ask(std::string request, Then then) {
  waiting_.push_back({std::move(request), std::move(then)});
  if (waiting_.size() == 1) send_next();
}

bool Connection::open() {
  const auto where = parse_address(address_);
  if (!where) return false;
  socket_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (socket_ < 0) return false;
  const int on = 1;
  setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const int connected = connect(socket_, reinterpret_cast<const sockaddr*>(&*where), sizeof *where);
  return (connected == 0 || errno == EINPROGRESS) && loop_.watch(socket_, *this);
}

void Connection::close_socket() {
  if (socket_ >= 0) close(std::exchange(socket_, -1));
  in_.clear();
}

void Connection::send_next() {
  sent_ = 0;
  asked_ = Clock::now();
  watch_time();
  if (socket_ < 0 && !open()) return drop_soon();
  flush();
}

void Connection::flush() {
  if (waiting_.empty()) return;
  const std::string& request = waiting_.front().request;
  while (sent_ < request.size()) {
    const auto count = send(socket_, request.data() + sent_, request.size() - sent_, MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    // Not connected yet, or no room: the loop says when to go on.
    if (count < 0 && (errno == EAGAIN || errno == ENOTCONN)) return;
    if (count < 0) return drop_soon();
    sent_ += static_cast<std::size_t>(count);
  }
}

void Connection::ready() {
  if (socket_ < 0) return;
  flush();
  while (socket_ >= 0 && receive()) {
  }
}

// False when nothing more is there for now.
bool Connection::receive() {
  std::array<char, 64 << 10> buffer;
  const auto count = recv(socket_, buffer.data(), buffer.size(), 0);
  if (count < 0 && errno == EINTR) return true;
  if (count < 0 && (errno == EAGAIN || errno == ENOTCONN)) return false;
  if (count <= 0 || in_.size() > kMostBytes) {
    drop();
    return false;
  }
  in_.append(buffer.data(), static_cast<std::size_t>(count));
  while (socket_ >= 0 && take_reply()) {
  }
  return static_cast<std::size_t>(count) == buffer.size();
}

bool Connection::take_reply() {
  const auto end = in_.find("\r\n\r\n");
  if (end == std::string::npos) return false;
  const std::string_view head(in_.data(), end);
  const auto status = number_at(head, 9);
  const auto length = content_length(head);
  if (!status || !length || *length > kMostBytes || waiting_.empty()) {
    drop();
    return false;
  }
  const std::size_t total = end + 4 + *length;
  if (in_.size() < total) return false;
  const bool last = head.find("\r\nConnection: close") != std::string_view::npos;
  const std::string body = in_.substr(end + 4, *length);
  in_.erase(0, total);
  const auto then = std::move(waiting_.front().then);
  waiting_.pop_front();
  if (last) close_socket();
  if (!waiting_.empty()) send_next();
  then({static_cast<int>(*status), body});
  return true;
}

// Whoever waits learns that no answer comes.
void Connection::drop() {
  close_socket();
  for (const auto& question : std::exchange(waiting_, {})) question.then({});
}

void Connection::drop_soon() {
  close_socket();
  loop_.at(Clock::now(), [this] {
    if (socket_ < 0) drop();
  });
}

// One timer a connection, not one a request.
void Connection::watch_time() {
  if (std::exchange(time_watched_, true)) return;
  loop_.at(asked_ + patience_, [this] {
    time_watched_ = false;
    if (waiting_.empty()) return;
    if (Clock::now() >= asked_ + patience_) return drop();
    watch_time();
  });
}

std::string get_request(std::string_view target) {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: quipu\r\n\r\n";
}

std::string post_request(std::string_view target, std::string_view content_type, std::string_view body) {
  return "POST " + std::string(target) + " HTTP/1.1\r\nHost: quipu\r\nContent-Type: " + std::string(content_type) +
         "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

}  // namespace quipu::processes
