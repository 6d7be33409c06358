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

constexpr std::size_t kQueued = 2'048;  // checks, of all batches

}  // namespace

struct SignaturePool::State {
  struct Batch {
    std::uint64_t first;  // number of its first check
    std::vector<Job> jobs;
  };
  std::mutex mutex;
  std::condition_variable work, room;
  std::deque<std::function<void()>> urgent;
  std::deque<Batch> queue;
  std::size_t queued = 0;
  std::map<std::uint64_t, Finding> failures;
  std::map<Check, std::uint64_t> passed;
  bool closed = false;
  std::uint64_t submitted = 0;
  std::vector<std::thread> threads;

  void run() {
    std::unique_lock lock(mutex);
    while (true) {
      work.wait(lock, [&] { return closed || !urgent.empty() || !queue.empty(); });
      if (!urgent.empty()) {
        run_urgent(lock);
      } else if (!queue.empty()) {
        run_batch(lock);
      } else {
        return;
      }
    }
  }
  void run_urgent(std::unique_lock<std::mutex>& lock) {
    const auto next = std::move(urgent.front());
    urgent.pop_front();
    lock.unlock();
    next();
    lock.lock();
  }
  void run_batch(std::unique_lock<std::mutex>& lock) {
    Batch batch = std::move(queue.front());
    queue.pop_front();
    queued -= batch.jobs.size();
    room.notify_one();
    lock.unlock();
    std::vector<bool> good;
    for (const Job& job : batch.jobs) good.push_back(job.check());
    lock.lock();
    for (std::size_t i = 0; i < good.size(); ++i) settle(batch.first + i, std::move(batch.jobs[i]), good[i]);
  }
  void settle(std::uint64_t number, Job job, bool good) {
    if (good) {
      passed[job.if_false.check] += job.times;
    } else {
      failures.emplace(number, std::move(job.if_false));
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
  std::vector<Job> one;
  one.push_back({std::move(if_false), std::move(check), times});
  submit(std::move(one));
}

void SignaturePool::submit(std::vector<Job> jobs) {
  if (jobs.empty()) return;
  std::unique_lock lock(state_->mutex);
  state_->room.wait(lock, [&] { return state_->queued < kQueued; });
  state_->queued += jobs.size();
  state_->queue.push_back({state_->submitted, std::move(jobs)});
  state_->submitted += state_->queue.back().jobs.size();
  state_->work.notify_one();
}

void SignaturePool::run_first(std::function<void()> work) {
  const std::lock_guard lock(state_->mutex);
  state_->urgent.push_back(std::move(work));
  state_->work.notify_one();
}

void SignaturePool::finish(Report& report) {
  state_->close();
  for (const auto& [check, times] : state_->passed) report.passed(check, times);
  for (auto& [number, finding] : state_->failures) report.add(std::move(finding));
}

}  // namespace quipu::audit
