// SPDX-License-Identifier: Apache-2.0
// The authenticated map over all state: a Merkle Patricia tree whose root stands in every seal (docs/formats.md).
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "crypto/bytes.h"

namespace quipu::crypto {

// An immutable value: insert() returns a new map that shares all but a path with this one, so a block's map costs what
// the block changed, and dropping an unfinalized block is dropping a pointer. Inner hashes are computed when a root is
// asked for. Reading from several threads needs root() called first.
class StatusMap {
 public:
  // Bounds the depth of the tree, hence of every recursion over it; the ledger's keys have 35 bytes.
  static constexpr std::size_t kMaxKeySize = 255;

  StatusMap() = default;  // empty
  // Replaces the value when the key is there. The value is hashed, not kept. Requires a key of at most kMaxKeySize
  // bytes.
  [[nodiscard]] StatusMap insert(BytesView key, BytesView value) const&;
  // The same, without copying what this map alone holds: many inserts in a row copy each node of the tree once.
  [[nodiscard]] StatusMap insert(BytesView key, BytesView value) &&;
  Digest root() const;  // SHA-256("") when empty

  // The way from a leaf up to the root: its key, and at each inner node the bit where its sides differ and the hash of
  // the other side. Bits descend.
  struct Step {
    std::uint32_t bit = 0;
    Digest beside{};
  };
  struct Path {
    Bytes key{};
    std::vector<Step> steps{};
  };
  // From the key's own leaf, if it is there, else from the one that shares with it every bit that the way tests.
  // Nothing when the map is empty. Of several threads only after root().
  std::optional<Path> path(BytesView key) const;
  std::uint64_t size() const { return size_; }

  struct Node;

 private:
  std::shared_ptr<const Node> top_;
  std::uint64_t size_ = 0;
};

// The parts that maps and their proofs are made of. Bit 0 is the most significant bit of the first byte; behind its end
// a key goes on with 00 FF FF ...
bool status_bit(BytesView key, std::uint32_t bit);
Digest status_leaf_hash(BytesView key, BytesView value);
Digest status_inner_hash(std::uint32_t bit, const Digest& left, const Digest& right);

}  // namespace quipu::crypto
