// SPDX-License-Identifier: Apache-2.0
// From the text of a scenario to its plan. Bounded: no text makes it take long or much. Pure; any thread.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "testnet/scenario/plan.h"

namespace quipu::scenario {

inline constexpr std::size_t kMostBytes = 64 << 10;
inline constexpr std::size_t kMostLineBytes = 400;
inline constexpr std::size_t kMostDepth = 3;               // of repeats
inline constexpr std::size_t kMostSteps = 20'000;          // with repeats written out
inline constexpr std::uint64_t kMostSubmissions = 10'000;  // of one step
inline constexpr std::uint64_t kMostLoad = 1'000;          // per second

struct Fault {
  int line = 0;  // from 1
  std::string what;
};
std::expected<Plan, Fault> parse(std::string_view text);

// Why real processes cannot play this one, with the line; nothing when they can.
std::optional<Fault> why_not_on_processes(const Plan& plan);

}  // namespace quipu::scenario
