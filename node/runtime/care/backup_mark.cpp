// SPDX-License-Identifier: Apache-2.0
#include "node/runtime/care/backup_mark.h"

#include <fmt/chrono.h>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "node/runtime/care/whole_file.h"
#include "storage/directory_sync.h"

namespace quipu::runtime {

namespace fs = std::filesystem;
namespace json = boost::json;

std::string time_text(std::int64_t utc_ms) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(static_cast<std::time_t>(utc_ms / 1000)));
}

std::expected<void, std::string> write_mark(const fs::path& file, const BackupMark& mark) {
  const json::object object{{"chain_id", mark.chain_id},
                            {"chain", mark.chain},
                            {"administration", mark.administration},
                            {"height", mark.height},
                            {"size", mark.size},
                            {"root", mark.root},
                            {"report", mark.report},
                            {"verified_ms", mark.verified_ms},
                            {"verified_at", time_text(mark.verified_ms)}};
  if (auto written = write_whole(file, json::serialize(object) + "\n"); !written) return written;
  if (storage::sync_file(file) && storage::sync_directory(file.parent_path())) return {};
  return std::unexpected("cannot sync " + file.string());
}

std::optional<BackupMark> read_mark(const fs::path& file) {
  const auto text = read_whole(file);
  if (!text) return std::nullopt;
  boost::system::error_code error;
  const auto value = json::parse(*text, error);
  if (error || !value.is_object()) return std::nullopt;
  const auto& object = value.as_object();
  const auto word = [&](std::string_view name) {
    const auto* entry = object.if_contains(name);
    return entry != nullptr && entry->is_string() ? std::string(entry->as_string()) : std::string();
  };
  const auto number = [&](std::string_view name) {
    const auto* entry = object.if_contains(name);
    boost::system::error_code bad;
    return entry == nullptr ? 0 : entry->to_number<std::int64_t>(bad);
  };
  BackupMark mark{word("chain_id"),
                  word("chain"),
                  word("administration"),
                  static_cast<std::uint64_t>(number("height")),
                  static_cast<std::uint64_t>(number("size")),
                  word("root"),
                  word("report"),
                  number("verified_ms")};
  if (mark.chain.empty() || mark.verified_ms <= 0) return std::nullopt;
  return mark;
}

}  // namespace quipu::runtime
