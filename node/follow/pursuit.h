// SPDX-License-Identifier: Apache-2.0
// A follower's ledger and how it grows: block by block from a mirror's files, each replayed and taken only once a
// quorum has finalized it. Stored as a member stores it. One thread, but what is marked.
#pragma once

#include <atomic>
#include <expected>
#include <memory>
#include <mutex>
#include <string>

#include "node/follow/source.h"
#include "node/ledger/block.h"
#include "node/ledger/ledger_reader.h"
#include "storage/block_store.h"

namespace quipu::follow {

struct Fault {
  enum class Kind {
    kAway,    // no answer
    kBehind,  // of the same history, but older than what is here
    kLies,    // it serves what no honest mirror holds
    kForked,  // a quorum of members signed another history than the one here: nothing more is taken from anybody
    kNewer,   // the ledger goes on with a version of the protocol that this program does not know
  };
  Kind kind = Kind::kAway;
  std::string why;
};

class Pursuit {
 public:
  // Begins an empty ledger where there is none. The error says what to do.
  static std::expected<std::unique_ptr<Pursuit>, std::string> open(ledger::Genesis genesis,
                                                                   storage::Database& database);
  ~Pursuit();

  // Up to the source's newest checkpoint, or until `stop` is set; what was taken by then stays. True: something was.
  std::expected<bool, Fault> follow(Source& source, const std::atomic<bool>& stop);

  // From any thread.
  const ledger::Genesis& genesis() const;
  std::shared_ptr<const ledger::LedgerReader> reader() const;
  // How fresh the newest block was last shown to be: the q-th newest cosignature of exactly that tree; 0: never.
  std::uint64_t cosigned_s() const;
  // Who votes on the next block.
  std::shared_ptr<const ledger::Membership> membership() const;

 private:
  struct State;
  explicit Pursuit(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace quipu::follow
