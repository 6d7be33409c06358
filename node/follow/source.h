// SPDX-License-Identifier: Apache-2.0
// Where a follower gets a mirror's files: a node, another follower, or any web server that holds an export. Nothing it
// says is believed. One thread.
#pragma once

#include <expected>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "crypto/bytes.h"

namespace quipu::follow {

class Source {
 public:
  virtual ~Source() = default;
  virtual const std::string& name() const = 0;
  // A file by its path in the mirror; nothing: there is no such file. The error: no answer, or more than `most_bytes`.
  virtual std::expected<std::optional<Bytes>, std::string> get(const std::string& path, std::size_t most_bytes) = 0;
};

// "http://HOST:PORT" or "https://HOST:PORT", shown this token if there is one and believed on the word of this CA, or
// of this machine's store when it is empty. The error is one line.
std::expected<std::unique_ptr<Source>, std::string> http_source(const std::string& url, const std::string& token = {},
                                                                const std::filesystem::path& ca = {});
// A folder that holds a mirror's files: an export, or a copy that is kept.
std::expected<std::unique_ptr<Source>, std::string> directory_source(const std::string& folder);

}  // namespace quipu::follow
