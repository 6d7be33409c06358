// SPDX-License-Identifier: Apache-2.0
// RFC 4180 rows. Pure.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace quipu::cli {

using CsvRow = std::vector<std::string>;

// Quoted fields may hold commas, quotes and line ends; both kinds of line end; a byte-order mark is passed over, empty
// lines too. Every row has as many fields as the first. The error names the line.
std::expected<std::vector<CsvRow>, std::string> parse_csv(std::string_view text);

// The same with another sign between the fields, and each row with the line it begins on, whatever its number of
// fields.
struct CsvLine {
  std::size_t number = 0;  // from 1
  CsvRow row;
};
std::expected<std::vector<CsvLine>, std::string> parse_csv_lines(std::string_view text, char delimiter);
std::string format_csv(const CsvRow& row);  // ends in a line feed

}  // namespace quipu::cli
