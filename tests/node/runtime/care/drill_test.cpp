// SPDX-License-Identifier: Apache-2.0
#include "node/runtime/care/drill.h"

#include <catch2/catch.hpp>

#include "node/runtime/care/backup.h"
#include "tests/node/runtime/care/member_folder.h"

namespace quipu::runtime::care_test {

namespace drill_test {

namespace fs = std::filesystem;

// A member's node with a backup of its twenty blocks beside it.
struct Practice {
  Practice() : member(scratch.path / "node") {
    member.take(grown(20));
    BackupPlan plan;
    plan.config = member.file("quipud.toml");
    plan.out = scratch.path / "backup";
    const auto made = make_backup(plan);
    REQUIRE(made);
    backup = *made;
  }
  std::expected<DrillMark, std::string> into(const fs::path& folder) const {
    return drill({scratch.path / "backup", folder, member.file("genesis.json")}, member.file("quipud.toml"));
  }
  std::string refused(const fs::path& folder) const {
    const auto done = into(folder);
    CHECK_FALSE(read_drill_mark(member.file(kDrillMarkFile)));
    return done ? "" : done.error();
  }
  void says_of_itself(const BackupMark& mark) const { REQUIRE(write_mark(scratch.path / "backup" / kMarkFile, mark)); }

  Scratch scratch;
  MemberFolder member;
  BackupMark backup;
};

using Catch::Matchers::Contains;

TEST_CASE("a drill restores a backup beside a node and the node knows when that was") {
  const Practice practice;
  CHECK_FALSE(read_drill_mark(practice.member.file(kDrillMarkFile)));
  // The node runs: nobody else can open its ledger.
  const auto ledger = storage::RocksDatabase::open(practice.member.config.resolve(practice.member.config.ledger));
  REQUIRE(ledger);
  const auto done = practice.into(practice.scratch.path / "drill");
  INFO((done ? "" : done.error()));
  REQUIRE(done);
  CHECK(done->height == practice.backup.height);
  CHECK(fs::exists(practice.scratch.path / "drill/ledger"));
  const auto known = read_drill_mark(practice.member.file(kDrillMarkFile));
  REQUIRE(known);
  CHECK(known->height == practice.backup.height);
  CHECK(known->ended_ms == done->ended_ms);
  CHECK(known->ended_ms >= practice.backup.verified_ms);
}

TEST_CASE("a drill is refused in the node's own folder and leaves no mark") {
  const Practice practice;
  fs::remove_all(practice.member.file("ledger"));
  CHECK_THAT(practice.refused(practice.member.config.directory), Contains("own folder"));
  CHECK_THAT(practice.refused(practice.member.file("drill")), Contains("own folder"));
  CHECK_THAT(practice.refused(practice.scratch.path / "backup/../node/drill"), Contains("own folder"));
  CHECK_FALSE(fs::exists(practice.member.file("ledger")));
  CHECK(practice.into(practice.scratch.path / "node 2"));
}

TEST_CASE("a drill with another member's or another chain's backup or one never verified leaves no mark") {
  const Practice practice;
  const auto folder = practice.scratch.path / "drill";
  auto other = practice.backup;
  other.administration = "PE";
  practice.says_of_itself(other);
  CHECK_THAT(practice.refused(folder), Contains("not of this node"));
  other = practice.backup;
  other.chain[0] = other.chain[0] == '0' ? '1' : '0';
  practice.says_of_itself(other);
  CHECK_THAT(practice.refused(folder), Contains("not of this node"));
  fs::remove(practice.scratch.path / "backup" / kMarkFile);
  CHECK_THAT(practice.refused(folder), Contains("never verified"));
  CHECK_FALSE(fs::exists(folder));
}

TEST_CASE("a drill whose ledger came out lower than the backup was verified leaves no mark") {
  const Practice practice;
  auto higher = practice.backup;
  ++higher.height;
  practice.says_of_itself(higher);
  CHECK_THAT(practice.refused(practice.scratch.path / "drill"), Contains("came out"));
}

TEST_CASE("a drill with a damaged backup leaves no mark") {
  const Practice practice;
  const auto file = fs::directory_iterator(practice.scratch.path / "backup/mirror/tile/entries/000.p")->path();
  auto content = storage::read_whole(file).value();
  content[content.size() / 2] ^= 1;
  REQUIRE(storage::write_whole(file, content));
  CHECK_THAT(practice.refused(practice.scratch.path / "drill"), Contains("cannot be restored from"));
}

}  // namespace drill_test

}  // namespace quipu::runtime::care_test
