// SPDX-License-Identifier: Apache-2.0
#include "storage/whole_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "storage/directory_sync.h"

namespace quipu::storage {

namespace fs = std::filesystem;

namespace {

std::unexpected<std::string> system_error(const std::string& what) {
  return std::unexpected(what + ": " + std::strerror(errno));
}

}  // namespace

std::expected<Bytes, std::string> read_whole(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::error_code unknown;
  if (!in || fs::is_directory(file, unknown))
    return std::unexpected("cannot read " + file.string() + ": check that it exists and may be read");
  std::ostringstream content;
  content << in.rdbuf();
  return content.str();
}

std::expected<void, std::string> write_whole(const fs::path& file, BytesView content) {
  const fs::path beside = file.string() + ".writing";
  std::error_code error;
  fs::create_directories(file.parent_path(), error);
  std::ofstream out(beside, std::ios::binary);
  out << content;
  out.close();
  if (out) fs::rename(beside, file, error);
  if (!out || error)
    return std::unexpected("cannot write " + file.string() + ": look at the disk's room and the folder's permissions");
  return {};
}

std::expected<void, std::string> sync_all_at(const fs::path& place) {
  const int handle = ::open(place.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (handle < 0) return system_error("cannot open " + place.string());
  const bool synced = ::syncfs(handle) == 0;
  ::close(handle);
  return synced ? std::expected<void, std::string>() : system_error("cannot sync the disk of " + place.string());
}

std::expected<void, std::string> exchange(const fs::path& one, const fs::path& other) {
  if (::renameat2(AT_FDCWD, one.c_str(), AT_FDCWD, other.c_str(), RENAME_EXCHANGE) != 0)
    return system_error("cannot exchange " + one.string() + " and " + other.string());
  if (!sync_directory(one.parent_path())) return system_error("cannot sync " + one.parent_path().string());
  return {};
}

}  // namespace quipu::storage
