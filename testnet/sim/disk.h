// SPDX-License-Identifier: Apache-2.0
// What survives a node's power cuts: the database with its synced prefix, and the two slots of the safety file. The
// power may fail before, in and after every write, and before every effect; each of these places is a *point*. One
// thread.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>

#include "storage/memory_database.h"
#include "storage/signer.h"
#include "testnet/sim/random.h"

namespace quipu::testnet {

// Thrown at the point where the power fails; the node is gone when it is caught.
struct PowerCut {};

class PowerSwitch {
 public:
  // The power fails at the n-th point from here, n >= 1.
  void arm(std::uint64_t points) { cut_at_ = passed_ + points; }
  void disarm() { cut_at_.reset(); }
  bool cuts_next() const { return cut_at_ == passed_ + 1; }
  std::uint64_t passed() const { return passed_; }
  void point() {
    if (++passed_ != cut_at_) return;
    cut_at_.reset();
    throw PowerCut{};
  }

 private:
  std::uint64_t passed_ = 0;
  std::optional<std::uint64_t> cut_at_;
};

class Disk {
 public:
  // Told of each write once it is done.
  struct Watcher {
    std::function<void(const storage::Batch&, storage::Durability)> database_written;
    std::function<void(const consensus::SafetyRecord&)> slot_written;
  };

  explicit Disk(Random random) : random_(random), database_(std::make_unique<storage::MemoryDatabase>()) {}

  // As a node opens them; they refer to this disk.
  std::unique_ptr<storage::Database> open_database();
  std::unique_ptr<storage::SlotDevice> open_slots();

  // Loses what was not synced, but for a random prefix; the answer is how many writes survived.
  std::size_t lose_unsynced();

  // All of it; the slots stay. Nothing may be open.
  void lose_database() { database_ = std::make_unique<storage::MemoryDatabase>(); }

  // The slots; the database stays.
  void lose_slots() { slots_ = {}; }
  struct Image {
    std::unique_ptr<storage::MemoryDatabase> database;
    std::array<Bytes, 2> slots;
  };
  // What is here now, and the way back to it, in part or whole.
  Image image() const { return {database_->clone(), slots_}; }
  void put_back_database(const Image& image);
  void put_back_slots(const Image& image) { slots_ = image.slots; }
  // The power fails in the middle of the next write of a slot.
  void tear_next_slot() { tears_ = true; }

  PowerSwitch& power() { return power_; }
  void watch(Watcher watcher) { watcher_ = std::move(watcher); }
  const storage::MemoryDatabase& database() const { return *database_; }
  // That these slots show.
  static std::optional<consensus::SafetyRecord> record_in(const std::array<Bytes, 2>& slots);
  std::optional<consensus::SafetyRecord> record() const { return record_in(slots_); }
  // That the database shows of this member.
  std::vector<consensus::Vote> votes_held(consensus::MemberIndex signer) const;

 private:
  friend class SimDatabase;
  friend class SimSlots;
  Random random_;
  PowerSwitch power_;
  Watcher watcher_;
  std::unique_ptr<storage::MemoryDatabase> database_;
  std::array<Bytes, 2> slots_;
  bool tears_ = false;
};

}  // namespace quipu::testnet
