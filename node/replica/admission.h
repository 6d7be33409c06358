// SPDX-License-Identifier: Apache-2.0
// Would this submission be valid after everything its administration already has pending here? So that an officer
// learns of a mistake at once and not when the block is made. Pure; one thread.
#pragma once

#include <expected>
#include <map>
#include <set>
#include <string>

#include "node/ledger/block.h"
#include "node/ledger/rules/apply.h"
#include "node/replica/chain.h"
#include "node/replica/mempool.h"

namespace quipu::replica {

class AdmissionCheck {
 public:
  // Applies the submission, signed by `key`, on the position's state and what is pending of the same administration. An
  // accepted one counts as pending from here on, and so does what waits in the pool right behind it. A sequence gap is
  // no fault here: the rules wait until the gap is filled.
  std::expected<void, ledger::Rejection> check(const ledger::Genesis& genesis, const ledger::Submission& submission,
                                               const crypto::PublicKey& key, const ledger::Position& position,
                                               std::uint64_t block_time_ms, const Mempool& pool);
  // These are final now; `state` is the committed one with them, or a later one.
  void committed(const Submissions& submissions, std::shared_ptr<const ledger::StateView> state);
  // Something of this administration came in by another way, or what counted as pending is not.
  void forget(const std::string& administration) { pending_.erase(administration); }
  void reset() { pending_.clear(); }

 private:
  // What an administration has pending, on the newest committed state. What became final stays on top of it: the same
  // facts, so that a busy administration's submissions are tried once and not again after each block.
  struct Pending {
    ledger::Overlay state;
    std::set<crypto::Digest> taken;
    bool moved_on = false;  // blocks were committed since: others' may have changed what a refusal stands on
  };
  using Outcome = std::expected<void, ledger::Rejection>;

  Pending& pending_of(const std::string& administration, const ledger::Origin& origin, const Mempool& pool);
  static Outcome take(Pending& pending, const ledger::Submission& submission, const ledger::Origin& origin);
  static Outcome take_run(Pending& pending, const ledger::Submission& first, const crypto::PublicKey& key,
                          const ledger::Origin& origin, const Mempool& pool);

  std::shared_ptr<Layer> committed_ = std::make_shared<Layer>(ledger::empty_state());
  std::map<std::string, Pending> pending_;
};

}  // namespace quipu::replica
