// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <iostream>
#include <span>

#include "consensus/limits.h"
#include "node/cli/commands.h"
#include "node/cli/csv.h"
#include "node/cli/files.h"
#include "node/cli/json_fields.h"
#include "node/cli/node_client.h"

namespace quipu::cli {

namespace {

namespace json = boost::json;
constexpr std::array<std::string_view, 5> kColumns = {"date", "recogniser", "tin", "role", "flow"};
constexpr std::array<std::string_view, 5> kNames = {"on", "by", "tin", "role", "flow"};

// Where each of kColumns stands in the file.
using Places = std::array<std::size_t, kColumns.size()>;
std::expected<Places, std::string> places_in(const CsvRow& header) {
  Places places{};
  for (std::size_t i = 0; i < kColumns.size(); ++i) {
    const auto at = std::find(header.begin(), header.end(), kColumns[i]);
    if (at == header.end()) return std::unexpected("the first line must name the column " + std::string(kColumns[i]));
    places[i] = static_cast<std::size_t>(at - header.begin());
  }
  return places;
}

json::object question(const CsvRow& row, const Places& places) {
  json::object object;
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    object[json::string_view(kNames[i].data(), kNames[i].size())] = row[places[i]];
  }
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

Done recognise_batch(const Global& global, const RecogniseOptions& options) {
  const auto text = read_file(options.batch);
  if (!text) return std::unexpected(text.error());
  const auto rows = parse_csv(*text);
  if (!rows) return std::unexpected(options.batch + ": " + rows.error());
  if (rows->empty()) return std::unexpected(options.batch + " is empty");
  const auto places = places_in(rows->front());
  if (!places) return std::unexpected(options.batch + ": " + places.error());
  auto http = HttpClient::make(global.node);
  if (!http) return std::unexpected(http.error());
  NodeClient node(std::move(*http));
  json::array all;
  Progress bar("recognise", rows->size() - 1);
  for (std::size_t from = 1; from < rows->size(); from += limits::kBatchQuestions) {
    const std::size_t count = std::min(limits::kBatchQuestions, rows->size() - from);
    auto answers = ask(node, options.known_at, std::span(*rows).subspan(from, count), *places);
    if (!answers) return std::unexpected("from line " + std::to_string(from + 1) + " on: " + answers.error());
    for (auto& answer : *answers) all.push_back(std::move(answer));
    bar.at(from - 1 + count);
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

}  // namespace

Done recognise(const Global& global, const RecogniseOptions& options) {
  if (!options.proof.empty()) return std::unexpected("--proof: not yet; a later version proves look-ups");
  if (!options.batch.empty()) return recognise_batch(global, options);
  auto http = HttpClient::make(global.node);
  if (!http) return std::unexpected(http.error());
  const std::string firm =
      options.alias.empty() ? "tin=" + url_encoded(options.tin) : "alias=" + url_encoded(options.alias);
  std::string target = "/v1/recognition?" + firm + "&by=" + url_encoded(options.by) +
                       "&role=" + url_encoded(options.role) + "&flow=" + url_encoded(options.flow) +
                       "&on=" + url_encoded(options.on);
  if (!options.known_at.empty()) target += "&known_at=" + url_encoded(options.known_at);
  const auto answer = NodeClient(std::move(*http)).get_json(target);
  if (!answer) return std::unexpected(answer.error());
  print_answer(*answer, global.output);
  return {};
}

}  // namespace quipu::cli
