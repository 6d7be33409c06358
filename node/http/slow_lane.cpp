// SPDX-License-Identifier: Apache-2.0
#include "node/http/slow_lane.h"

#include <utility>

#include "node/http/thread_priority.h"

namespace quipu::http {

namespace {

constexpr std::size_t kMostWaiting = 32;

}  // namespace

SlowLane::SlowLane() : thread_([this] { run(); }) {}

SlowLane::~SlowLane() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    waiting_.clear();
  }
  ready_.notify_one();
  thread_.join();
}

bool SlowLane::push(std::function<void()> work) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || waiting_.size() >= kMostWaiting) return false;
    waiting_.push_back(std::move(work));
  }
  ready_.notify_one();
  return true;
}

void SlowLane::run() {
  stand_back(kMuchReadingNiceness);
  std::unique_lock lock(mutex_);
  for (;;) {
    ready_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (stopping_) return;
    const auto work = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    work();
    lock.lock();
  }
}

}  // namespace quipu::http
