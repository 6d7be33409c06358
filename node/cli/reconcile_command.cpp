// SPDX-License-Identifier: Apache-2.0
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <charconv>
#include <iostream>

#include "node/cli/commands.h"
#include "node/cli/connecting.h"
#include "node/cli/files.h"
#include "node/cli/list_differences.h"
#include "node/cli/paging.h"
#include "node/cli/submitting.h"
#include "node/ledger/date.h"
#include "node/ledger/json.h"
#include "node/ledger/ledger.pb.h"

namespace quipu::cli {

namespace {

namespace json = boost::json;

// What one submission surely takes; the rest is in the next plan.
constexpr std::size_t kMostPlanned = 200;

std::string kind_of(const Difference& each) {
  if (!each.statement) return {};
  const auto* oneof = each.statement->GetDescriptor()->FindOneofByName("statement");
  return each.statement->GetReflection()->GetOneofFieldDescriptor(*each.statement, oneof)->name();
}

struct Planned {
  json::array events;
  std::size_t left = 0;  // statements that wait for the next run
};

// Those of one certificate stay together, since the later ones rest on the earlier.
Planned plan_of(const std::vector<Difference>& found) {
  Planned plan;
  for (std::size_t from = 0; from < found.size();) {
    std::size_t end = from;
    json::array events;
    for (; end < found.size() && found[end].certificate == found[from].certificate; ++end) {
      if (found[end].statement) events.push_back(ledger::message_to_json_value(*found[end].statement));
    }
    if (plan.left > 0 || plan.events.size() + events.size() > kMostPlanned) {
      plan.left += events.size();
    } else {
      for (auto& event : events) plan.events.push_back(std::move(event));
    }
    from = end;
  }
  return plan;
}

std::vector<CsvRow> rows_of(const std::vector<Difference>& found) {
  std::vector<CsvRow> rows{{"line", "certificate", "what", "list", "ledger", "statement", "meaning"}};
  for (const Difference& each : found) {
    rows.push_back({each.line == 0 ? "" : std::to_string(each.line), each.certificate, each.what, each.in_list,
                    each.on_ledger, kind_of(each), each.meaning});
  }
  return rows;
}

json::object told(const std::vector<CsvRow>& rows) {
  json::array list;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    json::object entry;
    for (std::size_t c = 0; c < rows[i].size(); ++c) {
      if (!rows[i][c].empty()) entry[rows[0][c]] = rows[i][c];
    }
    list.push_back(std::move(entry));
  }
  return {{"differences", std::move(list)}};
}

void print_differences(const Global& global, const std::vector<CsvRow>& rows, json::object facts) {
  if (global.output == Output::kJson) {
    json::object whole = told(rows);
    for (auto& [name, value] : facts) whole[name] = std::move(value);
    return print_answer(whole, global.output);
  }
  if (global.output == Output::kCsv) {
    for (const CsvRow& row : rows) std::cout << format_csv(row);
    return;
  }
  if (rows.size() > 1) std::cout << as_table(rows) << "\n";
  print_answer(facts, global.output);
}

std::expected<std::int32_t, std::string> grace_days(NodeClient& node, const ReconcileOptions& options) {
  std::string text = options.grace_days;
  if (text.empty()) {
    auto set = parameter_in_force(node, "renewal_grace_days");
    if (!set) return std::unexpected(set.error());
    text = *std::move(set);
  }
  std::int32_t days = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), days);
  if (error != std::errc() || end != text.data() + text.size()) return std::unexpected("no number of days: " + text);
  return days;
}

}  // namespace

Done reconcile(const Global& global, const ReconcileOptions& options) {
  const auto list = list_from(options.file, options.map, options.issuer);
  if (!list) return std::unexpected(list.error());
  auto node = connect(global);
  if (!node) return std::unexpected(node.error());
  const std::string today = ledger::Date::of(now_s() * 1'000, 0).text();
  const auto programme = fetch_programme(*node, options.issuer, today);
  if (!programme) return std::unexpected(programme.error());
  const auto grace = grace_days(*node, options);
  if (!grace) return std::unexpected(grace.error());
  const auto found = differences(*list, *programme, {.today = today, .grace_days = *grace});
  const Planned plan = plan_of(found);
  json::object facts{{"height", programme->height},
                     {"in_list", list->rows.size() + list->bad.size()},
                     {"on_ledger", programme->certificates.size()},
                     {"statements_planned", plan.events.size()}};
  if (plan.left > 0) facts["statements_for_the_next_plan"] = plan.left;
  if (!options.plan.empty()) {
    // Also when it is empty: yesterday's must not be taken for today's.
    auto written = write_file(options.plan, json::serialize(json::object{{"events", plan.events}}) + "\n");
    if (!written) return written;
    facts["plan"] = options.plan;
  }
  print_differences(global, rows_of(found), std::move(facts));
  return {};
}

}  // namespace quipu::cli
