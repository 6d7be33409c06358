// SPDX-License-Identifier: Apache-2.0
// The log of one mirror as a comparison reads it: block by block, each with the id that votes name. Form and hashes are
// checked, the rules are not: `verify` does that. One thread.
#pragma once

#include <expected>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "consensus/types.h"
#include "crypto/merkle.h"
#include "node/audit/bundle.h"
#include "node/ledger/genesis.h"

namespace quipu::audit {

// Where a history stands: behind its newest block.
struct Place {
  consensus::Header header{};  // of that block
  consensus::BlockId block{};
  crypto::CompactRange tree{};
};

class History {
 public:
  // Of the first `size` leaves. The bundle and the genesis must outlive it.
  History(const Bundle& bundle, const ledger::Genesis& genesis, std::uint64_t size)
      : bundle_(bundle), genesis_(genesis), size_(size) {}

  // The leaves of the next block, its seal last; none after the last block. The error is one line.
  std::expected<std::vector<Bytes>, std::string> next();
  // Goes over that block; remembers the root at each size of `wanted` that it passes.
  std::expected<void, std::string> take(const std::vector<Bytes>& leaves, const std::set<std::uint64_t>& wanted);

  const Place& place() const { return place_; }
  const std::map<std::uint64_t, crypto::Digest>& roots() const { return roots_; }  // by size
  // RFC 9162's path between two sizes of this log, from its tiles; it proves itself.
  std::expected<std::vector<crypto::Digest>, std::string> consistency(std::uint64_t first, std::uint64_t second) const;

 private:
  std::expected<void, std::string> fill();
  std::expected<void, std::string> take_genesis(const std::vector<Bytes>& leaves,
                                                const std::set<std::uint64_t>& wanted);

  const Bundle& bundle_;
  const ledger::Genesis& genesis_;
  std::uint64_t size_;
  std::uint64_t read_ = 0;     // leaves handed out
  std::vector<Bytes> buffer_;  // of the bundle of entries that is being read
  std::size_t at_ = 0;
  bool started_ = false;
  Place place_;
  std::map<std::uint64_t, crypto::Digest> roots_;
};

}  // namespace quipu::audit
