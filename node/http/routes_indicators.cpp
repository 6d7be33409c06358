// SPDX-License-Identifier: Apache-2.0
// The common indicators: how much recognition is used, how many declarations pass untouched, how long release takes,
// with the control group beside the recognised one. Cells of the state are added up along what is not grouped by.
#include <algorithm>
#include <array>
#include <cstdio>
#include <map>

#include "node/http/handlers.h"
#include "node/http/json_answer.h"
#include "node/http/rows.h"
#include "node/ledger/indicator_sums.h"
#include "node/ledger/state.pb.h"

namespace quipu::http {

namespace {

namespace v1 = ledger::v1;
using ledger::IndicatorSums;

enum Dimension : std::size_t { kArrangement, kReporter, kPartner, kFlow, kMode, kPeriod, kDefinition };
constexpr std::size_t kDimensions = 7;
constexpr std::array<std::string_view, kDimensions> kNames = {"arrangement", "reporter", "partner",   "flow",
                                                              "mode",        "period",   "definition"};
// What a row is about; empty where it is about all. Figures of different definitions are never added.
using Key = std::array<std::string, kDimensions>;

enum class Period : std::uint8_t { kAll, kYear, kQuarter, kMonth };

struct Question {
  Key only;  // empty: any
  std::array<bool, kDimensions> grouped{};
  Period period = Period::kAll;
  std::string from, to;  // months, both included; empty: no bound
  std::optional<Key> after;
  std::size_t limit = 0;
};

// ----------------------------------------------------------------- asking

// How a page names its last row.
std::string name_of(const Key& key) {
  std::string text;
  for (const std::string& part : key) text.append(text.empty() ? "" : "/").append(part.empty() ? "-" : part);
  return text;
}

std::optional<Key> parse_name(const std::string& text) {
  Key key;
  std::string rest = text;
  for (std::size_t i = 0; i < kDimensions; ++i) {
    const std::size_t slash = rest.find('/');
    if ((slash == std::string::npos) != (i + 1 == kDimensions)) return std::nullopt;
    key[i] = rest.substr(0, slash);
    if (key[i] == "-") key[i].clear();
    rest = slash == std::string::npos ? "" : rest.substr(slash + 1);
  }
  return key;
}

bool is_month(const std::string& text) { return text.size() == 7 && ledger::Date::parse(text + "-01").has_value(); }

std::optional<std::string> read_months(const Call& call, Question& question) {
  question.from = call.query("from").value_or("");
  question.to = call.query("to").value_or("");
  for (const std::string& month : {question.from, question.to}) {
    if (!month.empty() && !is_month(month)) return "from and to are months, YYYY-MM";
  }
  return std::nullopt;
}

std::optional<std::string> read_period(const Call& call, Question& question) {
  const std::string text = call.query("period").value_or("all");
  const std::array<std::string_view, 4> names = {"all", "year", "quarter", "month"};
  const auto* const found = std::find(names.begin(), names.end(), text);
  if (found == names.end()) return "period is all, year, quarter or month";
  question.period = static_cast<Period>(found - names.begin());
  question.grouped[kPeriod] = question.period != Period::kAll;
  return std::nullopt;
}

// "reporter,partner" or "none"; without it every dimension but the period is kept apart.
std::optional<std::string> read_grouping(const Call& call, Question& question) {
  question.grouped[kDefinition] = true;
  std::string rest = call.query("group_by").value_or("arrangement,reporter,partner,flow,mode");
  if (rest == "none") return std::nullopt;
  while (!rest.empty()) {
    const std::size_t comma = rest.find(',');
    const std::string name = rest.substr(0, comma);
    rest = comma == std::string::npos ? "" : rest.substr(comma + 1);
    const auto* const last = kNames.begin() + kPeriod;
    const auto* const found = std::find(kNames.begin(), last, name);
    if (found == last) return "group_by is none, or some of arrangement, reporter, partner, flow and mode with commas";
    question.grouped[static_cast<std::size_t>(found - kNames.begin())] = true;
  }
  return std::nullopt;
}

std::expected<Question, std::string> read_question(const Call& call) {
  Question question;
  const auto page = asked_page(call);
  if (!page) return std::unexpected(page.error());
  question.limit = page->limit;
  if (!page->after.empty() && !(question.after = parse_name(page->after))) {
    return std::unexpected("after is what next_after said");
  }
  for (const Dimension each : {kArrangement, kReporter, kPartner, kFlow, kMode}) {
    question.only[each] = call.query(kNames[each]).value_or("");
  }
  for (const Dimension each : {kReporter, kPartner}) {
    if (!question.only[each].empty() && question.only[each].size() != 2)
      return std::unexpected("two letters name a country");
  }
  for (const auto read : {read_months, read_period, read_grouping}) {
    if (const auto fault = read(call, question)) return std::unexpected(*fault);
  }
  return question;
}

// ------------------------------------------------------------- adding up

std::string period_of(const std::string& month, Period period) {
  const std::string year = month.substr(0, 4);
  switch (period) {
    case Period::kAll:
      return {};
    case Period::kYear:
      return year;
    case Period::kQuarter:
      return year + "-Q" + std::to_string((std::stoi(month.substr(5)) + 2) / 3);
    case Period::kMonth:
      break;
  }
  return month;
}

Key full_key(const std::string& reporter, const v1::IndicatorReported& cell, Period period) {
  return {cell.arrangement(),
          reporter,
          cell.partner(),
          v1::Flow_Name(cell.flow()),
          v1::TransportMode_Name(cell.mode()),
          period_of(cell.month(), period),
          std::to_string(cell.definition())};
}

bool wanted(const Question& question, const Key& key, const std::string& month) {
  for (std::size_t i = 0; i < kDimensions; ++i) {
    if (!question.only[i].empty() && question.only[i] != key[i]) return false;
  }
  return (question.from.empty() || question.from <= month) && (question.to.empty() || month <= question.to);
}

using Groups = std::map<v1::Group, IndicatorSums>;
using Table = std::map<Key, Groups>;

Table add_up(const ledger::StateView& state, const Question& question) {
  Table table;
  const Bytes prefix = ledger::map_prefix(ledger::RecordType::kIndicator, question.only[kReporter]);
  state.scan(prefix, [&](const ledger::MapKey& at, BytesView value) {
    v1::IndicatorRecord record;
    if (!record.ParseFromArray(value.data(), static_cast<int>(value.size()))) return true;
    const v1::IndicatorReported& cell = record.report();
    Key key = full_key(std::string(at.view().substr(1, 2)), cell, question.period);
    if (!wanted(question, key, cell.month())) return true;
    for (std::size_t i = 0; i < kDimensions; ++i) {
      if (!question.grouped[i]) key[i].clear();
    }
    table[std::move(key)][cell.group()].add(cell);
    return true;
  });
  return table;
}

// ---------------------------------------------------------------- answers

std::string decimal(std::optional<double> value, int digits) {
  if (!value) return {};
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", digits, *value);
  return text;
}

struct Rates {
  std::string utilisation, green_share, mean_minutes;
  std::optional<ledger::Quantile> p50, p90;
};
Rates rates_of(const IndicatorSums& sums) {
  return {decimal(sums.utilisation(), 4), decimal(sums.green_share(), 4), decimal(sums.mean_minutes(), 1),
          sums.quantile(50), sums.quantile(90)};
}

void write_rate(JsonWriter& json, std::string_view name, const std::string& number) {
  if (!number.empty()) json.key(name).raw(number);
}

void write_quantile(JsonWriter& json, const std::string& name, const std::optional<ledger::Quantile>& quantile) {
  if (!quantile) return;
  json.field(name + "_minutes", quantile->minutes);
  if (quantile->at_least) json.field(name + "_at_least", true);
}

void write_group(JsonWriter& json, v1::Group group, const IndicatorSums& sums) {
  json.begin_object().field("group", v1::Group_Name(group));
  json.field("cells", sums.cells).field("revised_cells", sums.revised_cells);
  json.field("declarations", sums.declarations).field("green", sums.green).field("documentary", sums.documentary);
  json.field("physical", sums.physical).field("released", sums.released).field("minutes_total", sums.minutes_total);
  json.key("minutes_histogram").begin_array();
  for (const std::uint64_t count : sums.histogram) json.number(count);
  json.end_array();
  if (group == v1::RECOGNISED) {
    json.field("eligible", sums.eligible).field("claimed", sums.claimed).field("matched", sums.matched);
    json.field("recognised", sums.recognised).field("benefit_applied", sums.benefit_applied);
  }
  const Rates rates = rates_of(sums);
  write_rate(json, "utilisation", rates.utilisation);
  write_rate(json, "green_share", rates.green_share);
  write_rate(json, "mean_minutes", rates.mean_minutes);
  write_quantile(json, "p50", rates.p50);
  write_quantile(json, "p90", rates.p90);
  json.end_object();
}

void write_item(JsonWriter& json, const Key& key, const Groups& groups) {
  json.begin_object();
  for (std::size_t i = 0; i < kDimensions; ++i) json.optional_field(kNames[i], key[i]);
  json.key("groups").begin_array();
  for (const auto& [group, sums] : groups) write_group(json, group, sums);
  json.end_array().end_object();
}

constexpr std::string_view kCsvHeader =
    "arrangement,reporter,partner,flow,mode,period,definition,group,cells,revised_cells,declarations,green,documentary,"
    "physical,released,minutes_total,under_15_min,under_1_h,under_4_h,under_24_h,under_72_h,from_72_h,eligible,claimed,"
    "matched,recognised,benefit_applied,utilisation,green_share,mean_minutes,p50_minutes,p90_minutes\r\n";

std::string quantile_text(const std::optional<ledger::Quantile>& quantile) {
  return quantile ? (quantile->at_least ? ">=" : "") + std::to_string(quantile->minutes) : std::string();
}

void append_csv_rows(Bytes& csv, const Key& key, const Groups& groups) {
  for (const auto& [group, sums] : groups) {
    std::vector<std::string> row(key.begin(), key.end());
    row.push_back(v1::Group_Name(group));
    for (const std::uint64_t count : {sums.cells, sums.revised_cells, sums.declarations, sums.green, sums.documentary,
                                      sums.physical, sums.released, sums.minutes_total}) {
      row.push_back(std::to_string(count));
    }
    for (const std::uint64_t count : sums.histogram) row.push_back(std::to_string(count));
    for (const std::uint64_t count :
         {sums.eligible, sums.claimed, sums.matched, sums.recognised, sums.benefit_applied}) {
      row.push_back(group == v1::RECOGNISED ? std::to_string(count) : "");
    }
    const Rates rates = rates_of(sums);
    row.insert(row.end(), {rates.utilisation, rates.green_share, rates.mean_minutes, quantile_text(rates.p50),
                           quantile_text(rates.p90)});
    append_row(csv, row);
  }
}

}  // namespace

Response get_indicators(const Call& call) {
  const auto fault = call.unexpected({"arrangement", "reporter", "partner", "flow", "mode", "from", "to", "period",
                                      "group_by", "known_at", "format", "after", "limit"});
  if (fault) return problem(ApiCode::kBadParameter, *fault);
  const auto question = read_question(call);
  if (!question) return problem(ApiCode::kBadParameter, question.error());
  auto asked = asked_state(call);
  if (!asked) return std::move(asked.error());
  const Table table = add_up(*asked->state, *question);
  JsonWriter json = begin_answer(call, *asked);
  json.field("total", table.size()).key("items").begin_array();
  Bytes csv(kCsvHeader);
  std::size_t written = 0;
  std::string next;
  for (auto row = question->after ? table.upper_bound(*question->after) : table.begin();
       row != table.end() && written < question->limit; ++row) {
    write_item(json, row->first, row->second);
    append_csv_rows(csv, row->first, row->second);
    if (++written == question->limit && std::next(row) != table.end()) next = name_of(row->first);
  }
  json.end_array().optional_field("next_after", next);
  return call.wants_csv() ? csv_response(std::move(csv), *asked, next) : end_answer(std::move(json));
}

}  // namespace quipu::http
