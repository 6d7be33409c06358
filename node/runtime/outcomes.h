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
  void record(const replica::Outcome& outcome, std::int64_t now_ms) {
    const std::lock_guard lock(mutex_);
    forget_old(now_ms);
    if (outcome.phase == replica::Phase::kFinal) return void(states_.erase(outcome.id));  // the log itself tells
    http::SubmissionState state;
    state.phase = phase_of(outcome.phase);
    state.height = outcome.height.value;
    state.rejection = outcome.rejection;
    const bool fresh = !states_.contains(outcome.id);
    states_.insert_or_assign(outcome.id, std::move(state));
    if (fresh) order_.push_back({outcome.id, now_ms});
  }

  http::SubmissionState find(const crypto::Digest& id) const {
    const std::lock_guard lock(mutex_);
    const auto found = states_.find(id);
    return found == states_.end() ? http::SubmissionState{} : found->second;
  }

 private:
  static http::SubmissionPhase phase_of(replica::Phase phase) {
    if (phase == replica::Phase::kPending) return http::SubmissionPhase::kPending;
    return phase == replica::Phase::kRejected ? http::SubmissionPhase::kRejected : http::SubmissionPhase::kExpired;
  }
  void forget_old(std::int64_t now_ms) {
    while (!order_.empty() && (order_.size() > limits::kTerminalAnswers + limits::kPoolSubmissions ||
                               order_.front().since_ms + limits::kTerminalAnswer_ms < now_ms)) {
      states_.erase(order_.front().id);
      order_.pop_front();
    }
  }

  struct Entry {
    crypto::Digest id;
    std::int64_t since_ms = 0;
  };
  mutable std::mutex mutex_;
  std::map<crypto::Digest, http::SubmissionState> states_;
  std::deque<Entry> order_;
};

}  // namespace quipu::runtime
