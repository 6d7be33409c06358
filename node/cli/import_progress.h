// SPDX-License-Identifier: Apache-2.0
// How far an import has come, on disk before anything is sent, so that an interrupted one goes on without saying
// anything twice. A value with a file; one thread.
#pragma once

#include <deque>
#include <expected>
#include <filesystem>
#include <string>
#include <vector>

#include "crypto/bytes.h"

namespace quipu::cli {

// A signed submission that is not yet known to be final. Its bytes are sent again as they are.
struct PendingLeaf {
  bool approvals = false;  // else events of lines [first, end)
  std::size_t first = 0;
  std::size_t end = 0;  // approvals: the first end - first of the waiting targets
  std::uint64_t sequence = 0;
  Bytes leaf;  // empty: lines that were refused; to be made anew with the same number
  // Ids of bytes that were refused under this number. Somebody may still hold them, and only one can take the number.
  std::vector<crypto::Digest> before;
};

// A final event that waits for its approval.
struct WaitingTarget {
  crypto::Digest leaf;
  std::uint32_t index = 0;
  std::string certificate;
  std::string decision_date;
};

struct ImportProgress {
  std::string chain_id;
  std::string chain;  // hex: two ledgers may share a name
  std::string administration;
  std::string key;             // hex
  std::size_t lines_done = 0;  // of the author's lines, all before this one are final
  crypto::Digest done;         // of the text of those lines: they must not change any more
  std::deque<PendingLeaf> pending;
  std::vector<WaitingTarget> waiting;

  std::size_t next_line() const {
    return pending.empty() || pending.back().approvals ? lines_done : pending.back().end;
  }
  std::string to_json() const;
  static std::expected<ImportProgress, std::string> from_json(std::string_view text);
};

}  // namespace quipu::cli
