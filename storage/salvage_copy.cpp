// SPDX-License-Identifier: Apache-2.0
#include "storage/salvage_copy.h"

#include <cerrno>
#include <cstring>

#include "storage/directory_sync.h"

namespace quipu::storage {

namespace fs = std::filesystem;

namespace {

using Done = std::expected<void, std::string>;

Done failed(const fs::path& path, const std::error_code& error) {
  return std::unexpected(path.string() + ": " + error.message());
}

Done failed(const fs::path& path) { return failed(path, std::error_code(errno, std::generic_category())); }

// RocksDB's own diary is no data; and to close the LOCK file after reading it would drop this process's lock on it
// (fcntl).
bool left_behind(const std::string& name) { return name == "LOCK" || name.starts_with("LOG"); }

Done copy_one(const fs::path& from, const fs::path& to) {
  std::error_code error;
  if (from.extension() == ".sst") {
    fs::create_hard_link(from, to, error);
    if (!error) return {};
  }
  fs::copy_file(from, to, error);
  if (error) return failed(from, error);
  if (!sync_file(to)) return failed(to);
  return {};
}

fs::path free_name_for_damaged(const fs::path& directory) {
  for (unsigned n = 1;; ++n) {
    fs::path name = directory.string() + ".damaged-" + std::to_string(n);
    if (!fs::exists(fs::symlink_status(name))) return name;
  }
}

Done move(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::rename(from, to, error);
  if (error) return failed(from, error);
  if (!sync_directory(to.parent_path())) return failed(to);
  return {};
}

}  // namespace

fs::path salvage_path(const fs::path& directory) { return directory.string() + ".salvage"; }

Done copy_for_salvage(const fs::path& directory) {
  const fs::path copy = salvage_path(directory);
  std::error_code error;
  fs::remove_all(copy, error);
  if (!fs::create_directory(copy, error)) return failed(copy, error);
  for (const auto& entry : fs::directory_iterator(directory, error)) {
    const fs::path name = entry.path().filename();
    if (!entry.is_regular_file() || left_behind(name.string())) continue;
    if (auto copied = copy_one(entry.path(), copy / name); !copied) return copied;
  }
  if (error) return failed(directory, error);
  if (!sync_directory(copy) || !sync_directory(copy.parent_path())) return failed(copy);
  return {};
}

Done put_copy_in_place(const fs::path& directory) {
  if (auto moved = move(directory, free_name_for_damaged(directory)); !moved) return moved;
  return move(salvage_path(directory), directory);
}

bool exchange_was_interrupted(const fs::path& directory) {
  std::error_code error;
  return !fs::exists(directory, error) && fs::exists(salvage_path(directory), error);
}

Done finish_interrupted_exchange(const fs::path& directory) {
  if (!exchange_was_interrupted(directory)) return {};
  return move(salvage_path(directory), directory);
}

}  // namespace quipu::storage
