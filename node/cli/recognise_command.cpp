// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <cstdio>
#include <iostream>
#include <map>
#include <optional>
#include <span>

#include "consensus/limits.h"
#include "node/cli/commands.h"
#include "node/cli/connecting.h"
#include "node/cli/csv.h"
#include "node/cli/files.h"
#include "node/cli/json_fields.h"
#include "node/cli/node_client.h"
#include "node/cli/paging.h"
#include "node/ledger/recognition.h"

namespace quipu::cli {

namespace {

namespace json = boost::json;
// A column of the file and the name of the question's member.
struct Column {
  std::string_view name;
  std::string_view member;
  bool needed;
};
enum ColumnIndex : std::size_t { kDate, kRecogniser, kRole, kFlow, kTin, kAlias, kSalt };
constexpr std::array<Column, 7> kColumns{{{"date", "on", true},
                                          {"recogniser", "by", true},
                                          {"role", "role", true},
                                          {"flow", "flow", true},
                                          {"tin", "tin", false},
                                          {"alias", "alias", false},
                                          {"salt", "salt", false}}};

// Where each of kColumns stands in the file.
using Places = std::array<std::optional<std::size_t>, kColumns.size()>;
std::expected<Places, std::string> places_in(const CsvRow& header) {
  Places places{};
  for (std::size_t i = 0; i < kColumns.size(); ++i) {
    const auto at = std::find(header.begin(), header.end(), kColumns[i].name);
    if (at != header.end()) {
      places[i] = static_cast<std::size_t>(at - header.begin());
    } else if (kColumns[i].needed) {
      return std::unexpected("the first line must name the column " + std::string(kColumns[i].name));
    }
  }
  if (!places[kTin] && !places[kAlias]) return std::unexpected("the first line must name the column tin or alias");
  return places;
}

std::string cell(const CsvRow& row, const Places& places, ColumnIndex column) {
  return places[column] ? row[*places[column]] : std::string();
}

// A firm is named by its tax number or, where that cell is empty, as the recogniser knows it.
json::object question(const CsvRow& row, const Places& places) {
  json::object object;
  const auto set = [&](ColumnIndex column) {
    const std::string_view member = kColumns[column].member;
    object[json::string_view(member.data(), member.size())] = cell(row, places, column);
  };
  for (const ColumnIndex column : {kDate, kRecogniser, kRole, kFlow}) set(column);
  const bool by_alias = cell(row, places, kTin).empty() && !cell(row, places, kAlias).empty();
  set(by_alias ? kAlias : kTin);
  if (!by_alias && !cell(row, places, kSalt).empty()) set(kSalt);
  return object;
}

std::string arrangements_of(const json::value& answer) {
  std::string names;
  for (const auto& result : array_at(answer, "results")) {
    if (text_at(result, "reason") != "RECOGNISED") continue;
    names.append(names.empty() ? "" : " ").append(text_at(result, "arrangement"));
  }
  return names;
}

std::expected<json::array, std::string> ask(NodeClient& node, const std::string& known_at, std::span<const CsvRow> rows,
                                            const Places& places) {
  json::array questions;
  for (const CsvRow& row : rows) questions.push_back(question(row, places));
  const std::string query = known_at.empty() ? "" : "?known_at=" + url_encoded(known_at);
  auto answer = node.post_json("/v1/recognition" + query, json::serialize(questions));
  if (!answer) return std::unexpected(answer.error());
  const json::array& answers = array_at(*answer, "answers");
  if (answers.size() != rows.size()) return std::unexpected("the node did not answer every question: ask it again");
  return answers;
}

// The country of the firm that was found or, when none was, of the tax number.
std::string partner_of(const CsvRow& row, const Places& places, const json::value& answer) {
  const std::string subject = text_at(answer, "subject");
  if (!subject.empty()) return subject.substr(0, 2);
  return ledger::normalise_tin(cell(row, places, kTin)).value_or("?").substr(0, 2);
}

// Why not, by recogniser and partner. Shares are of that pair.
std::vector<CsvRow> summary_of(std::span<const CsvRow> rows, const Places& places, const json::array& answers) {
  using Pair = std::pair<std::string, std::string>;
  std::map<Pair, std::map<std::string, std::size_t>> counts;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const Pair pair{cell(rows[i], places, kRecogniser), partner_of(rows[i], places, answers[i])};
    ++counts[pair][text_at(answers[i], "reason")];
  }
  std::vector<CsvRow> table{{"recogniser", "partner", "reason", "declarations", "share"}};
  for (const auto& [pair, reasons] : counts) {
    std::size_t all = 0;
    for (const auto& [reason, count] : reasons) all += count;
    for (const auto& [reason, count] : reasons) {
      char share[16];
      std::snprintf(share, sizeof share, "%.4f", static_cast<double>(count) / static_cast<double>(all));
      table.push_back({pair.first, pair.second, reason, std::to_string(count), share});
    }
  }
  return table;
}

void print_summary(const Global& global, const std::vector<CsvRow>& table) {
  if (global.output == Output::kText) {
    std::cout << as_table(table) << std::flush;
    return;
  }
  if (global.output == Output::kCsv) {
    for (const CsvRow& row : table) std::cout << format_csv(row);
    return;
  }
  json::array items;
  for (std::size_t i = 1; i < table.size(); ++i) {
    items.push_back(json::object{{"recogniser", table[i][0]},
                                 {"partner", table[i][1]},
                                 {"reason", table[i][2]},
                                 {"declarations", std::stoull(table[i][3])}});
  }
  print_answer(items, global.output);
}

Done recognise_batch(const Global& global, const RecogniseOptions& options) {
  const auto text = read_file(options.batch);
  if (!text) return std::unexpected(text.error());
  const auto rows = parse_csv(*text);
  if (!rows) return std::unexpected(options.batch + ": " + rows.error());
  if (rows->empty()) return std::unexpected(options.batch + " is empty");
  const auto places = places_in(rows->front());
  if (!places) return std::unexpected(options.batch + ": " + places.error());
  auto node = connect(global);
  if (!node) return std::unexpected(node.error());
  json::array all;
  Progress bar("recognise", rows->size() - 1);
  for (std::size_t from = 1; from < rows->size(); from += limits::kBatchQuestions) {
    const std::size_t count = std::min(limits::kBatchQuestions, rows->size() - from);
    auto answers = ask(*node, options.known_at, std::span(*rows).subspan(from, count), *places);
    if (!answers) return std::unexpected("from line " + std::to_string(from + 1) + " on: " + answers.error());
    for (auto& answer : *answers) all.push_back(std::move(answer));
    bar.at(from - 1 + count);
  }
  if (options.summary) {
    print_summary(global, summary_of(std::span(*rows).subspan(1), *places, all));
    return {};
  }
  if (global.output == Output::kJson) {
    print_answer(all, global.output);
    return {};
  }
  CsvRow header = rows->front();
  header.insert(header.end(), {"reason", "arrangements"});
  std::cout << format_csv(header);
  for (std::size_t i = 0; i < all.size(); ++i) {
    CsvRow row = (*rows)[i + 1];
    row.insert(row.end(), {text_at(all[i], "reason"), arrangements_of(all[i])});
    std::cout << format_csv(row);
  }
  return {};
}

std::expected<json::value, std::string> ask_one(NodeClient& node, const RecogniseOptions& options) {
  const std::string text = Query()
                               .add("tin", options.tin)
                               .add("alias", options.alias)
                               .add("by", options.by)
                               .add("role", options.role)
                               .add("flow", options.flow)
                               .add("on", options.on)
                               .add("known_at", options.known_at)
                               .add("proof", options.proof.empty() ? "" : "1")
                               .text();
  return node.get_json("/v1/recognition" + text);
}

// As a batch of one: the number and what opens it stay out of the address.
std::expected<json::value, std::string> ask_opening(NodeClient& node, const RecogniseOptions& options) {
  const json::object question{{"tin", options.tin},   {"salt", options.salt}, {"by", options.by},
                              {"role", options.role}, {"flow", options.flow}, {"on", options.on}};
  auto answer = node.post_json("/v1/recognition" + Query().add("known_at", options.known_at).text(),
                               json::serialize(json::array{question}));
  if (!answer) return answer;
  json::object& whole = answer->as_object();
  const json::array answers = array_at(*answer, "answers");
  if (answers.size() != 1) return std::unexpected("the node did not answer the question: ask it again");
  whole.erase("answers");
  for (const auto& member : answers[0].as_object()) whole[member.key()] = member.value();
  return answer;
}

// The proof goes to its file, and the answer tells where it is.
Done keep_proof(json::object& answer, const std::string& path) {
  const auto* proof = answer.if_contains("proof");
  if (!proof || !proof->is_string()) return std::unexpected("the node sent no proof: is it older than this program?");
  const auto& text = proof->get_string();
  if (auto written = write_file(path, std::string_view(text.data(), text.size())); !written) return written;
  answer["proof"] = path;
  return {};
}

}  // namespace

Done recognise(const Global& global, const RecogniseOptions& options) {
  if (!options.batch.empty()) return recognise_batch(global, options);
  auto node = connect(global);
  if (!node) return std::unexpected(node.error());
  auto answer = options.salt.empty() ? ask_one(*node, options) : ask_opening(*node, options);
  if (!answer) return std::unexpected(answer.error());
  if (!options.proof.empty()) {
    if (auto kept = keep_proof(answer->as_object(), options.proof); !kept) return kept;
  }
  print_answer(*answer, global.output);
  return {};
}

}  // namespace quipu::cli
