// SPDX-License-Identifier: Apache-2.0
#include "node/cli/paging.h"
#include "node/cli/connecting.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <iostream>
#include <iterator>

#include "node/cli/files.h"
#include "node/cli/json_fields.h"
#include "node/cli/workbook.h"

namespace quipu::cli {

namespace {

namespace json = boost::json;

// Told the rows of each page as CSV, the head line on the first page alone.
using OnPage = std::function<void(std::string_view csv, const std::string& height)>;

Done each_csv_page(NodeClient& node, const RowsQuestion& question, const OnPage& on_page) {
  std::string known_at = question.known_at;
  std::string after;
  do {
    Query page = question.query;
    page.add("format", "csv").add("known_at", known_at).add("after", after);
    const auto reply = node.get_file(question.path + page.text());
    if (!reply) return std::unexpected(reply.error());
    if (known_at.empty()) known_at = reply->height;
    const std::size_t head = after.empty() ? 0 : reply->body.find('\n') + 1;
    on_page(std::string_view(reply->body).substr(head), reply->height);
    after = reply->next_after;
  } while (!after.empty());
  return {};
}

void sort_items(json::array& items, const std::string& member) {
  std::sort(items.begin(), items.end(),
            [&](const json::value& a, const json::value& b) { return text_at(a, member) < text_at(b, member); });
}

Done print_json_pages(const Global& global, NodeClient& node, const RowsQuestion& question) {
  json::object whole;
  json::array items;
  std::string known_at = question.known_at;
  std::string after;
  do {
    Query page = question.query;
    auto answer = node.get_json(question.path + page.add("known_at", known_at).add("after", after).text());
    if (!answer) return std::unexpected(answer.error());
    if (known_at.empty()) known_at = std::to_string(number_at(*answer, "height").value_or(0));
    after = text_at(*answer, "next_after");
    json::array page_items = array_at(*answer, "items");
    std::move(page_items.begin(), page_items.end(), std::back_inserter(items));
    if (whole.empty() && answer->is_object()) whole = std::move(answer->get_object());
  } while (!after.empty());
  whole.erase("next_after");
  if (!question.sort_items_by.empty()) sort_items(items, question.sort_items_by);
  whole["items"] = std::move(items);
  print_answer(whole, global.output);
  return {};
}

// Whole lines are sorted: a list's fields hold no line ends. A million rows are some hundred bytes each.
Done print_sorted_csv(NodeClient& node, const RowsQuestion& question) {
  std::string csv;
  const Done done = each_csv_page(node, question, [&](std::string_view page, const std::string&) { csv.append(page); });
  if (!done) return done;
  std::vector<std::string_view> lines;
  for (std::string_view rest = csv; !rest.empty();) {
    const std::size_t length = std::min(rest.find('\n'), rest.size() - 1) + 1;
    lines.push_back(rest.substr(0, length));
    rest.remove_prefix(length);
  }
  if (!lines.empty()) std::sort(lines.begin() + 1, lines.end());
  for (const std::string_view line : lines) std::cout << line;
  return {};
}

// Letters, not bytes: all but the continuation bytes of UTF-8.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

void leave_out(std::vector<CsvRow>& rows, const std::vector<std::string>& names) {
  const CsvRow head = rows.empty() ? CsvRow{} : rows.front();
  for (std::size_t column = head.size(); column-- > 0;) {
    if (std::find(names.begin(), names.end(), head[column]) == names.end()) continue;
    for (CsvRow& row : rows) row.erase(row.begin() + static_cast<std::ptrdiff_t>(column));
  }
}

Done print_table(NodeClient& node, const RowsQuestion& question) {
  auto fetched = fetch_rows(node, question);
  if (!fetched) return std::unexpected(fetched.error());
  const std::size_t count = fetched->rows.empty() ? 0 : fetched->rows.size() - 1;
  leave_out(fetched->rows, question.not_in_text);
  if (count > 0) std::cout << as_table(fetched->rows);
  std::cout << count << (count == 1 ? " row" : " rows") << " at height " << fetched->height << std::endl;
  return {};
}

// What names something stays text, also where it is made of digits.
Done write_rows(NodeClient& node, const RowsQuestion& question) {
  if (question.out.empty()) return std::unexpected("a workbook needs a name: add --out FILE.xlsx");
  const auto fetched = fetch_rows(node, question);
  if (!fetched) return std::unexpected(fetched.error());
  const auto written =
      write_workbook(question.out, fetched->rows,
                     {"tin", "subject", "operator", "certificate", "certificates", "reference", "id", "level"});
  if (!written) return written;
  std::cerr << fetched->rows.size() - 1 << " rows at height " << fetched->height << " in " << question.out << std::endl;
  return {};
}

}  // namespace

Query& Query::add(std::string_view name, const std::string& value) {
  if (value.empty()) return *this;
  text_.append(text_.empty() ? "?" : "&").append(name).append("=").append(url_encoded(value));
  return *this;
}

std::expected<Rows, std::string> fetch_rows(NodeClient& node, const RowsQuestion& question) {
  std::string csv;
  Rows rows;
  const Done done = each_csv_page(node, question, [&](std::string_view page, const std::string& height) {
    csv.append(page);
    rows.height = height;
  });
  if (!done) return std::unexpected(done.error());
  auto parsed = parse_csv(csv);
  if (!parsed) return std::unexpected("the node's answer is not CSV: " + parsed.error());
  rows.rows = std::move(*parsed);
  if (!question.sort_items_by.empty() && !rows.rows.empty()) std::sort(rows.rows.begin() + 1, rows.rows.end());
  return rows;
}

Done print_rows(const Global& global, const RowsQuestion& question) {
  auto node = connect(global);
  if (!node) return std::unexpected(node.error());
  if (global.output == Output::kJson) return print_json_pages(global, *node, question);
  if (global.output == Output::kXlsx) return write_rows(*node, question);
  if (global.output == Output::kText) return print_table(*node, question);
  if (!question.sort_items_by.empty()) return print_sorted_csv(*node, question);
  return each_csv_page(*node, question, [](std::string_view page, const std::string&) { std::cout << page; });
}

std::string as_table(const std::vector<CsvRow>& rows) {
  std::vector<std::size_t> widths(rows.empty() ? 0 : rows.front().size());
  for (const CsvRow& row : rows) {
    for (std::size_t i = 0; i < widths.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
  }
  std::string text;
  for (const CsvRow& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < widths.size(); ++i) {
      line.append(row[i]).append(widths[i] - width_of(row[i]) + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text.append(line).append("\n");
  }
  return text;
}

}  // namespace quipu::cli
