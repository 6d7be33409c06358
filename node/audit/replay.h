// SPDX-License-Identifier: Apache-2.0
// Runs the ledger's rules over the log, leaf by leaf, and compares every seal with what follows from the leaves before
// it. One thread; authors' signatures go to the pool.
#pragma once

#include "node/audit/account.h"
#include "node/audit/context.h"
#include "node/audit/entry_reader.h"
#include "node/audit/side_records.h"
#include "node/audit/state_tree.h"
#include "node/ledger/block.h"

namespace quipu::audit {

class Replay {
 public:
  // Tells `account` of every block, `records` of every submission, `keys` what authors sign with. `checked`: so many
  // leaves' signatures were checked before.
  Replay(const Context& context, Account& account, SideRecords& records, LikelyKeys& keys, std::uint64_t checked = 0);

  // The next leaf, with the tree behind it. False: something is broken, nothing more can be replayed.
  bool leaf(Entry entry, const crypto::CompactRange& tree);
  // Was the leaf just taken a seal, so that a block ends here?
  bool at_block_end() const { return entries_.empty() && started_; }
  const ledger::Position& position() const { return position_; }
  // The block that position() follows on; zeros at the genesis block.
  const consensus::BlockId& parent() const { return header_.parent_id; }
  // Of the block at position().
  const consensus::Header& header() const { return header_; }
  const std::string& proposer() const { return proposer_; }
  crypto::Digest state_root() const { return state_->root(); }

 private:
  using Submissions = std::vector<std::shared_ptr<const ledger::Submission>>;
  bool knows_version();
  bool close_block(const crypto::CompactRange& tree);
  bool close_genesis();
  bool check_form(const Entry& entry, std::uint64_t index);
  bool check_author(const Entry& entry, std::uint64_t index);
  void check_signature(const Entry& entry, const crypto::PublicKey& key, std::uint64_t index);
  bool check_submissions(Submissions& out);
  void reject(const ledger::Rejection& why);
  crypto::Digest take_changes(const std::map<ledger::MapKey, Bytes>& changes);
  void count(const std::vector<std::shared_ptr<const ledger::Submission>>& submissions);

  const Context& context_;
  Account& account_;
  SideRecords& records_;
  LikelyKeys& keys_;
  std::uint64_t checked_;
  std::shared_ptr<StateTree> state_ = std::make_shared<StateTree>();
  ledger::Position position_;
  consensus::Header header_;
  std::string proposer_;
  std::vector<Entry> entries_;  // of the block being read
  std::size_t leaf_bytes_ = 0;
  bool started_ = false;
};

}  // namespace quipu::audit
