// SPDX-License-Identifier: Apache-2.0
// One byte of what a ledger's database holds is changed, or one entry is gone: the scrub tells.
#include "node/host/scrub.h"

#include <catch2/catch.hpp>

#include "node/runtime/care/scrubber.h"
#include "tests/node/runtime/care/member_folder.h"

namespace quipu::runtime::care_test {

using storage::Family;

namespace scrubbing {

host::Scrubbed scrubbed(const storage::MemoryDatabase& database) {
  return host::scrub(sample::genesis().chain, database.snapshot()).value();
}

std::vector<storage::Batch::Write> entries(const storage::MemoryDatabase& database, Family family) {
  auto found = database.everything().writes();
  std::erase_if(found, [&](const auto& write) { return write.family != family; });
  REQUIRE_FALSE(found.empty());
  return found;
}

void write(storage::Database& database, const storage::Batch::Write& entry) {
  storage::Batch batch;
  entry.value ? batch.put(entry.family, entry.key, *entry.value) : batch.erase(entry.family, entry.key);
  database.write(batch, storage::Durability::kSynced);
}

storage::Batch::Write flipped(storage::Batch::Write entry) {
  entry.value->back() = static_cast<char>(entry.value->back() ^ 1);
  return entry;
}

}  // namespace scrubbing

TEST_CASE("a ledger that is stored as it was agreed is found well and all of it was read") {
  using namespace scrubbing;
  const auto blocks = GENERATE(1, 3, 12);
  const auto chain = grown(blocks);
  storage::MemoryDatabase database;
  fill(chain, database);
  const auto found = scrubbed(database);
  CHECK(found.fault == "");
  CHECK(found.height == chain.position.height.value);
  CHECK(found.leaves == entries(database, Family::kLeaves).size());
  CHECK(found.records == entries(database, Family::kState).size());
}

TEST_CASE("a ledger that has its genesis alone is found well") {
  using namespace scrubbing;
  storage::MemoryDatabase database;
  REQUIRE(follow::Pursuit::open(sample::genesis(), database));
  const auto found = scrubbed(database);
  CHECK(found.fault == "");
  CHECK(found.height == 0);
}

TEST_CASE("any one stored leaf or place or node or block or record that is changed or gone is found") {
  using namespace scrubbing;
  storage::MemoryDatabase database;
  fill(grown(6), database);
  const auto family = GENERATE(Family::kLeaves, Family::kLeafIds, Family::kNodes, Family::kBlocks, Family::kState);
  for (const auto& entry : entries(database, family)) {
    INFO(static_cast<int>(family) << " " << crypto::to_hex(entry.key));
    write(database, flipped(entry));
    CHECK(scrubbed(database).fault != "");
    write(database, {entry.family, entry.key, std::nullopt});
    CHECK(scrubbed(database).fault != "");
    write(database, entry);
  }
  CHECK(scrubbed(database).fault == "");
}

TEST_CASE("the newest version of each record in the history is held against the state") {
  using namespace scrubbing;
  storage::MemoryDatabase database;
  fill(grown(6), database);
  std::map<Bytes, storage::Batch::Write> newest;
  for (const auto& entry : entries(database, Family::kHistory)) {
    newest.insert_or_assign(entry.key.substr(0, entry.key.size() - 8), entry);
  }
  for (const auto& [key, entry] : newest) {
    write(database, flipped(entry));
    CHECK(scrubbed(database).fault.find(crypto::to_hex(key)) != std::string::npos);
    write(database, entry);
  }
}

TEST_CASE("a scrub that is stopped gives no verdict") {
  storage::MemoryDatabase database;
  fill(grown(3), database);
  std::stop_source stop;
  stop.request_stop();
  CHECK_FALSE(host::scrub(sample::genesis().chain, database.snapshot(), stop.get_token()));
}

TEST_CASE("a scrub is due each day and each hour after one that found damage") {
  constexpr std::int64_t kHour_ms = 3'600'000;
  constexpr std::int64_t kThen_ms = 1'795'000'000'000;
  CHECK(scrub_due(std::nullopt, kThen_ms));
  const ScrubMark well{.height = 7, .leaves = 20, .records = 9, .fault = "", .ended_ms = kThen_ms};
  CHECK_FALSE(scrub_due(well, kThen_ms + 23 * kHour_ms));
  CHECK(scrub_due(well, kThen_ms + 24 * kHour_ms));
  CHECK(scrub_due(well, kThen_ms - 1));  // a clock that was wrong
  auto damaged = well;
  damaged.fault = "leaf 5";
  CHECK_FALSE(scrub_due(damaged, kThen_ms + kHour_ms / 2));
  CHECK(scrub_due(damaged, kThen_ms + kHour_ms));
}

TEST_CASE("a scrubber begins by itself and marks what it found and a mark out of form is none") {
  using namespace scrubbing;
  const Scratch scratch;
  const auto mark = scratch.path / kScrubMarkFile;
  storage::MemoryDatabase database;
  fill(grown(3), database);
  const bool damaged = GENERATE(false, true);
  if (damaged) write(database, flipped(entries(database, Family::kNodes).front()));
  {
    const Scrubber scrubber(sample::genesis().chain, database, scratch.path);
    for (int i = 0; i < 500 && !read_scrub_mark(mark); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  const auto found = read_scrub_mark(mark);
  REQUIRE(found);
  CHECK(found->fault.empty() != damaged);
  CHECK(found->ended_ms > 1'700'000'000'000);
  REQUIRE(storage::write_whole(mark, "{}"));
  CHECK_FALSE(read_scrub_mark(mark));
}

}  // namespace quipu::runtime::care_test
