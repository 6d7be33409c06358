// SPDX-License-Identifier: Apache-2.0
#include "node/runtime/care/backup.h"

#include <catch2/catch.hpp>

#include "node/host/stored_ledger.h"
#include "node/runtime/care/restore.h"
#include "tests/node/runtime/care/member_folder.h"

namespace quipu::runtime::care_test {

namespace fs = std::filesystem;

BackupPlan plan_of(const MemberFolder& member, const fs::path& out) {
  BackupPlan plan;
  plan.config = member.file("quipud.toml");
  plan.out = out;
  return plan;
}

BackupMark must_back_up(const MemberFolder& member, const fs::path& out) {
  const auto mark = make_backup(plan_of(member, out));
  INFO((mark ? "" : mark.error()));
  REQUIRE(mark);
  return *mark;
}

template <class Result>
std::string error_of(const Result& result) {
  return result ? std::string() : result.error();
}

bool has(const std::string& text, const std::string& words) {
  INFO(text);
  return text.find(words) != std::string::npos;
}

std::vector<std::string> files_in(const fs::path& folder) {
  std::vector<std::string> out;
  for (const auto& each : fs::recursive_directory_iterator(folder)) {
    const auto path = fs::relative(each.path(), folder).generic_string();
    if (each.is_regular_file() && !path.starts_with("mirror/")) out.push_back(path);
  }
  std::ranges::sort(out);
  return out;
}

TEST_CASE("a backup of a stopped node is verified and marked and holds no key and nothing that was signed") {
  const Scratch scratch;
  const MemberFolder member(scratch.path / "node");
  const auto chain = grown(20);
  member.take(chain);
  for (const auto* secret : {"keys/vote.key", "safety/slots", "side/ab/record"}) {
    REQUIRE(storage::write_whole(member.file(secret), "secret"));
  }
  REQUIRE(storage::write_whole(member.file("tokens"), ""));
  const auto mark = must_back_up(member, scratch.path / "backup");
  CHECK(mark.height == chain.position.height.value);
  CHECK(mark.root == crypto::to_hex(chain.position.tree.root().view()));
  CHECK(mark.administration == "BO");
  CHECK(files_in(scratch.path / "backup") == std::vector<std::string>{"backup.json", "quipud.toml", "tokens"});
  const auto known = read_mark(member.file(kLastMarkFile));
  REQUIRE(known);
  CHECK(known->verified_ms == mark.verified_ms);
}

TEST_CASE("a running node is asked on its own socket and else as its API is served") {
  NodeConfig config;
  config.directory = "/var/lib/quipu";
  config.http_listen = "0.0.0.0:8480";
  CHECK(own_url(config) == "http://127.0.0.1:8480");
  config.http_certificate = "api.pem";
  config.http_listen = "node.example:8480";
  CHECK(own_url(config) == "https://node.example:8480");
  config.http_admin_socket = "admin.socket";
  CHECK(own_url(config) == "unix:/var/lib/quipu/admin.socket");
}

TEST_CASE("a backup is brought up to date in its place and leaves nothing beside it") {
  const Scratch scratch;
  const MemberFolder member(scratch.path / "node");
  auto chain = grown(20);
  member.take(chain);
  const auto before = must_back_up(member, scratch.path / "backup");
  chain.grow(150, 1);
  chain.repeat();
  chain.publish();
  member.take(chain);
  const auto after = must_back_up(member, scratch.path / "backup/");
  CHECK(after.size > before.size + 256);
  CHECK_FALSE(fs::exists(scratch.path / "backup.making"));
  CHECK(verify_backup(scratch.path / "backup", sample::genesis()));
}

// As docs/operating.md keeps days: `cp -al`.
TEST_CASE("a day that was kept by hard links is what it was after the next backup and verifies by itself") {
  const Scratch scratch;
  const MemberFolder member(scratch.path / "node");
  auto chain = grown(20);
  member.take(chain);
  const auto before = must_back_up(member, scratch.path / "daily");
  fs::copy(scratch.path / "daily", scratch.path / "1",
           fs::copy_options::recursive | fs::copy_options::create_hard_links);
  chain.grow(150, 1);
  chain.repeat();
  chain.publish();
  member.take(chain);
  const auto after = must_back_up(member, scratch.path / "daily");
  CHECK(read_mark(scratch.path / "1" / kMarkFile)->verified_ms == before.verified_ms);
  const auto kept = verify_backup(scratch.path / "1", sample::genesis());
  INFO(error_of(kept));
  REQUIRE(kept);
  CHECK(kept->size == before.size);
  CHECK(read_mark(scratch.path / "daily" / kMarkFile)->size == after.size);
}

TEST_CASE("a backup with one changed byte is found out and the folder of something else is not written over") {
  const Scratch scratch;
  const MemberFolder member(scratch.path / "node");
  member.take(grown(20));
  must_back_up(member, scratch.path / "backup");
  const auto bundle = scratch.path / "backup/mirror/tile/entries/000.p";
  const auto file = fs::directory_iterator(bundle)->path();
  auto content = storage::read_whole(file).value();
  content[content.size() / 2] ^= 1;
  REQUIRE(storage::write_whole(file, content));
  CHECK(has(error_of(verify_backup(scratch.path / "backup", sample::genesis())), "BROKEN"));
  fs::create_directory(scratch.path / "other");
  REQUIRE(storage::write_whole(scratch.path / "other/letter", "dear"));
  CHECK(has(error_of(make_backup(plan_of(member, scratch.path / "other"))), "is no backup of this chain"));
}

TEST_CASE("a backup that cannot be verified leaves the one before in its place") {
  const Scratch scratch;
  const MemberFolder member(scratch.path / "node");
  member.take(grown(20));
  const auto before = must_back_up(member, scratch.path / "backup");
  {
    const auto database = storage::RocksDatabase::open(member.config.resolve(member.config.ledger));
    REQUIRE(database);
    storage::Batch batch;  // height 1 has lost its votes
    batch.erase(storage::Family::kLinks, Bytes("\0\0\0\0\0\0\0\1", 8));
    (*database)->write(batch, storage::Durability::kSynced);
  }
  fs::remove(scratch.path / "backup/mirror/quorum/1");
  CHECK(has(error_of(make_backup(plan_of(member, scratch.path / "backup"))), "this is no backup"));
  CHECK(read_mark(scratch.path / "backup" / kMarkFile)->verified_ms == before.verified_ms);
}

TEST_CASE("a restored node holds every block and no safety file and the next steps are said") {
  const Scratch scratch;
  const MemberFolder member(scratch.path / "node");
  const auto chain = grown(20);
  member.take(chain);
  must_back_up(member, scratch.path / "backup");
  fs::create_directory(scratch.path / "new");
  const auto restored = restore({scratch.path / "backup", scratch.path / "new", member.file("genesis.json")});
  INFO(error_of(restored));
  REQUIRE(restored);
  CHECK(restored->height == chain.position.height.value);
  CHECK_FALSE(restored->safety_there);
  CHECK(fs::is_directory(scratch.path / "new/safety"));
  CHECK(fs::is_empty(scratch.path / "new/safety"));
  CHECK(has(restored->missing_keys, "vote.key"));
  const auto database = storage::RocksDatabase::open(scratch.path / "new/ledger");
  REQUIRE(database);
  CHECK(host::stored_ledger((*database)->snapshot())->newest().tree_root == chain.position.tree.root());
}

TEST_CASE(
    "a restore is refused where there is a ledger and from what does not prove itself and under another genesis") {
  const Scratch scratch;
  const MemberFolder member(scratch.path / "node");
  member.take(grown(20));
  must_back_up(member, scratch.path / "backup");
  const auto into = [&](const char* folder) {
    return restore({scratch.path / "backup", scratch.path / folder, member.file("genesis.json")});
  };
  CHECK(has(error_of(into("node")), "move it away first"));
  fs::create_directories(scratch.path / "cut short/ledger.restoring");
  CHECK(into("cut short"));
  CHECK(has(error_of(into("cut short")), "move it away first"));
  const auto file = fs::directory_iterator(scratch.path / "backup/mirror/tile/entries/000.p")->path();
  auto content = storage::read_whole(file).value();
  content[content.size() / 2] ^= 1;
  REQUIRE(storage::write_whole(file, content));
  CHECK(has(error_of(into("new")), "cannot be restored from"));
  CHECK_FALSE(fs::exists(scratch.path / "new/ledger"));
}

}  // namespace quipu::runtime::care_test
