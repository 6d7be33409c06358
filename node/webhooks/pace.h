// SPDX-License-Identifier: Apache-2.0
// How long to wait before a post that was not taken is tried again. Pure; any thread.
#pragma once

#include <cstdint>

namespace quipu::webhooks {

inline constexpr std::int64_t kFirstWait_ms = 1'000;
inline constexpr std::int64_t kLongestWait_ms = 300'000;

// After so many failures in a row, at least one: doubling from the first wait up to the longest. `retry_after_s` is
// what the receiver asked for, 0: nothing; it may lengthen the wait up to the longest and never shortens it.
std::int64_t wait_ms(std::uint64_t failures, std::int64_t retry_after_s);

}  // namespace quipu::webhooks
