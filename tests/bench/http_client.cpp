// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/http_client.h"

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
#include <cstring>
#include <stdexcept>

namespace quipu::bench {

namespace {

[[noreturn]] void fail(const std::string& what) { throw std::runtime_error(what + ": " + std::strerror(errno)); }

sockaddr_in parse_address(const std::string& address) {
  const auto colon = address.rfind(':');
  sockaddr_in out{};
  out.sin_family = AF_INET;
  if (colon == std::string::npos || inet_pton(AF_INET, address.substr(0, colon).c_str(), &out.sin_addr) != 1) {
    throw std::runtime_error("not an address: " + address);
  }
  out.sin_port = htons(static_cast<std::uint16_t>(std::stoul(address.substr(colon + 1))));
  return out;
}

std::size_t number_at(std::string_view text, std::size_t at) {
  std::size_t value = 0;
  const auto read = std::from_chars(text.data() + at, text.data() + text.size(), value);
  if (read.ec != std::errc()) throw std::runtime_error("not an HTTP answer: " + std::string(text.substr(0, 60)));
  return value;
}

std::size_t content_length(std::string_view head) {
  constexpr std::string_view kName = "\r\nContent-Length: ";
  const auto at = head.find(kName);
  return at == std::string_view::npos ? 0 : number_at(head, at + kName.size());
}

}  // namespace

Loop::Loop() : epoll_(epoll_create1(EPOLL_CLOEXEC)) {
  if (epoll_ < 0) fail("epoll");
}
Loop::~Loop() { close(epoll_); }

void Loop::watch(int descriptor, Connection& connection) const {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = &connection;
  if (epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event) != 0) fail("epoll");
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
  while (!timers_.empty() && timers_.begin()->first <= Clock::now()) {
    const auto then = std::move(timers_.begin()->second);
    timers_.erase(timers_.begin());
    then();
  }
}

void Loop::wait(Clock::time_point until) const {
  const auto left = std::max(until - Clock::now(), Clock::duration::zero());
  const auto nanoseconds = std::chrono::duration_cast<std::chrono::nanoseconds>(left).count();
  const timespec time{nanoseconds / 1'000'000'000, nanoseconds % 1'000'000'000};
  std::array<epoll_event, 64> events;
  const int count = epoll_pwait2(epoll_, events.data(), static_cast<int>(events.size()), &time, nullptr);
  for (int i = 0; i < count; ++i) {
    static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr)->readable();
  }
}

Connection::Connection(Loop& loop, const std::string& address)
    : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const sockaddr_in where = parse_address(address);
  const int on = 1;
  setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (connect(socket_, reinterpret_cast<const sockaddr*>(&where), sizeof where) != 0) fail("cannot reach " + address);
  loop.watch(socket_, *this);
}

Connection::~Connection() { close(socket_); }

void Connection::ask(std::string request, Then then) {
  waiting_.push_back({std::move(request), std::move(then)});
  if (waiting_.size() == 1) send_next();
}

// A request fits the socket's buffer, as nothing else is under way: this does not block.
void Connection::send_next() {
  std::string_view rest = waiting_.front().request;
  while (!rest.empty()) {
    const auto sent = send(socket_, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (sent < 0) fail("send");
    rest.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void Connection::readable() {
  std::array<char, 64 << 10> buffer;
  const auto count = recv(socket_, buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (count <= 0) throw std::runtime_error("the node closed a connection");
  in_.append(buffer.data(), static_cast<std::size_t>(count));
  while (take_reply()) {
  }
}

bool Connection::take_reply() {
  const auto end = in_.find("\r\n\r\n");
  if (end == std::string::npos) return false;
  const std::string_view head(in_.data(), end);
  const std::size_t total = end + 4 + content_length(head);
  if (in_.size() < total) return false;
  if (waiting_.empty()) throw std::runtime_error("an answer to no question");
  const int status = static_cast<int>(number_at(head, std::min<std::size_t>(9, head.size())));
  const std::string body = in_.substr(end + 4, total - end - 4);
  in_.erase(0, total);
  const auto then = std::move(waiting_.front().then);
  waiting_.pop_front();
  if (!waiting_.empty()) send_next();
  then({status, body});
  return true;
}

std::string get_request(std::string_view target) {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: bench\r\n\r\n";
}

std::string post_request(std::string_view target, std::string_view content_type, std::string_view body) {
  return "POST " + std::string(target) + " HTTP/1.1\r\nHost: bench\r\nContent-Type: " + std::string(content_type) +
         "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

}  // namespace quipu::bench
