// SPDX-License-Identifier: Apache-2.0
#include <rocksdb/db.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "tests/storage/chain.h"
#include "tests/storage/rocks_files.h"

namespace quipu::storage::testing {

namespace rocks_open_test {

namespace fs = std::filesystem;
constexpr std::uint64_t kRecords = 400;

Bytes key_of(std::uint64_t n) { return crypto::ByteWriter().u64(n).take(); }

void write_record(Database& database, std::uint64_t n, Durability durability = Durability::kSynced) {
  Batch batch;
  batch.put(Family::kLeaves, key_of(n), Bytes(100, static_cast<char>('a' + n % 26)));
  database.write(batch, durability);
}

// A closed database whose records all lie in its write-ahead log.
void make_database(const fs::path& directory) {
  const auto database = RocksDatabase::open(directory);
  REQUIRE(database.has_value());
  for (std::uint64_t n = 0; n + 1 < kRecords; ++n) write_record(**database, n, Durability::kUnsynced);
  write_record(**database, kRecords - 1);
}

// How many records are there, when they are the first ones; each must be as written.
std::uint64_t count_records(const Database& database) {
  std::uint64_t next = 0;
  database.snapshot()->scan(Family::kLeaves, {}, {}, [&](BytesView key, BytesView value) {
    REQUIRE(key == key_of(next));
    REQUIRE(value == Bytes(100, static_cast<char>('a' + next % 26)));
    ++next;
    return true;
  });
  return next;
}

std::optional<OpenFault> fault_of(const fs::path& directory) {
  const auto opened = RocksDatabase::open(directory);
  if (opened) return std::nullopt;
  return opened.error().fault;
}

std::unique_ptr<rocksdb::DB> open_plainly(const fs::path& directory, bool create) {
  rocksdb::Options options;
  options.create_if_missing = create;
  std::vector<std::string> names;
  if (create) {
    names = {"default"};
  } else {
    rocksdb::DB::ListColumnFamilies(options, directory.string(), &names);
  }
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (const auto& name : names) families.emplace_back(name, rocksdb::ColumnFamilyOptions());
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* database = nullptr;
  REQUIRE(rocksdb::DB::Open(options, directory.string(), families, &handles, &database).ok());
  for (auto* handle : handles) database->DestroyColumnFamilyHandle(handle);
  return std::unique_ptr<rocksdb::DB>(database);
}

// As if the database had been written before there was a family of this name.
void drop_family(const fs::path& directory, const std::string& name) {
  std::vector<std::string> names;
  rocksdb::DB::ListColumnFamilies({}, directory.string(), &names);
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (const auto& each : names) families.emplace_back(each, rocksdb::ColumnFamilyOptions());
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* database = nullptr;
  REQUIRE(rocksdb::DB::Open({}, directory.string(), families, &handles, &database).ok());
  for (auto* handle : handles) {
    if (handle->GetName() == name) REQUIRE(database->DropColumnFamily(handle).ok());
    database->DestroyColumnFamilyHandle(handle);
  }
  delete database;
}

}  // namespace rocks_open_test

TEST_CASE("a closed database opens again with all it was given", "[storage]") {
  using namespace rocks_open_test;
  TemporaryDirectory directory;
  make_database(directory / "db");
  for (int round = 0; round < 2; ++round) {
    const auto database = RocksDatabase::open(directory / "db");
    REQUIRE(database.has_value());
    CHECK(count_records(**database) == kRecords);
  }
  CHECK(!fs::exists(directory / "db.new"));
}

TEST_CASE("synced writes are counted and unsynced ones are not", "[storage]") {
  using namespace rocks_open_test;
  TemporaryDirectory directory;
  const auto database = RocksDatabase::open(directory / "db");
  REQUIRE(database.has_value());
  CHECK((*database)->syncs() == 0);
  write_record(**database, 0);
  Batch batch;
  batch.put(Family::kNotes, "a", "b");
  (*database)->write(batch, Durability::kUnsynced);
  CHECK((*database)->syncs() == 1);
}

TEST_CASE("readers on other threads see whole batches only", "[storage]") {
  using namespace rocks_open_test;
  TemporaryDirectory directory;
  const auto database = RocksDatabase::open(directory / "db");
  REQUIRE(database.has_value());
  std::atomic<bool> done = false;
  std::atomic<int> torn = 0;
  const auto read = [&] {
    while (!done) {
      const auto snapshot = (*database)->snapshot();
      if (snapshot->get(Family::kMeta, "tip") != snapshot->get(Family::kBlocks, "last")) ++torn;
    }
  };
  std::thread first(read);
  std::thread second(read);
  for (std::uint64_t n = 0; n < 2'000; ++n) {
    Batch batch;
    batch.put(Family::kMeta, "tip", key_of(n));
    batch.put(Family::kBlocks, "last", key_of(n));
    (*database)->write(batch, Durability::kUnsynced);
  }
  done = true;
  first.join();
  second.join();
  CHECK(torn == 0);
}

TEST_CASE("an empty directory is a place for a database", "[storage]") {
  using namespace rocks_open_test;
  TemporaryDirectory directory;
  fs::create_directory(directory / "db");
  make_database(directory / "db/");
  CHECK(!fault_of(directory / "db"));
}

TEST_CASE("a creation that was cut short is begun again", "[storage]") {
  using namespace rocks_open_test;
  TemporaryDirectory directory;
  make_database(directory / "other");
  fs::create_directory(directory / "db.new");
  fs::copy(directory / "other", directory / "db.new");
  fs::remove(directory / "db.new" / "CURRENT");
  const auto database = RocksDatabase::open(directory / "db");
  REQUIRE(database.has_value());
  CHECK(count_records(**database) == 0);
}

TEST_CASE("child: opens a database that is in use", "[.child]") {
  const auto directory = child_directory();
  if (!directory) return;
  CHECK(rocks_open_test::fault_of(*directory / "db") == OpenFault::kLocked);
  CHECK(RocksDatabase::open_salvaged(*directory / "db").error().fault == OpenFault::kLocked);
}

TEST_CASE("a database in use is locked for everybody else and cannot be salvaged", "[storage]") {
  using namespace rocks_open_test;
  TemporaryDirectory directory;
  {
    const auto database = RocksDatabase::open(directory / "db");
    REQUIRE(database.has_value());
    CHECK(fault_of(directory / "db") == OpenFault::kLocked);
    CHECK(RocksDatabase::open_salvaged(directory / "db").error().fault == OpenFault::kLocked);
    CHECK(run_child("child: opens a database that is in use", directory / "") == 0);
  }
  CHECK(!fault_of(directory / "db"));
}

TEST_CASE("a directory of other files is foreign and stays as it is", "[storage]") {
  using namespace rocks_open_test;
  TemporaryDirectory directory;
  fs::create_directory(directory / "db");
  std::ofstream(directory / "db/letter.txt") << "dear reader";
  CHECK(fault_of(directory / "db") == OpenFault::kForeign);
  CHECK(files_ending(directory / "db", "").size() == 1);
}

TEST_CASE("somebody else's RocksDB is foreign", "[storage]") {
  using namespace rocks_open_test;
  TemporaryDirectory directory;
  open_plainly(directory / "db", true).reset();
  CHECK(fault_of(directory / "db") == OpenFault::kForeign);
}

TEST_CASE("a database of before the calendar gets one and any other family that is missing is foreign", "[storage]") {
  using namespace rocks_open_test;
  TemporaryDirectory directory;
  make_database(directory / "db");
  drop_family(directory / "db", "calendar");
  for (int round = 0; round < 2; ++round) {
    const auto database = RocksDatabase::open(directory / "db");
    REQUIRE(database.has_value());
    CHECK(count_records(**database) == kRecords);
    CHECK((*database)->snapshot()->get(Family::kCalendar, "entry").has_value() == (round == 1));
    Batch batch;
    batch.put(Family::kCalendar, "entry", "value");
    (*database)->write(batch, Durability::kSynced);
  }
  drop_family(directory / "db", "notes");
  CHECK(fault_of(directory / "db") == OpenFault::kForeign);
}

TEST_CASE("another format version is foreign", "[storage]") {
  using namespace rocks_open_test;
  TemporaryDirectory directory;
  make_database(directory / "db");
  const auto plain = open_plainly(directory / "db", false);
  REQUIRE(plain->Put(rocksdb::WriteOptions(), "format", "quipu storage 2").ok());
  REQUIRE(plain->Close().ok());
  CHECK(fault_of(directory / "db") == OpenFault::kForeign);
}

TEST_CASE("a database that lost its CURRENT file is corrupt and not made anew", "[storage]") {
  using namespace rocks_open_test;
  TemporaryDirectory directory;
  make_database(directory / "db");
  fs::remove(directory / "db/CURRENT");
  CHECK(fault_of(directory / "db") == OpenFault::kCorrupt);
  CHECK(fs::exists(write_ahead_log(directory / "db")));
}

TEST_CASE("a record cut short at the end of the log is an ordinary crash", "[storage]") {
  using namespace rocks_open_test;
  TemporaryDirectory directory;
  make_database(directory / "db");
  cut(write_ahead_log(directory / "db"), 17);
  const auto database = RocksDatabase::open(directory / "db");
  REQUIRE(database.has_value());
  CHECK(count_records(**database) == kRecords - 1);
}

TEST_CASE("a bit flipped in the middle of the log refuses the open and a salvage keeps what came before", "[storage]") {
  using namespace rocks_open_test;
  TemporaryDirectory directory;
  make_database(directory / "db");
  const fs::path log = write_ahead_log(directory / "db");
  flip_bit(log, fs::file_size(log) / 2);
  REQUIRE(fault_of(directory / "db") == OpenFault::kCorrupt);
  const auto salvaged = RocksDatabase::open_salvaged(directory / "db");
  REQUIRE(salvaged.has_value());
  const std::uint64_t kept = count_records(**salvaged);
  CHECK(kept > kRecords / 3);
  CHECK(kept < kRecords * 2 / 3);
}

TEST_CASE("a salvage that is not adopted leaves the damaged directory alone and nothing else behind", "[storage]") {
  using namespace rocks_open_test;
  TemporaryDirectory directory;
  make_database(directory / "db");
  const fs::path log = write_ahead_log(directory / "db");
  flip_bit(log, fs::file_size(log) / 2);
  const auto size = fs::file_size(log);
  {
    const auto salvaged = RocksDatabase::open_salvaged(directory / "db");
    REQUIRE(salvaged.has_value());
    write_record(**salvaged, 100'000);
    CHECK(fault_of(directory / "db") == OpenFault::kLocked);
    CHECK(run_child("child: opens a database that is in use", directory / "") == 0);
  }
  CHECK(!fs::exists(directory / "db.salvage"));
  CHECK(fs::file_size(log) == size);
  CHECK(fault_of(directory / "db") == OpenFault::kCorrupt);
}

TEST_CASE("zeros after a torn record refuse the open and an adopted salvage has every record before it", "[storage]") {
  using namespace rocks_open_test;
  TemporaryDirectory directory;
  make_database(directory / "db");
  tear_into_zeros(write_ahead_log(directory / "db"), 17);
  REQUIRE(fault_of(directory / "db") == OpenFault::kCorrupt);
  {
    auto salvaged = RocksDatabase::open_salvaged(directory / "db");
    REQUIRE(salvaged.has_value());
    CHECK(count_records(**salvaged) == kRecords - 1);
    REQUIRE((*salvaged)->adopt());
    CHECK(count_records(**salvaged) == kRecords - 1);
    write_record(**salvaged, kRecords - 1);
  }
  CHECK(fs::exists(directory / "db.damaged-1"));
  CHECK(!fs::exists(directory / "db.salvage"));
  const auto database = RocksDatabase::open(directory / "db");
  REQUIRE(database.has_value());
  CHECK(count_records(**database) == kRecords);
  CHECK(fault_of(directory / "db.damaged-1") == OpenFault::kCorrupt);
}

TEST_CASE("a second salvage gets the next number", "[storage]") {
  using namespace rocks_open_test;
  TemporaryDirectory directory;
  make_database(directory / "db");
  for (std::uint64_t round = 1; round <= 2; ++round) {
    tear_into_zeros(write_ahead_log(directory / "db"), 17);
    REQUIRE(fault_of(directory / "db") == OpenFault::kCorrupt);
    auto salvaged = RocksDatabase::open_salvaged(directory / "db");
    REQUIRE(salvaged.has_value());
    REQUIRE((*salvaged)->adopt());
    CHECK(count_records(**salvaged) == kRecords - 1);
    write_record(**salvaged, kRecords - 1);  // the one to be torn next
    CHECK(fs::exists(directory / ("db.damaged-" + std::to_string(round))));
  }
}

TEST_CASE("a power cut in the middle of an adoption is finished at the next open", "[storage]") {
  using namespace rocks_open_test;
  TemporaryDirectory directory;
  make_database(directory / "db.salvage");
  make_database(directory / "db.damaged-1");
  const auto database = RocksDatabase::open(directory / "db");
  REQUIRE(database.has_value());
  CHECK(count_records(**database) == kRecords);
  CHECK(!fs::exists(directory / "db.salvage"));
}

TEST_CASE("a deleted log opens and is noticed by its tip", "[storage]") {
  using namespace rocks_open_test;
  TemporaryDirectory directory;
  Chain chain(41);
  Dice dice(42);
  {
    const auto database = RocksDatabase::open(directory / "db");
    REQUIRE(database.has_value());
    BlockStore store(**database);
    store.initialise(chain.id(), chain.genesis());
  }
  consensus::Tip witnessed;
  {
    const auto database = RocksDatabase::open(directory / "db");  // the genesis block goes to a table file here
    BlockStore store(**database);
    commit_next(store, chain, dice, 3);
    witnessed = *store.read().tip();
  }
  fs::remove(write_ahead_log(directory / "db"));
  const auto database = RocksDatabase::open(directory / "db");
  REQUIRE(database.has_value());
  const auto tip = BlockStore(**database).read().tip();
  REQUIRE(tip.has_value());
  CHECK(tip->height.value == 0);
  CHECK(witnessed.height.value == 3);
}

TEST_CASE("child: reads every record", "[.child]") {
  const auto directory = child_directory();
  if (!directory) return;
  const auto database = RocksDatabase::open(*directory / "db");
  REQUIRE(database.has_value());
  rocks_open_test::count_records(**database);
}

TEST_CASE("a bit flipped in a table file stops the process when it is read", "[storage]") {
  using namespace rocks_open_test;
  TemporaryDirectory directory;
  make_database(directory / "db");
  REQUIRE(!fault_of(directory / "db"));  // the records go to a table file here
  REQUIRE(run_child("child: reads every record", directory / "") == 0);
  fs::path biggest;
  for (const auto& file : files_ending(directory / "db", ".sst")) {
    if (biggest.empty() || fs::file_size(file) > fs::file_size(biggest)) biggest = file;
  }
  flip_bit(biggest, fs::file_size(biggest) / 4);
  CHECK(aborted(run_child("child: reads every record", directory / "")));
  CHECK(child_said(directory / "").find("move the ledger away and have the other members refill it") !=
        std::string::npos);
}

TEST_CASE("child: writes until the log hits a file size limit", "[.child]") {
  const auto directory = child_directory();
  if (!directory) return;
  const auto database = RocksDatabase::open(*directory / "db");
  REQUIRE(database.has_value());
  limit_file_size(64 << 10);
  for (std::uint64_t n = rocks_open_test::kRecords; n < 10'000; ++n) rocks_open_test::write_record(**database, n);
}

TEST_CASE("a write that fails stops the process and loses nothing that was synced", "[storage]") {
  using namespace rocks_open_test;
  TemporaryDirectory directory;
  make_database(directory / "db");
  CHECK(aborted(run_child("child: writes until the log hits a file size limit", directory / "")));
  const auto database = RocksDatabase::open(directory / "db");
  REQUIRE(database.has_value());
  CHECK(count_records(**database) > kRecords);
}

}  // namespace quipu::storage::testing
