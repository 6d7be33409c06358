// SPDX-License-Identifier: Apache-2.0
// What the storage tests share: a directory that goes away, a seeded source of numbers, made-up values, both databases.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "storage/block_store.h"
#include "storage/memory_database.h"
#include "storage/rocks_database.h"

namespace quipu::storage::testing {

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "quipu-storage-XXXXXX").string();
    if (!::mkdtemp(name.data())) throw std::runtime_error("mkdtemp");
    path_ = name;
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}
  // In [0, end).
  std::uint64_t below(std::uint64_t end) { return engine_() % end; }
  bool one_in(std::uint64_t n) { return below(n) == 0; }
  Bytes bytes(std::size_t size) {
    Bytes out(size, '\0');
    for (char& c : out) c = static_cast<char>(below(256));
    return out;
  }
  template <class F>
  F fixed() {
    return *F::from(bytes(F::kSize));
  }

 private:
  std::mt19937_64 engine_;
};

inline consensus::Subject view_alone(std::uint64_t view) {
  consensus::Subject subject;
  subject.view.value = view;
  return subject;
}

inline consensus::Subject some_subject(Dice& dice, std::uint64_t view) {
  return {.view = {view},
          .parent_view = {view ? view - 1 : 0},
          .height = {dice.below(1000)},
          .block = dice.fixed<crypto::Digest>()};
}

inline consensus::Tip some_tip(Dice& dice, std::uint64_t view) {
  return {.view = {view},
          .height = {dice.below(1000)},
          .block = dice.fixed<crypto::Digest>(),
          .tree_size = dice.below(100'000),
          .tree_root = dice.fixed<crypto::Digest>()};
}

inline constexpr std::size_t kTestMembers = 4;

inline consensus::QuorumProof some_proof(Dice& dice, std::uint64_t view, consensus::VoteKind kind) {
  consensus::QuorumProof proof;
  proof.kind = kind;
  proof.subject = kind == consensus::VoteKind::kNullify ? view_alone(view) : some_subject(dice, view);
  proof.signers = {0, 1, 3};
  for (int i = 0; i < 3; ++i) proof.signatures.push_back(dice.fixed<crypto::Signature>());
  return proof;
}

// The same cases run against both databases.
struct Backend {
  const char* name;
  std::function<std::unique_ptr<Database>(const std::filesystem::path&)> open;
};
inline std::vector<Backend> both_databases() {
  return {{"memory", [](const auto&) { return std::make_unique<MemoryDatabase>(); }},
          {"RocksDB", [](const auto& path) -> std::unique_ptr<Database> {
             auto opened = RocksDatabase::open(path);
             if (!opened) throw std::runtime_error(opened.error().detail);
             return *std::move(opened);
           }}};
}

// Runs one hidden case of this test program in a process of its own, with `directory` in QUIPU_CHILD_DIRECTORY.
// Returns what waitpid says.
int run_child(const std::string& test, const std::filesystem::path& directory);
// On standard error, the last one in that directory.
std::string child_said(const std::filesystem::path& directory);
// The directory when this process is such a child.
std::optional<std::filesystem::path> child_directory();
// Files may not grow past this; writes beyond fail with EFBIG instead of killing the process.
void limit_file_size(std::uint64_t bytes);
// True when the child called abort().
bool aborted(int status);

}  // namespace quipu::storage::testing
