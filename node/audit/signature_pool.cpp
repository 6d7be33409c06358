// SPDX-License-Identifier: Apache-2.0
#include "node/audit/signature_pool.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <set>
#include <thread>
#include <tuple>

namespace quipu::audit {
namespace {

constexpr std::size_t kQueued = 512;  // checks
constexpr std::size_t kKept = 1'000;  // failures; a report keeps no more

// Orders failures so that equal mirrors give equal reports.
struct InPlace {
  bool operator()(const Finding& a, const Finding& b) const {
    const auto place = [](const Finding& f) { return std::tie(f.height, f.check, f.leaf, f.file, f.what); };
    return place(a) < place(b);
  }
};

}  // namespace

struct SignaturePool::State {
  struct Job {
    Finding if_false;
    std::uint64_t times;
    std::function<bool()> check;
  };
  std::mutex mutex;
  std::condition_variable work, room, idle;
  std::deque<std::function<void()>> urgent;
  std::deque<Job> queue;
  std::multiset<Finding, InPlace> failures;  // the first kKept
  std::map<Check, std::uint64_t> dropped;    // of the others
  std::map<Check, std::uint64_t> passed;
  std::size_t running = 0;  // checks
  bool closed = false;
  std::vector<std::thread> threads;

  void run() {
    std::unique_lock lock(mutex);
    while (true) {
      work.wait(lock, [&] { return closed || !urgent.empty() || !queue.empty(); });
      if (!urgent.empty()) {
        run_urgent(lock);
      } else if (!queue.empty()) {
        run_check(lock);
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
  void run_check(std::unique_lock<std::mutex>& lock) {
    Job job = std::move(queue.front());
    queue.pop_front();
    room.notify_one();
    ++running;
    lock.unlock();
    const bool good = job.check();
    lock.lock();
    if (--running == 0) idle.notify_all();
    if (good) {
      passed[job.if_false.check] += job.times;
    } else {
      fail(std::move(job.if_false));
    }
  }
  void fail(Finding finding) {
    failures.insert(std::move(finding));
    if (failures.size() <= kKept) return;
    const auto last = std::prev(failures.end());
    ++dropped[last->check];
    failures.erase(last);
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
  state_->queue.push_back({std::move(if_false), times, std::move(check)});
  state_->work.notify_one();
}

void SignaturePool::run_first(std::function<void()> work) {
  const std::lock_guard lock(state_->mutex);
  state_->urgent.push_back(std::move(work));
  state_->work.notify_one();
}

void SignaturePool::fail(Finding finding) {
  const std::lock_guard lock(state_->mutex);
  state_->fail(std::move(finding));
}

bool SignaturePool::drain() {
  std::unique_lock lock(state_->mutex);
  state_->idle.wait(lock, [&] { return state_->queue.empty() && state_->running == 0; });
  return state_->failures.empty();
}

void SignaturePool::finish(Report& report) {
  state_->close();
  for (const auto& [check, times] : state_->passed) report.passed(check, times);
  for (const Finding& finding : state_->failures) report.add(finding);
  for (const auto& [check, times] : state_->dropped) report.drop(check, Severity::kIntegrity, times);
}

}  // namespace quipu::audit
