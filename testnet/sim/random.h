// SPDX-License-Identifier: Apache-2.0
// The simulator's own random numbers: xoshiro256** seeded by splitmix64, one independent stream per concern, so that a
// change in one concern does not shift the others. Equal seed and name give equal numbers on every machine.
#pragma once

#include <bit>
#include <cassert>
#include <cstdint>
#include <string_view>

namespace quipu::testnet {

class Random {
 public:
  Random(std::uint64_t seed, std::string_view stream) {
    for (const char letter : stream) seed = (seed ^ static_cast<std::uint8_t>(letter)) * 0x100000001b3;
    for (auto& word : state_) word = splitmix(seed);
  }

  std::uint64_t next() {
    const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
    const std::uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = std::rotl(state_[3], 45);
    return result;
  }

  // In [0, bound); the bias of the modulus does not matter here.
  std::uint64_t below(std::uint64_t bound) {
    assert(bound > 0);
    return next() % bound;
  }
  std::int64_t between(std::int64_t least, std::int64_t most) {
    return least + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(most - least) + 1));
  }
  bool chance(std::uint64_t per_mille) { return below(1000) < per_mille; }

 private:
  static std::uint64_t splitmix(std::uint64_t& seed) {
    std::uint64_t z = (seed += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  std::uint64_t state_[4]{};
};

}  // namespace quipu::testnet
