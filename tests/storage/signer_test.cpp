// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <stdexcept>

#include "crypto/signature.h"
#include "storage/signer.h"
#include "tests/storage/fixtures.h"

namespace quipu::storage::testing {

namespace signer_test {

using consensus::Subject;
using consensus::VoteKind;

// Slots that outlive their signer, as a disk does, and fail on demand.
struct Disk {
  std::array<Bytes, 2> slots;
  bool fails = false;
  int writes = 0;
};
class DiskSlots final : public SlotDevice {
 public:
  explicit DiskSlots(Disk& disk) : disk_(disk) {}
  std::array<Bytes, 2> read() const override { return disk_.slots; }
  void write_synced(unsigned slot, BytesView content) override {
    if (disk_.fails) throw std::runtime_error("no disk");
    ++disk_.writes;
    disk_.slots[slot] = Bytes(content);
  }

 private:
  Disk& disk_;
};

struct Bench {
  Disk disk;
  Dice dice{1};
  Bytes seed = dice.bytes(32);
  consensus::Scope scope{.chain = dice.fixed<crypto::Digest>(), .epoch = {3}, .anchor = dice.fixed<crypto::Digest>()};

  Signer begin() {
    consensus::SafetyRecord first;
    first.chain = scope.chain;
    first.epoch = scope.epoch;
    return {*SafetyFile::initialise(std::make_unique<DiskSlots>(disk), first), *crypto::SecretKey::from_seed(seed),
            scope};
  }
  Signer restart() {
    return {*SafetyFile::load(std::make_unique<DiskSlots>(disk)), *crypto::SecretKey::from_seed(seed), scope};
  }
  consensus::Slot slot(std::uint64_t view, VoteKind kind) const { return {scope.epoch, {view}, kind}; }
  consensus::SafetyRecord on_disk() { return SafetyFile::load(std::make_unique<DiskSlots>(disk))->record(); }
};

}  // namespace signer_test

TEST_CASE("a signature covers the vote's bytes and its slot is on disk when it comes out", "[storage]") {
  using namespace signer_test;
  Bench bench;
  Signer signer = bench.begin();
  const Subject subject = some_subject(bench.dice, 5);
  const auto signature = signer.sign(bench.slot(5, VoteKind::kNotarize), subject);
  REQUIRE(signature.has_value());
  CHECK(bench.on_disk().top_view.value == 5);
  CHECK(bench.on_disk().top_notarized == subject);
  const Bytes bytes = consensus::vote_bytes(bench.scope, VoteKind::kNotarize, subject);
  CHECK(crypto::verify(signer.public_key(), bytes, *signature));
}

TEST_CASE("no signature comes out while the slot cannot be written", "[storage]") {
  using namespace signer_test;
  Bench bench;
  Signer signer = bench.begin();
  bench.disk.fails = true;
  const Subject subject = some_subject(bench.dice, 5);
  CHECK_THROWS(signer.sign(bench.slot(5, VoteKind::kNotarize), subject));
  CHECK_THROWS(signer.sign(bench.slot(5, VoteKind::kNotarize), subject));
  CHECK(!bench.on_disk().top_notarized);
}

TEST_CASE("a conflicting vote is refused and leaves the slot alone", "[storage]") {
  using namespace signer_test;
  Bench bench;
  Signer signer = bench.begin();
  REQUIRE(signer.sign(bench.slot(5, VoteKind::kNotarize), some_subject(bench.dice, 5)));
  const auto before = bench.disk.slots;
  CHECK(!signer.sign(bench.slot(5, VoteKind::kNotarize), some_subject(bench.dice, 5)));
  CHECK(!signer.sign({{4}, {6}, VoteKind::kNotarize}, some_subject(bench.dice, 6)));
  CHECK(bench.disk.slots == before);
}

TEST_CASE("the same vote is signed twice with equal bytes and one write", "[storage]") {
  using namespace signer_test;
  Bench bench;
  Signer signer = bench.begin();
  const Subject subject = some_subject(bench.dice, 5);
  const auto first = signer.sign(bench.slot(5, VoteKind::kNotarize), subject);
  const int writes = bench.disk.writes;
  const auto second = signer.sign(bench.slot(5, VoteKind::kNotarize), subject);
  REQUIRE((first && second));
  CHECK(*first == *second);
  CHECK(bench.disk.writes == writes);
}

TEST_CASE("a restarted signer remembers what it signed", "[storage]") {
  using namespace signer_test;
  Bench bench;
  const Subject subject = some_subject(bench.dice, 5);
  const auto before = bench.begin().sign(bench.slot(5, VoteKind::kNotarize), subject);
  Signer again = bench.restart();
  CHECK(!again.sign(bench.slot(5, VoteKind::kNotarize), some_subject(bench.dice, 5)));
  CHECK(again.sign(bench.slot(5, VoteKind::kNotarize), subject) == before);
  REQUIRE(again.sign(bench.slot(5, VoteKind::kNullify), view_alone(5)));
  CHECK(!bench.restart().sign(bench.slot(5, VoteKind::kFinalize), subject));
}

TEST_CASE("a finalized view excludes its nullification across a restart", "[storage]") {
  using namespace signer_test;
  Bench bench;
  const Subject subject = some_subject(bench.dice, 5);
  {
    Signer signer = bench.begin();
    REQUIRE(signer.sign(bench.slot(5, VoteKind::kNotarize), subject));
    REQUIRE(signer.sign(bench.slot(5, VoteKind::kFinalize), subject));
  }
  CHECK(!bench.restart().sign(bench.slot(5, VoteKind::kNullify), view_alone(5)));
}

TEST_CASE("a tip is durable when set and bars the views up to it", "[storage]") {
  using namespace signer_test;
  Bench bench;
  Signer signer = bench.begin();
  const consensus::Tip tip = some_tip(bench.dice, 9);
  signer.set_tip(tip);
  CHECK(bench.on_disk().tip == tip);
  CHECK(!bench.restart().sign(bench.slot(9, VoteKind::kNotarize), some_subject(bench.dice, 9)));
  CHECK(bench.restart().sign(bench.slot(10, VoteKind::kNotarize), some_subject(bench.dice, 10)));
}

TEST_CASE("a bar is durable when set, is lowered only from until-told, and goes into the next epoch", "[storage]") {
  using namespace signer_test;
  Bench bench;
  Signer signer = bench.begin();
  signer.abstain(consensus::kUntilTold);
  CHECK(!bench.restart().sign(bench.slot(1'000, VoteKind::kNullify), {.view = {1'000}}));
  auto next = bench.scope;
  next.epoch = next.epoch.next();
  auto told = bench.restart();
  told.abstain({9});
  CHECK(!bench.restart().sign(bench.slot(9, VoteKind::kNullify), {.view = {9}}));
  CHECK(bench.restart().sign(bench.slot(10, VoteKind::kNullify), {.view = {10}}));
  told.enter_epoch(next, {}, {9});
  CHECK(bench.on_disk().abstain_until == consensus::kUntilTold);
  CHECK(bench.on_disk().epoch == next.epoch);
}

}  // namespace quipu::storage::testing
