// SPDX-License-Identifier: Apache-2.0
// A restore drill: a backup made a ledger again, in a folder of its own, while the node runs; and what the node keeps
// of it, so that it can tell how long ago the last one was. One thread.
#pragma once

#include "node/runtime/care/restore.h"

namespace quipu::runtime {

struct DrillMark {
  std::uint64_t height = 0;
  std::int64_t ended_ms = 0;
};

inline constexpr const char* kDrillMarkFile = "last_drill.json";  // in a node's folder

// As restore() into `plan.directory`, and marked in the folder of the node with this TOML file. Refuses its own folder,
// what is no backup of it, and what came out lower than the backup was verified.
std::expected<DrillMark, std::string> drill(const RestorePlan& plan, const std::filesystem::path& config);
// Nothing when it is not there or is not in form.
std::optional<DrillMark> read_drill_mark(const std::filesystem::path& file);

}  // namespace quipu::runtime
