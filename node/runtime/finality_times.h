// SPDX-License-Identifier: Apache-2.0
// How long this node's own submissions take until they are final: what a commit-latency objective is measured on. One
// thread tells it what happens; until_final() may be read from any.
#pragma once

#include <map>

#include "crypto/digest.h"
#include "node/replica/replica.h"
#include "node/runtime/durations.h"

namespace quipu::runtime {

class FinalityTimes {
 public:
  // What is under way beyond this is not timed.
  static constexpr std::size_t kMostTimed = 4096;

  // It came in at `since_us`. The same one handed in again counts from the first time.
  void accepted(const crypto::Digest& id, std::int64_t since_us) {
    if (since_us_.size() < kMostTimed) since_us_.emplace(id, since_us);
  }
  void changed(const replica::Outcome& outcome, std::int64_t now_us) {
    if (outcome.phase == replica::Phase::kPending) return;
    const auto found = since_us_.extract(outcome.id);
    if (!found.empty() && outcome.phase == replica::Phase::kFinal) until_final_.add(now_us - found.mapped());
  }
  // Another replica has begun, and tells nothing of what this one was told.
  void forget_all() { since_us_.clear(); }

  const Durations& until_final() const { return until_final_; }

 private:
  std::map<crypto::Digest, std::int64_t> since_us_;
  Durations until_final_;
};

}  // namespace quipu::runtime
