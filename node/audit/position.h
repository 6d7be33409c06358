// SPDX-License-Identifier: Apache-2.0
// How far an audit has come, so that a later one of the same mirror, grown or not, need not check the same Ed25519
// signatures again. It is trusted for nothing else: hashes, form, rules, state, times, members and the links between
// votes are made anew from the first leaf, and the log must pass the position with its root and its state root. A
// value.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "consensus/types.h"
#include "crypto/bytes.h"

namespace quipu::audit {

struct SavedPosition {
  consensus::ChainId chain{};
  // Of the first `size` leaves, which end at `height`, every author's signature verified.
  std::uint64_t size = 0;
  std::uint64_t height = 0;
  crypto::Digest root{}, state_root{};
  // SHA-256 of quorum/1 to quorum/<height> in which every vote verified; zeros where there was no such file.
  std::vector<crypto::Digest> votes{};

  friend bool operator==(const SavedPosition&, const SavedPosition&) = default;
};
// "quipu-position-v1" 00 || chain || size u64 || height u64 || root || state root || height x 32 B || SHA-256 of all
// before.
Bytes encode(const SavedPosition& position);
std::optional<SavedPosition> decode_position(BytesView file);

}  // namespace quipu::audit
