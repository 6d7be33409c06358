// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "consensus/limits.h"
#include "crypto/digest.h"
#include "storage/safety_file.h"
#include "tests/storage/fixtures.h"

namespace quipu::storage::testing {

namespace safety_file_test {

using consensus::SafetyRecord;

SafetyRecord some_record(Dice& dice) {
  SafetyRecord record;
  record.chain = dice.fixed<crypto::Digest>();
  record.epoch.value = dice.below(5);
  record.generation = 1 + dice.below(1000);
  record.abstain_until.value = dice.below(100);
  record.top_view.value = 1000 + dice.below(1000);
  if (dice.one_in(2)) record.top_notarized = some_subject(dice, record.top_view.value);
  record.top_nullified = dice.one_in(2);
  if (!record.top_nullified && dice.one_in(2))
    record.top_finalized = record.top_notarized.value_or(some_subject(dice, record.top_view.value));
  const auto open = dice.below(limits::kOpenViews + 1);
  for (std::uint64_t i = 0; i < open; ++i) record.open.push_back({some_subject(dice, 500 + i), dice.one_in(2)});
  record.tip = some_tip(dice, dice.below(500));
  return record;
}

// A device whose content the test keeps in its hands.
class SharedSlots final : public SlotDevice {
 public:
  explicit SharedSlots(std::array<Bytes, 2>& slots) : slots_(slots) {}
  std::array<Bytes, 2> read() const override { return slots_; }
  void write_synced(unsigned slot, BytesView content) override { slots_[slot] = Bytes(content); }

 private:
  std::array<Bytes, 2>& slots_;
};

std::expected<SafetyFile, std::string> load(std::array<Bytes, 2>& slots) {
  return SafetyFile::load(std::make_unique<SharedSlots>(slots));
}

SafetyRecord at_generation(SafetyRecord record, std::uint64_t generation) {
  record.generation = generation;
  return record;
}

Bytes with_right_checksum(Bytes slot) {
  slot.resize(kSafetySlotBytes - crypto::Digest::kSize);
  slot += crypto::sha256(slot).view();
  return slot;
}

}  // namespace safety_file_test

TEST_CASE("a safety record reads back as it was written", "[storage]") {
  using namespace safety_file_test;
  Dice dice(1);
  for (int i = 0; i < 200; ++i) {
    const SafetyRecord record = some_record(dice);
    const Bytes slot = encode_safety_record(record);
    REQUIRE(slot.size() == kSafetySlotBytes);
    REQUIRE(decode_safety_record(slot) == record);
  }
}

TEST_CASE("a slot with any one byte changed is bad and the other one counts", "[storage]") {
  using namespace safety_file_test;
  Dice dice(2);
  const SafetyRecord older = at_generation(some_record(dice), 6);
  const SafetyRecord newer = at_generation(some_record(dice), 7);
  std::array<Bytes, 2> slots = {encode_safety_record(older), encode_safety_record(newer)};
  REQUIRE(load(slots)->record() == newer);
  for (std::size_t at = 0; at < kSafetySlotBytes; ++at) {
    const char before = slots[1][at];
    slots[1][at] = static_cast<char>(before ^ static_cast<char>(1 + dice.below(255)));
    const auto file = load(slots);
    REQUIRE(file.has_value());
    REQUIRE(file->record() == older);
    slots[1][at] = before;
  }
}

TEST_CASE("a slot torn between any two sectors leaves the other one in force", "[storage]") {
  using namespace safety_file_test;
  constexpr std::size_t kSector = 512;
  Dice dice(3);
  SafetyRecord oldest = at_generation(some_record(dice), 5);
  SafetyRecord newest = at_generation(some_record(dice), 7);
  oldest.open.resize(3, {some_subject(dice, 1), false});
  newest.open.resize(limits::kOpenViews, {some_subject(dice, 2), true});
  const SafetyRecord between = at_generation(some_record(dice), 6);
  const Bytes from = encode_safety_record(oldest);
  const Bytes to = encode_safety_record(newest);
  for (std::size_t written = kSector; written < kSafetySlotBytes; written += kSector) {
    std::array<Bytes, 2> slots = {to.substr(0, written) + from.substr(written), encode_safety_record(between)};
    REQUIRE(load(slots)->record() == between);
    slots[0] = from.substr(0, written) + to.substr(written);  // sectors may arrive in any order
    REQUIRE(load(slots)->record() == between);
  }
}

TEST_CASE("two bad slots are an error and never a fresh start", "[storage]") {
  using namespace safety_file_test;
  Dice dice(4);
  const Bytes good = encode_safety_record(some_record(dice));
  Bytes bad = good;
  bad[100] ^= 1;
  for (const Bytes& other : {bad, Bytes(), Bytes(kSafetySlotBytes, '\0'), good.substr(1)}) {
    std::array<Bytes, 2> slots = {bad, other};
    CHECK(!load(slots));
    CHECK(!SafetyFile::initialise(std::make_unique<SharedSlots>(slots), some_record(dice)));
  }
}

TEST_CASE("in the place of a lost safety file one is begun that abstains, and never beside a record", "[storage]") {
  using namespace safety_file_test;
  Dice dice(4);
  auto first = some_record(dice);
  first.abstain_until = {0};
  const Bytes good = encode_safety_record(first);
  for (const Bytes& bad : {Bytes(), Bytes(kSafetySlotBytes, '\0'), good.substr(1)}) {
    std::array<Bytes, 2> slots = {bad, bad};
    const SharedSlots device(slots);
    CHECK(is_lost(device));
    REQUIRE(SafetyFile::begin_again(std::make_unique<SharedSlots>(slots), first));
    CHECK(load(slots)->record().abstain_until == consensus::kUntilTold);
    CHECK_FALSE(is_lost(device));
    CHECK(!SafetyFile::begin_again(std::make_unique<SharedSlots>(slots), first));
  }
}

TEST_CASE("a slot that is bad beside a record is told, and a blank one is not", "[storage]") {
  using namespace safety_file_test;
  Dice dice(6);
  const Bytes good = encode_safety_record(some_record(dice));
  Bytes turned = good;
  turned[100] ^= 1;
  const auto torn = [&](const Bytes& one, const Bytes& other) {
    std::array<Bytes, 2> slots = {one, other};
    return is_torn(SharedSlots(slots));
  };
  CHECK(torn(good, turned));
  CHECK(torn(turned, good));
  CHECK_FALSE(torn(good, Bytes(kSafetySlotBytes, '\0')));
  CHECK_FALSE(torn(good, good));
  CHECK_FALSE(torn(turned, turned));  // that is a lost one
}

TEST_CASE("two slots of the same generation are an error", "[storage]") {
  using namespace safety_file_test;
  Dice dice(5);
  std::array<Bytes, 2> slots = {encode_safety_record(at_generation(some_record(dice), 9)),
                                encode_safety_record(at_generation(some_record(dice), 9))};
  CHECK(!load(slots));
}

TEST_CASE("a slot is refused when its checksum is right and its content is not", "[storage]") {
  using namespace safety_file_test;
  Dice dice(6);
  SafetyRecord record = some_record(dice);
  record.top_notarized.reset();
  record.top_finalized.reset();
  record.open.clear();
  const Bytes good = encode_safety_record(record);
  constexpr std::size_t kNotarized = 8 + 32 + 4 * 8;
  REQUIRE(with_right_checksum(good) == good);
  Bytes other_magic = good;
  other_magic[0] ^= 1;
  CHECK(!decode_safety_record(with_right_checksum(other_magic)));
  for (std::size_t flag = kNotarized; flag < kNotarized + 3; ++flag) {
    Bytes slot = good;
    slot[flag] = 2;
    CHECK(!decode_safety_record(with_right_checksum(slot)));
  }
  Bytes too_many_open = good;
  too_many_open[kNotarized + 3] = static_cast<char>(limits::kOpenViews + 1);
  CHECK(!decode_safety_record(with_right_checksum(too_many_open)));
  Bytes more = good;
  more[kSafetySlotBytes - crypto::Digest::kSize - 1] = 1;
  CHECK(!decode_safety_record(with_right_checksum(more)));
}

TEST_CASE("load_conflicting_record: votes that exclude each other stop the start and the older slot does not help",
          "[storage]") {
  using namespace safety_file_test;
  using Spoil = std::function<void(Dice&, SafetyRecord&)>;
  const Spoil spoils[] = {
      [](Dice& dice, SafetyRecord& record) {
        record.top_nullified = true;
        record.top_finalized = some_subject(dice, record.top_view.value);
        record.top_notarized.reset();
      },
      [](Dice& dice, SafetyRecord& record) {
        record.top_nullified = false;
        record.top_notarized = some_subject(dice, record.top_view.value);
        record.top_finalized = some_subject(dice, record.top_view.value);
      },
      [](Dice& dice, SafetyRecord& record) { record.top_notarized = some_subject(dice, record.top_view.value + 1); },
      [](Dice& dice, SafetyRecord& record) {
        record.open = {{some_subject(dice, 7), false}, {some_subject(dice, 7), true}};
      },
      [](Dice& dice, SafetyRecord& record) { record.open = {{some_subject(dice, record.top_view.value), false}}; }};
  Dice dice(9);
  for (const auto& spoil : spoils) {
    SafetyRecord good = at_generation(some_record(dice), 6);
    SafetyRecord bad = at_generation(good, 7);
    spoil(dice, bad);
    REQUIRE_FALSE(consensus::consistent(bad));
    std::array<Bytes, 2> slots{encode_safety_record(good), encode_safety_record(bad)};
    REQUIRE(decode_safety_record(slots[1]) == bad);
    const auto loaded = load(slots);
    REQUIRE_FALSE(loaded.has_value());
    CHECK(loaded.error().find("exclude each other") != std::string::npos);
    slots[1] = encode_safety_record(at_generation(good, 7));
    CHECK(load(slots).has_value());
  }
}

TEST_CASE("stores go to the two slots in turn and count the generation", "[storage]") {
  using namespace safety_file_test;
  Dice dice(7);
  std::array<Bytes, 2> slots;
  auto file = SafetyFile::initialise(std::make_unique<SharedSlots>(slots), some_record(dice));
  REQUIRE(file.has_value());
  CHECK(file->record().generation == 1);
  for (std::uint64_t generation = 2; generation < 10; ++generation) {
    const std::array<Bytes, 2> before = slots;
    file->store(some_record(dice));
    const unsigned written = generation % 2 == 0 ? 1 : 0;
    REQUIRE(slots[1 - written] == before[1 - written]);
    REQUIRE(decode_safety_record(slots[written])->generation == generation);
    REQUIRE(load(slots)->record() == file->record());
    REQUIRE(file->syncs() == generation);
  }
}

TEST_CASE("after a torn write the next store overwrites the torn slot", "[storage]") {
  using namespace safety_file_test;
  Dice dice(8);
  for (const unsigned torn : {0U, 1U}) {
    std::array<Bytes, 2> slots = {encode_safety_record(at_generation(some_record(dice), 6 + torn)),
                                  encode_safety_record(at_generation(some_record(dice), 7 - torn))};
    slots[torn][4000] ^= 1;
    const Bytes good = slots[1 - torn];
    auto file = load(slots);
    const std::uint64_t generation = file->record().generation;
    file->store(some_record(dice));
    CHECK(slots[1 - torn] == good);
    CHECK(decode_safety_record(slots[torn])->generation == generation + 1);
  }
}

TEST_CASE("an unchanged record is not written again", "[storage]") {
  using namespace safety_file_test;
  Dice dice(9);
  std::array<Bytes, 2> slots;
  auto file = SafetyFile::initialise(std::make_unique<SharedSlots>(slots), some_record(dice));
  const std::array<Bytes, 2> before = slots;
  file->store(file->record());
  CHECK(slots == before);
  CHECK(file->syncs() == 1);
}

TEST_CASE("a device that holds a record is not initialised again", "[storage]") {
  using namespace safety_file_test;
  Dice dice(10);
  std::array<Bytes, 2> slots;
  REQUIRE(SafetyFile::initialise(std::make_unique<SharedSlots>(slots), some_record(dice)));
  const std::array<Bytes, 2> before = slots;
  CHECK(!SafetyFile::initialise(std::make_unique<SharedSlots>(slots), some_record(dice)));
  CHECK(slots == before);
}

}  // namespace quipu::storage::testing
