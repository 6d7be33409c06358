// SPDX-License-Identifier: Apache-2.0
// A source whose files are in memory, to be changed as a liar would, and a follower's ledger beside it. One thread.
#pragma once

#include <functional>

#include "node/follow/pursuit.h"
#include "storage/memory_database.h"
#include "tests/node/audit/sample_mirror.h"

namespace quipu::follow::testing {

class MirrorSource final : public Source {
 public:
  explicit MirrorSource(sample::Files files_in, std::string name = "memory")
      : files(std::move(files_in)), name_(std::move(name)) {}
  const std::string& name() const override { return name_; }
  std::expected<std::optional<Bytes>, std::string> get(const std::string& path, std::size_t most_bytes) override {
    ++asked;
    if (away) return std::unexpected("no answer");
    const auto found = files.find(path);
    if (found == files.end()) return std::nullopt;
    if (found->second.size() > most_bytes) return std::unexpected(path + " is too long");
    return found->second;
  }

  sample::Files files;
  bool away = false;
  int asked = 0;

 private:
  std::string name_;
};

class Copy {
 public:
  Copy() { open(); }
  // As after a restart: what is in the database is all that is left.
  void open() {
    pursuit.reset();
    auto opened = Pursuit::open(sample::genesis(), database);
    assert(opened);
    pursuit = std::move(*opened);
  }
  std::expected<bool, Fault> follow(Source& source) { return pursuit->follow(source, going); }
  std::uint64_t size() const { return pursuit->reader()->newest().tree_size; }
  crypto::Digest root() const { return pursuit->reader()->newest().tree_root; }

  storage::MemoryDatabase database;
  std::unique_ptr<Pursuit> pursuit;
  std::atomic<bool> going{false};
};

}  // namespace quipu::follow::testing
