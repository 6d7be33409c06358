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
#include "node/audit/electorate.h"
#include "node/ledger/genesis.h"

namespace quipu::audit {

// One of the sizes that a history has passed: its root, and whose quorum may have cosigned it: the voters and, of a
// handover, those it hands over to.
struct Passed {
  crypto::Digest root{};
  Electorates signers{};
};

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
      : bundle_(bundle),
        genesis_(genesis),
        size_(size),
        voters_{std::make_shared<Electorate>(first_electorate(genesis))} {}

  // Reads the handovers between its epochs, first of all. The error is one line.
  std::expected<void, std::string> open();

  // The leaves of the next block, its seal last; none after the last block. The error is one line.
  std::expected<std::vector<Bytes>, std::string> next();
  // If the block after place() is a handover: to whom.
  std::optional<crypto::Digest> next_members() const;
  // Goes over that block; remembers the tree at each size of `wanted` that it passes.
  std::expected<void, std::string> take(const std::vector<Bytes>& leaves, const std::set<std::uint64_t>& wanted);

  const Place& place() const { return place_; }
  const std::map<std::uint64_t, Passed>& passed() const { return passed_; }  // by size
  // Who votes on the block after place(), and the first height that they vote on.
  const std::shared_ptr<const Electorate>& voters() const { return voters_[epoch_]; }
  consensus::Height first_height() const {
    return epoch_ == 0 ? consensus::Height{1} : handovers_[epoch_ - 1].header.height.next();
  }
  // The files that opened epochs 1 to this one, to which it has come.
  std::vector<Bytes> handovers(consensus::Epoch epoch) const;
  // RFC 9162's path between two sizes of this log, from its tiles; it proves itself.
  std::expected<std::vector<crypto::Digest>, std::string> consistency(std::uint64_t first, std::uint64_t second) const;

 private:
  struct Opening {
    consensus::Header header;  // of the handover
    Bytes file;
  };

  std::expected<void, std::string> fill();
  void pass(const std::set<std::uint64_t>& wanted);
  std::expected<void, std::string> hand_over(const std::set<std::uint64_t>& wanted);
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
  std::map<std::uint64_t, Passed> passed_;
  std::vector<Opening> handovers_;  // that opened epochs 1, 2, ...
  Electorates voters_;              // of epochs 0, 1, ...
  std::size_t epoch_ = 0;           // of the block after place_
};

}  // namespace quipu::audit
