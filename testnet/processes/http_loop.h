// SPDX-License-Identifier: Apache-2.0
// Many keep-alive HTTP/1.1 connections to nodes on one thread: plain sockets, epoll and timed callbacks, as little of
// the machine as can be, since a load shares it with what it loads. Nodes may come and go: that is an answer, not an
// error.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace quipu::processes {

using Clock = std::chrono::steady_clock;

// Runs what its connections and timers ask for. Both must outlive its last run. One thread.
class Loop {
 public:
  Loop();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  void at(Clock::time_point when, std::function<void()> then) { timers_.emplace(when, std::move(then)); }
  // Until `done` says so after an event; false when `patience` ran out first.
  bool run_until(const std::function<bool()>& done, std::chrono::milliseconds patience);

 private:
  friend class Connection;
  bool watch(int descriptor, class Connection& connection) const;
  void run_timers();
  void wait(Clock::time_point until) const;

  int epoll_;
  std::multimap<Clock::time_point, std::function<void()>> timers_;
};

struct Reply {
  int status = 0;         // 0: none came, because nobody is there, cut it off, was too slow, or does not speak HTTP
  std::string_view body;  // until the next request on the connection
};

// Sends one request after the other; requests asked while one is under way wait here. Connects when it is first asked
// and again after the node has gone.
class Connection {
 public:
  using Then = std::function<void(const Reply&)>;
  // `address`: IPv4:port. `patience`: for each answer.
  Connection(Loop& loop, const std::string& address, std::chrono::milliseconds patience);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  bool idle() const { return waiting_.empty(); }
  // `request`: the complete bytes; see get_request and post_request. `then` is called once, never before this returns;
  // it may ask again, but not destroy the connection.
  void ask(std::string request, Then then);

 private:
  friend class Loop;
  struct Question {
    std::string request;
    Then then;
  };
  bool open();
  void close_socket();
  void send_next();
  void flush();
  void ready();
  bool receive();
  bool take_reply();
  void drop();
  void drop_soon();
  void watch_time();

  Loop& loop_;
  std::string address_;
  std::chrono::milliseconds patience_;
  int socket_ = -1;
  std::deque<Question> waiting_;
  std::size_t sent_ = 0;  // bytes of the first request
  Clock::time_point asked_;
  bool time_watched_ = false;
  std::string in_;
};

std::string get_request(std::string_view target);
std::string post_request(std::string_view target, std::string_view content_type, std::string_view body);

}  // namespace quipu::processes
