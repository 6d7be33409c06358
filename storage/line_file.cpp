// SPDX-License-Identifier: Apache-2.0
#include "storage/line_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "storage/directory_sync.h"
#include "storage/disk_fault.h"

namespace quipu::storage {

namespace {

Bytes whole(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream content;
  content << in.rdbuf();
  return in ? content.str() : Bytes();
}

}  // namespace

void append_line(const std::filesystem::path& file, std::string_view line) {
  const int handle = ::open(file.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
  const off_t size = handle < 0 ? -1 : ::lseek(handle, 0, SEEK_END);
  char last = '\n';
  bool good = size >= 0 && (size == 0 || ::pread(handle, &last, 1, size - 1) == 1);
  // After a line that was cut short a new one begins.
  const std::string text = (last == '\n' ? "" : "\n") + std::string(line) + "\n";
  good = good && ::write(handle, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  good = good && ::fsync(handle) == 0 && (size > 0 || sync_directory(file.parent_path()));
  if (!good) stop_process(file.string(), std::strerror(errno));
  ::close(handle);
}

std::vector<std::string> read_lines(const std::filesystem::path& file) {
  const Bytes content = whole(file);
  std::vector<std::string> lines;
  std::size_t from = 0;
  for (std::size_t end; (end = content.find('\n', from)) != std::string::npos; from = end + 1) {
    lines.emplace_back(content.substr(from, end - from));
  }
  return lines;
}

}  // namespace quipu::storage
