// SPDX-License-Identifier: Apache-2.0
// The log on disk: finalized blocks as leaves, Merkle nodes and records, what consensus holds above the tip, and the
// one synced batch that makes a block final. Readers take a Snapshot and may be on any thread.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "consensus/engine.h"
#include "crypto/merkle.h"
#include "storage/database.h"

namespace quipu::storage {

// A pair of contradicting votes and the epoch in which they contradict: views restart with every epoch.
struct EvidenceRecord {
  consensus::Epoch epoch{};
  crypto::Digest anchor{};
  consensus::Evidence pair{};
};

// What kBlocks keeps of a finalized block; its leaves are [first_index, header.tree_size).
struct BlockRecord {
  consensus::Header header;
  consensus::BlockId id;
  std::uint64_t first_index = 0;
  std::uint64_t block_time_ms = 0;
  std::string proposer;
  friend bool operator==(const BlockRecord&, const BlockRecord&) = default;
};

struct StateChange {
  Bytes key;
  Bytes value;
};

// What a block changes in the calendar: entries that begin to be, with what they say, and with an empty value those
// that are no more. The version is of whoever made them.
struct CalendarChanges {
  std::uint32_t version = 0;
  std::vector<StateChange> changes;
};

// How far the calendar goes. It can be asked if that is the tip, and the version the asker's own.
struct CalendarMark {
  std::uint32_t version = 0;
  consensus::Height height{};
  friend bool operator==(const CalendarMark&, const CalendarMark&) = default;
};

// One block as it becomes final.
struct CommitBlock {
  BlockRecord record;
  std::vector<Bytes> leaves;
  std::vector<StateChange> changes;
  std::vector<consensus::LinkProof> links;
  std::optional<CalendarChanges> calendar = {};  // nothing: the calendar stays behind, until it is built anew
};

struct LeafPlace {
  std::uint64_t index = 0;
  consensus::Height height;
};

// Typed reads of the log in one snapshot. Cheap to copy.
class LogReader {
 public:
  explicit LogReader(std::shared_ptr<const Snapshot> snapshot);

  std::optional<consensus::Tip> tip() const;  // nothing: not initialised
  std::optional<consensus::QuorumProof> finalization() const;
  std::optional<BlockRecord> block(consensus::Height height) const;
  // The last block with block time <= time_ms.
  std::optional<BlockRecord> block_at_time(std::uint64_t time_ms) const;
  std::optional<Bytes> leaf(std::uint64_t index) const;
  std::vector<Bytes> leaves(std::uint64_t first, std::uint64_t end) const;
  std::optional<LeafPlace> place_of(const crypto::Digest& leaf_hash) const;
  crypto::Digest node(unsigned level, std::uint64_t index) const;  // aborts when absent: a caller asked beyond the tip
  crypto::CompactRange range_at(std::uint64_t size) const;
  std::vector<consensus::LinkProof> links(consensus::Height height) const;
  std::optional<consensus::Block> full_block(consensus::Height height) const;
  std::optional<Bytes> note(consensus::Height height) const;
  std::vector<consensus::Height> note_heights(consensus::Height from, std::size_t most) const;
  std::vector<EvidenceRecord> evidence() const;
  std::optional<CalendarMark> calendar_mark() const;
  const Snapshot& snapshot() const { return *snapshot_; }

 private:
  std::shared_ptr<const Snapshot> snapshot_;
};

// What consensus holds above the tip, and each member's highest votes of the epoch.
struct Pending {
  std::vector<consensus::Block> blocks;
  std::vector<consensus::QuorumProof> proofs;
  std::vector<consensus::Vote> votes;
};

// Whoever writes, writes through one of these for as long as the database is open.
class BlockStore {
 public:
  explicit BlockStore(Database& database) : database_(database) {}

  // Writes block 0. Never called on a store that has a tip.
  void initialise(const crypto::Digest& chain, const CommitBlock& genesis);
  std::optional<crypto::Digest> chain() const;

  LogReader read() const;
  Pending pending() const;
  std::optional<consensus::Block> pending_block(const consensus::BlockId& id) const;

  // Several Persist effects share one synced batch.
  void persist(const std::vector<consensus::Persist>& effects);
  // Leaves, nodes, ids, records, links, state and history, the calendar, tip, finalization, and the erasure of pending
  // entries at or below the tip, in ONE synced batch.
  void commit(const std::vector<CommitBlock>& blocks, const consensus::QuorumProof& finalization,
              const consensus::Tip& tip, const std::vector<consensus::Vote>& votes = {});
  // An epoch is over: the next one counts its views from 1 again. Synced.
  void forget_pending();
  void put_note(consensus::Height height, BytesView note);  // unsynced: can be published again
  void put_evidence(const EvidenceRecord& evidence);        // unsynced, bounded by limits::kEvidenceKept

 private:
  // Pending entries by their keys: what a commit at that height, or that view, settles. Read from the disk once: each
  // search there would pass by all that were ever erased.
  struct Unsettled {
    std::map<Bytes, consensus::Height> blocks;
    std::map<Bytes, consensus::View> proofs;
  };
  Unsettled& unsettled();
  void erase_settled(Batch& batch, const consensus::Tip& tip);

  Database& database_;
  std::optional<Unsettled> unsettled_;  // nothing: not read yet
};

// Of keys that end with a height, from `from` on and with the prefix: per key the newest value at or below `at`, in
// ascending order of the keys (without their heights), until `each` returns false.
void scan_versions(const Snapshot& snapshot, Family family, BytesView from, BytesView prefix, consensus::Height at,
                   const Snapshot::Each& each);

// Newest or historical values of the state (map key -> record). Reads only.
class StateReader {
 public:
  // `at`: as known at that height; nothing = the snapshot's newest.
  StateReader(std::shared_ptr<const Snapshot> snapshot, std::optional<consensus::Height> at);
  std::optional<Bytes> get(BytesView key) const;
  // Ascending keys with the prefix, each with its value at the height, until `each` returns false.
  void scan(BytesView prefix, const Snapshot::Each& each) const;

 private:
  std::shared_ptr<const Snapshot> snapshot_;
  std::optional<consensus::Height> at_;
};

}  // namespace quipu::storage
