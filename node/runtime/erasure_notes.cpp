// SPDX-License-Identifier: Apache-2.0
#include "node/runtime/erasure_notes.h"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "node/ledger/date.h"
#include "node/ledger/json.h"
#include "storage/line_file.h"

namespace quipu::runtime {

namespace {

namespace json = boost::json;

std::optional<std::string> text(const json::object& line, std::string_view name) {
  const json::value* value = line.if_contains(name);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return std::string(value->get_string());
}

std::optional<std::uint64_t> number(const json::object& line, std::string_view name) {
  const json::value* value = line.if_contains(name);
  if (value == nullptr) return std::nullopt;
  boost::system::error_code error;
  const auto converted = value->to_number<std::uint64_t>(error);
  return error ? std::nullopt : std::optional(converted);
}

}  // namespace

std::string format_note(const http::ErasureNote& note) {
  return json::serialize(json::object{{"operator", note.issuer + "/" + note.subject},
                                      {"decided_on", note.decided_on},
                                      {"index", note.leaf},
                                      {"height", note.height},
                                      {"time", ledger::format_instant(note.time_ms)},
                                      {"records", note.records}});
}

std::optional<http::ErasureNote> parse_note(const std::string& line) {
  const auto parsed = ledger::parse_strict_json(line);
  const json::object* object = parsed ? parsed->if_object() : nullptr;
  if (object == nullptr) return std::nullopt;
  const auto firm = text(*object, "operator");
  const auto decided_on = text(*object, "decided_on");
  const auto time = text(*object, "time");
  const auto time_ms = time ? ledger::parse_instant_ms(*time) : std::nullopt;
  const auto leaf = number(*object, "index");
  const auto height = number(*object, "height");
  const auto records = number(*object, "records");
  if (!firm || firm->size() < 4 || (*firm)[2] != '/' || !decided_on || !time_ms || !leaf || !height || !records) {
    return std::nullopt;
  }
  return http::ErasureNote{firm->substr(0, 2), firm->substr(3), *decided_on, *leaf, *height, *time_ms, *records};
}

std::vector<http::ErasureNote> read_notes(const std::filesystem::path& file) {
  std::vector<http::ErasureNote> notes;
  for (const std::string& line : storage::read_lines(file)) {
    if (auto note = parse_note(line)) notes.push_back(*std::move(note));
  }
  return notes;
}

void append_note(const std::filesystem::path& file, const http::ErasureNote& note) {
  storage::append_line(file, format_note(note));
}

}  // namespace quipu::runtime
