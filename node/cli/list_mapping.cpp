// SPDX-License-Identifier: Apache-2.0
#include "node/cli/list_mapping.h"

#include <toml++/toml.h>
#include <algorithm>
#include <array>

#include "node/ledger/date.h"

namespace quipu::cli {

namespace {

constexpr std::array<std::string_view, 17> kFields = {
    "tin",        "person",   "legal_name", "trade_name", "address", "city",           "certificate", "scheme", "roles",
    "valid_from", "valid_to", "status",     "since",      "level",   "national_label", "consent",     "aliases"};

using Failure = std::unexpected<std::string>;
using Done = std::expected<void, std::string>;

bool is_field(std::string_view name) { return std::find(kFields.begin(), kFields.end(), name) != kFields.end(); }

Done read_texts(const toml::table& table, const std::string& where, bool fields,
                std::map<std::string, std::string>& into) {
  for (const auto& [key, node] : table) {
    const std::string name(key.str());
    if (fields && !is_field(name)) return Failure(where + "." + name + ": no field of a list");
    const auto text = node.value<std::string>();
    if (!text || !node.is_string()) return Failure(where + "." + name + ": expected a text");
    into[fields ? name : upper(name)] = *text;
  }
  return {};
}

Done read_values(const toml::table& table, ListMapping& mapping) {
  for (const auto& [key, node] : table) {
    const std::string name(key.str());
    const auto* words = node.as_table();
    if (!words || !is_field(name)) return Failure("values." + name + ": expected a table for a field of a list");
    if (auto read = read_texts(*words, "values." + name, false, mapping.values[name]); !read) return read;
  }
  return {};
}

Done read_text(const toml::node& node, const std::string& name, ListMapping& mapping) {
  const auto text = node.value<std::string>();
  if (!text || !node.is_string()) return Failure(name + ": expected a text");
  if (name == "delimiter") {
    if (text->size() != 1) return Failure("delimiter: expected one sign, such as \";\"");
    mapping.delimiter = text->front();
  } else if (name == "encoding") {
    if (*text != "utf-8" && *text != "latin1") return Failure("encoding: utf-8 or latin1");
    mapping.latin1 = *text == "latin1";
  } else if (name == "sheet") {
    mapping.sheet = *text;
  } else if (name == "country") {
    mapping.country = *text;
  } else if (name == "date") {
    mapping.date = *text;
  } else if (name == "roles_separators") {
    mapping.roles_separators = *text;
  } else {
    return Failure(name + ": unknown");
  }
  return {};
}

Done read_entry(const toml::node& node, const std::string& name, ListMapping& mapping) {
  const auto* table = node.as_table();
  if (name == "head_line") {
    const auto line = node.value<std::int64_t>();
    if (!line || *line < 1 || *line > 1'000) return Failure("head_line: 1 to 1000");
    mapping.head_line = static_cast<std::size_t>(*line);
    return {};
  }
  if (!table) return read_text(node, name, mapping);
  if (name == "columns") return read_texts(*table, name, true, mapping.columns);
  if (name == "constants") return read_texts(*table, name, true, mapping.constants);
  if (name == "values") return read_values(*table, mapping);
  return Failure(name + ": unknown");
}

// "DD/MM/YYYY" against "31/12/2026".
std::optional<std::string> read_in_form(std::string_view form, std::string_view text) {
  std::string year, month, day;
  if (form.size() != text.size()) return std::nullopt;
  for (std::size_t i = 0; i < form.size(); ++i) {
    if (form[i] == 'Y')
      year.push_back(text[i]);
    else if (form[i] == 'M')
      month.push_back(text[i]);
    else if (form[i] == 'D')
      day.push_back(text[i]);
    else if (form[i] != text[i])
      return std::nullopt;
  }
  std::string iso = year + "-" + month + "-" + day;
  return ledger::Date::parse(iso) ? std::optional(std::move(iso)) : std::nullopt;
}

// Spreadsheets count days from 1899-12-30.
std::optional<std::string> read_serial(std::string_view text) {
  constexpr std::int32_t kFirst = -25'569;
  text = text.substr(0, text.find('.'));
  const bool number =
      text.size() == 5 && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!number) return std::nullopt;
  return ledger::Date{kFirst + std::stoi(std::string(text))}.text();
}

}  // namespace

std::string upper(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  return out;
}

const std::string& ListMapping::column_of(const std::string& field) const {
  const auto found = columns.find(field);
  return found == columns.end() ? field : found->second;
}

std::string ListMapping::translated(const std::string& field, const std::string& word) const {
  const auto words = values.find(field);
  if (words == values.end()) return word;
  const auto found = words->second.find(upper(word));
  return found == words->second.end() ? word : found->second;
}

std::optional<std::string> ListMapping::day(std::string_view text) const {
  if (auto found = read_in_form(date, text)) return found;
  if (auto found = read_in_form("YYYY-MM-DD", text)) return found;
  return read_serial(text);
}

std::expected<ListMapping, std::string> parse_list_mapping(std::string_view toml) {
  toml::table table;
  try {
    table = toml::parse(toml);
  } catch (const toml::parse_error& error) {
    return Failure("line " + std::to_string(error.source().begin.line) + ": " + std::string(error.description()));
  }
  ListMapping mapping;
  for (const auto& [key, node] : table) {
    if (auto read = read_entry(node, std::string(key.str()), mapping); !read) return Failure(read.error());
  }
  return mapping;
}

}  // namespace quipu::cli
