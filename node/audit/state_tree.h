// SPDX-License-Identifier: Apache-2.0
// The ledger's state at the newest replayed height, and the status map over it, in one tree that only grows forward:
// some 70 bytes of memory a record, records and leaf hashes in scratch space. crypto::StatusMap is the twin that
// branches; the roots are equal. One thread: it changes under its readers between blocks.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "node/audit/scratch.h"
#include "node/ledger/state_view.h"

namespace quipu::audit {

// A vector that never moves what it holds, so that growing needs no second copy.
template <class Item>
class Chunks {
 public:
  std::uint32_t add(Item item) {
    if (size_ % kEach == 0) chunks_.push_back(std::make_unique<std::array<Item, kEach>>());
    (*chunks_.back())[size_ % kEach] = item;
    return size_++;
  }
  Item& operator[](std::uint32_t at) { return (*chunks_[at / kEach])[at % kEach]; }
  const Item& operator[](std::uint32_t at) const { return (*chunks_[at / kEach])[at % kEach]; }
  std::uint32_t size() const { return size_; }

 private:
  static constexpr std::uint32_t kEach = 1 << 14;
  std::vector<std::unique_ptr<std::array<Item, kEach>>> chunks_;
  std::uint32_t size_ = 0;
};

// At most 2^31 records of at most 16 MiB, 2^40 bytes of scratch space. What scratch space throws, this throws.
class StateTree final : public ledger::StateView {
 public:
  StateTree();
  std::optional<Bytes> get(const ledger::MapKey& key) const override;
  void scan(BytesView prefix, const Each& each) const override;

  void put(const ledger::MapKey& key, BytesView value);
  // Of the status map over all records; hashes what changed since it was last asked.
  crypto::Digest root() const;
  std::uint32_t size() const { return leaves_.size(); }

 private:
  // A child is an inner node's number, or a leaf's with this bit set.
  using Ref = std::uint32_t;
  static constexpr Ref kLeaf = 1U << 31;

  using Head = std::array<std::uint8_t, 8>;  // of a key: enough to tell nearly all apart

  struct Inner {
    crypto::Digest hash;  // when not dirty
    Ref left = 0, right = 0;
    std::uint16_t bit = 0;
    bool dirty = true;
  };
  struct Leaf {
    Head head;
    std::uint32_t offset_low;
    std::uint32_t length_and_high;  // of the value, shifted by 8; the offset's high byte

    std::uint64_t offset() const { return std::uint64_t{length_and_high & 0xff} << 32 | offset_low; }
    std::size_t length() const { return length_and_high >> 8; }
  };
  struct Record {
    ledger::MapKey key;
    Bytes value;
  };
  struct Remembered {
    bool filled = false;
    std::uint32_t leaf = 0;
    Record record;
  };

  Leaf place(const ledger::MapKey& key, BytesView value);
  std::optional<std::uint32_t> find(const ledger::MapKey& key) const;
  const Record& record(std::uint32_t leaf) const;
  ledger::MapKey key_of(std::uint32_t leaf) const;
  bool bit_of(const ledger::MapKey& key, std::size_t bit) const {
    return (key.bytes[bit / 8] >> (7 - bit % 8) & 1) == 1;
  }
  void touch(const ledger::MapKey& key);
  void hang_in(const ledger::MapKey& key, std::uint32_t leaf);
  std::uint32_t closest(const ledger::MapKey& key) const;
  std::uint16_t first_difference(const ledger::MapKey& key, std::uint32_t leaf) const;
  crypto::Digest hash_of(Ref ref) const;
  bool visit(Ref ref, const Each& each) const;
  std::size_t slot_of(const Head& head) const;
  void grow_index();

  Scratch scratch_;
  mutable Chunks<Inner> inners_;
  Chunks<Leaf> leaves_;
  std::optional<Ref> top_;
  std::vector<std::uint32_t> index_;            // open addressing by the key's head: a leaf's number + 1, or 0
  mutable std::vector<Remembered> remembered_;  // records read or written lately, by the leaf's number
};

}  // namespace quipu::audit
