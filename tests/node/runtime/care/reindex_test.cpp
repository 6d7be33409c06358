// SPDX-License-Identifier: Apache-2.0
#include "node/runtime/care/reindex.h"

#include <catch2/catch.hpp>

#include "tests/node/runtime/care/member_folder.h"

namespace quipu::runtime::care_test {

using storage::Family;

namespace reindexing {

using Everything = std::map<std::pair<Family, Bytes>, Bytes>;

Everything all_of(const storage::MemoryDatabase& database) {
  Everything out;
  const auto all = database.everything();
  for (const auto& write : all.writes()) out[{write.family, write.key}] = write.value.value();
  return out;
}

// A certificate of BO's that has to be renewed one day, so that the calendar knows of it.
void grant(sample::Chain& chain, std::uint64_t sequence) {
  ledger::v1::Submission submission;
  submission.set_chain_id("sample-1");
  submission.set_administration("BO");
  submission.set_sequence(sequence);
  auto* event = submission.add_events();
  event->set_decision_date("2026-09-21");
  auto* granted = event->mutable_certificate_granted();
  granted->set_certificate("BO-C1");
  granted->set_subject("BO-S1");
  granted->set_scheme(ledger::v1::SECURITY);
  granted->add_roles(ledger::v1::EXPORTER);
  granted->set_valid_to("2027-09-20");
  const auto issued_at_s = chain.next_time_ms() / 1'000;
  chain.append({sample::decoded(ledger::sign_submission(submission, sample::key("BO", "issuer"), issued_at_s))});
  chain.repeat();
  chain.publish();
}

// What stands in a family: gone, or another value.
void damage(storage::MemoryDatabase& database, Family family, bool erase) {
  storage::Batch batch;
  const auto all = database.everything();
  for (const auto& write : all.writes()) {
    if (write.family != family) continue;
    erase ? batch.erase(family, write.key) : batch.put(family, write.key, "\x01\x02");
  }
  REQUIRE_FALSE(batch.empty());
  database.write(batch, storage::Durability::kSynced);
}

std::string error_of(const std::expected<Reindexed, std::string>& done) { return done ? "" : done.error(); }

}  // namespace reindexing

TEST_CASE("every derived family is made anew from the leaves and the votes whatever stood in it") {
  using namespace reindexing;
  auto chain = grown(30);
  grant(chain, 2 * 30 + 1);
  storage::MemoryDatabase database;
  fill(chain, database);
  const auto before = all_of(database);
  const bool erase = GENERATE(true, false);
  for (const auto family :
       {Family::kNodes, Family::kLeafIds, Family::kBlocks, Family::kState, Family::kHistory, Family::kCalendar}) {
    damage(database, family, erase);
  }
  storage::MemoryDatabase made;
  const auto done = derive_again(sample::genesis(), *database.snapshot(), made);
  INFO(error_of(done));
  REQUIRE(done);
  CHECK(done->size == chain.position.tree.size());
  CHECK(all_of(made) == before);
}

TEST_CASE("leaves or votes that were changed are found out and nothing is believed") {
  using namespace reindexing;
  storage::MemoryDatabase database;
  fill(grown(10), database);
  const auto family = GENERATE(Family::kLeaves, Family::kLinks, Family::kMeta);
  const bool erase = GENERATE(true, false);
  damage(database, family, erase);
  storage::MemoryDatabase made;
  const auto done = derive_again(sample::genesis(), *database.snapshot(), made);
  // Without its own votes a block is final by a later one's, and the newest by the proof that is kept apart.
  if (family == Family::kLinks && erase) {
    CHECK(done);
  } else {
    CHECK_FALSE(done);
  }
}

TEST_CASE("a reindexed ledger takes the old one's place and one that fails or was cut short changes nothing") {
  const Scratch scratch;
  const MemberFolder member(scratch.path / "node");
  const auto chain = grown(10);
  member.take(chain);
  std::filesystem::create_directories(member.file("ledger.reindexing/left behind"));
  const auto done = reindex(member.config);
  INFO(reindexing::error_of(done));
  REQUIRE(done);
  CHECK(done->set_aside == member.file("ledger.before-reindex"));
  CHECK(std::filesystem::exists(done->set_aside / "CURRENT"));
  CHECK_FALSE(std::filesystem::exists(member.file("ledger.reindexing")));
  CHECK(reindex(member.config)->set_aside == member.file("ledger.before-reindex-2"));
  {
    const auto database = storage::RocksDatabase::open(member.file("ledger"));
    REQUIRE(database);
    CHECK(reindexing::error_of(reindex(member.config)).find("stop the node first") != std::string::npos);
    storage::Batch batch;
    batch.erase(Family::kLeaves, Bytes("\0\0\0\0\0\0\0\5", 8));
    (*database)->write(batch, storage::Durability::kSynced);
  }
  CHECK(reindexing::error_of(reindex(member.config)).find("leaf 5 is missing") != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(member.file("ledger.before-reindex-3")));
}

}  // namespace quipu::runtime::care_test
