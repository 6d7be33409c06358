// SPDX-License-Identifier: Apache-2.0
// Reads the log's entry bundles a few ahead and has them decoded on the pool's threads, so that the thread that replays
// runs only the rules. The caller's side, and all reading of files, belongs to one thread.
#pragma once

#include <deque>
#include <expected>
#include <future>
#include <memory>
#include <vector>

#include "node/audit/context.h"
#include "node/ledger/submission.h"

namespace quipu::audit {

// One leaf and what it reads as.
struct Entry {
  Bytes leaf;
  crypto::Digest hash;
  bool is_seal = false;
  // Of every leaf but a seal; leaf 0 is none in form.
  std::expected<std::shared_ptr<const ledger::Submission>, ledger::Rejection> submission = nullptr;
};

class EntryReader {
 public:
  EntryReader(const Context& context, std::uint64_t size);
  // The next bundle's entries in order. Nothing, and a finding, when they cannot be had: however far ahead was read,
  // findings come in the log's order. Requires that not all were handed out.
  std::optional<std::vector<Entry>> next();

 private:
  using Decoded = std::future<std::optional<std::vector<Entry>>>;  // nothing: not in form
  struct Pending {
    std::string path;
    std::expected<Decoded, Finding> decoded;
  };
  void read_ahead();
  Pending start(std::uint64_t index);

  const Context& context_;
  std::uint64_t size_;
  std::uint64_t started_ = 0;    // bundles
  std::deque<Pending> pending_;  // at most kAhead
};

}  // namespace quipu::audit
