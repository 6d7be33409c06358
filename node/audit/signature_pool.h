// SPDX-License-Identifier: Apache-2.0
// Signature checks, and the decoding of what is read next, on all cores while one thread replays. The caller's side
// belongs to one thread; the queue of checks is bounded, so memory is too.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "node/audit/report.h"

namespace quipu::audit {

class SignaturePool {
 public:
  explicit SignaturePool(unsigned threads);  // at least one
  ~SignaturePool();

  // Runs `check` on some thread, which may run after this returns; a false one makes `if_false` a finding, a true one
  // counts `times` for its check. Blocks while the queue is full.
  void submit(Finding if_false, std::uint64_t times, std::function<bool()> check);
  // Many at once, which cost one turn at the queue.
  struct Job {
    Finding if_false;
    std::function<bool()> check;
    std::uint64_t times = 1;
  };
  void submit(std::vector<Job> jobs);
  // Runs it on some thread before all checks that wait. The caller bounds how many it has under way, and must not wait
  // for one from a pool's thread.
  void run_first(std::function<void()> work);
  // Waits for all, then adds counts and the failures, in the order of submission, to the report.
  void finish(Report& report);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace quipu::audit
