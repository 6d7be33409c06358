// SPDX-License-Identifier: Apache-2.0
// Indicators for people: a table with the control group beside the recognised one, and a small chart.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iostream>
#include <map>

#include "node/cli/commands.h"
#include "node/cli/connecting.h"
#include "node/cli/paging.h"

namespace quipu::cli {

namespace {

// The groups of one row of the table, each as the CSV's line of it: column name to text.
using Fields = std::map<std::string, std::string>;
struct Item {
  std::vector<std::string> key;
  std::map<std::string, Fields> groups;
  const std::string& at(const std::string& group, const std::string& name) const {
    static const std::string kNone;
    const auto found = groups.find(group);
    if (found == groups.end()) return kNone;
    const auto field = found->second.find(name);
    return field == found->second.end() ? kNone : field->second;
  }
};

constexpr std::size_t kKeyColumns = 6;  // arrangement, reporter, partner, flow, mode, period

std::vector<Item> items_in(const std::vector<CsvRow>& rows) {
  std::vector<Item> items;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    // One more than is shown: figures of two definitions stay two rows.
    std::vector<std::string> key(rows[i].begin(), rows[i].begin() + kKeyColumns + 1);
    if (items.empty() || items.back().key != key) items.push_back({.key = std::move(key), .groups = {}});
    Fields fields;
    for (std::size_t column = 0; column < rows[i].size(); ++column) fields[rows[0][column]] = rows[i][column];
    const std::string group = fields["group"];
    items.back().groups[group] = std::move(fields);
  }
  return items;
}

std::string percent(const std::string& share) {
  if (share.empty()) return "-";
  char text[32];
  std::snprintf(text, sizeof text, "%.1f%%", std::strtod(share.c_str(), nullptr) * 100);
  return text;
}

// "135" as "2h15", so that hours and days are seen at once.
std::string hours(const std::string& minutes) {
  if (minutes.empty()) return "-";
  const bool at_least = minutes.starts_with(">=");
  const long whole = std::lround(std::strtod(minutes.c_str() + (at_least ? 2 : 0), nullptr));
  char text[32];
  std::snprintf(text, sizeof text, "%s%ldh%02ld", at_least ? ">=" : "", whole / 60, whole % 60);
  return text;
}

CsvRow table_row(const Item& item) {
  CsvRow row(item.key.begin(), item.key.begin() + kKeyColumns);
  const std::string us = "RECOGNISED";
  const std::string control = "NON_AEO";
  row.insert(row.end(),
             {item.at(us, "declarations"), percent(item.at(us, "utilisation")), percent(item.at(us, "green_share")),
              percent(item.at(control, "green_share")), hours(item.at(us, "mean_minutes")),
              hours(item.at(control, "mean_minutes")), hours(item.at(us, "p50_minutes")),
              hours(item.at(control, "p50_minutes")), hours(item.at(us, "p90_minutes")),
              hours(item.at(control, "p90_minutes")), item.at(us, "revised_cells")});
  return row;
}

// Columns in which no row says anything are left out.
void drop_empty_columns(std::vector<CsvRow>& rows) {
  for (std::size_t column = rows.front().size(); column-- > 0;) {
    const bool empty =
        std::all_of(rows.begin() + 1, rows.end(), [&](const CsvRow& row) { return row[column].empty(); });
    if (!empty) continue;
    for (CsvRow& row : rows) row.erase(row.begin() + static_cast<std::ptrdiff_t>(column));
  }
}

std::string table_of(const std::vector<Item>& items) {
  std::vector<CsvRow> rows{{"arrangement", "reporter", "partner", "flow", "mode", "period", "declarations", "used",
                            "green", "control", "mean", "control", "p50", "control", "p90", "control", "revised"}};
  for (const Item& item : items) rows.push_back(table_row(item));
  drop_empty_columns(rows);
  return as_table(rows);
}

std::string label_of(const Item& item) {
  std::string label;
  for (std::size_t i = 0; i < kKeyColumns; ++i) {
    if (!item.key[i].empty()) label.append(label.empty() ? "" : " ").append(item.key[i]);
  }
  return label.empty() ? "all" : label;
}

constexpr double kBar = 40;

std::string bar(double share, char sign) {
  return std::string(static_cast<std::size_t>(std::lround(std::clamp(share, 0.0, 1.0) * kBar)), sign);
}

double number(const std::string& text) { return std::strtod(text.c_str(), nullptr); }

// Mean time to release, recognised above control; the longest bar is the longest time shown.
std::string chart_of(const std::vector<Item>& items) {
  double longest = 0;
  for (const Item& item : items) {
    for (const char* group : {"RECOGNISED", "NON_AEO"})
      longest = std::max(longest, number(item.at(group, "mean_minutes")));
  }
  if (longest <= 0) return {};
  std::vector<CsvRow> rows{{"mean time to release", "", "#: recognised, -: control"}};
  for (const Item& item : items) {
    std::string label = label_of(item);
    for (const auto& [group, sign] : {std::pair{"RECOGNISED", '#'}, std::pair{"NON_AEO", '-'}}) {
      const std::string& mean = item.at(group, "mean_minutes");
      if (!mean.empty()) rows.push_back({std::exchange(label, ""), hours(mean), bar(number(mean) / longest, sign)});
    }
  }
  return as_table(rows);
}

// How far the declarations of all rows together came: where recognition leaks.
std::string funnel_of(const std::vector<Item>& items) {
  std::vector<CsvRow> rows{{"funnel", "", "of the recognised group"}};
  double eligible = 0;
  for (const char* step : {"eligible", "claimed", "matched", "recognised", "benefit_applied"}) {
    double sum = 0;
    for (const Item& item : items) sum += number(item.at("RECOGNISED", step));
    if (rows.size() == 1) eligible = sum;
    if (eligible <= 0) return {};
    rows.push_back({step, std::to_string(std::llround(sum)), bar(sum / eligible, '#')});
  }
  return as_table(rows) + "\n";
}

Done print_text(const Global& global, const RowsQuestion& question) {
  auto node = connect(global);
  if (!node) return std::unexpected(node.error());
  const auto fetched = fetch_rows(*node, question);
  if (!fetched) return std::unexpected(fetched.error());
  const std::vector<Item> items = items_in(fetched->rows);
  if (items.empty()) {
    std::cout << "no figures at height " << fetched->height << std::endl;
    return {};
  }
  std::cout << table_of(items) << "\n"
            << funnel_of(items) << chart_of(items) << "\nat height " << fetched->height << std::endl;
  return {};
}

}  // namespace

Done indicators(const Global& global, const IndicatorsOptions& options) {
  RowsQuestion question{
      .path = "/v1/indicators", .query = {}, .known_at = options.known_at, .not_in_text = {}, .sort_items_by = {}};
  question.out = options.out;
  question.query.add("arrangement", options.arrangement).add("reporter", options.reporter);
  question.query.add("partner", options.partner).add("flow", options.flow).add("mode", options.mode);
  question.query.add("from", options.from).add("to", options.to);
  question.query.add("period", options.period).add("group_by", options.group_by);
  return global.output == Output::kText ? print_text(global, question) : print_rows(global, question);
}

}  // namespace quipu::cli
