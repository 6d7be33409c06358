// SPDX-License-Identifier: Apache-2.0
// Many keep-alive HTTP/1.1 connections on one thread: plain sockets, epoll and timed callbacks, as little of the
// machine as can be, since the client shares it with what it measures. A broken connection is an error of the run.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace quipu::bench {

using Clock = std::chrono::steady_clock;

// Throws std::runtime_error when epoll fails. One thread.
class Loop {
 public:
  Loop();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  void at(Clock::time_point when, std::function<void()> then) { timers_.emplace(when, std::move(then)); }
  // Until `done` says so after an event; false when `patience` ran out first.
  bool run_until(const std::function<bool()>& done, std::chrono::milliseconds patience);

  void watch(int descriptor, class Connection& connection) const;

 private:
  void run_timers();
  void wait(Clock::time_point until) const;

  int epoll_;
  std::multimap<Clock::time_point, std::function<void()>> timers_;
};

struct Reply {
  int status = 0;
  std::string_view body;  // until the next request on the connection
};

// Sends one request after the other; requests asked while one is under way wait here. Throws std::runtime_error when
// the peer is not there, closes, or does not speak HTTP.
class Connection {
 public:
  using Then = std::function<void(const Reply&)>;
  // `address`: IPv4:port.
  Connection(Loop& loop, const std::string& address);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  bool idle() const { return waiting_.empty(); }
  // `request`: the complete bytes; see get_request and post_request.
  void ask(std::string request, Then then);

 private:
  friend class Loop;
  struct Question {
    std::string request;
    Then then;
  };
  void send_next();
  void readable();
  bool take_reply();

  int socket_;
  std::deque<Question> waiting_;
  std::string in_;
};

std::string get_request(std::string_view target);
std::string post_request(std::string_view target, std::string_view content_type, std::string_view body);

}  // namespace quipu::bench
