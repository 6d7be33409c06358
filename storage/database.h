// SPDX-License-Identifier: Apache-2.0
// Ordered key-value storage behind a handful of calls, so that RocksDB and the in-memory twin are interchangeable.
// Snapshots may be read from any thread; write() is for one thread at a time. A disk's fault never comes back as a
// value: write() stops the process (abort), because a failed sync must not be tried again (docs/threats.md).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "crypto/bytes.h"

namespace quipu::storage {

// Column families. `leaves` is the truth; every other one can be derived from it, the quorum proofs and the genesis
// file.
enum class Family : std::uint8_t {
  kLeaves,    // u64 leaf index -> leaf bytes
  kNodes,     // u8 level || u64 index -> 32 B: complete Merkle nodes
  kLeafIds,   // leaf hash -> u64 leaf index || u64 height
  kBlocks,    // u64 height -> block record (block_store.h)
  kLinks,     // u64 height -> link proofs, encoded
  kState,     // map key -> newest value
  kHistory,   // map key || u64 height -> value written by that height
  kNotes,     // u64 height -> published checkpoint note
  kPending,   // what consensus holds above the tip: blocks and proofs, by kind
  kMeta,      // tip, finalization, chain id, evidence, how far the calendar goes
  kCalendar,  // entry || u64 height -> what it says from that height on (block_store.h)
};
inline constexpr std::size_t kFamilies = 11;

class Batch {
 public:
  struct Write {
    Family family;
    Bytes key;
    std::optional<Bytes> value;
  };  // no value: erase
  void put(Family family, Bytes key, Bytes value) { writes_.push_back({family, std::move(key), std::move(value)}); }
  void erase(Family family, Bytes key) { writes_.push_back({family, std::move(key), std::nullopt}); }
  bool empty() const { return writes_.empty(); }
  const std::vector<Write>& writes() const { return writes_; }

 private:
  std::vector<Write> writes_;
};

enum class Durability : std::uint8_t { kSynced, kUnsynced };  // unsynced rides on the next synced write

// An immutable, consistent state of the whole database.
class Snapshot {
 public:
  virtual ~Snapshot() = default;
  virtual std::optional<Bytes> get(Family family, BytesView key) const = 0;
  // The last entry whose key is <= `key` and starts with `prefix`. `key` itself must start with it.
  virtual std::optional<std::pair<Bytes, Bytes>> last_at_or_before(Family family, BytesView key,
                                                                   BytesView prefix) const = 0;
  // Entries with key >= from that start with prefix, ascending, until `each` returns false.
  using Each = std::function<bool(BytesView key, BytesView value)>;
  virtual void scan(Family family, BytesView from, BytesView prefix, const Each& each) const = 0;
};

class Database {
 public:
  virtual ~Database() = default;
  // Atomic. Returns only when durable, if synced. On any I/O error the process ends.
  virtual void write(const Batch& batch, Durability durability) = 0;
  virtual std::shared_ptr<const Snapshot> snapshot() const = 0;
};

}  // namespace quipu::storage
