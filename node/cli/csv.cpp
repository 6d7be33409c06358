// SPDX-License-Identifier: Apache-2.0
#include "node/cli/csv.h"

#include <algorithm>

namespace quipu::cli {

namespace {

class Parser {
 public:
  Parser(std::string_view text, char delimiter) : rest_(text), delimiter_(delimiter) {
    if (rest_.starts_with("\xef\xbb\xbf")) rest_.remove_prefix(3);
  }
  bool at_end() const { return rest_.empty(); }
  std::size_t line() const { return line_; }

  // One row, its line end taken too; false when a quoted field is not in form.
  bool row(CsvRow& out) {
    out.clear();
    do {
      if (!field(out.emplace_back())) return false;
    } while (take(delimiter_));
    take('\r');
    if (at_end()) return true;
    ++line_;
    return take('\n');
  }

 private:
  bool take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  bool field(std::string& out) {
    if (take('"')) return quoted(out);
    const char ends[] = {delimiter_, '\r', '\n', '"', '\0'};
    const std::size_t end = std::min(rest_.find_first_of(ends), rest_.size());
    out = rest_.substr(0, end);
    rest_.remove_prefix(end);
    return true;
  }

  bool quoted(std::string& out) {
    for (;;) {
      const std::size_t quote = rest_.find('"');
      if (quote == std::string_view::npos) return false;
      out.append(rest_.substr(0, quote));
      for (const char c : rest_.substr(0, quote)) line_ += c == '\n' ? 1 : 0;
      rest_.remove_prefix(quote + 1);
      if (!take('"')) return true;
      out.push_back('"');
    }
  }

  std::string_view rest_;
  char delimiter_;
  std::size_t line_ = 1;
};

}  // namespace

std::expected<std::vector<CsvLine>, std::string> parse_csv_lines(std::string_view text, char delimiter) {
  Parser parser(text, delimiter);
  std::vector<CsvLine> lines;
  CsvRow row;
  while (!parser.at_end()) {
    const std::size_t number = parser.line();
    if (!parser.row(row)) return std::unexpected("line " + std::to_string(number) + ": a quote is out of place");
    if (row.size() == 1 && row.front().empty()) continue;
    lines.push_back({number, row});
  }
  return lines;
}

std::expected<std::vector<CsvRow>, std::string> parse_csv(std::string_view text) {
  auto lines = parse_csv_lines(text, ',');
  if (!lines) return std::unexpected(lines.error());
  std::vector<CsvRow> rows;
  for (CsvLine& line : *lines) {
    if (!rows.empty() && line.row.size() != rows.front().size()) {
      return std::unexpected("line " + std::to_string(line.number) + ": " + std::to_string(line.row.size()) +
                             " fields, the first line has " + std::to_string(rows.front().size()));
    }
    rows.push_back(std::move(line.row));
  }
  return rows;
}

std::string format_csv(const CsvRow& row) {
  std::string line;
  for (const std::string& field : row) {
    if (&field != &row.front()) line.push_back(',');
    if (field.find_first_of(",\"\r\n") == std::string::npos) {
      line.append(field);
      continue;
    }
    line.push_back('"');
    for (const char c : field) line.append(c == '"' ? 2 : 1, c);
    line.push_back('"');
  }
  return line + "\n";
}

}  // namespace quipu::cli
