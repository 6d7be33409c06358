// SPDX-License-Identifier: Apache-2.0
// The simulator's own parts: time, chance, disks and links do what the runs rely on.
#include <catch2/catch.hpp>

#include "testnet/sim/cast.h"
#include "testnet/sim/disk.h"
#include "testnet/sim/network.h"
#include "testnet/sim/signatures.h"

using namespace quipu::testnet;
using quipu::Bytes;
namespace storage = quipu::storage;

namespace parts {

storage::Batch one_write(const Bytes& key) {
  storage::Batch batch;
  batch.put(storage::Family::kMeta, key, "value");
  return batch;
}

bool holds(const Disk& disk, const Bytes& key) {
  return disk.database().snapshot()->get(storage::Family::kMeta, key).has_value();
}

}  // namespace parts

TEST_CASE("events happen in the order of their times and equal times in the order they were scheduled") {
  EventQueue queue;
  std::string order;
  queue.at(20, [&] { order += 'c'; });
  queue.at(10, [&] { order += 'a'; });
  queue.at(10, [&] { order += 'b'; });
  queue.at(30, [&] { order += 'd'; });
  while (queue.run_next(20)) {
  }
  CHECK(order == "abc");
  CHECK(queue.now() == 20);
}

TEST_CASE("streams of random numbers repeat by seed and name and differ otherwise") {
  Random first(1, "a");
  Random again(1, "a");
  Random other_name(1, "b");
  Random other_seed(2, "a");
  const auto value = first.next();
  CHECK(value == again.next());
  CHECK(value != other_name.next());
  CHECK(value != other_seed.next());
  for (int i = 0; i < 1000; ++i) CHECK((first.between(-3, 3) >= -3 && first.below(7) < 7));
}

TEST_CASE("a remembered verdict is that of this very key and message and signature") {
  forget_signatures();
  const auto cast = cast_of(4);
  const auto& key = *cast->vote[0];
  const Bytes message = "a vote";
  const auto signature = key.sign(message);
  auto other = signature;
  other.bytes[7] ^= 1;
  for (int again = 0; again < 2; ++again) {
    CHECK(remembered_verify(key.public_key(), message, signature));
    CHECK_FALSE(remembered_verify(key.public_key(), "a vota", signature));
    CHECK_FALSE(remembered_verify(key.public_key(), message, other));
    CHECK_FALSE(remembered_verify(cast->vote[1]->public_key(), message, signature));
  }
}

TEST_CASE("a power cut keeps what was synced and a prefix of what was not") {
  bool lost_some = false;
  bool kept_some = false;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    Disk disk(Random(seed, "disk"));
    auto database = disk.open_database();
    database->write(parts::one_write("synced"), storage::Durability::kSynced);
    database->write(parts::one_write("first"), storage::Durability::kUnsynced);
    database->write(parts::one_write("second"), storage::Durability::kUnsynced);
    disk.lose_unsynced();
    CHECK(parts::holds(disk, "synced"));
    CHECK((parts::holds(disk, "first") || !parts::holds(disk, "second")));
    lost_some = lost_some || !parts::holds(disk, "first");
    kept_some = kept_some || parts::holds(disk, "second");
  }
  CHECK(lost_some);
  CHECK(kept_some);
}

TEST_CASE("power fails before in or after a slot write and in the middle the slot is torn") {
  const Bytes old_content(storage::kSafetySlotBytes, 'o');
  const Bytes new_content(storage::kSafetySlotBytes, 'n');
  for (const std::uint64_t point : {1, 2, 3}) {
    Disk disk(Random(3, "disk"));
    auto slots = disk.open_slots();
    slots->write_synced(0, old_content);
    disk.power().arm(point);
    CHECK_THROWS_AS(slots->write_synced(0, new_content), PowerCut);
    const Bytes now = slots->read()[0];
    CHECK((now == old_content) == (point == 1));
    CHECK((now == new_content) == (point == 3));
  }
}

TEST_CASE("a cut link carries nothing one way and peers are told down and up again") {
  Options options = calm_options(1, 2);
  EventQueue queue;
  std::vector<std::string> log;
  Network network(
      options, queue, 2,
      {[&](Endpoint to, Endpoint, const Bytes& frame) { log.push_back(frame + " at " + std::to_string(to)); },
       [&](Endpoint to, Endpoint) { log.push_back("up at " + std::to_string(to)); },
       [&](Endpoint to, Endpoint) { log.push_back("down at " + std::to_string(to)); }});
  const auto run_for = [&](Micros time) {
    const Micros end = queue.now() + time;
    while (queue.run_next(end)) {
    }
  };
  const auto heard = [&](const std::string& what) { return std::find(log.begin(), log.end(), what) != log.end(); };
  const auto say = [&](Endpoint from, const char* text) {
    network.send(from, 1 - from, std::make_shared<const Bytes>(text));
    run_for(kSecond);
  };
  network.process_started(0);
  network.process_started(1);
  run_for(2 * kSecond);
  CHECK((heard("up at 0") && heard("up at 1")));
  network.cut(0, 1);
  say(0, "lost");
  say(1, "heard");
  CHECK(!heard("lost at 1"));
  CHECK(heard("heard at 0"));
  run_for(20 * kSecond);
  CHECK((heard("down at 0") && heard("down at 1")));
  log.clear();
  network.join(0, 1);
  run_for(5 * kSecond);
  say(0, "again");
  CHECK((heard("up at 0") && heard("again at 1")));
}
