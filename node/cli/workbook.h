// SPDX-License-Identifier: Apache-2.0
// Spreadsheets (.xlsx): one sheet in, as rows of text; rows out, as one sheet. One thread.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "node/cli/csv.h"

namespace quipu::cli {

// The rows of a sheet, the first one when `sheet` is empty, with their numbers in it. Numbers come as digits, days as
// the spreadsheet counts them. Bounds: 64 MiB a part, 1,024 columns; beyond them, and for what is no workbook, the
// error is one line.
std::expected<std::vector<CsvLine>, std::string> read_workbook(const std::string& file, const std::string& sheet);

// Replaces the file. The first row is the head; in columns that `texts` does not name, numbers are written as numbers.
std::expected<void, std::string> write_workbook(const std::string& file, const std::vector<CsvRow>& rows,
                                                const std::vector<std::string>& texts);

}  // namespace quipu::cli
