// SPDX-License-Identifier: Apache-2.0
// Two histories of the sample chain that four members' keys signed, made on purpose.
#pragma once

#include "tests/node/audit/sample_mirror.h"

namespace quipu::sample {

// Submissions that the other branch has not.
inline Submissions others(const Chain& chain, std::uint64_t sequence) {
  Submissions out;
  for (const auto& code : kCodes) {
    out.push_back(
        signed_registrations(code, sequence, 500 + static_cast<int>(sequence), 1, chain.next_time_ms() / 1000));
  }
  return out;
}

// BO and BR vote on both sides, CL on the first alone and PE on the second. Both have the blocks of heights 1 and 2,
// final in view 2. The first makes two blocks in views 3 and 4, of which 4 finalizes; the second nullifies those views,
// repeats the common block in view 5 and makes two blocks in views 6, which finalizes, and 7. Each then adds `more`.
struct Forked {
  explicit Forked(int more = 0) {
    first.grow(2, 1);
    second.grow(2, 1);
    first.publish();
    second.publish();
    first.grow(2 + more, 1);
    second.voters = {0, 1, 3};
    second.skip_view();
    second.skip_view();
    second.repeat();
    for (std::uint64_t i = 0; i < 2 + static_cast<std::uint64_t>(more); ++i) second.append(others(second, 3 + i));
    first.publish();
    second.cosigners = {1, 2, 3};
    second.publish();
  }
  Chain first, second;
};

}  // namespace quipu::sample
