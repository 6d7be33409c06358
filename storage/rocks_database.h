// SPDX-License-Identifier: Apache-2.0
// RocksDB with the one profile that neither truncates nor forgives silently (docs/decisions, docs/threats.md): tolerate
// only a torn tail, sync on demand, no auto-resume after errors, stop the process on any background error.
#pragma once

#include <expected>
#include <filesystem>
#include <memory>
#include <string>

#include "storage/database.h"

namespace quipu::storage {

enum class OpenFault : std::uint8_t {
  kLocked,   // another process has it
  kCorrupt,  // refuses to open: try open_salvaged
  kForeign,  // not a database of ours, or of another format version
  kIo,
};
struct OpenError {
  OpenFault fault;
  std::string detail;
};

class RocksDatabase final : public Database {
 public:
  static std::expected<std::unique_ptr<RocksDatabase>, OpenError> open(const std::filesystem::path& directory);
  // The way back from a refused open (zero tail after a power cut): opens a copy (SST files hard-linked, the rest
  // copied) with point-in-time recovery. The caller keeps it only if its tip reaches the safety file's, then adopt()
  // puts the copy in the directory's place and keeps the damaged one beside it as `<directory>.damaged-<n>`.
  static std::expected<std::unique_ptr<RocksDatabase>, OpenError> open_salvaged(const std::filesystem::path& directory);
  // No snapshot may be held. After an error the object is only good to be destroyed.
  std::expected<void, OpenError> adopt();

  ~RocksDatabase() override;
  void write(const Batch& batch, Durability durability) override;
  std::shared_ptr<const Snapshot> snapshot() const override;
  std::uint64_t syncs() const;  // synced writes so far, for metrics

 private:
  struct State;
  explicit RocksDatabase(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace quipu::storage
