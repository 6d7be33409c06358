// SPDX-License-Identifier: Apache-2.0
#include "node/runtime/care/mark_file.h"

#include <fmt/chrono.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "storage/whole_file.h"

namespace quipu::runtime {

namespace json = boost::json;

std::optional<MarkFile> MarkFile::read(const std::filesystem::path& file) {
  const auto text = storage::read_whole(file);
  if (!text) return std::nullopt;
  boost::system::error_code error;
  auto value = json::parse(*text, error);
  if (error || !value.is_object()) return std::nullopt;
  return MarkFile(std::move(value.as_object()));
}

bool MarkFile::has_word(std::string_view name) const {
  const auto* entry = object_.if_contains(name);
  return entry != nullptr && entry->is_string();
}

std::string MarkFile::word(std::string_view name) const {
  return has_word(name) ? std::string(object_.at(name).as_string()) : std::string();
}

std::int64_t MarkFile::number(std::string_view name) const {
  const auto* entry = object_.if_contains(name);
  boost::system::error_code bad;
  return entry == nullptr ? 0 : entry->to_number<std::int64_t>(bad);
}

std::expected<void, std::string> write_mark_file(const std::filesystem::path& file, const json::object& mark) {
  return storage::write_whole(file, json::serialize(mark) + "\n");
}

std::string time_text(std::int64_t utc_ms) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(static_cast<std::time_t>(utc_ms / 1000)));
}

}  // namespace quipu::runtime
