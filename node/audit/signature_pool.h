// SPDX-License-Identifier: Apache-2.0
// Signature checks on all cores while one thread goes on reading. The caller's side belongs to one thread; the queue is
// bounded, so memory is too.
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
  // Waits for all, then adds counts and the failures, in the order of submission, to the report.
  void finish(Report& report);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace quipu::audit
