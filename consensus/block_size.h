// SPDX-License-Identifier: Apache-2.0
// How large the blocks may be that this member proposes: what the network has lately carried well within its deadlines.
// A pure value, nothing durable, told to nobody: every member finds out for itself and accepts blocks of any size up to
// kBlockLeafBytes from others.
#pragma once

#include <cstddef>
#include <cstdint>

#include "consensus/limits.h"

namespace quipu::consensus {

struct Timing;

class BlockSize {
 public:
  // Bytes of leaves, from kLeastBlockBytes to kBlockLeafBytes.
  std::size_t most_bytes() const { return most_bytes_; }
  // A block of mine was notarized so long after it was offered. One that was quick and filled at least half of what it
  // might lets the next be half as large again; one that took longer than half of ADVANCE halves it.
  void carried(std::size_t block_bytes, std::int64_t took_us, const Timing& timing);
  // A view in which I had proposed a new block was nullified.
  void refused();

 private:
  std::size_t most_bytes_ = limits::kFirstBlockBytes;
};

}  // namespace quipu::consensus
