// SPDX-License-Identifier: Apache-2.0
// The in-memory twin of RocksDatabase for the simulator and tests: at a crash it loses exactly what was not synced.
// One thread.
#pragma once

#include <cstddef>
#include <memory>

#include "storage/database.h"

namespace quipu::storage {

class MemoryDatabase final : public Database {
 public:
  MemoryDatabase();
  ~MemoryDatabase() override;
  void write(const Batch& batch, Durability durability) override;
  std::shared_ptr<const Snapshot> snapshot() const override;

  // Writes since the last synced one, oldest first.
  std::size_t unsynced() const;
  // A power cut: the unsynced writes beyond the first `kept` of them are gone (write-ahead order: a prefix survives).
  void crash(std::size_t kept);
  Batch everything() const;
  // An independent copy of what is there now: yesterday's disk image, for rollback faults.
  std::unique_ptr<MemoryDatabase> clone() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace quipu::storage
