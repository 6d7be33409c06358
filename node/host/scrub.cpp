// SPDX-License-Identifier: Apache-2.0
#include "node/host/scrub.h"

#include <fmt/format.h>

#include "crypto/merkle.h"
#include "crypto/status_map.h"
#include "node/ledger/block.h"
#include "storage/block_store.h"
#include "storage/record_codec.h"

namespace quipu::host {

using storage::Family;

namespace {

// Reads by keys, and not by the readers that end the process at damage: here it is to be told.
class Scrub {
 public:
  Scrub(const consensus::ChainId& chain, const std::shared_ptr<const storage::Snapshot>& snapshot,
        const std::stop_token& stop)
      : chain_(chain), snapshot_(*snapshot), log_(snapshot), stop_(stop), tip_(log_.tip().value()) {
    found_.height = tip_.height.value;
  }

  std::optional<Scrubbed> run() {
    for (std::uint64_t height = 0; goes_on() && height <= tip_.height.value; ++height) read_block({height});
    if (goes_on() && parent_ != tip_.block) fault("the tip is another block than the last that is stored");
    if (goes_on()) read_state();
    if (stop_.stop_requested()) return std::nullopt;
    return std::move(found_);
  }

 private:
  bool goes_on() const { return found_.fault.empty() && !stop_.stop_requested(); }
  void fault(std::string what) {
    if (found_.fault.empty()) found_.fault = std::move(what);
  }

  void read_block(consensus::Height height) {
    const auto stored = snapshot_.get(Family::kBlocks, storage::number_key(height.value));
    const auto record = stored ? storage::decode_block_record(*stored) : std::nullopt;
    if (!record || record->header.height != height || record->first_index != tree_.size() ||
        record->header.parent_id != parent_ || record->id != consensus::block_id(chain_, record->header)) {
      return fault(fmt::format("the record of block {} does not follow from the one before it", height.value));
    }
    read_leaves(*record);
    if (tree_.size() != record->header.tree_size || tree_.root() != record->header.tree_root)
      fault(fmt::format("the leaves of block {} do not give its tree's root", height.value));
    const auto seal = ledger::decode_seal_leaf(last_leaf_);
    if (!seal || seal->block_time_ms != record->block_time_ms || seal->proposer != record->proposer)
      fault(fmt::format("the record of block {} is not as its seal says", height.value));
    parent_ = record->id;
  }

  void read_leaves(const storage::BlockRecord& record) {
    for (const Bytes& leaf : log_.leaves(record.first_index, record.header.tree_size)) {
      const auto hash = crypto::leaf_hash(leaf);
      const storage::LeafPlace place{tree_.size(), record.header.height};
      if (snapshot_.get(Family::kLeafIds, hash.view()) != storage::encode(place))
        fault(fmt::format("leaf {} has another hash than it is filed under", place.index));
      tree_.append(hash, [this](unsigned level, std::uint64_t index, const crypto::Digest& node) {
        if (snapshot_.get(Family::kNodes, storage::node_key(level, index)) != Bytes(node.view()))
          fault(fmt::format("node {} at level {} of the tree is not what its leaves give", index, level));
      });
      last_leaf_ = leaf;
      ++found_.leaves;
    }
  }

  void read_state() {
    crypto::StatusMap map;
    snapshot_.scan(Family::kState, {}, {}, [&](BytesView key, BytesView value) {
      if (key.size() > crypto::StatusMap::kMaxKeySize) return fault("a record of the state has no key of ours"), false;
      const auto version = snapshot_.last_at_or_before(Family::kHistory, storage::history_key(key, tip_.height), key);
      if (!version || version->second != value)
        fault(fmt::format("record {} of the state is not the newest in the history", crypto::to_hex(key)));
      map = std::move(map).insert(key, value);
      ++found_.records;
      return goes_on();
    });
    const auto seal = ledger::decode_seal_leaf(last_leaf_);
    if (goes_on() && (!seal || seal->state_root != map.root()))
      fault("the records do not give the state's root in the newest seal");
  }

  consensus::ChainId chain_;
  const storage::Snapshot& snapshot_;
  storage::LogReader log_;
  std::stop_token stop_;
  consensus::Tip tip_;
  Scrubbed found_;
  crypto::CompactRange tree_;
  consensus::BlockId parent_{};
  Bytes last_leaf_;
};

}  // namespace

std::optional<Scrubbed> scrub(const consensus::ChainId& chain, const std::shared_ptr<const storage::Snapshot>& snapshot,
                              const std::stop_token& stop) {
  return Scrub(chain, snapshot, stop).run();
}

}  // namespace quipu::host
