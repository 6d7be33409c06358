// SPDX-License-Identifier: Apache-2.0
// Virtual time: what will happen, ordered by (time, order of scheduling). Nothing else in the simulator knows a clock.
// One thread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <vector>

namespace quipu::testnet {

using Micros = std::int64_t;
inline constexpr Micros kMillisecond = 1'000;
inline constexpr Micros kSecond = 1'000'000;

class EventQueue {
 public:
  using Action = std::function<void()>;

  Micros now() const { return now_; }
  std::uint64_t events() const { return done_; }

  void at(Micros time, Action action) {
    heap_.push_back({std::max(time, now_), scheduled_++, std::move(action)});
    std::push_heap(heap_.begin(), heap_.end(), later);
  }
  void after(Micros delay, Action action) { at(now_ + delay, std::move(action)); }

  // The next event, if it is due by `until`; else the clock goes to `until` and the answer is false.
  bool run_next(Micros until) {
    if (heap_.empty() || heap_.front().time > until) {
      now_ = std::max(now_, until);
      return false;
    }
    std::pop_heap(heap_.begin(), heap_.end(), later);
    Event event = std::move(heap_.back());
    heap_.pop_back();
    now_ = event.time;
    ++done_;
    event.action();
    return true;
  }

 private:
  struct Event {
    Micros time;
    std::uint64_t order;
    Action action;
  };
  static bool later(const Event& a, const Event& b) { return a.time != b.time ? a.time > b.time : a.order > b.order; }

  std::vector<Event> heap_;
  Micros now_ = 0;
  std::uint64_t scheduled_ = 0;
  std::uint64_t done_ = 0;
};

}  // namespace quipu::testnet
