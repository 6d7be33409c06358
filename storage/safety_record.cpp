// SPDX-License-Identifier: Apache-2.0
// One slot of the safety file, 8 KiB, big-endian:
//   "quipusf1" || chain 32 || u64 epoch || u64 generation || u64 abstain_until || u64 top view
//   || optional subject: notarized || u8 nullified || optional subject: finalized
//   || u8 count of open views, each: subject 56 || u8 finalized
//   || tip: u64 view || u64 height || block 32 || u64 tree size || root 32
//   || zeros || SHA-256 of all before it, 32 B
// An optional subject is a u8 flag, then 56 B when it is 1. The digest covers the zeros too: a write torn between any
// two sectors is seen.
#include <algorithm>
#include <cassert>

#include "consensus/limits.h"
#include "crypto/digest.h"
#include "storage/record_codec.h"
#include "storage/safety_file.h"

namespace quipu::storage {

using consensus::OpenView;
using consensus::SafetyRecord;
using consensus::Subject;
using crypto::ByteReader;
using crypto::ByteWriter;
using crypto::Digest;

namespace {

constexpr BytesView kMagic = "quipusf1";
constexpr std::size_t kCheckedBytes = kSafetySlotBytes - Digest::kSize;

void write_optional(ByteWriter& out, const std::optional<Subject>& subject) {
  out.u8(subject ? 1 : 0);
  if (subject) write(out, *subject);
}

// A flag is 0 or 1; anything else clears `good`.
bool read_flag(ByteReader& in, bool& good) {
  const std::uint8_t flag = in.u8();
  good = good && flag <= 1;
  return flag == 1;
}

std::optional<Subject> read_optional(ByteReader& in, bool& good) {
  if (!read_flag(in, good)) return std::nullopt;
  return read_subject(in);
}

void write_votes(ByteWriter& out, const SafetyRecord& record) {
  out.u64(record.top_view.value);
  write_optional(out, record.top_notarized);
  out.u8(record.top_nullified ? 1 : 0);
  write_optional(out, record.top_finalized);
  assert(record.open.size() <= limits::kOpenViews);
  out.u8(static_cast<std::uint8_t>(record.open.size()));
  for (const OpenView& open : record.open) {
    write(out, open.notarized);
    out.u8(open.finalized ? 1 : 0);
  }
}

bool read_votes(ByteReader& in, SafetyRecord& record) {
  bool good = true;
  record.top_view.value = in.u64();
  record.top_notarized = read_optional(in, good);
  record.top_nullified = read_flag(in, good);
  record.top_finalized = read_optional(in, good);
  const std::size_t count = in.u8();
  good = good && count <= limits::kOpenViews;
  for (std::size_t i = 0; good && i < count; ++i) {
    OpenView open;
    open.notarized = read_subject(in);
    open.finalized = read_flag(in, good);
    record.open.push_back(open);
  }
  return good;
}

bool only_zeros(BytesView bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](char byte) { return byte == 0; });
}

}  // namespace

Bytes encode_safety_record(const SafetyRecord& record) {
  ByteWriter out;
  out.raw(kMagic).raw(record.chain.view());
  out.u64(record.epoch.value).u64(record.generation).u64(record.abstain_until.value);
  write_votes(out, record);
  write(out, record.tip);
  Bytes slot = out.take();
  assert(slot.size() <= kCheckedBytes);
  slot.resize(kCheckedBytes, '\0');
  slot += crypto::sha256(slot).view();
  return slot;
}

std::expected<SafetyRecord, std::string> decode_safety_record(BytesView slot) {
  if (slot.size() != kSafetySlotBytes) return std::unexpected("wrong size");
  const BytesView checked = slot.substr(0, kCheckedBytes);
  if (crypto::sha256(checked).view() != slot.substr(kCheckedBytes)) return std::unexpected("wrong checksum");
  ByteReader in(checked);
  if (in.raw(kMagic.size()) != kMagic) return std::unexpected("not a safety record of this format");
  SafetyRecord record;
  record.chain = in.fixed<Digest>();
  record.epoch.value = in.u64();
  record.generation = in.u64();
  record.abstain_until.value = in.u64();
  const bool votes_good = read_votes(in, record);
  record.tip = read_tip(in);
  if (!votes_good || !in.ok() || !only_zeros(in.rest())) return std::unexpected("malformed record");
  return record;
}

}  // namespace quipu::storage
