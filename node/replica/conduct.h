// SPDX-License-Identifier: Apache-2.0
// What each peer costs this node beyond what it is good for, and how much of that is borne. Honest peers stay far below
// every line here. Pure; one thread.
#pragma once

#include <map>
#include <vector>

#include "consensus/engine.h"
#include "consensus/limits.h"
#include "consensus/token_bucket.h"

namespace quipu::replica {

using consensus::PeerId;

class Conduct {
 public:
  // It sent something false, which so many signature checks showed. False when that has become too much: it is to be
  // kept out.
  bool bears(PeerId peer, std::size_t checks, std::int64_t now_us);
  // Whether a request that may be dear to answer is answered; and what the answer came to.
  bool serves(PeerId peer, std::int64_t now_us);
  void served(PeerId peer, std::size_t bytes, std::int64_t now_us);
  bool takes_offer(PeerId peer, std::int64_t now_us);
  bool takes_cosignature(PeerId peer, std::int64_t now_us);
  // Leaves that are known, out of turn or of unknown authors cost a look each.
  bool takes_leaves(PeerId peer, std::int64_t now_us);
  void useless_leaf(PeerId peer, std::int64_t now_us);
  // How often each sent something false, by member; after them all others together.
  std::vector<std::uint64_t> rejects(std::size_t members) const;

 private:
  using Bucket = consensus::TokenBucket;
  struct Account {
    Bucket vain_checks{limits::kVainChecksPerSecond};
    Bucket served_bytes{limits::kServedBytesPerSecond};
    Bucket offers{limits::kOffersPerSecond};
    Bucket cosignatures{limits::kCosignaturesPerSecond};
    Bucket useless_leaves{limits::kUselessLeavesPerSecond};
    std::uint64_t rejects = 0;
  };
  std::map<PeerId, Account> accounts_;  // of members only: as many as there are
};

}  // namespace quipu::replica
