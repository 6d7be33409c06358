// SPDX-License-Identifier: Apache-2.0
#include "storage/safety_file.h"

#include <algorithm>

namespace quipu::storage {

using consensus::SafetyRecord;

namespace {

bool blank(const Bytes& slot) {
  return std::all_of(slot.begin(), slot.end(), [](char byte) { return byte == 0; });
}

}  // namespace

bool is_lost(const SlotDevice& device) {
  return std::ranges::none_of(device.read(), [](const Bytes& slot) { return decode_safety_record(slot).has_value(); });
}

bool is_torn(const SlotDevice& device) {
  const std::array<Bytes, 2> slots = device.read();
  const auto good = [](const Bytes& slot) { return decode_safety_record(slot).has_value(); };
  const auto bad = [&](const Bytes& slot) { return !good(slot) && !blank(slot); };
  return std::ranges::any_of(slots, good) && std::ranges::any_of(slots, bad);
}

std::string about_torn(const std::filesystem::path& file) {
  return "one of the two slots of " + file.string() +
         " is bad: a power cut while it was written, which is harmless; if there was none, the disk is damaged, and "
         "the "
         "newest vote may be forgotten: stop the node and have the disk tested (docs/runbooks/failing-disk.md)";
}

SafetyFile::SafetyFile(std::unique_ptr<SlotDevice> device, SafetyRecord record, unsigned next)
    : device_(std::move(device)), record_(std::move(record)), next_slot_(next) {}

SafetyFile SafetyFile::with_first(std::unique_ptr<SlotDevice> device, SafetyRecord record) {
  record.generation = 1;
  device->write_synced(0, encode_safety_record(record));
  SafetyFile file(std::move(device), std::move(record), 1);
  file.syncs_ = 1;
  return file;
}

std::expected<SafetyFile, std::string> SafetyFile::initialise(std::unique_ptr<SlotDevice> device,
                                                              const SafetyRecord& first) {
  const std::array<Bytes, 2> slots = device->read();
  if (!blank(slots[0]) || !blank(slots[1])) return std::unexpected("the safety file is not empty");
  return with_first(std::move(device), first);
}

std::expected<SafetyFile, std::string> SafetyFile::begin_again(std::unique_ptr<SlotDevice> device,
                                                               const SafetyRecord& first) {
  if (!is_lost(*device)) return std::unexpected("the safety file holds a record");
  return with_first(std::move(device), consensus::abstaining(first, consensus::kUntilTold));
}

std::expected<SafetyFile, std::string> SafetyFile::load(std::unique_ptr<SlotDevice> device) {
  const std::array<Bytes, 2> slots = device->read();
  auto first = decode_safety_record(slots[0]);
  auto second = decode_safety_record(slots[1]);
  if (!first && !second) {
    return std::unexpected("both slots of the safety file are bad: " + first.error() + ", " + second.error() +
                           "; never make a new one under the same vote key, keep the node stopped");
  }
  if (first && second && first->generation == second->generation) {
    return std::unexpected("both slots of the safety file have the same generation");
  }
  const bool second_counts = !first || (second && second->generation > first->generation);
  if (!consensus::consistent(second_counts ? *second : *first)) {
    return std::unexpected(
        "the safety file shows votes that exclude each other: whatever wrote it was not this program; keep the node "
        "stopped and never use its vote key again");
  }
  if (second_counts) return SafetyFile(std::move(device), *std::move(second), 0);
  return SafetyFile(std::move(device), *std::move(first), 1);
}

void SafetyFile::store(SafetyRecord record) {
  record.generation = record_.generation;
  if (record == record_) return;
  ++record.generation;
  device_->write_synced(next_slot_, encode_safety_record(record));
  ++syncs_;
  next_slot_ = 1 - next_slot_;
  record_ = std::move(record);
}

}  // namespace quipu::storage
