// SPDX-License-Identifier: Apache-2.0
#include "crypto/status_proof.h"

#include <algorithm>
#include <cassert>
#include <functional>
#include <limits>

#include "crypto/digest.h"

namespace quipu::crypto {
namespace {

constexpr std::uint32_t kAnyBit = std::numeric_limits<std::uint32_t>::max();

void write(ByteWriter& out, const std::vector<StatusMap::Step>& steps) {
  for (const auto& step : steps) out.varint(step.bit).raw(step.beside.view());
}

// From the hash of what has all the keys that agree with `key` below the first step, up the rest of the proof. `below`:
// every bit must be lower. Nothing when the steps are not in form.
std::optional<Digest> root_by(Digest hash, BytesView key, std::uint32_t below, ByteReader& proof) {
  while (!proof.done()) {
    const std::uint64_t bit = proof.varint();
    const auto beside = proof.fixed<Digest>();
    if (!proof.ok() || bit >= below) return std::nullopt;
    below = static_cast<std::uint32_t>(bit);
    hash = status_bit(key, below) ? status_inner_hash(below, beside, hash) : status_inner_hash(below, hash, beside);
  }
  return hash;
}

struct Neighbour {
  Bytes key, value;
};
std::optional<Neighbour> read_neighbour(ByteReader& in) {
  Neighbour neighbour;
  neighbour.key = in.raw(in.varint());
  neighbour.value = in.raw(in.varint());
  return in.ok() ? std::optional(std::move(neighbour)) : std::nullopt;
}

// On the neighbour's way to the root every bit is that of `wanted`, too: were it there, it would stand on that way.
bool leads_there(const Neighbour& neighbour, BytesView wanted, ByteReader steps) {
  while (!steps.done()) {
    const std::uint64_t bit = steps.varint();
    static_cast<void>(steps.fixed<Digest>());
    if (!steps.ok() || bit >= kAnyBit) return false;
    const auto at = static_cast<std::uint32_t>(bit);
    if (status_bit(neighbour.key, at) != status_bit(wanted, at)) return false;
  }
  return true;
}

// A key of fewer bytes may agree with all bits of a prefix by its padding alone, and then says nothing about it.
bool differs_within(BytesView key, BytesView prefix) {
  for (std::uint32_t bit = 0; bit < 8 * prefix.size(); ++bit) {
    if (status_bit(key, bit) != status_bit(prefix, bit)) return true;
  }
  return false;
}

// No key is `wanted` or, with `or_longer`, begins with it.
bool proves_none(const Digest& root, BytesView wanted, bool or_longer, BytesView proof) {
  if (proof.empty()) return root == sha256("");
  ByteReader in(proof);
  const auto neighbour = read_neighbour(in);
  if (!neighbour) return false;
  if (or_longer ? !differs_within(neighbour->key, wanted) : neighbour->key == wanted) return false;
  if (!leads_there(*neighbour, wanted, in)) return false;
  return root_by(status_leaf_hash(neighbour->key, neighbour->value), neighbour->key, kAnyBit, in) == root;
}

Bytes neighbour_proof(const std::optional<StatusMap::Path>& path, const ValueOf& value_of) {
  if (!path) return {};
  const Bytes value = value_of(path->key);
  ByteWriter out;
  out.varint(path->key.size()).raw(path->key).varint(value.size()).raw(value);
  write(out, path->steps);
  return out.take();
}

}  // namespace

Bytes presence_proof(const StatusMap& map, BytesView key) {
  const auto path = map.path(key);
  assert(path && path->key == key);
  ByteWriter out;
  write(out, path->steps);
  return out.take();
}

bool proves_present(const Digest& root, BytesView key, BytesView value, BytesView proof) {
  ByteReader in(proof);
  return root_by(status_leaf_hash(key, value), key, kAnyBit, in) == root;
}

Bytes absence_proof(const StatusMap& map, BytesView key, const ValueOf& value_of) {
  const auto path = map.path(key);
  assert(!path || path->key != key);
  return neighbour_proof(path, value_of);
}

bool proves_absent(const Digest& root, BytesView key, BytesView proof) { return proves_none(root, key, false, proof); }

Bytes prefix_proof(const StatusMap& map, BytesView prefix, const ValueOf& value_of) {
  auto path = map.path(prefix);
  if (!path || !BytesView(path->key).starts_with(prefix)) return neighbour_proof(path, value_of);
  const auto bits = static_cast<std::uint32_t>(8 * prefix.size());
  std::erase_if(path->steps, [&](const auto& step) { return step.bit >= bits; });
  ByteWriter out;
  write(out, path->steps);
  return out.take();
}

bool proves_all(const Digest& root, BytesView prefix, const StatusEntries& entries, BytesView proof) {
  if (entries.empty()) return proves_none(root, prefix, true, proof);
  const auto key_of = &std::pair<Bytes, Bytes>::first;
  if (std::ranges::adjacent_find(entries, std::greater_equal(), key_of) != entries.end()) return false;
  StatusMap subtree;
  for (const auto& [key, value] : entries) {
    if (!BytesView(key).starts_with(prefix) || key.size() > StatusMap::kMaxKeySize) return false;
    subtree = std::move(subtree).insert(key, value);
  }
  ByteReader in(proof);
  const auto bits = static_cast<std::uint32_t>(8 * prefix.size());
  return root_by(subtree.root(), entries.front().first, bits, in) == root;
}

}  // namespace quipu::crypto
