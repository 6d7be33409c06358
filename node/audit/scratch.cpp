// SPDX-License-Identifier: Apache-2.0
#include "node/audit/scratch.h"

#include <fcntl.h>
#include <unistd.h>

#include <cassert>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <stdexcept>

namespace quipu::audit {
namespace {

constexpr std::size_t kInMemory = 2 << 20;  // and the longest record more

[[noreturn]] void fail(const char* what) {
  throw std::runtime_error(std::string(what) + " the temporary directory: " + std::strerror(errno));
}

int open_nameless() {
  const std::string directory = std::filesystem::temp_directory_path().string();
  const int file = ::open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (file < 0) fail("no scratch file in");
  return file;
}

}  // namespace

Scratch::~Scratch() {
  if (file_ >= 0) ::close(file_);
}

std::uint64_t Scratch::append(std::initializer_list<BytesView> parts) {
  if (tail_.size() > kInMemory) flush();
  const std::uint64_t offset = written_ + tail_.size();
  for (const BytesView part : parts) tail_.append(part);
  return offset;
}

void Scratch::flush() {
  if (file_ < 0) file_ = open_nameless();
  std::size_t done = 0;
  while (done < tail_.size()) {
    const auto wrote = ::pwrite(file_, tail_.data() + done, tail_.size() - done, static_cast<off_t>(written_ + done));
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) fail("cannot write to");
    done += static_cast<std::size_t>(wrote);
  }
  written_ += done;
  tail_.clear();
}

void Scratch::read(std::uint64_t offset, char* to, std::size_t size) const {
  if (offset >= written_) {
    assert(offset - written_ + size <= tail_.size());
    std::memcpy(to, tail_.data() + (offset - written_), size);
    return;
  }
  while (size > 0) {
    const auto got = ::pread(file_, to, size, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) fail("cannot read from");
    to += got;
    offset += static_cast<std::uint64_t>(got);
    size -= static_cast<std::size_t>(got);
  }
}

}  // namespace quipu::audit
