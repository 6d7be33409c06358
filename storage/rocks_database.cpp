// SPDX-License-Identifier: Apache-2.0
#include "storage/rocks_database.h"

#include <rocksdb/db.h>
#include <rocksdb/iterator.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <atomic>
#include <cassert>

#include "storage/disk_fault.h"
#include "storage/rocks_open.h"
#include "storage/salvage_copy.h"

namespace quipu::storage {

namespace {

rocksdb::Slice slice(BytesView bytes) { return {bytes.data(), bytes.size()}; }

BytesView bytes_of(const rocksdb::Slice& bytes) { return {bytes.data(), bytes.size()}; }

void expect(const rocksdb::Status& status, std::string_view doing) {
  if (!status.ok()) stop_process(doing, fault_text(status));
}

class RocksSnapshot final : public Snapshot {
 public:
  explicit RocksSnapshot(std::shared_ptr<RocksHandle> handle)
      : handle_(std::move(handle)), held_(handle_->database().GetSnapshot()) {
    options_.snapshot = held_;
    options_.total_order_seek = true;
    options_.verify_checksums = true;
  }
  ~RocksSnapshot() override { handle_->database().ReleaseSnapshot(held_); }

  std::optional<Bytes> get(Family family, BytesView key) const override {
    Bytes value;
    const auto status = handle_->database().Get(options_, handle_->family(family), slice(key), &value);
    if (status.IsNotFound()) return std::nullopt;
    expect(status, "cannot read");
    return value;
  }

  std::optional<std::pair<Bytes, Bytes>> last_at_or_before(Family family, BytesView key,
                                                           BytesView prefix) const override {
    assert(key.starts_with(prefix));
    const auto entry = iterate(family);
    entry->SeekForPrev(slice(key));
    expect(entry->status(), "cannot read");
    if (!entry->Valid() || !bytes_of(entry->key()).starts_with(prefix)) return std::nullopt;
    return std::pair(entry->key().ToString(), entry->value().ToString());
  }

  void scan(Family family, BytesView from, BytesView prefix, const Each& each) const override {
    const auto entry = iterate(family);
    for (entry->Seek(slice(std::max(from, prefix))); entry->Valid(); entry->Next()) {
      if (!bytes_of(entry->key()).starts_with(prefix)) break;
      if (!each(bytes_of(entry->key()), bytes_of(entry->value()))) break;
    }
    expect(entry->status(), "cannot read");
  }

 private:
  std::unique_ptr<rocksdb::Iterator> iterate(Family family) const {
    return std::unique_ptr<rocksdb::Iterator>(handle_->database().NewIterator(options_, handle_->family(family)));
  }

  std::shared_ptr<RocksHandle> handle_;
  const rocksdb::Snapshot* held_;
  rocksdb::ReadOptions options_;
};

OpenError io_error(const std::string& detail) { return {OpenFault::kIo, detail}; }

// So that "<directory>.salvage" lies beside the directory and not in it.
std::filesystem::path without_trailing_slash(const std::filesystem::path& directory) {
  return directory.has_filename() ? directory : directory.parent_path();
}

// True when there is nothing in the directory's place, or an empty directory.
bool nothing_there(const std::filesystem::path& directory) {
  std::error_code error;
  return !std::filesystem::exists(directory, error) || std::filesystem::is_empty(directory, error);
}

}  // namespace

struct RocksDatabase::State {
  std::filesystem::path directory;      // where the database belongs
  std::optional<RocksLock> damaged;     // held while a salvaged copy is not adopted
  std::shared_ptr<RocksHandle> handle;  // of the directory, or of the salvaged copy
  std::atomic<std::uint64_t> syncs = 0;

  ~State() {
    handle.reset();
    std::error_code ignored;
    if (damaged) std::filesystem::remove_all(salvage_path(directory), ignored);
  }
};

RocksDatabase::RocksDatabase(std::unique_ptr<State> state) : state_(std::move(state)) {}
RocksDatabase::~RocksDatabase() = default;

std::expected<std::unique_ptr<RocksDatabase>, OpenError> RocksDatabase::open(const std::filesystem::path& place) {
  const auto directory = without_trailing_slash(place);
  if (auto finished = finish_interrupted_exchange(directory); !finished) {
    return std::unexpected(io_error(finished.error()));
  }
  if (nothing_there(directory)) {
    if (auto created = create_rocks(directory); !created) return std::unexpected(created.error());
  }
  auto handle = open_rocks(directory, Recovery::kTornTailOnly);
  if (!handle) return std::unexpected(handle.error());
  auto state = std::make_unique<State>();
  state->directory = directory;
  state->handle = *std::move(handle);
  return std::unique_ptr<RocksDatabase>(new RocksDatabase(std::move(state)));
}

std::expected<std::unique_ptr<RocksDatabase>, OpenError> RocksDatabase::open_salvaged(
    const std::filesystem::path& place) {
  const auto directory = without_trailing_slash(place);
  auto lock = RocksLock::take(directory);
  if (!lock) return std::unexpected(lock.error());
  auto state = std::make_unique<State>();
  state->directory = directory;
  state->damaged.emplace(*std::move(lock));
  if (auto copied = copy_for_salvage(directory); !copied) return std::unexpected(io_error(copied.error()));
  auto handle = open_rocks(salvage_path(directory), Recovery::kPointInTime);
  if (!handle) return std::unexpected(handle.error());
  state->handle = *std::move(handle);
  return std::unique_ptr<RocksDatabase>(new RocksDatabase(std::move(state)));
}

std::expected<void, OpenError> RocksDatabase::adopt() {
  assert(state_->damaged && state_->handle.use_count() == 1);  // salvaged, and nobody holds a snapshot of it
  state_->handle.reset();
  state_->damaged.reset();  // from here on the copy is what counts: it is not removed with this object
  if (auto placed = put_copy_in_place(state_->directory); !placed) return std::unexpected(io_error(placed.error()));
  auto handle = open_rocks(state_->directory, Recovery::kTornTailOnly);
  if (!handle) return std::unexpected(handle.error());
  state_->handle = *std::move(handle);
  return {};
}

void RocksDatabase::write(const Batch& batch, Durability durability) {
  rocksdb::WriteBatch writes;
  for (const Batch::Write& write : batch.writes()) {
    auto* family = state_->handle->family(write.family);
    const auto status = write.value ? writes.Put(family, slice(write.key), slice(*write.value))
                                    : writes.Delete(family, slice(write.key));
    expect(status, "cannot build a batch");
  }
  rocksdb::WriteOptions options;
  options.sync = durability == Durability::kSynced;
  expect(state_->handle->database().Write(options, &writes), "cannot write");
  if (options.sync) ++state_->syncs;
}

std::shared_ptr<const Snapshot> RocksDatabase::snapshot() const {
  return std::make_shared<RocksSnapshot>(state_->handle);
}

std::uint64_t RocksDatabase::syncs() const { return state_->syncs; }

}  // namespace quipu::storage
