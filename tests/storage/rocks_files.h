// SPDX-License-Identifier: Apache-2.0
// Damage to the files of a closed RocksDB directory, as a disk or an operator would do it.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace quipu::storage::testing {

inline std::vector<std::filesystem::path> files_ending(const std::filesystem::path& directory, const std::string& end) {
  std::vector<std::filesystem::path> found;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    if (entry.path().filename().string().ends_with(end)) found.push_back(entry.path());
  }
  return found;
}

// The write-ahead log that holds the latest writes.
inline std::filesystem::path write_ahead_log(const std::filesystem::path& directory) {
  std::filesystem::path biggest;
  std::uintmax_t size = 0;
  for (const auto& file : files_ending(directory, ".log")) {
    if (std::filesystem::file_size(file) < size) continue;
    biggest = file;
    size = std::filesystem::file_size(file);
  }
  return biggest;
}

inline void flip_bit(const std::filesystem::path& file, std::uintmax_t at) {
  std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
  stream.seekg(static_cast<std::streamoff>(at));
  const char changed = static_cast<char>(stream.get() ^ 0x10);
  stream.seekp(static_cast<std::streamoff>(at));
  stream.put(changed);
}

inline void cut(const std::filesystem::path& file, std::uintmax_t bytes) {
  std::filesystem::resize_file(file, std::filesystem::file_size(file) - bytes);
}

// What a power cut leaves where a file's size reached the disk before its last bytes did.
inline void tear_into_zeros(const std::filesystem::path& file, std::uintmax_t bytes) {
  cut(file, bytes);
  std::ofstream(file, std::ios::app | std::ios::binary) << std::string(5000, '\0');
}

}  // namespace quipu::storage::testing
