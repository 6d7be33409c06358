// SPDX-License-Identifier: Apache-2.0
// An import under way: packs lines into submissions, keeps a window of them on their way, approves, and has on disk
// what it is about to say before it says it. However often it is killed, each line is stated once. One thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <expected>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "node/cli/history_file.h"
#include "node/cli/import_progress.h"
#include "node/cli/submitting.h"
#include "node/cli/terminal.h"

namespace quipu::cli {

using Done = std::expected<void, std::string>;

// What an import runs on; outlives it.
struct ImportPlan {
  crypto::UnlockedKey issuer;
  std::optional<crypto::UnlockedKey> approver;
  std::vector<HistoryLine> lines;
  std::string progress_file;
  std::string records_file;  // private data opened; readable by its owner alone
  std::size_t pack = 64;     // most events in one submission
  std::size_t window = 16;   // most submissions on their way
};

class Import {
 public:
  Import(NodeClient& node, const ImportPlan& plan, ImportProgress progress);

  // Until every line is final, and what waits for an approval has it, if there is an approver. The error says what to
  // do before the same import is run again.
  Done run();
  std::size_t submissions() const { return submissions_; }
  std::size_t records_kept() const { return records_kept_; }  // that the node holds now
  std::size_t approvals() const { return approvals_; }
  std::size_t still_waiting() const { return progress_.waiting.size(); }

 private:
  struct Look;
  Done go_on();
  Done resume();
  bool signed_by_approver(const PendingLeaf& pending) const;
  // packing
  Done top_up();
  Done approve();
  Done make(PendingLeaf pending);
  Done sign(PendingLeaf& pending);
  std::expected<std::uint64_t, std::string> next_sequence(const crypto::UnlockedKey& key);
  std::set<std::string> waiting_certificates() const;
  // sending
  Done send(PendingLeaf& pending);
  Done send_all();
  Done number_taken(PendingLeaf& pending);
  Done number_anew(PendingLeaf& pending, std::uint64_t sequence);
  Done too_old(PendingLeaf& pending);
  Done refused(PendingLeaf& pending, const Refusal& refusal);
  Done drop_target(PendingLeaf& pending, std::size_t target, const Refusal& refusal);
  // waiting for the oldest
  Done settle();
  Done settle(const Look& look);
  std::expected<Look, Trouble> look(const PendingLeaf& pending);
  Done finish(const crypto::Digest& id);

  Done save();
  void pause(std::int64_t time_ms, const std::string& why = "");
  std::int64_t patience_left_ms() const;
  std::string name_of(const PendingLeaf& pending, const Refusal& refusal) const;
  bool all_lines_packed() const { return progress_.next_line() == plan_.lines.size(); }
  bool is_oldest(const PendingLeaf& pending) const { return &pending == &progress_.pending.front(); }
  const crypto::UnlockedKey& key_of(const PendingLeaf& pending) const;

  NodeClient& node_;
  const ImportPlan& plan_;
  ImportProgress progress_;
  Progress bar_;
  using Clock = std::chrono::steady_clock;
  Clock::time_point idle_since_ = Clock::now();  // since when nothing has become final
  Clock::time_point note_again_;
  std::string noted_;         // why it waits, as last told
  bool stalled_ = false;      // one that is not the oldest was not taken: nothing new is sent until all are final
  bool tried_again_ = false;  // the oldest was rejected in its turn and sent once more
  std::size_t submissions_ = 0;
  std::size_t approvals_ = 0;
  std::size_t records_kept_ = 0;
};

}  // namespace quipu::cli
