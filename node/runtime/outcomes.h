// SPDX-License-Identifier: Apache-2.0
// What became of the submissions that are not in the log: pending, rejected, expired. Bounded; any thread.
#pragma once

#include <deque>
#include <map>
#include <mutex>

#include "consensus/limits.h"
#include "node/http/backend.h"
#include "node/replica/replica.h"

namespace quipu::runtime {

class Outcomes {
 public:
  // In the order in which the replica tells them. `now_ms` never goes back.
  void record(const replica::Outcome& outcome, std::int64_t now_ms) {
    const std::lock_guard lock(mutex_);
    forget_old(now_ms);
    if (outcome.phase == replica::Phase::kFinal) return void(states_.erase(outcome.id));  // the log itself tells
    Known known{state_of(outcome), now_ms};
    const bool terminal = known.state.phase != http::SubmissionPhase::kPending;
    states_.insert_or_assign(outcome.id, std::move(known));
    if (terminal) terminal_.push_back({outcome.id, now_ms});
  }

  // kUnknown also for what is final: ask the log for that, and ask it after this, or what becomes final between the two
  // questions is missed by both.
  http::SubmissionState find(const crypto::Digest& id) const {
    const std::lock_guard lock(mutex_);
    const auto found = states_.find(id);
    return found == states_.end() ? http::SubmissionState{} : found->second.state;
  }

 private:
  struct Known {
    http::SubmissionState state;
    std::int64_t since_ms = 0;
  };
  struct Terminal {
    crypto::Digest id;
    std::int64_t since_ms = 0;
  };

  static http::SubmissionState state_of(const replica::Outcome& outcome) {
    http::SubmissionState state;
    state.phase = phase_of(outcome.phase);
    state.height = outcome.height.value;
    state.rejection = outcome.rejection;
    return state;
  }
  static http::SubmissionPhase phase_of(replica::Phase phase) {
    if (phase == replica::Phase::kPending) return http::SubmissionPhase::kPending;
    return phase == replica::Phase::kRejected ? http::SubmissionPhase::kRejected : http::SubmissionPhase::kExpired;
  }
  void forget_old(std::int64_t now_ms) {
    while (!terminal_.empty() && (terminal_.size() >= limits::kTerminalAnswers ||
                                  terminal_.front().since_ms + limits::kTerminalAnswer_ms < now_ms)) {
      forget(terminal_.front());
      terminal_.pop_front();
    }
  }
  // Unless it was sent again meanwhile.
  void forget(const Terminal& old) {
    const auto found = states_.find(old.id);
    if (found == states_.end() || found->second.since_ms != old.since_ms) return;
    if (found->second.state.phase != http::SubmissionPhase::kPending) states_.erase(found);
  }

  mutable std::mutex mutex_;
  // What is pending is bounded by the pool, what is not by `terminal_`.
  std::map<crypto::Digest, Known> states_;
  std::deque<Terminal> terminal_;
};

}  // namespace quipu::runtime
