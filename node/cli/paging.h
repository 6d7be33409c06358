// SPDX-License-Identifier: Apache-2.0
// Answers that are rows: fetched page by page from one state, printed as an aligned table, JSON or CSV. One thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "node/cli/commands.h"
#include "node/cli/csv.h"
#include "node/cli/node_client.h"

namespace quipu::cli {

// Collects "name=value" of what is not empty.
class Query {
 public:
  Query& add(std::string_view name, const std::string& value);
  const std::string& text() const { return text_; }  // with its question mark, or empty

 private:
  std::string text_;
};

// What to ask, and which of the CSV's columns a person is spared in the table.
struct RowsQuestion {
  std::string path;
  Query query;
  std::string known_at;
  std::vector<std::string> not_in_text = {};
  // The node's order is none of names: rows are sorted by their first column, JSON items by this member.
  std::string sort_items_by = {};
  std::string out = {};  // the workbook to write, for xlsx
};

// The whole answer as the output asks for. JSON is the first page's object with the `items` of all.
Done print_rows(const Global& global, const RowsQuestion& question);

struct Rows {
  std::vector<CsvRow> rows;  // the first one names the columns
  std::string height;        // of the state they are from
};
std::expected<Rows, std::string> fetch_rows(NodeClient& node, const RowsQuestion& question);

// Columns as wide as their widest field, two spaces apart; the first row is the head.
std::string as_table(const std::vector<CsvRow>& rows);

}  // namespace quipu::cli
