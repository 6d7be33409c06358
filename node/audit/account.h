// SPDX-License-Identifier: Apache-2.0
// Keeps account of a history while it is replayed: who proposed and stated what, in which epochs, what came late, what
// was erased; at its end, the members and keys that its state names. Fills the report's facts. One thread.
#pragma once

#include <array>
#include <memory>
#include <span>

#include "node/audit/context.h"
#include "node/audit/electorate.h"
#include "node/ledger/block.h"

namespace quipu::audit {

class Account {
 public:
  explicit Account(const Context& context) : context_(context), facts_(context.report.facts) {}

  using Submissions = std::span<const std::shared_ptr<const ledger::Submission>>;
  // A block that was replayed, on the state that it made. `proposer` is empty for block 0.
  void block(const ledger::Position& after, const std::string& proposer, Submissions submissions);
  // The members of the epoch to which the blocks from this height on belong.
  void begin_epoch(const Electorate& electorate, std::uint64_t first_height);
  // After the last block: what the state says of the members; and the observations on the whole history.
  void finish(const ledger::Position& position);

 private:
  void take(const ledger::Submission& submission, std::uint64_t leaf, const ledger::Position& after);
  void take_lag(const ledger::Submission& submission, std::uint32_t event, std::uint64_t leaf,
                const ledger::Position& after);
  void name_events();
  void read_members(const ledger::StateView& state);
  void find_disputed(const ledger::StateView& state);
  void observe(const ledger::Position& position) const;

  static constexpr std::size_t kKinds = 128;  // above every statement's number
  struct WorstLag {
    std::int32_t days = 0;
    std::uint64_t height = 0, leaf = 0;  // of the first with the most
  };

  const Context& context_;
  Facts& facts_;
  std::array<std::uint64_t, kKinds> kinds_{};
  WorstLag worst_;
};

}  // namespace quipu::audit
