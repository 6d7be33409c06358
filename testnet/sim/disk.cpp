// SPDX-License-Identifier: Apache-2.0
#include "testnet/sim/disk.h"

#include <algorithm>
#include <utility>

#include "storage/record_codec.h"

namespace quipu::testnet {

class SimDatabase final : public storage::Database {
 public:
  explicit SimDatabase(Disk& disk) : disk_(disk) {}

  void write(const storage::Batch& batch, storage::Durability durability) override {
    disk_.power_.point();
    disk_.database_->write(batch, durability);
    if (disk_.watcher_.database_written) disk_.watcher_.database_written(batch, durability);
    disk_.power_.point();
  }
  std::shared_ptr<const storage::Snapshot> snapshot() const override { return disk_.database_->snapshot(); }

 private:
  Disk& disk_;
};

class SimSlots final : public storage::SlotDevice {
 public:
  explicit SimSlots(Disk& disk) : disk_(disk) {}

  std::array<Bytes, 2> read() const override { return disk_.slots_; }
  void write_synced(unsigned slot, BytesView content) override {
    disk_.power_.point();
    if (std::exchange(disk_.tears_, false)) disk_.power_.arm(1);
    if (disk_.power_.cuts_next()) tear(slot, content);
    disk_.power_.point();
    disk_.slots_[slot] = Bytes(content);
    const auto record = storage::decode_safety_record(content);
    if (record && disk_.watcher_.slot_written) disk_.watcher_.slot_written(*record);
    disk_.power_.point();
  }

 private:
  // The first bytes are new, the rest is what was there.
  void tear(unsigned slot, BytesView content) {
    Bytes& old = disk_.slots_[slot];
    if (old.size() < content.size()) old.resize(content.size());
    const std::size_t written = disk_.random_.below(content.size());
    std::copy_n(content.begin(), written, old.begin());
  }

  Disk& disk_;
};

std::unique_ptr<storage::Database> Disk::open_database() { return std::make_unique<SimDatabase>(*this); }
std::unique_ptr<storage::SlotDevice> Disk::open_slots() { return std::make_unique<SimSlots>(*this); }

// Told as one write of all that it holds.
void Disk::put_back_database(const Image& image) {
  database_ = image.database->clone();
  if (watcher_.database_written) watcher_.database_written(image.database->everything(), storage::Durability::kSynced);
}

std::vector<consensus::Vote> Disk::votes_held(consensus::MemberIndex signer) const {
  std::vector<consensus::Vote> votes;
  database_->snapshot()->scan(storage::Family::kPending, storage::kPendingVotes, storage::kPendingVotes,
                              [&](BytesView, BytesView value) {
                                const auto vote = storage::decode_vote(value);
                                if (vote && vote->signer == signer) votes.push_back(*vote);
                                return true;
                              });
  return votes;
}

std::optional<consensus::SafetyRecord> Disk::record_in(const std::array<Bytes, 2>& slots) {
  std::optional<consensus::SafetyRecord> newest;
  for (const auto& slot : slots) {
    auto record = storage::decode_safety_record(slot);
    if (record && (!newest || record->generation > newest->generation)) newest = std::move(*record);
  }
  return newest;
}

std::size_t Disk::lose_unsynced() {
  const std::size_t kept = random_.below(database_->unsynced() + 1);
  database_->crash(kept);
  return kept;
}

}  // namespace quipu::testnet
