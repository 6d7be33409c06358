// SPDX-License-Identifier: Apache-2.0
#include "node/host/stored_ledger.h"

#include <cassert>

#include "node/host/shared_records.h"

namespace quipu::host {

namespace {

// Beyond the newest published checkpoint's, which comes every sixteen heights at the latest.
constexpr std::size_t kMapsKept = 48;

class StoredState final : public ledger::StateView {
 public:
  explicit StoredState(storage::StateReader reader) : reader_(std::move(reader)) {}
  std::optional<Bytes> get(const ledger::MapKey& key) const override { return reader_.get(key.view()); }
  void scan(BytesView prefix, const Each& each) const override {
    reader_.scan(prefix, [&](BytesView key, BytesView value) {
      const auto map_key = ledger::MapKey::from(key);
      assert(map_key);
      return each(*map_key, value);
    });
  }

 private:
  storage::StateReader reader_;
};

ledger::BlockSummary summary(const storage::BlockRecord& record) {
  return {record.header.height,    record.id,           record.proposer,
          record.block_time_ms,    record.first_index,  record.header.tree_size,
          record.header.tree_root, record.header.epoch, record.header.is_handover()};
}

std::optional<ledger::BlockSummary> summary(const std::optional<storage::BlockRecord>& record) {
  if (!record) return std::nullopt;
  return summary(*record);
}

class StoredLedger final : public ledger::LedgerReader {
 public:
  StoredLedger(std::shared_ptr<const storage::Snapshot> snapshot, StatusMaps maps)
      : snapshot_(std::move(snapshot)), log_(snapshot_), maps_(std::move(maps)), state_(state_at(std::nullopt)) {
    const auto tip = log_.tip();
    assert(tip);
    newest_ = summary(log_.block(tip->height).value());
    has_calendar_ = has_calendar(log_);
  }
  ledger::BlockSummary newest() const override { return newest_; }
  std::optional<ledger::BlockSummary> block(consensus::Height height) const override {
    return summary(log_.block(height));
  }
  std::optional<ledger::BlockSummary> block_at_time(std::uint64_t time_ms) const override {
    return summary(log_.block_at_time(time_ms));
  }
  std::shared_ptr<const ledger::StateView> state(std::optional<consensus::Height> known_at) const override {
    // The newest values need no search by height.
    return !known_at || *known_at >= newest_.height ? state_ : state_at(known_at);
  }
  std::optional<Bytes> leaf(std::uint64_t index) const override { return log_.leaf(index); }
  std::vector<Bytes> leaves(std::uint64_t first, std::uint64_t end) const override { return log_.leaves(first, end); }
  std::optional<ledger::LeafLocation> find(const crypto::Digest& leaf_hash) const override {
    const auto place = log_.place_of(leaf_hash);
    if (!place) return std::nullopt;
    return ledger::LeafLocation{place->index, place->height};
  }
  crypto::Digest node(unsigned level, std::uint64_t index) const override { return log_.node(level, index); }
  std::vector<consensus::LinkProof> links(consensus::Height height) const override { return log_.links(height); }
  std::optional<Bytes> note(consensus::Height height) const override { return log_.note(height); }
  std::optional<consensus::Height> newest_note() const override {
    const auto last = snapshot_->last_at_or_before(storage::Family::kNotes, Bytes(8, '\xff'), "");
    if (!last) return std::nullopt;
    return consensus::Height{crypto::ByteReader(last->first).u64()};
  }
  std::vector<consensus::Height> note_heights(consensus::Height from, std::size_t most) const override {
    return log_.note_heights(from, most);
  }
  std::vector<ledger::EvidenceFile> evidence() const override {
    std::vector<ledger::EvidenceFile> files;
    for (auto& kept : log_.evidence()) files.push_back({kept.epoch, kept.anchor, std::move(kept.pair)});
    return files;
  }
  std::optional<crypto::StatusMap> map(consensus::Height height) const override {
    const auto kept = maps_.find(height);
    return kept == maps_.end() ? std::nullopt : std::optional(kept->second);
  }
  bool calendar(const ledger::CalendarRange& range, consensus::Height known_at,
                const EachCertificate& each) const override {
    if (has_calendar_) scan_calendar(*snapshot_, range, known_at, each);
    return has_calendar_;
  }

 private:
  std::shared_ptr<const ledger::StateView> state_at(std::optional<consensus::Height> known_at) const {
    return std::make_shared<SharedRecords>(stored_state(snapshot_, known_at));
  }

  std::shared_ptr<const storage::Snapshot> snapshot_;
  storage::LogReader log_;
  StatusMaps maps_;
  std::shared_ptr<const ledger::StateView> state_;  // the newest
  ledger::BlockSummary newest_;
  bool has_calendar_ = false;
};

crypto::StatusMap rebuild_map(const ledger::StateView& state) {
  crypto::StatusMap map;
  state.scan("", [&](const ledger::MapKey& key, BytesView value) {
    map = std::move(map).insert(key.view(), value);
    return true;
  });
  return map;
}

}  // namespace

std::shared_ptr<const ledger::StateView> stored_state(std::shared_ptr<const storage::Snapshot> snapshot,
                                                      std::optional<consensus::Height> known_at) {
  return std::make_shared<StoredState>(storage::StateReader(std::move(snapshot), known_at));
}

void keep_map(StatusMaps& maps, const ledger::Position& position, std::optional<consensus::Height> newest_note) {
  static_cast<void>(position.map.root());
  maps.insert_or_assign(position.height, position.map);
  if (newest_note) maps.erase(maps.begin(), maps.lower_bound(*newest_note));
  while (maps.size() > kMapsKept) maps.erase(maps.begin());
}

std::shared_ptr<const ledger::LedgerReader> stored_ledger(std::shared_ptr<const storage::Snapshot> snapshot,
                                                          StatusMaps maps) {
  return std::make_shared<StoredLedger>(std::move(snapshot), std::move(maps));
}

ledger::Position stored_position(const std::shared_ptr<const storage::Snapshot>& snapshot,
                                 std::shared_ptr<const ledger::Membership> membership) {
  const storage::LogReader log(snapshot);
  const auto tip = log.tip().value();
  const auto record = log.block(tip.height).value();
  ledger::Position position;
  position.height = tip.height;
  position.block = tip.block;
  position.block_time_ms = record.block_time_ms;
  position.tree = log.range_at(tip.tree_size);
  position.state = stored_state(snapshot, std::nullopt);
  position.map = rebuild_map(*position.state);
  position.membership = std::move(membership);
  position.handover = record.header.is_handover();
  return position;
}

storage::CommitBlock stored_form(const ledger::ExecutedBlock& executed, std::vector<consensus::LinkProof> links,
                                 CalendarWriter& calendar) {
  storage::CommitBlock out;
  out.record = {executed.block.header, executed.after.block, executed.first_index, executed.after.block_time_ms,
                executed.proposer};
  out.leaves = executed.block.leaves;
  for (const auto& [key, value] : executed.changes) out.changes.push_back({Bytes(key.view()), value});
  out.links = std::move(links);
  out.calendar = calendar.changes_by(executed.changes);
  return out;
}

}  // namespace quipu::host
