// SPDX-License-Identifier: Apache-2.0
#include "node/cli/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>

#include "node/cli/terminal.h"

namespace quipu::cli {

namespace {

std::unexpected<std::string> failure(const std::string& doing, const std::filesystem::path& path) {
  return std::unexpected("cannot " + doing + " " + path.string() + ": " + std::strerror(errno));
}

bool write_all(int file, BytesView content) {
  while (!content.empty()) {
    const ssize_t written = ::write(file, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

// A new name is on the disk only once its folder is.
bool sync_folder_of(const std::filesystem::path& path) {
  const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
  const int opened = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (opened < 0) return false;
  const bool synced = ::fsync(opened) == 0;
  ::close(opened);
  return synced;
}

}  // namespace

std::expected<Bytes, std::string> read_file(const std::filesystem::path& path, std::size_t most) {
  if (path == "-") return Bytes(std::istreambuf_iterator<char>(std::cin), {});
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  if (!in) return failure("read", path);
  std::error_code unknown;
  if (std::filesystem::is_directory(path, unknown))
    return std::unexpected("cannot read " + path.string() + ": it is a folder; name a file");
  Bytes content(std::istreambuf_iterator<char>(in), {});
  if (in.bad()) return failure("read", path);
  if (content.size() > most) return std::unexpected(path.string() + " is larger than is taken");
  return content;
}

std::expected<void, std::string> write_file(const std::filesystem::path& path, BytesView content, unsigned mode) {
  const std::filesystem::path partial = path.string() + ".partial";
  const int file = ::open(partial.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
  if (file < 0) return failure("write", partial);
  const bool written = write_all(file, content) && ::fsync(file) == 0;
  const bool closed = ::close(file) == 0;
  if (!written || !closed) return failure("write", partial);
  if (::rename(partial.c_str(), path.c_str()) != 0 || !sync_folder_of(path)) return failure("write", path);
  return {};
}

std::expected<std::optional<std::string>, std::string> passphrase_given(const std::string& passphrase_file) {
  std::string path = passphrase_file;
  const char* environment = std::getenv("QUIPU_PASSPHRASE_FILE");
  if (path.empty() && environment != nullptr) path = environment;
  if (path.empty()) return std::nullopt;
  auto content = read_file(path, 4096);
  if (!content) return std::unexpected(content.error());
  // One line; its end is not part of it.
  if (content->ends_with('\n')) content->pop_back();
  if (content->ends_with('\r')) content->pop_back();
  return *content;
}

std::expected<crypto::UnlockedKey, std::string> unlock(const std::filesystem::path& path,
                                                       const std::string& passphrase_file) {
  const auto given = passphrase_given(passphrase_file);
  if (!given) return std::unexpected(given.error());
  if (*given) return crypto::unlock_key_file(path, **given);
  auto key = crypto::unlock_key_file(path, "");
  if (key || !stdin_is_terminal()) return key;
  const auto typed = ask_passphrase("Passphrase of " + path.string() + ": ");
  if (!typed) return std::unexpected(typed.error());
  return crypto::unlock_key_file(path, *typed);
}

}  // namespace quipu::cli
