// SPDX-License-Identifier: Apache-2.0
#include "node/audit/signature_pool.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>

namespace quipu::audit {
namespace {

constexpr std::size_t kQueued = 2'048;

struct Job {
  std::uint64_t number;
  Finding if_false;
  std::uint64_t times;
  std::function<bool()> check;
};

}  // namespace

struct SignaturePool::State {
  std::mutex mutex;
  std::condition_variable work, room;
  std::deque<Job> queue;
  std::map<std::uint64_t, Finding> failures;
  std::map<Check, std::uint64_t> passed;
  bool closed = false;
  std::uint64_t submitted = 0;
  std::vector<std::thread> threads;

  void run() {
    std::unique_lock lock(mutex);
    while (true) {
      work.wait(lock, [&] { return closed || !queue.empty(); });
      if (queue.empty()) return;
      Job job = std::move(queue.front());
      queue.pop_front();
      room.notify_one();
      lock.unlock();
      const bool good = job.check();
      lock.lock();
      settle(std::move(job), good);
    }
  }
  void settle(Job job, bool good) {
    if (good) {
      passed[job.if_false.check] += job.times;
    } else {
      failures.emplace(job.number, std::move(job.if_false));
    }
  }
  void close() {
    {
      const std::lock_guard lock(mutex);
      closed = true;
    }
    work.notify_all();
    for (auto& thread : threads) thread.join();
    threads.clear();
  }
};

SignaturePool::SignaturePool(unsigned threads) : state_(std::make_unique<State>()) {
  for (unsigned i = 0; i < std::max(threads, 1u); ++i) state_->threads.emplace_back([s = state_.get()] { s->run(); });
}

SignaturePool::~SignaturePool() { state_->close(); }

void SignaturePool::submit(Finding if_false, std::uint64_t times, std::function<bool()> check) {
  std::unique_lock lock(state_->mutex);
  state_->room.wait(lock, [&] { return state_->queue.size() < kQueued; });
  state_->queue.push_back({state_->submitted++, std::move(if_false), times, std::move(check)});
  state_->work.notify_one();
}

void SignaturePool::finish(Report& report) {
  state_->close();
  for (const auto& [check, times] : state_->passed) report.passed(check, times);
  for (auto& [number, finding] : state_->failures) report.add(std::move(finding));
}

}  // namespace quipu::audit
