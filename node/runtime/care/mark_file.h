// SPDX-License-Identifier: Apache-2.0
// What a node keeps of the last backup or scrub: a small file with one line of JSON. Any thread.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace quipu::runtime {

class MarkFile {
 public:
  // Nothing when it is not there or is no object.
  static std::optional<MarkFile> read(const std::filesystem::path& file);
  std::string word(std::string_view name) const;     // empty when it is none
  std::int64_t number(std::string_view name) const;  // 0 when it is none
  bool has_word(std::string_view name) const;

 private:
  explicit MarkFile(boost::json::object object) : object_(std::move(object)) {}
  boost::json::object object_;
};

// Not synced.
std::expected<void, std::string> write_mark_file(const std::filesystem::path& file, const boost::json::object& mark);
// "2026-11-27T09:12:03Z"
std::string time_text(std::int64_t utc_ms);

}  // namespace quipu::runtime
