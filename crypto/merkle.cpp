// SPDX-License-Identifier: Apache-2.0
#include "crypto/merkle.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstring>

#include "crypto/digest.h"

namespace quipu::crypto {
namespace {

// The tree over leaves [begin, begin + count), which is complete or lies at the right edge of the whole tree: its
// complete nodes, largest first, folded from the right.
Digest range_root(std::uint64_t begin, std::uint64_t count, const NodeReader& nodes) {
  assert(count > 0);
  auto level = static_cast<unsigned>(std::countr_zero(count));
  std::uint64_t end = begin + count;
  Digest root = nodes(level, (end - 1) >> level);
  for (std::uint64_t left = count & (count - 1); left != 0; left &= left - 1) {
    end = begin + left;
    level = static_cast<unsigned>(std::countr_zero(left));
    root = node_hash(nodes(level, (end - 1) >> level), root);
  }
  return root;
}

// Where a tree of `count` > 1 leaves divides: the largest power of two below.
std::uint64_t split(std::uint64_t count) { return std::bit_floor(count - 1); }

// How many hashes prove leaf `index` in a tree of `size`: below the point where the paths to it and to the last leaf
// part, every level has a sibling (inner); above, only where the path turns right (border).
struct ProofShape {
  unsigned inner;
  unsigned border;
};

ProofShape proof_shape(std::uint64_t index, std::uint64_t size) {
  const auto inner = static_cast<unsigned>(std::bit_width(index ^ (size - 1)));
  const auto border = inner == 64 ? 0U : static_cast<unsigned>(std::popcount(index >> inner));
  return {inner, border};
}

// One step of both verifiers (RFC 9162 2.1.3.2): is this proof hash the left sibling? Moves both numbers a level up.
class Climb {
 public:
  Climb(std::uint64_t node, std::uint64_t last) : node_(node), last_(last) {}

  // Not to be asked at the top.
  bool sibling_is_left() {
    const bool left = (node_ & 1) == 1 || node_ == last_;
    // An even node at the right edge (not 0, that is the top) has no sibling until it is a right child.
    if (left) up(static_cast<unsigned>(std::countr_zero(node_)));
    up(1);
    return left;
  }
  bool at_top() const { return last_ == 0; }

 private:
  void up(unsigned levels) {
    node_ >>= levels;
    last_ >>= levels;
  }
  std::uint64_t node_;
  std::uint64_t last_;
};

}  // namespace

Digest leaf_hash(BytesView entry) { return sha256({BytesView("\x00", 1), entry}); }

Digest node_hash(const Digest& left, const Digest& right) {
  std::array<char, 1 + 2 * Digest::kSize> preimage;
  preimage[0] = 1;
  std::memcpy(preimage.data() + 1, left.bytes.data(), Digest::kSize);
  std::memcpy(preimage.data() + 1 + Digest::kSize, right.bytes.data(), Digest::kSize);
  return sha256(BytesView(preimage.data(), preimage.size()));
}

Digest empty_root() {
  static const Digest root = sha256("");
  return root;
}

std::optional<CompactRange> CompactRange::from(std::uint64_t size, std::vector<Digest> hashes) {
  if (hashes.size() != static_cast<std::size_t>(std::popcount(size))) return std::nullopt;
  CompactRange range;
  range.size_ = size;
  range.hashes_ = std::move(hashes);
  return range;
}

void CompactRange::append(const Digest& leaf, const Completed& completed) {
  Digest hash = leaf;
  unsigned level = 0;
  if (completed) completed(level, size_, hash);
  for (; (size_ >> level & 1) == 1;) {
    hash = node_hash(hashes_.back(), hash);
    hashes_.pop_back();
    ++level;
    if (completed) completed(level, size_ >> level, hash);
  }
  hashes_.push_back(hash);
  ++size_;
}

Digest CompactRange::root() const {
  if (hashes_.empty()) return empty_root();
  Digest root = hashes_.back();
  for (std::size_t i = hashes_.size() - 1; i > 0; --i) root = node_hash(hashes_[i - 1], root);
  return root;
}

Digest root_at(std::uint64_t size, const NodeReader& nodes) {
  return size == 0 ? empty_root() : range_root(0, size, nodes);
}

std::vector<Digest> inclusion_proof(std::uint64_t index, std::uint64_t size, const NodeReader& nodes) {
  assert(index < size);
  std::vector<Digest> proof;
  std::uint64_t begin = 0;
  for (std::uint64_t count = size; count > 1;) {
    const std::uint64_t k = split(count);
    if (index - begin < k) {
      proof.push_back(range_root(begin + k, count - k, nodes));
      count = k;
    } else {
      proof.push_back(range_root(begin, k, nodes));
      begin += k;
      count -= k;
    }
  }
  std::reverse(proof.begin(), proof.end());
  return proof;
}

std::vector<Digest> consistency_proof(std::uint64_t first, std::uint64_t second, const NodeReader& nodes) {
  assert(first > 0 && first <= second);
  std::vector<Digest> proof;
  std::uint64_t begin = 0;
  std::uint64_t count = second;
  while (first - begin < count) {
    const std::uint64_t k = split(count);
    if (first - begin <= k) {
      proof.push_back(range_root(begin + k, count - k, nodes));
      count = k;
    } else {
      proof.push_back(range_root(begin, k, nodes));
      begin += k;
      count -= k;
    }
  }
  // The verifier has the old root; any other subtree it cannot know.
  if (begin > 0) proof.push_back(range_root(begin, count, nodes));
  std::reverse(proof.begin(), proof.end());
  return proof;
}

bool verify_inclusion(std::uint64_t index, std::uint64_t size, const Digest& leaf, std::span<const Digest> proof,
                      const Digest& root) {
  if (index >= size) return false;
  const ProofShape shape = proof_shape(index, size);
  if (proof.size() != shape.inner + shape.border) return false;
  Climb climb(index, size - 1);
  Digest hash = leaf;
  for (const Digest& sibling : proof) {
    if (climb.at_top()) return false;
    hash = climb.sibling_is_left() ? node_hash(sibling, hash) : node_hash(hash, sibling);
  }
  return climb.at_top() && hash == root;
}

bool verify_consistency(std::uint64_t first, std::uint64_t second, const Digest& first_root, const Digest& second_root,
                        std::span<const Digest> proof) {
  if (first > second) return false;
  if (first == 0 && first_root != empty_root()) return false;
  if (first == second) return proof.empty() && first_root == second_root;
  if (first == 0) return proof.empty();
  // The last complete subtree of the old tree, its level and its place there.
  const auto level = static_cast<unsigned>(std::countr_zero(first));
  const ProofShape shape = proof_shape(first - 1, second);
  const bool starts_with_old_root = std::has_single_bit(first);
  if (proof.size() != (starts_with_old_root ? 0U : 1U) + shape.inner - level + shape.border) return false;

  Climb climb((first - 1) >> level, (second - 1) >> level);
  Digest old_hash = starts_with_old_root ? first_root : proof.front();
  Digest new_hash = old_hash;
  for (const Digest& sibling : proof.subspan(starts_with_old_root ? 0 : 1)) {
    if (climb.at_top()) return false;
    if (climb.sibling_is_left()) {
      old_hash = node_hash(sibling, old_hash);
      new_hash = node_hash(sibling, new_hash);
    } else {
      new_hash = node_hash(new_hash, sibling);
    }
  }
  return climb.at_top() && old_hash == first_root && new_hash == second_root;
}

}  // namespace quipu::crypto
