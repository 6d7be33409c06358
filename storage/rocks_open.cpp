// SPDX-License-Identifier: Apache-2.0
#include "storage/rocks_open.h"

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/file_checksum.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/listener.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>

#include <algorithm>
#include <cassert>

#include "storage/directory_sync.h"
#include "storage/disk_fault.h"

namespace quipu::storage {

namespace {

constexpr std::size_t kCacheBytes = 256 << 20;
constexpr std::size_t kMemtableBytes = 64 << 20;  // of all families together
constexpr std::uint64_t kLogBytes = 128 << 20;
constexpr int kOpenFiles = 512;
constexpr int kBloomBitsPerKey = 10;

const rocksdb::Slice kFormatKey = "format";
const rocksdb::Slice kFormat = "quipu storage 1";

// In the order of Family; names are on disk.
constexpr std::array<const char*, kFamilies> kNames = {"leaves",  "nodes", "leaf_ids", "blocks", "links",   "state",
                                                       "history", "notes", "pending",  "meta",   "calendar"};
// Databases written before it was thought of have none: it is made empty when they are opened.
constexpr const char* kMayBeMissing = "calendar";

// RocksDB would carry on after some errors, and did lose acknowledged writes that way: nothing survives the first one.
class StopOnError final : public rocksdb::EventListener {
 public:
  void OnBackgroundError(rocksdb::BackgroundErrorReason, rocksdb::Status* error) override {
    stop_process("RocksDB background error", fault_text(*error));
  }
};

rocksdb::DBOptions database_options(Recovery recovery) {
  rocksdb::DBOptions options;
  options.wal_recovery_mode = recovery == Recovery::kTornTailOnly
                                  ? rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords
                                  : rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  options.paranoid_checks = true;
  options.max_bgerror_resume_count = 0;
  options.listeners = {std::make_shared<StopOnError>()};
  options.recycle_log_file_num = 0;
  options.file_checksum_gen_factory = rocksdb::GetFileChecksumGenCrc32cFactory();
  // All families reach their files together, so that a log cut short never leaves one of them ahead of the others.
  options.atomic_flush = true;
  options.db_write_buffer_size = kMemtableBytes;
  options.max_total_wal_size = kLogBytes;
  options.max_open_files = kOpenFiles;
  options.max_background_jobs = 2;
  options.info_log_level = rocksdb::InfoLogLevel::WARN_LEVEL;
  options.keep_log_file_num = 4;
  return options;
}

bool worth_compressing(Family family) {
  return family == Family::kLeaves || family == Family::kLinks || family == Family::kState ||
         family == Family::kHistory || family == Family::kCalendar;
}

// Asked for one record by its whole key; by the rules often for one that is not there yet.
bool asked_by_key(Family family) { return family == Family::kState || family == Family::kLeafIds; }

// Their keys are numbers that only grow, behind at most one byte (a node's level).
bool appended_to(Family family) {
  return family == Family::kLeaves || family == Family::kNodes || family == Family::kBlocks || family == Family::kLinks;
}

rocksdb::ColumnFamilyOptions family_options(Family family, const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  // Indexes and filters stay out of the cache: a filter is one block of megabytes, and reading it again on a miss would
  // cost a look-up a thousand times what it saves. They take some 20 bytes a record.
  table.cache_index_and_filter_blocks = false;
  table.checksum = rocksdb::kXXH3;  // Debian's library computes CRC32 in software
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(kBloomBitsPerKey));
  // Leads to a key's place in a block without a search through it.
  if (asked_by_key(family)) table.data_block_index_type = rocksdb::BlockBasedTableOptions::kDataBlockBinaryAndHash;
  rocksdb::ColumnFamilyOptions options;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  // A skip list would be searched to its end. Each filter takes its part of the memtables' bytes as soon as one is
  // begun.
  if (asked_by_key(family)) {
    options.memtable_prefix_bloom_size_ratio = 0.05;
    options.memtable_whole_key_filtering = true;
  }
  // The next key's place is beside the last one's: no search from the top of the memtable.
  if (appended_to(family)) {
    options.memtable_insert_with_hint_prefix_extractor.reset(rocksdb::NewFixedPrefixTransform(1));
  }
  options.compression = worth_compressing(family) ? rocksdb::kLZ4Compression : rocksdb::kNoCompression;
  return options;
}

std::vector<rocksdb::ColumnFamilyDescriptor> families() {
  const auto cache = rocksdb::NewLRUCache(kCacheBytes);
  std::vector<rocksdb::ColumnFamilyDescriptor> all;
  all.emplace_back(rocksdb::kDefaultColumnFamilyName, rocksdb::ColumnFamilyOptions());
  for (std::size_t i = 0; i < kFamilies; ++i) {
    all.emplace_back(kNames[i], family_options(static_cast<Family>(i), cache));
  }
  return all;
}

std::expected<std::shared_ptr<RocksHandle>, OpenError> open_with(const rocksdb::DBOptions& options,
                                                                 const std::filesystem::path& directory) {
  rocksdb::DB* database = nullptr;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  const auto status = rocksdb::DB::Open(options, directory.string(), families(), &handles, &database);
  if (!status.ok()) return std::unexpected(open_error(status));
  return std::make_shared<RocksHandle>(database, std::move(handles));
}

// A database that lost its CURRENT file is damaged; any other directory without one is not a database.
std::expected<void, OpenError> expect_database(const std::filesystem::path& directory) {
  std::error_code error;
  if (std::filesystem::exists(directory / "CURRENT", error)) return {};
  bool remains = false;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    const auto& name = entry.path().filename().string();
    remains = remains || name.ends_with(".sst") || name.starts_with("MANIFEST-");
  }
  if (error) return std::unexpected(OpenError{OpenFault::kIo, directory.string() + ": " + error.message()});
  if (remains) return std::unexpected(OpenError{OpenFault::kCorrupt, directory.string() + ": no CURRENT file"});
  return std::unexpected(OpenError{OpenFault::kForeign, directory.string() + ": not a database"});
}

std::expected<void, OpenError> expect_our_families(const rocksdb::DBOptions& options,
                                                   const std::filesystem::path& directory) {
  std::vector<std::string> names;
  const auto status = rocksdb::DB::ListColumnFamilies(options, directory.string(), &names);
  if (!status.ok()) return std::unexpected(open_error(status));
  if (std::ranges::find(names, kMayBeMissing) == names.end()) names.emplace_back(kMayBeMissing);
  std::vector<std::string> ours(kNames.begin(), kNames.end());
  ours.push_back(rocksdb::kDefaultColumnFamilyName);
  std::sort(names.begin(), names.end());
  std::sort(ours.begin(), ours.end());
  if (names == ours) return {};
  return std::unexpected(OpenError{OpenFault::kForeign, directory.string() + ": other column families than ours"});
}

std::expected<void, OpenError> expect_our_format(const RocksHandle& handle) {
  std::string format;
  const auto status = handle.database().Get(rocksdb::ReadOptions(), handle.format_family(), kFormatKey, &format);
  if (status.ok() && format == kFormat) return {};
  if (!status.ok() && !status.IsNotFound()) return std::unexpected(open_error(status));
  return std::unexpected(OpenError{OpenFault::kForeign, "written in another format: '" + format + "'"});
}

std::expected<void, OpenError> stamp_format(const RocksHandle& handle) {
  rocksdb::WriteOptions synced;
  synced.sync = true;
  const auto status = handle.database().Put(synced, handle.format_family(), kFormatKey, kFormat);
  if (!status.ok()) return std::unexpected(open_error(status));
  return {};
}

}  // namespace

RocksHandle::RocksHandle(rocksdb::DB* database, std::vector<rocksdb::ColumnFamilyHandle*> families)
    : database_(database), families_(std::move(families)) {
  assert(families_.size() == kFamilies + 1);
}

RocksHandle::~RocksHandle() {
  for (auto* family : families_) database_->DestroyColumnFamilyHandle(family);
}

std::expected<std::shared_ptr<RocksHandle>, OpenError> open_rocks(const std::filesystem::path& directory,
                                                                  Recovery recovery) {
  auto options = database_options(recovery);
  options.create_missing_column_families = true;
  if (auto found = expect_database(directory); !found) return std::unexpected(found.error());
  if (auto ours = expect_our_families(options, directory); !ours) return std::unexpected(ours.error());
  auto handle = open_with(options, directory);
  if (!handle) return handle;
  if (auto ours = expect_our_format(**handle); !ours) return std::unexpected(ours.error());
  return handle;
}

// Built beside the directory and renamed into place: a start that is cut short leaves nothing half made.
std::expected<void, OpenError> create_rocks(const std::filesystem::path& directory) {
  const std::filesystem::path fresh = directory.string() + ".new";
  std::error_code error;
  std::filesystem::remove_all(fresh, error);
  auto options = database_options(Recovery::kTornTailOnly);
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  {
    auto handle = open_with(options, fresh);
    if (!handle) return std::unexpected(handle.error());
    if (auto stamped = stamp_format(**handle); !stamped) return stamped;
  }
  std::filesystem::rename(fresh, directory, error);
  if (error) return std::unexpected(OpenError{OpenFault::kIo, directory.string() + ": " + error.message()});
  if (!sync_directory(directory.parent_path()))
    return std::unexpected(OpenError{OpenFault::kIo, "cannot sync directory"});
  return {};
}

OpenError open_error(const rocksdb::Status& status) {
  const std::string text = status.ToString();
  const bool locked =
      text.find("lock hold by") != std::string::npos || text.find("While lock file") != std::string::npos;
  if (locked) return {OpenFault::kLocked, text};
  if (status.IsCorruption()) return {OpenFault::kCorrupt, text};
  return {OpenFault::kIo, text};
}

std::string fault_text(const rocksdb::Status& status) {
  if (!status.IsCorruption()) return status.ToString();
  return status.ToString() +
         ": move the ledger away and have the other members refill it "
         "(docs/runbooks/lost-node.md), and have the disk tested";
}

std::expected<RocksLock, OpenError> RocksLock::take(const std::filesystem::path& directory) {
  rocksdb::FileLock* lock = nullptr;
  const auto status = rocksdb::Env::Default()->LockFile((directory / "LOCK").string(), &lock);
  if (!status.ok()) return std::unexpected(open_error(status));
  return RocksLock(lock);
}

RocksLock::RocksLock(RocksLock&& other) noexcept : lock_(std::exchange(other.lock_, nullptr)) {}

RocksLock::~RocksLock() {
  if (lock_) rocksdb::Env::Default()->UnlockFile(lock_);
}

}  // namespace quipu::storage
