// SPDX-License-Identifier: Apache-2.0
// Runs the ledger's rules over the log, leaf by leaf, and compares every seal with what follows from the leaves before
// it. One thread; authors' signatures go to the pool.
#pragma once

#include "node/audit/context.h"
#include "node/audit/entry_reader.h"
#include "node/audit/flat_state.h"
#include "node/ledger/block.h"

namespace quipu::audit {

class Replay {
 public:
  explicit Replay(const Context& context);

  // The next leaf, with the tree behind it. False: something is broken, nothing more can be replayed.
  bool leaf(Entry entry, const crypto::CompactRange& tree);
  // Was the leaf just taken a seal, so that a block ends here?
  bool at_block_end() const { return entries_.empty() && started_; }
  const ledger::Position& position() const { return position_; }
  // After the last leaf: what is only to be told of the log as a whole.
  void finish() const;
  // The block that position() follows on; zeros at the genesis block.
  const consensus::BlockId& parent() const { return header_.parent_id; }
  // Of the block at position().
  const consensus::Header& header() const { return header_; }

 private:
  bool close_block();
  bool close_genesis();
  bool check_form(const Entry& entry, std::uint64_t index);
  bool check_author(const std::shared_ptr<const ledger::Submission>& submission, std::uint64_t index);
  bool check_submissions(std::vector<std::shared_ptr<const ledger::Submission>>& out);
  std::vector<Bytes> take_leaves();
  void reject(const ledger::Rejection& why);
  void take(ledger::ExecutedBlock executed);
  void count(const std::vector<std::shared_ptr<const ledger::Submission>>& submissions);
  void observe_late() const;
  void observe_disputed() const;
  void count_late(const std::vector<std::shared_ptr<const ledger::Submission>>& submissions);

  const Context& context_;
  std::shared_ptr<FlatState> state_ = std::make_shared<FlatState>();
  ledger::Position position_;
  consensus::Header header_;
  std::vector<Entry> entries_;                  // of the block being read
  std::vector<SignaturePool::Job> signatures_;  // of its authors, not yet with the pool
  std::size_t leaf_bytes_ = 0;
  bool started_ = false;
  // Events logged after their day of effect.
  struct Late {
    std::uint64_t events = 0;
    std::int32_t most_days = 0;
    std::uint64_t height = 0, leaf = 0;  // of the first with the most
  };
  Late late_;
};

}  // namespace quipu::audit
