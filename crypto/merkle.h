// SPDX-License-Identifier: Apache-2.0
// The RFC 6962 / RFC 9162 log: hashes, append state, proofs and their verifiers (docs/formats.md).
// Pure; a CompactRange is a value, not safe for concurrent change.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "crypto/bytes.h"

namespace quipu::crypto {

Digest leaf_hash(BytesView entry);                          // SHA-256(00 || entry)
Digest node_hash(const Digest& left, const Digest& right);  // SHA-256(01 || left || right)
Digest empty_root();                                        // SHA-256("")

// The append state: one hash per set bit of the size, largest subtree first.
class CompactRange {
 public:
  CompactRange() = default;
  // Nothing when the count of hashes is not popcount(size).
  static std::optional<CompactRange> from(std::uint64_t size, std::vector<Digest> hashes);

  // `completed(level, index, hash)` is called for every node that this leaf completes, level 0 (the leaf) first: a
  // complete node (level, index) covers leaves [index << level, (index + 1) << level) and never changes again.
  using Completed = std::function<void(unsigned level, std::uint64_t index, const Digest& hash)>;
  void append(const Digest& leaf, const Completed& completed = nullptr);

  std::uint64_t size() const { return size_; }
  Digest root() const;
  std::span<const Digest> hashes() const { return hashes_; }
  friend bool operator==(const CompactRange&, const CompactRange&) = default;

 private:
  std::uint64_t size_ = 0;
  std::vector<Digest> hashes_;
};

// Hands out complete nodes as CompactRange::append announced them.
using NodeReader = std::function<Digest(unsigned level, std::uint64_t index)>;

// Root of the first `size` leaves, from complete nodes alone.
Digest root_at(std::uint64_t size, const NodeReader& nodes);
// Leaf sibling first. Requires index < size.
std::vector<Digest> inclusion_proof(std::uint64_t index, std::uint64_t size, const NodeReader& nodes);
// Requires 0 < first <= second.
std::vector<Digest> consistency_proof(std::uint64_t first, std::uint64_t second, const NodeReader& nodes);

// RFC 9162 2.1.3.2 and 2.1.4.2; a proof of the wrong length is refused before hashing.
bool verify_inclusion(std::uint64_t index, std::uint64_t size, const Digest& leaf, std::span<const Digest> proof,
                      const Digest& root);
bool verify_consistency(std::uint64_t first, std::uint64_t second, const Digest& first_root, const Digest& second_root,
                        std::span<const Digest> proof);

}  // namespace quipu::crypto
