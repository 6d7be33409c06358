// SPDX-License-Identifier: Apache-2.0
#include "node/audit/state_tree.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstring>
#include <stdexcept>

#include "crypto/digest.h"
#include "crypto/status_map.h"

namespace quipu::audit {
namespace {

using crypto::Digest;
using ledger::MapKey;

constexpr std::size_t kRemembered = 4'096;
constexpr std::size_t kValueBytes = (1 << 24) - 1;
constexpr std::uint64_t kScratchBytes = std::uint64_t{1} << 40;
// A record in scratch space: key, leaf hash, value.
constexpr std::size_t kHashAt = MapKey::kSize, kValueAt = kHashAt + Digest::kSize;

std::array<std::uint8_t, 8> head_of(const MapKey& key) {
  std::array<std::uint8_t, 8> head;
  std::copy_n(key.bytes.begin(), head.size(), head.begin());
  return head;
}

// Where the search begins in an index of so many places, a power of two.
std::size_t first_slot(const std::array<std::uint8_t, 8>& head, std::size_t places) {
  constexpr std::uint64_t kGolden = 0x9e3779b97f4a7c15ULL;
  return std::bit_cast<std::uint64_t>(head) * kGolden >> (64 - std::countr_zero(places));
}

}  // namespace

StateTree::StateTree() : index_(1 << 10, 0), remembered_(kRemembered) {}

// ---- records

StateTree::Leaf StateTree::place(const MapKey& key, BytesView value) {
  if (value.size() > kValueBytes) throw std::runtime_error("a record is longer than an audit can hold");
  const Digest hash = crypto::status_leaf_hash(key.view(), value);
  const std::uint64_t offset = scratch_.append({key.view(), hash.view(), value});
  if (offset >= kScratchBytes) throw std::runtime_error("more records than an audit can hold");
  return {.head = head_of(key),
          .offset_low = static_cast<std::uint32_t>(offset),
          .length_and_high = static_cast<std::uint32_t>(value.size() << 8 | offset >> 32)};
}

const StateTree::Record& StateTree::record(std::uint32_t leaf) const {
  Remembered& place = remembered_[leaf % kRemembered];
  if (place.filled && place.leaf == leaf) return place.record;
  Bytes read(kValueAt + leaves_[leaf].length(), '\0');
  scratch_.read(leaves_[leaf].offset(), read.data(), read.size());
  place.filled = true;
  place.leaf = leaf;
  std::memcpy(place.record.key.bytes.data(), read.data(), MapKey::kSize);
  place.record.value.assign(read, kValueAt);
  return place.record;
}

MapKey StateTree::key_of(std::uint32_t leaf) const {
  const Remembered& place = remembered_[leaf % kRemembered];
  if (place.filled && place.leaf == leaf) return place.record.key;
  MapKey key;
  scratch_.read(leaves_[leaf].offset(), reinterpret_cast<char*>(key.bytes.data()), MapKey::kSize);
  return key;
}

void StateTree::put(const MapKey& key, BytesView value) {
  const Leaf placed = place(key, value);
  const auto known = find(key);
  const std::uint32_t leaf = known ? *known : leaves_.add(placed);
  if (known) {
    leaves_[leaf] = placed;
    touch(key);
  } else {
    hang_in(key, leaf);
    if (leaves_.size() > index_.size() / 4 * 3) grow_index();
    index_[slot_of(placed.head)] = leaf + 1;
  }
  remembered_[leaf % kRemembered] = {true, leaf, {key, Bytes(value)}};
}

std::optional<Bytes> StateTree::get(const MapKey& key) const {
  const auto leaf = find(key);
  return leaf ? std::optional(record(*leaf).value) : std::nullopt;
}

// ---- the index: heads are as good as random, but whoever chooses identifiers can make some equal

std::size_t StateTree::slot_of(const Head& head) const {
  std::size_t slot = first_slot(head, index_.size());
  while (index_[slot] != 0) slot = (slot + 1) & (index_.size() - 1);
  return slot;
}

std::optional<std::uint32_t> StateTree::find(const MapKey& key) const {
  const Head head = head_of(key);
  for (std::size_t slot = first_slot(head, index_.size());; ++slot) {
    const std::uint32_t entry = index_[slot & (index_.size() - 1)];
    if (entry == 0) return std::nullopt;
    if (leaves_[entry - 1].head == head && key_of(entry - 1) == key) return entry - 1;
  }
}

void StateTree::grow_index() {
  const auto before = std::exchange(index_, std::vector<std::uint32_t>(index_.size() * 2, 0));
  for (const std::uint32_t entry : before) {
    if (entry != 0) index_[slot_of(leaves_[entry - 1].head)] = entry;
  }
}

// ---- the tree

std::uint32_t StateTree::closest(const MapKey& key) const {
  Ref ref = *top_;
  while ((ref & kLeaf) == 0) ref = bit_of(key, inners_[ref].bit) ? inners_[ref].right : inners_[ref].left;
  return ref & ~kLeaf;
}

std::uint16_t StateTree::first_difference(const MapKey& key, std::uint32_t leaf) const {
  const auto& head = leaves_[leaf].head;
  MapKey other;
  std::ranges::copy(head, other.bytes.begin());
  if (head == head_of(key)) other = key_of(leaf);
  const auto at = static_cast<std::size_t>(std::ranges::mismatch(key.bytes, other.bytes).in1 - key.bytes.begin());
  assert(at < MapKey::kSize);
  const auto differing = static_cast<std::uint8_t>(key.bytes[at] ^ other.bytes[at]);
  return static_cast<std::uint16_t>(8 * at + static_cast<std::size_t>(std::countl_zero(differing)));
}

void StateTree::touch(const MapKey& key) {
  for (Ref ref = *top_; (ref & kLeaf) == 0;) {
    Inner& inner = inners_[ref];
    inner.dirty = true;
    ref = bit_of(key, inner.bit) ? inner.right : inner.left;
  }
}

void StateTree::hang_in(const MapKey& key, std::uint32_t leaf) {
  if (!top_) {
    top_ = leaf | kLeaf;
    return;
  }
  const std::uint16_t bit = first_difference(key, closest(key));
  Ref* at = &*top_;
  while ((*at & kLeaf) == 0 && inners_[*at].bit < bit) {
    Inner& inner = inners_[*at];
    inner.dirty = true;
    at = bit_of(key, inner.bit) ? &inner.right : &inner.left;
  }
  const bool right = bit_of(key, bit);
  Inner made{.hash = {}, .left = right ? *at : leaf | kLeaf, .right = right ? leaf | kLeaf : *at, .bit = bit};
  *at = inners_.add(made);
}

Digest StateTree::hash_of(Ref ref) const {
  if ((ref & kLeaf) != 0) {
    Digest hash;
    scratch_.read(leaves_[ref & ~kLeaf].offset() + kHashAt, reinterpret_cast<char*>(hash.bytes.data()), Digest::kSize);
    return hash;
  }
  Inner& inner = inners_[ref];
  if (inner.dirty) {
    for (const Ref side : {inner.left, inner.right}) {  // both will be looked at, one long after the other
      if ((side & kLeaf) == 0) __builtin_prefetch(&inners_[side]);
    }
    inner.hash = crypto::status_inner_hash(inner.bit, hash_of(inner.left), hash_of(inner.right));
    inner.dirty = false;
  }
  return inner.hash;
}

Digest StateTree::root() const { return top_ ? hash_of(*top_) : crypto::sha256(""); }

bool StateTree::visit(Ref ref, const Each& each) const {
  if ((ref & kLeaf) == 0) return visit(inners_[ref].left, each) && visit(inners_[ref].right, each);
  const Record found = record(ref & ~kLeaf);  // a copy: `each` may read others
  return each(found.key, found.value);
}

void StateTree::scan(BytesView prefix, const Each& each) const {
  if (!top_) return;
  MapKey from;
  std::copy(prefix.begin(), prefix.end(), from.bytes.begin());
  Ref ref = *top_;
  while ((ref & kLeaf) == 0 && inners_[ref].bit < 8 * prefix.size()) {
    ref = bit_of(from, inners_[ref].bit) ? inners_[ref].right : inners_[ref].left;
  }
  if (key_of(closest(from)).view().starts_with(prefix)) visit(ref, each);
}

}  // namespace quipu::audit
