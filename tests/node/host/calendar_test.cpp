// SPDX-License-Identifier: Apache-2.0
// The calendar on disk against a dumb twin: every certificate of every height, looked at again for each question.
#include <array>
#include <catch2/catch.hpp>
#include <set>

#include "node/host/calendar.h"
#include "node/host/stored_ledger.h"
#include "node/ledger/date.h"
#include "node/ledger/state.pb.h"
#include "storage/memory_database.h"
#include "tests/storage/chain.h"

namespace quipu::host::testing {

namespace calendar_test {

using ledger::CalendarKind;
using ledger::CalendarRange;
using ledger::MapKey;
using storage::testing::Dice;
using Records = std::map<MapKey, Bytes>;
using Found = std::set<MapKey>;

std::string day(Dice& dice) { return ledger::Date::parse("2026-01-28")->plus(static_cast<int>(dice.below(9))).text(); }
std::string maybe_day(Dice& dice) { return dice.one_in(3) ? std::string() : day(dice); }

// Whatever a record can hold, sensible or not.
Bytes some_certificate(Dice& dice) {
  ledger::v1::CertificateRecord record;
  for (auto count = dice.below(3); count > 0; --count) {
    record.add_intervals()->set_from(day(dice));
    record.mutable_intervals()->rbegin()->set_to(maybe_day(dice));
  }
  for (auto count = dice.below(3); count > 0; --count) {
    auto& suspension = *record.add_suspensions();
    suspension.set_until(maybe_day(dice));
    suspension.mutable_review()->set_undone(dice.one_in(4));
    if (dice.one_in(2)) suspension.add_reinstatements()->set_effective_from(day(dice));
    if (dice.one_in(3)) suspension.mutable_review()->add_appeals();
  }
  if (!dice.one_in(3)) return record.SerializeAsString();
  auto& end = *record.add_ends();
  end.set_effective_from(day(dice));
  if (dice.one_in(2)) end.mutable_review()->add_appeals()->set_outcome(ledger::v1::UPHELD);
  return record.SerializeAsString();
}

MapKey some_key(Dice& dice) {
  const char* const issuer = std::array{"AR", "BO", "UY"}[dice.below(3)];
  return ledger::map_key(ledger::RecordType::kCertificate, issuer, std::to_string(dice.below(8)));
}

CalendarRange some_range(Dice& dice) {
  CalendarRange range{.kind = static_cast<CalendarKind>(1 + dice.below(4)),
                      .issuer = std::array{"", "AR", "BO", "UY", "PE"}[dice.below(5)],
                      .first = maybe_day(dice),
                      .last = maybe_day(dice),
                      .on = maybe_day(dice)};
  return range;
}

Found dumb(const Records& records, const CalendarRange& range) {
  Found found;
  for (const auto& [key, value] : records) {
    if (!range.issuer.empty() && key.view().substr(1, 2) != range.issuer) continue;
    ledger::v1::CertificateRecord record;
    REQUIRE(record.ParseFromString(value));
    for (const auto& entry : ledger::calendar_entries(record)) {
      const bool matters = range.on.empty() || entry.until.empty() || range.on <= entry.until;
      if (entry.kind == range.kind && range.first <= entry.day && entry.day <= range.last && matters) found.insert(key);
    }
  }
  return found;
}

// A chain whose blocks change certificates, and what there was at each height.
class Programme {
 public:
  explicit Programme(std::uint64_t seed) : dice_(seed), chain_(seed) {
    CalendarWriter calendar(ledger::empty_state());
    storage::CommitBlock genesis = chain_.genesis();
    genesis.calendar = calendar.changes_by({});
    storage::BlockStore(database_).initialise(chain_.id(), genesis);
    states_.emplace_back();
  }

  void commit(std::uint64_t count, bool with_calendar = true) {
    CalendarWriter calendar(stored_state(database_.snapshot(), std::nullopt));
    auto blocks = chain_.grow(count);
    for (auto& block : blocks) {
      Records changed;
      for (auto changes = dice_.below(6); changes > 0; --changes) changed[some_key(dice_)] = some_certificate(dice_);
      states_.push_back(states_.back());
      for (const auto& [key, value] : changed) {
        block.changes.push_back({Bytes(key.view()), value});
        states_.back()[key] = value;
      }
      if (with_calendar) block.calendar = calendar.changes_by({changed.begin(), changed.end()});
    }
    const auto proof = storage::testing::some_proof(dice_, chain_.tip().view.value, consensus::VoteKind::kFinalize);
    storage::BlockStore(database_).commit(blocks, proof, chain_.tip());
  }

  // At any height.
  void check_some() {
    const auto reader = stored_ledger(database_.snapshot());
    for (int i = 0; i < 60; ++i) {
      const CalendarRange range = some_range(dice_);
      const auto height = dice_.below(states_.size());
      Found found;
      REQUIRE(reader->calendar(range, {height}, [&](const MapKey& key) { found.insert(key); }));
      INFO(static_cast<int>(range.kind) << " " << range.issuer << " " << range.first << " " << range.last << " "
                                        << range.on << " at " << height);
      REQUIRE(found == dumb(states_[height], range));
    }
  }

  bool answers() const {
    const auto none = [](const MapKey&) { FAIL("a calendar that is not whole named a certificate"); };
    const CalendarRange nobody{.kind = CalendarKind::kEnds, .issuer = "PE", .first = {}, .last = {}, .on = {}};
    return stored_ledger(database_.snapshot())->calendar(nobody, {0}, none);
  }

  Records on_disk() const {
    Records entries;
    std::map<Bytes, Bytes> raw;
    database_.snapshot()->scan(storage::Family::kCalendar, "", "", [&](BytesView key, BytesView value) {
      raw.emplace(key, value);
      return true;
    });
    for (const auto& [key, value] : raw) entries[ledger::map_key(ledger::RecordType::kRegister, "--", key)] = value;
    return entries;
  }

  storage::MemoryDatabase& database() { return database_; }

 private:
  Dice dice_;
  storage::testing::Chain chain_;
  storage::MemoryDatabase database_;
  std::vector<Records> states_;
};

}  // namespace calendar_test

using calendar_test::Programme;

TEST_CASE("the calendar names at any height what looking at every certificate finds") {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    INFO("seed " << seed);
    Programme programme(seed);
    for (int i = 0; i < 12; ++i) {
      programme.commit(1 + static_cast<std::uint64_t>(i) % 3);
      programme.check_some();
    }
  }
}

TEST_CASE("a calendar built from history is the one that came with the blocks") {
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    INFO("seed " << seed);
    Programme programme(seed);
    for (int i = 0; i < 10; ++i) programme.commit(2);
    const auto grown = programme.on_disk();
    REQUIRE(grown.size() > 20);
    storage::Batch lost;
    lost.erase(storage::Family::kMeta, "calendar");
    lost.put(storage::Family::kCalendar, "left over from an earlier version", "+");
    programme.database().write(lost, storage::Durability::kSynced);
    CHECK_FALSE(programme.answers());
    build_calendar(programme.database());
    CHECK(programme.on_disk() == grown);
    programme.check_some();
    programme.commit(2);
    programme.check_some();
  }
}

TEST_CASE("a calendar that missed a block answers nothing until it is built anew") {
  Programme programme(3);
  programme.commit(3);
  CHECK(programme.answers());
  programme.commit(1, /*with_calendar=*/false);
  CHECK_FALSE(programme.answers());
  programme.commit(2);  // what comes later does not close the gap
  CHECK_FALSE(programme.answers());
  build_calendar(programme.database());
  CHECK(programme.answers());
  programme.check_some();
}

TEST_CASE("a calendar of another version is built anew") {
  Programme programme(4);
  programme.commit(4);
  const storage::LogReader log(programme.database().snapshot());
  storage::Batch other;
  other.put(storage::Family::kMeta, "calendar",
            crypto::ByteWriter().u32(ledger::kCalendarVersion + 1).u64(log.tip()->height.value).take());
  programme.database().write(other, storage::Durability::kSynced);
  CHECK_FALSE(programme.answers());
  programme.commit(1);
  CHECK_FALSE(programme.answers());
  build_calendar(programme.database());
  CHECK(programme.answers());
  programme.check_some();
}

}  // namespace quipu::host::testing
