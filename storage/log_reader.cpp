// SPDX-License-Identifier: Apache-2.0
#include <bit>

#include "storage/block_store.h"
#include "storage/disk_fault.h"
#include "storage/record_codec.h"

namespace quipu::storage {

using consensus::Height;
using crypto::Digest;

LogReader::LogReader(std::shared_ptr<const Snapshot> snapshot) : snapshot_(std::move(snapshot)) {}

std::optional<consensus::Tip> LogReader::tip() const {
  const auto stored = snapshot_->get(Family::kMeta, kTipKey);
  if (!stored) return std::nullopt;
  return must_have(decode_tip(*stored), "tip");
}

std::optional<CalendarMark> LogReader::calendar_mark() const {
  const auto stored = snapshot_->get(Family::kMeta, kCalendarKey);
  if (!stored) return std::nullopt;
  return must_have(decode_calendar_mark(*stored), "calendar mark");
}

std::optional<consensus::QuorumProof> LogReader::finalization() const {
  const auto stored = snapshot_->get(Family::kMeta, kFinalizationKey);
  if (!stored) return std::nullopt;
  return must_have(decode_quorum_proof(*stored), "finalization");
}

std::optional<BlockRecord> LogReader::block(Height height) const {
  const auto stored = snapshot_->get(Family::kBlocks, number_key(height.value));
  if (!stored) return std::nullopt;
  return must_have(decode_block_record(*stored), "block record");
}

// Block times never go down, so the heights are sorted by time.
std::optional<BlockRecord> LogReader::block_at_time(std::uint64_t time_ms) const {
  const auto newest = tip();
  if (!newest) return std::nullopt;
  std::optional<BlockRecord> found;
  std::uint64_t first = 0;
  std::uint64_t end = newest->height.value + 1;
  while (first < end) {
    const std::uint64_t middle = first + (end - first) / 2;
    auto record = must_have(block(Height{middle}), "block record below the tip");
    if (record.block_time_ms > time_ms) {
      end = middle;
    } else {
      found = std::move(record);
      first = middle + 1;
    }
  }
  return found;
}

std::optional<Bytes> LogReader::leaf(std::uint64_t index) const {
  return snapshot_->get(Family::kLeaves, number_key(index));
}

std::vector<Bytes> LogReader::leaves(std::uint64_t first, std::uint64_t end) const {
  std::vector<Bytes> found;
  if (first >= end) return found;
  const Bytes stop = number_key(end);
  snapshot_->scan(Family::kLeaves, number_key(first), {}, [&](BytesView key, BytesView value) {
    if (key >= stop) return false;
    found.emplace_back(value);
    return true;
  });
  return found;
}

std::optional<LeafPlace> LogReader::place_of(const Digest& leaf_hash) const {
  const auto stored = snapshot_->get(Family::kLeafIds, leaf_hash.view());
  if (!stored) return std::nullopt;
  return must_have(decode_leaf_place(*stored), "leaf place");
}

Digest LogReader::node(unsigned level, std::uint64_t index) const {
  const auto stored = snapshot_->get(Family::kNodes, node_key(level, index));
  return must_have(Digest::from(stored.value_or(Bytes())), "Merkle node");
}

crypto::CompactRange LogReader::range_at(std::uint64_t size) const {
  std::vector<Digest> hashes;
  std::uint64_t covered = 0;
  for (std::uint64_t rest = size; rest != 0;) {
    const auto level = static_cast<unsigned>(std::bit_width(rest) - 1);
    hashes.push_back(node(level, covered >> level));
    covered += std::uint64_t{1} << level;
    rest = size - covered;
  }
  return must_have(crypto::CompactRange::from(size, std::move(hashes)), "compact range");
}

std::vector<consensus::LinkProof> LogReader::links(Height height) const {
  const auto stored = snapshot_->get(Family::kLinks, number_key(height.value));
  if (!stored) return {};
  return must_have(decode_links(*stored), "link proofs");
}

std::optional<consensus::Block> LogReader::full_block(Height height) const {
  auto record = block(height);
  if (!record) return std::nullopt;
  return consensus::Block{record->header, leaves(record->first_index, record->header.tree_size)};
}

std::optional<Bytes> LogReader::note(Height height) const {
  return snapshot_->get(Family::kNotes, number_key(height.value));
}

std::vector<Height> LogReader::note_heights(Height from, std::size_t most) const {
  std::vector<Height> heights;
  if (most == 0) return heights;
  snapshot_->scan(Family::kNotes, number_key(from.value), {}, [&](BytesView key, BytesView) {
    heights.push_back(Height{must_have(number_of(key), "height of a note")});
    return heights.size() < most;
  });
  return heights;
}

std::vector<EvidenceRecord> LogReader::evidence() const {
  std::vector<EvidenceRecord> found;
  snapshot_->scan(Family::kMeta, kEvidencePrefix, kEvidencePrefix, [&](BytesView, BytesView value) {
    found.push_back(must_have(decode_evidence(value), "evidence"));
    return true;
  });
  return found;
}

}  // namespace quipu::storage
