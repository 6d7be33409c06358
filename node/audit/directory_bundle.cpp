// SPDX-License-Identifier: Apache-2.0
#include "node/audit/directory_bundle.h"

#include <algorithm>
#include <fstream>

namespace quipu::audit {
namespace {

namespace fs = std::filesystem;

class DirectoryBundle final : public Bundle {
 public:
  DirectoryBundle(fs::path directory, std::vector<std::string> paths)
      : directory_(std::move(directory)), paths_(std::move(paths)) {}
  std::string name() const override { return directory_.string(); }
  const std::vector<std::string>& paths() const override { return paths_; }
  std::expected<Bytes, std::string> read(const std::string& path) const override {
    return read_file(directory_ / path);
  }

 private:
  fs::path directory_;
  std::vector<std::string> paths_;
};

}  // namespace

bool Bundle::has(const std::string& path) const { return std::ranges::binary_search(paths(), path); }

std::expected<std::unique_ptr<Bundle>, std::string> open_directory(const fs::path& directory) {
  std::error_code error;
  std::vector<std::string> paths;
  auto at = fs::recursive_directory_iterator(directory, error);
  for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
    if (at->is_symlink() || !at->is_directory())
      paths.push_back(at->path().lexically_relative(directory).generic_string());
  }
  if (error) return std::unexpected("cannot list " + directory.string() + ": " + error.message());
  std::ranges::sort(paths);
  return std::make_unique<DirectoryBundle>(directory, std::move(paths));
}

std::expected<Bytes, std::string> read_file(const fs::path& path) {
  std::error_code error;
  const auto size = fs::file_size(path, error);
  if (error) return std::unexpected("cannot read " + path.string() + ": " + error.message());
  if (size > kFileBytes) return std::unexpected(path.string() + " is larger than any file of a mirror");
  std::ifstream file(path, std::ios::binary);
  Bytes content(size, '\0');
  file.read(content.data(), static_cast<std::streamsize>(size));
  if (!file || file.peek() != std::ifstream::traits_type::eof()) return std::unexpected("cannot read " + path.string());
  return content;
}

}  // namespace quipu::audit
