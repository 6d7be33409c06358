// SPDX-License-Identifier: Apache-2.0
// Asks several sources in turn, each with a back-off of its own, and remembers what became of each. run() belongs to
// one thread; views() may be called from any.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "node/follow/pursuit.h"
#include "node/follow/source.h"

namespace quipu::follow {

struct SourceView {
  std::string name;
  std::optional<Fault> fault;  // of the last time it was asked; nothing: it was good, or never asked
  bool asked = false;
};

class Follower {
 public:
  using Clock = std::chrono::steady_clock;

  // `news` is called by the thread of run() when blocks were taken, and when a source's newest checkpoint was reached
  // for the first time.
  Follower(Pursuit& pursuit, std::vector<std::unique_ptr<Source>> sources,
           std::function<void(const std::string& line, bool alarm)> log, std::function<void()> news);

  // Asks the next source that is due; when to come again. Nothing: two histories exist, and no source is asked any
  // more.
  std::optional<Clock::time_point> turn(Clock::time_point now, const std::atomic<bool>& stop);
  // turn() again and again until `stop`.
  void run(const std::atomic<bool>& stop);

  std::vector<SourceView> views() const;
  bool forked() const { return forked_; }
  // A source's newest checkpoint was reached since the start.
  bool caught_up() const { return caught_up_; }

 private:
  struct Asked {
    std::unique_ptr<Source> source;
    Clock::time_point due{};
    std::chrono::milliseconds pause{0};  // after its last fault
    SourceView view;
  };
  std::expected<bool, Fault> ask(Asked& asked, const std::atomic<bool>& stop);
  void take(Asked& asked, const std::expected<bool, Fault>& outcome, Clock::time_point now);
  void fail(Asked& asked, const Fault& fault, Clock::time_point now);

  Pursuit& pursuit_;
  std::vector<Asked> sources_;
  std::size_t next_ = 0;
  std::function<void(const std::string&, bool)> log_;
  std::function<void()> news_;
  mutable std::mutex mutex_;  // of the views
  std::atomic<bool> forked_{false};
  std::atomic<bool> caught_up_{false};
};

}  // namespace quipu::follow
