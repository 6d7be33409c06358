// SPDX-License-Identifier: Apache-2.0
// The one small file outside the database: what this member has signed, and how far its ledger reached. Two
// preallocated 8 KiB slots are overwritten in turn, each with a generation and a CRC; one bad slot is a torn write, the
// other counts. One thread; a failed write or sync stops the process.
#pragma once

#include <array>
#include <expected>
#include <filesystem>
#include <memory>
#include <string>

#include "consensus/guard.h"

namespace quipu::storage {

inline constexpr std::size_t kSafetySlotBytes = 8 << 10;

// Where the two slots live: a file, or memory in the simulator.
class SlotDevice {
 public:
  virtual ~SlotDevice() = default;
  virtual std::array<Bytes, 2> read() const = 0;
  // Overwrites one slot and returns when it is durable.
  virtual void write_synced(unsigned slot, BytesView content) = 0;
};

// Exclusive lock held while it lives. `create` fails if the file is there; `open` if it is missing, not 0600, or
// locked.
std::expected<std::unique_ptr<SlotDevice>, std::string> create_slot_file(const std::filesystem::path& path);
std::expected<std::unique_ptr<SlotDevice>, std::string> open_slot_file(const std::filesystem::path& path);

class MemorySlots final : public SlotDevice {
 public:
  std::array<Bytes, 2> read() const override { return slots_; }
  void write_synced(unsigned slot, BytesView content) override { slots_[slot] = Bytes(content); }
  std::array<Bytes, 2> slots_;
};

// Neither slot holds a record.
bool is_lost(const SlotDevice& device);
// One slot holds a record, the other what is neither a record nor blank. That is what a power cut leaves of a write,
// whose vote was then not sent yet; or damage at rest, and then the newest vote may be forgotten.
bool is_torn(const SlotDevice& device);
// What an operator is told of that.
std::string about_torn(const std::filesystem::path& file);

Bytes encode_safety_record(const consensus::SafetyRecord& record);
std::expected<consensus::SafetyRecord, std::string> decode_safety_record(BytesView slot);

class SafetyFile {
 public:
  // A new member: writes the first record. Never called on a device that holds a record.
  static std::expected<SafetyFile, std::string> initialise(std::unique_ptr<SlotDevice> device,
                                                           const consensus::SafetyRecord& first);
  // In the place of one that was lost, both slots bad or blank: what was signed before is not known, so the record
  // abstains until others have told (consensus/recovery.cpp). Refuses a device that holds a record.
  static std::expected<SafetyFile, std::string> begin_again(std::unique_ptr<SlotDevice> device,
                                                            const consensus::SafetyRecord& first);
  // Both slots bad is an error, never a fresh start.
  static std::expected<SafetyFile, std::string> load(std::unique_ptr<SlotDevice> device);

  const consensus::SafetyRecord& record() const { return record_; }
  // Durable when it returns; the generation is counted here. Writes nothing when the record is unchanged.
  void store(consensus::SafetyRecord record);
  std::uint64_t syncs() const { return syncs_; }

 private:
  static SafetyFile with_first(std::unique_ptr<SlotDevice> device, consensus::SafetyRecord record);
  SafetyFile(std::unique_ptr<SlotDevice> device, consensus::SafetyRecord record, unsigned next);
  std::unique_ptr<SlotDevice> device_;
  consensus::SafetyRecord record_;
  unsigned next_slot_ = 0;
  std::uint64_t syncs_ = 0;
};

}  // namespace quipu::storage
