// SPDX-License-Identifier: Apache-2.0
// One attack on one victim: connects again whenever it is thrown out, and sends as fast as the rate and the victim
// allow. One thread.
#pragma once

#include <atomic>
#include <cstdint>

#include "tests/testnet/hostile/attacks.h"

namespace quipu::hostile {

// What a network would deliver: whichever is reached first.
struct Rate {
  double frames_per_second = 20'000;
  double bytes_per_second = 50e6;
};

struct Tally {
  std::uint64_t sessions = 0;  // hello answered
  std::uint64_t refused = 0;   // not let in
  std::uint64_t frames = 0;    // handed to a session
  std::uint64_t bytes = 0;     // that the victim's side took
  Tally& operator+=(const Tally& other);
};

Tally assault(const Identity& identity, const Victim& victim, Attack& attack, const Rate& rate,
              const std::atomic<bool>& stop);

}  // namespace quipu::hostile
