// SPDX-License-Identifier: Apache-2.0
#include "consensus/block_size.h"

#include <algorithm>

#include "consensus/engine.h"

namespace quipu::consensus {

void BlockSize::carried(std::size_t block_bytes, std::int64_t took_us, const Timing& timing) {
  if (took_us > timing.advance_ms * 1000 / 2) return refused();
  const bool quick = took_us <= timing.propose_ms * 1000 / 2;
  const bool telling = block_bytes >= most_bytes_ / 2;  // that a small one was quick says nothing of a large one
  if (quick && telling) most_bytes_ = std::min(most_bytes_ + most_bytes_ / 2, limits::kBlockLeafBytes);
}

void BlockSize::refused() { most_bytes_ = std::max(most_bytes_ / 2, limits::kLeastBlockBytes); }

}  // namespace quipu::consensus
