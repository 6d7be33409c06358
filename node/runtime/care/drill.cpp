// SPDX-License-Identifier: Apache-2.0
#include "node/runtime/care/drill.h"

#include <fmt/format.h>

#include "node/runtime/care/mark_file.h"
#include "node/runtime/clock.h"
#include "node/runtime/data_directory.h"

namespace quipu::runtime {

namespace fs = std::filesystem;

namespace {

using Done = std::expected<void, std::string>;

bool lies_in(const fs::path& folder, const fs::path& other) {
  const auto within = fs::weakly_canonical(folder).lexically_relative(fs::weakly_canonical(other));
  return !within.empty() && *within.begin() != "..";
}

Done is_backup_of(const std::optional<BackupMark>& backup, const fs::path& place, const NodeConfig& node) {
  if (!backup) return std::unexpected(place.string() + " was never verified: quipu backup --verify " + place.string());
  const auto genesis = read_genesis(node.resolve(node.genesis));
  if (!genesis) return std::unexpected(genesis.error());
  if (backup->chain == crypto::to_hex(genesis->chain.view()) && backup->administration == node.administration)
    return {};
  return std::unexpected(
      fmt::format("{} is of {} on {}, not of this node", place.string(), backup->administration, backup->chain_id));
}

}  // namespace

std::expected<DrillMark, std::string> drill(const RestorePlan& plan, const fs::path& config) {
  const auto node = read_config(config);
  if (!node) return std::unexpected(node.error());
  if (lies_in(plan.directory, node->directory))
    return std::unexpected(plan.directory.string() + " is the node's own folder: a drill needs another");
  const auto backup = read_mark(plan.backup / kMarkFile);
  if (auto is = is_backup_of(backup, plan.backup, *node); !is) return std::unexpected(is.error());
  const auto restored = restore(plan);
  if (!restored) return std::unexpected(restored.error());
  if (restored->height < backup->height) {
    return std::unexpected(fmt::format("{} was verified up to height {}, and only {} came out", plan.backup.string(),
                                       backup->height, restored->height));
  }
  const DrillMark mark{restored->height, real_now().utc_ms};
  const auto noted = write_mark_file(node->directory / kDrillMarkFile, {{"height", mark.height},
                                                                        {"backup", plan.backup.string()},
                                                                        {"ended_ms", mark.ended_ms},
                                                                        {"ended_at", time_text(mark.ended_ms)}});
  if (!noted) return std::unexpected("the drill went well, but the node will not know of it: " + noted.error());
  return mark;
}

std::optional<DrillMark> read_drill_mark(const fs::path& file) {
  const auto found = MarkFile::read(file);
  if (!found || found->number("ended_ms") <= 0) return std::nullopt;
  return DrillMark{static_cast<std::uint64_t>(found->number("height")), found->number("ended_ms")};
}

}  // namespace quipu::runtime
