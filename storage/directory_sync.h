// SPDX-License-Identifier: Apache-2.0
// A new or renamed file survives a power cut only when its directory is synced too. Any thread.
#pragma once

#include <filesystem>

namespace quipu::storage {

// False with errno set. An empty path is the current directory.
bool sync_directory(const std::filesystem::path& directory);
// The same for a file that was written and closed.
bool sync_file(const std::filesystem::path& file);

}  // namespace quipu::storage
