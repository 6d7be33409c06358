// SPDX-License-Identifier: Apache-2.0
// How an administration's own list is to be read: which of its columns is what, and which of its words means what
// (docs/lists/*.toml). Pure.
#pragma once

#include <cstddef>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace quipu::cli {

// Fields of a row, by the names that our own lists use as column heads:
//   tin person legal_name trade_name address city certificate scheme roles valid_from valid_to status since level
//   national_label consent aliases
struct ListMapping {
  char delimiter = ',';
  bool latin1 = false;        // else UTF-8
  std::string sheet;          // of a workbook; empty: its first
  std::size_t head_line = 1;  // the line that names the columns; those before it are passed over
  std::string country;        // put before tax numbers that lack it; empty: the administration's own
  std::string date = "YYYY-MM-DD";
  std::string roles_separators = " ,;";
  std::map<std::string, std::string> columns;    // field -> head of the column; without it the field's own name
  std::map<std::string, std::string> constants;  // field -> the same for every row
  std::map<std::string, std::map<std::string, std::string>> values;  // field -> their word -> ours

  const std::string& column_of(const std::string& field) const;
  // Their word in ours, upper and lower case of ASCII letters alike; as it stands without an entry.
  std::string translated(const std::string& field, const std::string& word) const;
  // A day written in `date`'s form, as a spreadsheet's number, or as YYYY-MM-DD; the latter form.
  std::optional<std::string> day(std::string_view text) const;
};

// The error is one line that names what is wrong in the TOML.
std::expected<ListMapping, std::string> parse_list_mapping(std::string_view toml);

// Upper case in ASCII, other bytes as they are.
std::string upper(std::string_view text);

}  // namespace quipu::cli
