// SPDX-License-Identifier: Apache-2.0
// The pool of submissions that are not final yet: volatile, bounded in every direction, ordered by each key's sequence
// and fair between administrations. Holds only submissions whose signature is verified. Pure; one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "consensus/types.h"
#include "crypto/keys.h"
#include "node/ledger/submission.h"

namespace quipu::replica {

struct PoolEntry {
  std::shared_ptr<const ledger::Submission> submission;
  crypto::PublicKey key;
  std::int64_t arrived_us = 0;
  std::int64_t offered_us = 0;  // when it was last offered to peers; 0 = never
};

// One signing key's queue: what waits, by sequence number.
struct KeyQueue {
  std::string administration;
  crypto::PublicKey key;
  std::map<std::uint64_t, PoolEntry> waiting;
  // Numbers [run_first, run_end) all wait here: found by one walk, kept as entries come and go.
  std::uint64_t run_first = 0;
  std::uint64_t run_end = 0;
};

class Mempool {
 public:
  // `administrations`: each gets an equal share of the pool, so that no member can shut the others out.
  explicit Mempool(std::size_t administrations);

  enum class Insert : std::uint8_t { kTaken, kAlreadyThere, kOtherHolder, kFull };
  Insert insert(PoolEntry entry);
  // Whether its administration's share holds it too.
  bool has_room(const ledger::Submission& submission) const;

  const PoolEntry* find(const crypto::Digest& id) const;
  // Who holds this sequence number of this key here.
  const PoolEntry* holder(const crypto::PublicKey& key, std::uint64_t sequence) const;
  // Removes one; nothing happens when it is not there.
  void remove(const crypto::Digest& id);
  // Removes what can never be included again because its key's next sequence is `next`; returns what went.
  std::vector<PoolEntry> remove_below(const crypto::PublicKey& key, std::uint64_t next);

  // First number from `next` on that this key does not hold here.
  std::uint64_t first_free(const crypto::PublicKey& key, std::uint64_t next);

  // Keys in the order a fair leader looks at them: round robin over administrations, oldest arrival first within one.
  std::vector<const KeyQueue*> fair_order() const;
  // Entries for which `which` holds, in id order.
  std::vector<PoolEntry> select(const std::function<bool(const PoolEntry&)>& which) const;
  void mark_offered(const crypto::Digest& id, std::int64_t now_us);

  std::size_t size() const { return by_id_.size(); }
  std::size_t bytes() const { return bytes_; }
  bool empty() const { return by_id_.empty(); }

 private:
  PoolEntry* locate(const crypto::Digest& id);
  void erase(const PoolEntry& entry);

  struct Place {
    crypto::PublicKey key;
    std::uint64_t sequence = 0;
  };
  std::map<crypto::Digest, Place> by_id_;
  std::map<crypto::PublicKey, KeyQueue> keys_;
  struct Share {
    std::size_t submissions = 0;
    std::size_t bytes = 0;
  };
  std::size_t most_submissions_;
  std::size_t most_bytes_;
  std::map<std::string, Share> shares_;
  std::size_t bytes_ = 0;
};

}  // namespace quipu::replica
