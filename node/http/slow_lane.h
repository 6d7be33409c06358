// SPDX-License-Identifier: Apache-2.0
// A thread on which questions that read much are answered one after the other, so that a work list over a whole
// programme keeps no declaration waiting. Any thread, but the destructor.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace quipu::http {

class SlowLane {
 public:
  SlowLane();
  // Ends what runs now; what waits is dropped.
  ~SlowLane();
  // False: too many wait, and nothing was taken.
  bool push(std::function<void()> work);

 private:
  void run();

  std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<std::function<void()>> waiting_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace quipu::http
