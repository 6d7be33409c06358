// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <fstream>

#include "node/follow/source.h"

namespace quipu::follow {

namespace {

namespace fs = std::filesystem;

class DirectorySource final : public Source {
 public:
  explicit DirectorySource(fs::path folder) : folder_(std::move(folder)), name_(folder_.string()) {}
  const std::string& name() const override { return name_; }
  std::expected<std::optional<Bytes>, std::string> get(const std::string& path, std::size_t most_bytes) override {
    const fs::path file = folder_ / path;
    std::error_code error;
    if (!fs::is_regular_file(file, error)) return std::nullopt;
    const auto size = fs::file_size(file, error);
    if (error || size > most_bytes) return std::unexpected(file.string() + " cannot be read or is too long");
    Bytes content(size, '\0');
    std::ifstream in(file, std::ios::binary);
    in.read(content.data(), static_cast<std::streamsize>(size));
    if (!in) return std::unexpected("cannot read " + file.string());
    return content;
  }

 private:
  fs::path folder_;
  std::string name_;
};

}  // namespace

std::expected<std::unique_ptr<Source>, std::string> directory_source(const std::string& folder) {
  if (!fs::is_directory(folder)) return std::unexpected(folder + " is no folder: name a mirror's, or a node's URL");
  return std::make_unique<DirectorySource>(folder);
}

}  // namespace quipu::follow
