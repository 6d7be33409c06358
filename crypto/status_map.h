// SPDX-License-Identifier: Apache-2.0
// The authenticated map over all state: a Merkle Patricia tree whose root stands in every seal (docs/formats.md).
#pragma once

#include <memory>

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
  std::uint64_t size() const { return size_; }

  struct Node;

 private:
  std::shared_ptr<const Node> top_;
  std::uint64_t size_ = 0;
};

}  // namespace quipu::crypto
