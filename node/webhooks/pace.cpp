// SPDX-License-Identifier: Apache-2.0
#include "node/webhooks/pace.h"

#include <algorithm>

namespace quipu::webhooks {

std::int64_t wait_ms(std::uint64_t failures, std::int64_t retry_after_s) {
  constexpr std::uint64_t kMostDoublings = 20;
  const auto doublings = std::min(std::max<std::uint64_t>(failures, 1) - 1, kMostDoublings);
  const std::int64_t asked_ms = std::clamp<std::int64_t>(retry_after_s, 0, kLongestWait_ms / 1'000) * 1'000;
  return std::max(std::min(kFirstWait_ms << doublings, kLongestWait_ms), asked_ms);
}

}  // namespace quipu::webhooks
