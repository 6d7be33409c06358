// SPDX-License-Identifier: Apache-2.0
// Small files read and replaced as a whole, and two folders that change places. Any thread.
#pragma once

#include <expected>
#include <filesystem>
#include <string>

#include "crypto/bytes.h"

namespace quipu::storage {

std::expected<Bytes, std::string> read_whole(const std::filesystem::path& file);
// Folders on the way are made. What had the name keeps its content where it has another one. Not synced.
std::expected<void, std::string> write_whole(const std::filesystem::path& file, BytesView content);
// Everything written to the file system that holds `place` is on its disk.
std::expected<void, std::string> sync_all_at(const std::filesystem::path& place);
// Each has the other's name from one moment to the next, also after a power cut. Both are there and on one disk.
std::expected<void, std::string> exchange(const std::filesystem::path& one, const std::filesystem::path& other);

}  // namespace quipu::storage
