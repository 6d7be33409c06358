// SPDX-License-Identifier: Apache-2.0
// Signature checks, and the reading of what comes next, on all cores while one thread replays. The caller's side
// belongs to one thread; the queue of checks and the failures kept are bounded, so memory is too.
#pragma once

#include <functional>
#include <memory>

#include "node/audit/report.h"

namespace quipu::audit {

class SignaturePool {
 public:
  explicit SignaturePool(unsigned threads);  // at least one
  ~SignaturePool();

  // Runs `check` on some thread, which may run after this returns; a false one makes `if_false` a finding, a true one
  // counts `times` for its check. Blocks while the queue is full.
  void submit(Finding if_false, std::uint64_t times, std::function<bool()> check);
  // Runs it on some thread before all checks that wait. The caller bounds how many it has under way, and must not wait
  // for one from a pool's thread.
  void run_first(std::function<void()> work);
  // A check that was made elsewhere, and failed: goes where those of submit() go.
  void fail(Finding finding);
  // Waits for all of submit()'s; true when nothing has failed so far.
  bool drain();
  // Waits for all, then adds counts and the failures to the report: by height, check and place, however the threads
  // ran.
  void finish(Report& report);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace quipu::audit
