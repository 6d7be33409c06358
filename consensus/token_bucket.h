// SPDX-License-Identifier: Apache-2.0
// So much a second, and at most one second's worth at once. Pure: time comes in as a number; one thread at a time.
#pragma once

#include <cstdint>

namespace quipu::consensus {

// Full at the start.
class TokenBucket {
 public:
  explicit TokenBucket(std::uint64_t per_second);
  // False, and nothing taken, when less than `cost` is there.
  bool take(std::uint64_t cost, std::int64_t now_us);
  // Takes what is not known beforehand, if need be on credit.
  void charge(std::uint64_t cost, std::int64_t now_us);
  // How long until nothing is owed any more; 0 when nothing is.
  std::int64_t owed_us(std::int64_t now_us);
  // Nothing was taken for so long that a new one would be the same.
  bool full(std::int64_t now_us);

 private:
  void refill(std::int64_t now_us);

  std::int64_t per_second_;
  std::int64_t micro_tokens_;  // tokens x 1,000,000
  std::int64_t last_us_ = 0;
};

}  // namespace quipu::consensus
