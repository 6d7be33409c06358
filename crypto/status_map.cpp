// SPDX-License-Identifier: Apache-2.0
#include "crypto/status_map.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cassert>
#include <cstring>
#include <limits>
#include <utility>

#include "crypto/digest.h"

namespace quipu::crypto {
namespace {

constexpr std::uint32_t kLeafBit = std::numeric_limits<std::uint32_t>::max();

// A few bytes put together without the heap and hashed in one piece: there are dozens of these for each event.
template <std::size_t Size>
class ShortBytes {
 public:
  ShortBytes& u8(std::uint8_t value) {
    bytes_[size_++] = static_cast<char>(value);
    return *this;
  }
  ShortBytes& varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) u8(static_cast<std::uint8_t>(value | 0x80));
    return u8(static_cast<std::uint8_t>(value));
  }
  ShortBytes& raw(BytesView value) {
    std::memcpy(bytes_.data() + size_, value.data(), value.size());
    size_ += value.size();
    return *this;
  }
  BytesView view() const { return {bytes_.data(), size_}; }

 private:
  std::array<char, Size> bytes_;  // as far as size_
  std::size_t size_ = 0;
};

constexpr std::size_t kVarint = 10;  // at most

// Bytes behind the key's end: 00, then FF for ever, so that no key is a prefix of another.
std::uint8_t padded_byte(BytesView key, std::size_t index) {
  if (index < key.size()) return static_cast<std::uint8_t>(key[index]);
  return index == key.size() ? 0x00 : 0xff;
}

// The first bit where two different keys differ; kLeafBit when they are equal.
std::uint32_t first_difference(BytesView a, BytesView b) {
  if (a == b) return kLeafBit;
  const auto length = std::min(a.size(), b.size());
  auto at = static_cast<std::size_t>(
      std::mismatch(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(length), b.begin()).first - a.begin());
  while (padded_byte(a, at) == padded_byte(b, at)) ++at;
  const auto differing = static_cast<std::uint8_t>(padded_byte(a, at) ^ padded_byte(b, at));
  return static_cast<std::uint32_t>(8 * at) + static_cast<std::uint32_t>(std::countl_zero(differing));
}

}  // namespace

bool status_bit(BytesView key, std::uint32_t bit) { return (padded_byte(key, bit / 8) >> (7 - bit % 8) & 1) == 1; }

Digest status_leaf_hash(BytesView key, BytesView value) {
  ShortBytes<1 + kVarint> head;
  ShortBytes<kVarint> size;
  return sha256({head.u8(0).varint(key.size()).view(), key, size.varint(value.size()).view(), value});
}

Digest status_inner_hash(std::uint32_t bit, const Digest& left, const Digest& right) {
  ShortBytes<1 + kVarint + 2 * Digest::kSize> inner;
  return sha256(inner.u8(1).varint(bit).raw(left.view()).raw(right.view()).view());
}

// A leaf or an inner node, told apart by `bit`; without virtual functions, for there may be millions. The hash stands
// in front, on the cache line of the reference count: changing a path touches just that of every sibling.
struct StatusMap::Node {
  // Nodes are shared between maps, so two threads may ask different maps for their roots and meet at an inner node:
  // whoever moves kEmpty to kFilling may write the hash; the others go without and compute their own.
  enum State : std::uint8_t { kEmpty, kFilling, kFilled };

  explicit Node(std::uint32_t b) : bit(b) {}
  Node(std::uint32_t b, const Digest& h) : bit(b), state(kFilled), hash(h) {}

  std::uint32_t bit;  // where the two sides differ; kLeafBit for a leaf
  mutable std::atomic<State> state = kEmpty;
  mutable Digest hash;
};

namespace {

using Node = StatusMap::Node;
using NodePtr = std::shared_ptr<const Node>;

struct Leaf : Node {
  Leaf(BytesView k, BytesView value) : Node(kLeafBit, status_leaf_hash(k, value)), key(k) {}
  Bytes key;
};

struct Inner : Node {
  Inner(std::uint32_t b, NodePtr l, NodePtr r) : Node(b), left(std::move(l)), right(std::move(r)) {}
  NodePtr left;
  NodePtr right;
};

const Leaf& as_leaf(const Node& node) { return static_cast<const Leaf&>(node); }
const Inner& as_inner(const Node& node) { return static_cast<const Inner&>(node); }

// Any leaf below shares with `key` all bits that the path to it tests; the closest one is as good as any.
const Leaf& closest_leaf(const Node* node, BytesView key) {
  while (node->bit != kLeafBit) {
    const Inner& inner = as_inner(*node);
    node = status_bit(key, inner.bit) ? inner.right.get() : inner.left.get();
  }
  return as_leaf(*node);
}

// A node that nobody else holds may be changed: no thread can reach it but through us.
bool is_ours(const NodePtr& node) {
  if (node.use_count() != 1) return false;
  std::atomic_thread_fence(std::memory_order_acquire);  // after all that the last other holder did with it
  return true;
}

// The inner node with one side put anew: the node itself when it is ours, else a copy.
NodePtr with_side(NodePtr node, bool right, NodePtr side) {
  if (!is_ours(node)) {
    const Inner& inner = as_inner(*node);
    if (right) return std::make_shared<Inner>(inner.bit, inner.left, std::move(side));
    return std::make_shared<Inner>(inner.bit, std::move(side), inner.right);
  }
  auto& inner = const_cast<Inner&>(as_inner(*node));
  (right ? inner.right : inner.left) = std::move(side);
  inner.state.store(Node::kEmpty, std::memory_order_relaxed);
  return node;
}

// The side's pointer; taken out of a node that is ours, so that what is below is ours, too.
NodePtr take_side(const NodePtr& node, bool right) {
  const Inner& inner = as_inner(*node);
  const NodePtr& side = right ? inner.right : inner.left;
  return is_ours(node) ? std::move(const_cast<NodePtr&>(side)) : side;
}

// The tree with the leaf; what is shared with other maps is copied along the path. `bit` is where its key parts from
// all keys in the map (kLeafBit: it replaces one). As deep as the tree, so at most as deep as the longest key has bits,
// plus nine.
NodePtr with_leaf(NodePtr node, std::uint32_t bit, std::shared_ptr<const Leaf> leaf) {
  if (node->bit >= bit) {
    if (bit == kLeafBit) return leaf;
    if (status_bit(leaf->key, bit)) return std::make_shared<Inner>(bit, std::move(node), std::move(leaf));
    return std::make_shared<Inner>(bit, std::move(leaf), std::move(node));
  }
  const bool right = status_bit(leaf->key, node->bit);
  NodePtr side = with_leaf(take_side(node, right), bit, std::move(leaf));
  return with_side(std::move(node), right, std::move(side));
}

Digest hash_of(const Node& node) {
  if (node.state.load(std::memory_order_acquire) == Node::kFilled) return node.hash;
  const Inner& inner = as_inner(node);
  const Digest hash = status_inner_hash(inner.bit, hash_of(*inner.left), hash_of(*inner.right));
  auto empty = Node::kEmpty;
  if (node.state.compare_exchange_strong(empty, Node::kFilling, std::memory_order_relaxed)) {
    node.hash = hash;
    node.state.store(Node::kFilled, std::memory_order_release);
  }
  return hash;
}

}  // namespace

StatusMap StatusMap::insert(BytesView key, BytesView value) const& { return StatusMap(*this).insert(key, value); }

StatusMap StatusMap::insert(BytesView key, BytesView value) && {
  assert(key.size() <= kMaxKeySize);
  auto leaf = std::make_shared<const Leaf>(key, value);
  StatusMap next = std::move(*this);
  if (!next.top_) {
    next.top_ = std::move(leaf);
    next.size_ = 1;
    return next;
  }
  const std::uint32_t bit = first_difference(key, closest_leaf(next.top_.get(), key).key);
  next.top_ = with_leaf(std::move(next.top_), bit, std::move(leaf));
  next.size_ += bit == kLeafBit ? 0 : 1;
  return next;
}

std::optional<StatusMap::Path> StatusMap::path(BytesView key) const {
  if (!top_) return std::nullopt;
  Path path;
  const Node* node = top_.get();
  while (node->bit != kLeafBit) {
    const Inner& inner = as_inner(*node);
    const bool right = status_bit(key, inner.bit);
    path.steps.push_back({inner.bit, hash_of(right ? *inner.left : *inner.right)});
    node = right ? inner.right.get() : inner.left.get();
  }
  path.key = as_leaf(*node).key;
  std::ranges::reverse(path.steps);
  return path;
}

Digest StatusMap::root() const { return top_ ? hash_of(*top_) : sha256(""); }

}  // namespace quipu::crypto
