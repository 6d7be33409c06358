// SPDX-License-Identifier: Apache-2.0
// The synthetic national programmes, as the rules' tests replay them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "world.h"

namespace quipu::ledger::testing {

struct HistoryLine {
  std::string recorded_on;
  std::string administration;
  v1::Event event;
  bool approve = false;
};

// The small selection in the tree, and the whole data set beside it, which may be missing.
std::filesystem::path sample_programmes();
std::filesystem::path whole_programmes();

// All files merged by (recorded_on, file order), cross.jsonl last of a day's files.
std::vector<HistoryLine> read_history(const std::filesystem::path& programmes);
// Its members and arrangements, with nothing stated yet.
World world_of(const std::filesystem::path& programmes);
// States the line on its day, and its approval; "OK" or the code's name.
std::string replay(World& world, const HistoryLine& line);
// All of it; fails the test at the first refusal.
void replay_all(World& world, const std::vector<HistoryLine>& history);

struct Look {
  std::string date, recogniser, tin, role, flow;
};
std::vector<Look> read_declarations(const std::filesystem::path& programmes);

}  // namespace quipu::ledger::testing
