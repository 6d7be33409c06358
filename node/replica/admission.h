// SPDX-License-Identifier: Apache-2.0
// Would this submission be valid after everything its administration already has pending here? So that an officer
// learns of a mistake at once and not when the block is made. Pure; one thread.
#pragma once

#include <expected>
#include <map>
#include <string>

#include "node/ledger/block.h"
#include "node/ledger/rules/apply.h"
#include "node/replica/mempool.h"

namespace quipu::replica {

class AdmissionCheck {
 public:
  // Applies the submission on the position's state and what is pending of the same administration. An accepted one
  // counts as pending from here on. A sequence gap is no fault here: the rules wait until the gap is filled.
  std::expected<void, ledger::Rejection> check(const ledger::Genesis& genesis, const ledger::Submission& submission,
                                               const ledger::Position& position, std::uint64_t block_time_ms,
                                               const Mempool& pool);
  // The committed state moved on.
  void reset() { pending_.clear(); }
  // Something of this administration came in by another way.
  void forget(const std::string& administration) { pending_.erase(administration); }

 private:
  ledger::Overlay& pending_state(const std::string& administration,
                                 const std::shared_ptr<const ledger::StateView>& state, const ledger::Origin& origin,
                                 const Mempool& pool);
  std::map<std::string, ledger::Overlay> pending_;
};

}  // namespace quipu::replica
