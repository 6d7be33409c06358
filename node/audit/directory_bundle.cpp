// SPDX-License-Identifier: Apache-2.0
#include "node/audit/directory_bundle.h"

#include <algorithm>
#include <fstream>

namespace quipu::audit {
namespace {

namespace fs = std::filesystem;

// The error does not name the file: a report names it as the mirror does, whatever the directory.
std::expected<Bytes, std::string> content_of(const fs::path& path) {
  std::error_code error;
  const auto size = fs::file_size(path, error);
  if (error) return std::unexpected("cannot be read: " + error.message());
  if (size > kFileBytes) return std::unexpected("is larger than any file of a mirror");
  std::ifstream file(path, std::ios::binary);
  Bytes content(size, '\0');
  file.read(content.data(), static_cast<std::streamsize>(size));
  if (!file || file.peek() != std::ifstream::traits_type::eof()) return std::unexpected("cannot be read");
  return content;
}

class DirectoryBundle final : public Bundle {
 public:
  DirectoryBundle(fs::path directory, std::string name, std::vector<std::string> paths)
      : directory_(std::move(directory)), name_(std::move(name)), paths_(std::move(paths)) {}
  std::string name() const override { return name_; }
  const std::vector<std::string>& paths() const override { return paths_; }
  std::expected<Bytes, std::string> read(const std::string& path) const override {
    return content_of(directory_ / path);
  }

 private:
  fs::path directory_;
  std::string name_;
  std::vector<std::string> paths_;
};

}  // namespace

bool Bundle::has(const std::string& path) const { return std::ranges::binary_search(paths(), path); }

std::expected<std::unique_ptr<Bundle>, std::string> open_directory(const fs::path& directory, std::string name) {
  std::error_code error;
  std::vector<std::string> paths;
  auto at = fs::recursive_directory_iterator(directory, error);
  for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
    if (at->is_symlink() || !at->is_directory())
      paths.push_back(at->path().lexically_relative(directory).generic_string());
  }
  if (error) return std::unexpected("cannot list " + directory.string() + ": " + error.message());
  std::ranges::sort(paths);
  if (name.empty()) name = directory.string();
  return std::make_unique<DirectoryBundle>(directory, std::move(name), std::move(paths));
}

std::expected<Bytes, std::string> read_file(const fs::path& path) {
  auto content = content_of(path);
  if (!content) return std::unexpected(path.string() + " " + content.error());
  return content;
}

}  // namespace quipu::audit
