// SPDX-License-Identifier: Apache-2.0
#include "storage/block_store.h"
#include "storage/disk_fault.h"
#include "storage/record_codec.h"

namespace quipu::storage {

namespace {

constexpr std::size_t kHeightBytes = 8;

struct Version {
  BytesView map_key;
  std::uint64_t height = 0;
};

Version split(BytesView history_key) {
  if (history_key.size() < kHeightBytes) stop_process("damaged store", "history key");
  const std::size_t size = history_key.size() - kHeightBytes;
  return {history_key.substr(0, size), must_have(number_of(history_key.substr(size)), "height of a version")};
}

// Sees the versions in key order and passes on, per map key, the last one that is not too new.
class VersionsInOrder {
 public:
  VersionsInOrder(consensus::Height at, const Snapshot::Each& each) : at_(at), each_(each) {}

  bool add(BytesView history_key, BytesView value) {
    const Version version = split(history_key);
    if (version.map_key != key_ && !finish()) return false;
    if (version.height > at_.value) return true;
    key_ = version.map_key;
    value_ = value;
    known_ = true;
    return true;
  }

  // Passes on the key that is complete; false when the reader has had enough.
  bool finish() {
    const bool more = !known_ || each_(key_, value_);
    known_ = false;
    return more;
  }

 private:
  consensus::Height at_;
  const Snapshot::Each& each_;
  Bytes key_;
  Bytes value_;
  bool known_ = false;
};

}  // namespace

StateReader::StateReader(std::shared_ptr<const Snapshot> snapshot, std::optional<consensus::Height> at)
    : snapshot_(std::move(snapshot)), at_(at) {}

std::optional<Bytes> StateReader::get(BytesView key) const {
  if (!at_) return snapshot_->get(Family::kState, key);
  auto version = snapshot_->last_at_or_before(Family::kHistory, history_key(key, *at_), key);
  if (!version || split(version->first).map_key != key) return std::nullopt;
  return std::move(version->second);
}

void StateReader::scan(BytesView prefix, const Snapshot::Each& each) const {
  if (!at_) return snapshot_->scan(Family::kState, prefix, prefix, each);
  scan_versions(*snapshot_, Family::kHistory, prefix, prefix, *at_, each);
}

void scan_versions(const Snapshot& snapshot, Family family, BytesView from, BytesView prefix, consensus::Height at,
                   const Snapshot::Each& each) {
  VersionsInOrder versions(at, each);
  bool more = true;
  snapshot.scan(family, from, prefix, [&](BytesView key, BytesView value) { return more = versions.add(key, value); });
  if (more) versions.finish();
}

}  // namespace quipu::storage
