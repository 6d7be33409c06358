// SPDX-License-Identifier: Apache-2.0
// Many seeds, one after the other: what `quipu-testnet simulate` runs.
#pragma once

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "testnet/sim/laws/law.h"
#include "testnet/sim/options.h"

namespace quipu::testnet {

struct RunResult {
  std::optional<Violation> violation;
  std::uint64_t trace = 0;
  std::uint64_t events = 0;
  std::uint64_t crashes = 0;
  consensus::View view;
  consensus::Height height;
  Micros simulated = 0;
};
RunResult run_once(const Options& options);

struct Campaign {
  std::uint64_t first_seed = 1;
  std::uint64_t last_seed = 1;
  std::vector<std::size_t> members = {1, 4, 7};
  Micros trouble = 120 * kSecond;
  bool verbose = false;  // a line per seed
};
// The command that runs this one again.
std::string replay_command(const Options& options);
// Runs all, stops at the first broken law, tells it with its replay command; the process's exit code: 0, or 1.
int simulate(const Campaign& campaign, std::ostream& out);

}  // namespace quipu::testnet
