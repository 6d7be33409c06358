// SPDX-License-Identifier: Apache-2.0
// A reindex that ends, as when it is killed, before any of the renames that put a ledger in a place: its own, and those
// by which the databases on its way become ones.
#include <fcntl.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <map>

#include "node/ledger/first_record.h"
#include "node/runtime/care/look_at_stopped.h"
#include "node/runtime/care/reindex.h"
#include "node/runtime/data_directory.h"
#include "storage/record_codec.h"
#include "tests/node/runtime/care/whole_member.h"
#include "tests/storage/fixtures.h"

namespace quipu::runtime::care_test {

namespace cut_short {

namespace fs = std::filesystem;
using storage::Family;

constexpr int kCut = 42;

int renames_left = -1;                  // so many, then this process ends; negative: it never does
std::function<void()> before_exchange;  // called before two folders change places

// Of a ledger's folder, or in one the name that tells where its content is; a database's diaries and options count not.
bool places_ledger(const fs::path& to) {
  const auto name = to.filename().string();
  return name.starts_with("ledger") || name == "CURRENT";
}

int rename_counted(int from_folder, const char* from, int to_folder, const char* to, unsigned flags) {
  if (renames_left == 0 && places_ledger(to)) ::_exit(kCut);
  if (renames_left > 0 && places_ledger(to)) --renames_left;
  if ((flags & RENAME_EXCHANGE) != 0 && before_exchange) before_exchange();
  return static_cast<int>(::syscall(SYS_renameat2, from_folder, from, to_folder, to, flags));
}

using Everything = std::map<std::pair<Family, Bytes>, Bytes>;

Everything content_of(const fs::path& ledger) {
  const auto database = storage::RocksDatabase::open(ledger);
  INFO((database ? "" : database.error().detail));
  REQUIRE(database);
  Everything out;
  for (std::size_t i = 0; i < storage::kFamilies; ++i) {
    const auto family = static_cast<Family>(i);
    (*database)->snapshot()->scan(family, {}, {}, [&](BytesView key, BytesView value) {
      out[{family, Bytes(key)}] = Bytes(value);
      return true;
    });
  }
  return out;
}

// A member that has voted, with a ledger in which an index says what no leaf does.
struct Member : WholeMember {
  explicit Member(const fs::path& at) : WholeMember(at, 4) {
    right = content_of(file("ledger"));
    plant();
    wrong = content_of(file("ledger"));
    fs::remove(file("safety/slots"));
    auto record = ledger::first_record(sample::genesis());
    record.tip = storage::decode_tip(right.at({Family::kMeta, Bytes(storage::kTipKey)})).value();
    record.top_view.value = record.tip.view.value + 3;
    record.top_nullified = true;
    auto slots = storage::create_slot_file(file("safety/slots"));
    REQUIRE(slots);
    REQUIRE(storage::SafetyFile::initialise(*std::move(slots), record));
    safety = storage::read_whole(file("safety/slots")).value();
  }
  void plant() const {
    const auto database = storage::RocksDatabase::open(file("ledger"));
    REQUIRE(database);
    storage::Batch batch;
    batch.put(Family::kHistory, Bytes("planted"), Bytes("wrong"));
    (*database)->write(batch, storage::Durability::kSynced);
  }
  // Whether it was cut short; else it got to its end.
  bool reindexed_with(int renames) const {
    REQUIRE(storage::write_whole(config.directory / "renames", std::to_string(renames)));
    const int status = storage::testing::run_child("child: reindexes until it is cut short", config.directory);
    REQUIRE(WIFEXITED(status));
    const int code = WEXITSTATUS(status);
    REQUIRE((code == kCut || code == 0));
    return code == kCut;
  }
  // Ledgers beside the node's whose content is this. What is no ledger yet has none.
  long set_aside(const Everything& content) const {
    const auto is_it = [&](const fs::directory_entry& entry) {
      return entry.path().filename().string().starts_with("ledger.before-reindex") &&
             content_of(entry.path()) == content;
    };
    return std::ranges::count_if(fs::directory_iterator(config.directory), is_it);
  }

  Everything right;
  Everything wrong;
  Bytes safety;
};

void check_stopped(const Member& member) {
  const auto seen = look_at_stopped(member.config);
  CHECK(seen.faults.empty());
  CHECK(seen.losses.empty());
  CHECK(seen.held_by.empty());
}

// The old one or the new one, and the old one is somewhere.
void check_ledgers(const Member& member) {
  const auto in_place = content_of(member.file("ledger"));
  CHECK((in_place == member.wrong || in_place == member.right));
  if (in_place != member.wrong) CHECK(member.set_aside(member.wrong) == 1);
}

void check_start(const Member& member) {
  CHECK(storage::read_whole(member.file("safety/slots")).value() == member.safety);
  const auto node = open_node(member.config);
  INFO((node ? node->notice : node.error()));
  REQUIRE(node);
  CHECK(node->notice.empty());
  CHECK(node->host->reader()->newest().height == node->witnessed);
  CHECK(node->host->safety_record().top_nullified);
}

void check_second_run(const Member& member) {
  const auto done = reindex(member.config);
  INFO((done ? "" : done.error()));
  REQUIRE(done);
  CHECK(content_of(member.file("ledger")) == member.right);
  CHECK(member.set_aside(member.wrong) == 1);
  CHECK(fs::exists(done->set_aside / "CURRENT"));
  CHECK_FALSE(fs::exists(member.file("ledger.reindexing")));
}

}  // namespace cut_short

TEST_CASE("child: reindexes until it is cut short", "[.child]") {
  const auto directory = storage::testing::child_directory();
  if (!directory) return;
  const auto config = read_config(*directory / "quipud.toml").value();
  cut_short::renames_left = std::stoi(storage::read_whole(*directory / "renames").value());
  ::_exit(reindex(config) ? 0 : 1);
}

TEST_CASE("a reindex cut short before any of its renames has lost nothing and can be begun again") {
  using namespace cut_short;
  int renames = 0;
  for (bool cut = true; cut; ++renames) {
    INFO("cut short before rename " << renames);
    const Scratch scratch;
    const Member member(scratch.path / "node");
    cut = member.reindexed_with(renames);
    check_stopped(member);
    check_ledgers(member);
    check_start(member);
    check_second_run(member);
  }
  CHECK(renames > 5);  // both databases', the new one's place, ours, and none
}

TEST_CASE("nobody opens a ledger while it changes its place") {
  const Scratch scratch;
  const cut_short::Member member(scratch.path / "node");
  bool locked = false;
  cut_short::before_exchange = [&] {
    const auto opened = storage::RocksDatabase::open(member.file("ledger"));
    locked = !opened && opened.error().fault == storage::OpenFault::kLocked;
  };
  CHECK(reindex(member.config));
  cut_short::before_exchange = nullptr;
  CHECK(locked);
}

}  // namespace quipu::runtime::care_test

// In the place of the C library's, for all of this program.
extern "C" int rename(const char* from, const char* to) noexcept {
  return quipu::runtime::care_test::cut_short::rename_counted(AT_FDCWD, from, AT_FDCWD, to, 0);
}
extern "C" int renameat2(int from_folder, const char* from, int to_folder, const char* to, unsigned flags) noexcept {
  return quipu::runtime::care_test::cut_short::rename_counted(from_folder, from, to_folder, to, flags);
}
