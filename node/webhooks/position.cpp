// SPDX-License-Identifier: Apache-2.0
#include "node/webhooks/position.h"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <fstream>
#include <sstream>

#include "node/http/json_writer.h"
#include "node/ledger/json.h"
#include "storage/directory_sync.h"

namespace quipu::webhooks {

namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

std::string text_in(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

}  // namespace

std::string format_position(const Position& position) {
  http::JsonWriter writer;
  writer.begin_object().field("chain", position.chain).field("height", position.height);
  if (position.after) writer.field("after", http::text_of(*position.after));
  writer.end_object();
  return writer.take() + "\n";
}

std::optional<Position> parse_position(const std::string& text) {
  const auto value = ledger::parse_strict_json(text);
  const auto* object = value ? value->if_object() : nullptr;
  const auto* height = object != nullptr ? object->if_contains("height") : nullptr;
  if (height == nullptr) return std::nullopt;
  boost::system::error_code error;
  Position position{.chain = text_in(*object, "chain"), .height = height->to_number<std::uint64_t>(error)};
  if (error || position.chain.empty()) return std::nullopt;
  if (!object->contains("after")) return position;
  position.after = http::parse_place(text_in(*object, "after"));
  return position.after ? std::optional(position) : std::nullopt;
}

std::expected<std::optional<Position>, std::string> read_position(const fs::path& file) {
  std::error_code error;
  if (!fs::exists(file, error) && !error) return std::nullopt;
  std::ifstream in(file, std::ios::binary);
  std::ostringstream content;
  content << in.rdbuf();
  auto position = in ? parse_position(content.str()) : std::nullopt;
  if (position) return position;
  return std::unexpected(file.string() + " says nothing of a position: name the height to go on from as since, and " +
                         "delete it");
}

bool write_position(const fs::path& file, const Position& position) {
  const fs::path beside = file.string() + ".writing";
  std::ofstream out(beside, std::ios::binary);
  out << format_position(position);
  out.close();
  if (!out || !storage::sync_file(beside)) return false;
  std::error_code error;
  fs::rename(beside, file, error);
  return !error && storage::sync_directory(file.parent_path());
}

}  // namespace quipu::webhooks
