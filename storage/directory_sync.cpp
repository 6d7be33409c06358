// SPDX-License-Identifier: Apache-2.0
#include "storage/directory_sync.h"

#include <fcntl.h>
#include <unistd.h>

namespace quipu::storage {

namespace {

bool sync_opened(int handle) {
  if (handle < 0) return false;
  const bool synced = ::fsync(handle) == 0;
  ::close(handle);
  return synced;
}

}  // namespace

bool sync_directory(const std::filesystem::path& directory) {
  return sync_opened(::open(directory.empty() ? "." : directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

bool sync_file(const std::filesystem::path& file) { return sync_opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC)); }

}  // namespace quipu::storage
