// SPDX-License-Identifier: Apache-2.0
// The nouns of the protocol (docs/protocol.md): numbers that cannot be mistaken for each other, headers, blocks,
// subjects, and the exact bytes that are signed and hashed. Plain values.
#pragma once

#include <compare>
#include <cstdint>
#include <vector>

#include "crypto/bytes.h"

namespace quipu::consensus {

// A counter of one kind: a height never passes for a view.
template <class Tag>
struct Ordinal {
  std::uint64_t value = 0;
  Ordinal next() const { return {value + 1}; }
  friend auto operator<=>(const Ordinal&, const Ordinal&) = default;
};
using View = Ordinal<struct ViewTag>;      // restarts at 1 in each epoch; 0 is the epoch's anchor block
using Height = Ordinal<struct HeightTag>;  // continuous for ever; 0 is the genesis block
using Epoch = Ordinal<struct EpochTag>;

using BlockId = crypto::Digest;
using ChainId = crypto::Digest;  // SHA-256 of the genesis file

// Index of a voting member in its epoch's MemberSet (ascending by code).
using MemberIndex = std::uint16_t;

// What every input carries: time as data. `steady_us` drives deadlines, `utc_ms` block time and readiness, nothing
// else.
struct Instant {
  std::int64_t steady_us = 0;
  std::int64_t utc_ms = 0;
};

// Binds a signature to one chain, one epoch, one member set.
struct Scope {
  ChainId chain{};
  Epoch epoch{};
  crypto::Digest anchor{};  // chain in epoch 0, else the id of the handover block that opened the epoch
  friend bool operator==(const Scope&, const Scope&) = default;
};

struct Header {
  Epoch epoch{};
  Height height{};
  BlockId parent_id{};
  std::uint64_t tree_size = 0;  // after the block's seal
  crypto::Digest tree_root{};
  crypto::Digest next_members_hash{};  // zeros unless this is a handover block
  // The last block of its epoch: its finalization hands over to the members it names.
  bool is_handover() const { return !next_members_hash.is_zero(); }
  friend bool operator==(const Header&, const Header&) = default;
};
// SHA-256("quipu-block-v1" 00 || chain || epoch || height || parent || tree size || root || next members)
BlockId block_id(const ChainId& chain, const Header& header);

// Opaque to consensus: leaves in log order, the seal last.
struct Block {
  Header header{};
  std::vector<Bytes> leaves{};
  friend bool operator==(const Block&, const Block&) = default;
};

enum class VoteKind : std::uint8_t { kNotarize = 1, kNullify = 2, kFinalize = 3 };

// What a vote is about. A nullification carries its view alone; the rest stays zero.
struct Subject {
  View view{};
  View parent_view{};
  Height height{};
  BlockId block{};
  friend auto operator<=>(const Subject&, const Subject&) = default;
};

// One signature per slot, for ever.
struct Slot {
  Epoch epoch{};
  View view{};
  VoteKind kind = VoteKind::kNotarize;
  friend auto operator<=>(const Slot&, const Slot&) = default;
};

// "quipu-vote-v1" 00 || kind || chain || epoch || anchor || (subject 56 B, or view 8 B): 143 or 95 bytes.
Bytes vote_bytes(const Scope& scope, VoteKind kind, const Subject& subject);

struct Vote {
  VoteKind kind = VoteKind::kNotarize;
  Subject subject{};
  MemberIndex signer = 0;
  crypto::Signature signature{};
  friend bool operator==(const Vote&, const Vote&) = default;
};

// The newest finalized block, by the view that finalized it.
struct Tip {
  View view{};
  Height height{};
  BlockId block{};
  std::uint64_t tree_size = 0;
  crypto::Digest tree_root{};
  friend bool operator==(const Tip&, const Tip&) = default;
};

}  // namespace quipu::consensus
