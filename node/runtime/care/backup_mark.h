// SPDX-License-Identifier: Apache-2.0
// What says of a backup that, and when, the offline audit has verified it: one line of JSON, in the backup and in the
// node's own folder. Any thread.
#pragma once

#include <expected>
#include <filesystem>
#include <optional>
#include <string>

namespace quipu::runtime {

struct BackupMark {
  std::string chain_id;
  std::string chain;  // hex
  std::string administration;
  std::uint64_t height = 0;
  std::uint64_t size = 0;
  std::string root;    // hex
  std::string report;  // hex of the audit report's digest
  std::int64_t verified_ms = 0;
};

inline constexpr const char* kMarkFile = "backup.json";           // in a backup
inline constexpr const char* kLastMarkFile = "last_backup.json";  // in a node's folder

// Durable when it returns.
std::expected<void, std::string> write_mark(const std::filesystem::path& file, const BackupMark& mark);
// Nothing when it is not there or is not in form.
std::optional<BackupMark> read_mark(const std::filesystem::path& file);

}  // namespace quipu::runtime
