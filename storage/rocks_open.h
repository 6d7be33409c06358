// SPDX-License-Identifier: Apache-2.0
// Opens a RocksDB directory with our profile (docs/threats.md) and says in our words why it would not. The handle may
// be shared between threads, as RocksDB's own.
#pragma once

#include <expected>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "storage/database.h"
#include "storage/rocks_database.h"

namespace rocksdb {
class ColumnFamilyHandle;
class DB;
class FileLock;
class Status;
}  // namespace rocksdb

namespace quipu::storage {

// An open database; closed when the last snapshot has gone.
class RocksHandle {
 public:
  RocksHandle(rocksdb::DB* database, std::vector<rocksdb::ColumnFamilyHandle*> families);
  ~RocksHandle();
  RocksHandle(const RocksHandle&) = delete;
  RocksHandle& operator=(const RocksHandle&) = delete;

  rocksdb::DB& database() const { return *database_; }
  rocksdb::ColumnFamilyHandle* family(Family family) const { return families_[1 + static_cast<std::size_t>(family)]; }
  rocksdb::ColumnFamilyHandle* format_family() const { return families_[0]; }

 private:
  std::unique_ptr<rocksdb::DB> database_;
  std::vector<rocksdb::ColumnFamilyHandle*> families_;  // RocksDB's "default" first, then in the order of Family
};

enum class Recovery : std::uint8_t {
  kTornTailOnly,  // forgives a record cut short at the end of the log, nothing else
  kPointInTime,   // keeps what comes before the damage: for salvage alone
};

// The directory must hold a database of our format. Never creates one, so a lost CURRENT file is not a fresh start.
std::expected<std::shared_ptr<RocksHandle>, OpenError> open_rocks(const std::filesystem::path& directory,
                                                                  Recovery recovery);
// A new, empty database appears in the directory, all at once.
std::expected<void, OpenError> create_rocks(const std::filesystem::path& directory);

OpenError open_error(const rocksdb::Status& status);
// What RocksDB says, and where its own checksums found damage, what to do.
std::string fault_text(const rocksdb::Status& status);

// RocksDB's own lock on a directory that is not opened.
class RocksLock {
 public:
  static std::expected<RocksLock, OpenError> take(const std::filesystem::path& directory);
  RocksLock(RocksLock&& other) noexcept;
  RocksLock& operator=(RocksLock&&) = delete;
  ~RocksLock();

 private:
  explicit RocksLock(rocksdb::FileLock* lock) : lock_(lock) {}
  rocksdb::FileLock* lock_;
};

}  // namespace quipu::storage
