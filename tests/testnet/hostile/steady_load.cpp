// SPDX-License-Identifier: Apache-2.0
#include "tests/testnet/hostile/steady_load.h"

#include <deque>
#include <mutex>
#include <thread>

#include "crypto/merkle.h"

namespace quipu::hostile {

using Clock = std::chrono::steady_clock;
using processes::trial::Clerk;
using processes::trial::LocalNetwork;
using processes::trial::new_operator;

namespace {

constexpr auto kLookPause = std::chrono::microseconds(1'000);
constexpr auto kPatience = std::chrono::seconds(10);

}  // namespace

// One member: a thread posts, another looks at the oldest one that is not final, since a key's numbers become final in
// order.
class SteadyLoad::Lane {
 public:
  Lane(LocalNetwork& network, const std::string& author, std::chrono::duration<double> pause, double phase)
      : poster_(network, author, author),
        looker_(network, author, author),
        pause_(pause),
        next_sequence_(poster_.next_sequence()),
        due_(Clock::now() + std::chrono::duration_cast<Clock::duration>(pause * phase)),
        posting_([this] { post(); }),
        looking_([this] { look(); }) {}

  void stop() {
    stopping_ = true;
    if (posting_.joinable()) posting_.join();
    if (looking_.joinable()) looking_.join();
  }
  const LoadFigures& figures() const { return figures_; }

 private:
  struct Pending {
    crypto::Digest id;
    Clock::time_point due;
  };

  void post() {
    for (; !stopping_; due_ += std::chrono::duration_cast<Clock::duration>(pause_)) {
      std::this_thread::sleep_until(due_);
      if (stopping_) break;
      const auto leaf = poster_.sign(poster_.message({new_operator(poster_.author())}, next_sequence_));
      if (poster_.post(leaf).status != 202) {
        ++refused_;
        continue;
      }
      ++next_sequence_;
      const std::lock_guard lock(mutex_);
      pending_.push_back({crypto::leaf_hash(leaf), due_});
    }
    posted_ = true;
  }

  std::optional<Pending> oldest() {
    const std::lock_guard lock(mutex_);
    if (pending_.empty()) return std::nullopt;
    return pending_.front();
  }

  void look() {
    auto until = Clock::time_point::max();
    while (Clock::now() < until) {
      if (posted_ && until == Clock::time_point::max()) until = Clock::now() + kPatience;
      const auto next = oldest();
      if (!next && posted_) break;
      if (!next || !is_final(*next)) std::this_thread::sleep_for(kLookPause);
    }
    figures_.unfinished = pending_.size();
    figures_.refused = refused_;
  }

  bool is_final(const Pending& next) {
    const auto answer = looker_.node().submission(next.id);
    if (!answer || answer->status != "FINAL") return false;
    figures_.latency_ms.push_back(std::chrono::duration<double, std::milli>(Clock::now() - next.due).count());
    const std::lock_guard lock(mutex_);
    pending_.pop_front();
    return true;
  }

  Clerk poster_;
  Clerk looker_;
  std::chrono::duration<double> pause_;
  std::uint64_t next_sequence_;
  Clock::time_point due_;
  std::mutex mutex_;
  std::deque<Pending> pending_;
  LoadFigures figures_;
  std::size_t refused_ = 0;
  std::atomic<bool> stopping_ = false;
  std::atomic<bool> posted_ = false;
  std::thread posting_;
  std::thread looking_;
};

SteadyLoad::SteadyLoad(LocalNetwork& network, const std::vector<std::string>& authors, double per_second) {
  const std::chrono::duration<double> pause(static_cast<double>(authors.size()) / per_second);
  for (std::size_t i = 0; i < authors.size(); ++i) {
    const double phase = static_cast<double>(i) / static_cast<double>(authors.size());
    lanes_.push_back(std::make_unique<Lane>(network, authors[i], pause, phase));
  }
}

SteadyLoad::~SteadyLoad() { stop(); }

LoadFigures SteadyLoad::stop() {
  LoadFigures all;
  for (auto& lane : lanes_) {
    lane->stop();
    const auto& figures = lane->figures();
    all.latency_ms.insert(all.latency_ms.end(), figures.latency_ms.begin(), figures.latency_ms.end());
    all.unfinished += figures.unfinished;
    all.refused += figures.refused;
  }
  return all;
}

}  // namespace quipu::hostile
