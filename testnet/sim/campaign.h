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
  std::uint64_t restores = 0;
  consensus::Epoch epoch;
  consensus::View view;
  consensus::Height height;
  Micros simulated = 0;
};
// `story`: where to narrate, if anywhere.
RunResult run_once(const Options& options, std::ostream* story = nullptr);

struct Campaign {
  std::uint64_t first_seed = 1;
  std::uint64_t last_seed = 1;
  std::vector<std::size_t> members = {1, 4, 7};
  std::size_t candidates = 0;  // beyond the members: then members come and go
  bool by_reference = false;   // all proposals name their submissions instead of carrying them
  Micros trouble = 120 * kSecond;
  Micros disk_harm_every = 0;  // 0: as the seed says
  bool keep_going = false;
  bool verbose = false;  // a line per seed
  bool narrate = false;  // a line per thing that happens
  // Of what the seeds decide: kinds of trouble left out (shrink.h), another number of submissions.
  std::vector<std::string> without{};
  std::optional<std::size_t> submissions{};
  bool shrink = false;  // a failing run is made small
};
// The command that runs this one again; what the seed alone does not say.
struct Reduction {
  std::vector<std::string> without{};
  std::optional<std::size_t> submissions{};
};
std::string replay_command(const Options& options, const Reduction& reduction = {});
// Runs all, or stops at the first broken law; tells each with its replay command. The process's exit code: 0, or 1.
int simulate(const Campaign& campaign, std::ostream& out);

}  // namespace quipu::testnet
