// SPDX-License-Identifier: Apache-2.0
// Answers that go over one subject's or one member's whole history: what is known of an operator, what lost keys
// signed.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <iostream>
#include <map>
#include <optional>

#include "node/cli/commands.h"
#include "node/cli/connecting.h"
#include "node/cli/files.h"
#include "node/cli/json_fields.h"
#include "node/cli/paging.h"
#include "node/cli/submitting.h"
#include "node/ledger/date.h"

namespace quipu::cli {

namespace {

namespace json = boost::json;

// What one submission takes.
constexpr std::size_t kMostReaffirmed = 256;

// What is no row of an answer, for people.
std::expected<json::object, std::string> head_of(const Global& global, const std::string& path, const Query& query) {
  auto node = connect(global);
  if (!node) return std::unexpected(node.error());
  Query first = query;
  auto answer = node->get_json(path + first.add("limit", "1").text());
  if (!answer) return std::unexpected(answer.error());
  json::object head = answer->is_object() ? std::move(answer->get_object()) : json::object();
  for (const char* rows : {"items", "next_after", "record"}) head.erase(rows);
  return head;
}

// As event_reaffirmed names the event of a row; nothing when it is not disputed.
std::optional<json::object> reaffirmation_of(const CsvRow& row, std::map<std::string, std::size_t>& at,
                                             const std::string& today) {
  const auto leaf = crypto::from_hex(row[at["id"]]);
  if (row[at["state"]] != "DISPUTED" || !leaf) return std::nullopt;
  const json::object target{{"leaf", crypto::to_base64(*leaf)}, {"index", std::stoul(row[at["event"]])}};
  return json::object{{"decision_date", today}, {"event_reaffirmed", json::object{{"target", target}}}};
}

// What the author stands by is a decision about each event: the file is there to be read and cut down.
Done write_reaffirmations(const Global& global, const RowsQuestion& question, const CompromisedOptions& options) {
  auto node = connect(global);
  if (!node) return std::unexpected(node.error());
  const auto fetched = fetch_rows(*node, question);
  if (!fetched) return std::unexpected(fetched.error());
  std::map<std::string, std::size_t> at;
  for (std::size_t i = 0; !fetched->rows.empty() && i < fetched->rows[0].size(); ++i) at[fetched->rows[0][i]] = i;
  if (!at.contains("id") || !at.contains("state") || !at.contains("event")) {
    return std::unexpected("the node's answer lacks columns");
  }
  const std::string today = ledger::Date::of(now_s() * 1'000, 0).text();
  json::array events;
  std::size_t left = 0;
  for (std::size_t i = 1; i < fetched->rows.size(); ++i) {
    const auto event = reaffirmation_of(fetched->rows[i], at, today);
    if (!event) continue;
    if (events.size() < kMostReaffirmed) {
      events.push_back(*event);
    } else {
      ++left;
    }
  }
  json::object told{{"height", fetched->height}, {"reaffirmations", events.size()}, {"plan", options.reaffirm}};
  if (left > 0) told["for_the_next_file"] = left;
  if (auto written = write_file(options.reaffirm, json::serialize(json::object{{"events", events}}) + "\n"); !written)
    return written;
  print_answer(told, global.output);
  return {};
}

}  // namespace

Done operator_report(const Global& global, const LookupOptions& options) {
  if (options.name.find('/') != 2) return std::unexpected("\"" + options.name + "\": name the operator as CC/SUBJECT");
  RowsQuestion question{
      .path = "/v1/operators/" + options.name.substr(0, 2) + "/" + url_encoded(options.name.substr(3)) + "/report",
      .query = {},
      .known_at = options.known_at,
      .not_in_text = {"time", "index", "event", "id", "statement"}};
  if (global.output != Output::kText) return print_rows(global, question);
  const auto head = head_of(global, question.path, Query().add("known_at", options.known_at));
  if (!head) return std::unexpected(head.error());
  print_answer(*head, global.output);
  std::cout << "\n";
  question.known_at = std::to_string(number_at(json::value(*head), "height").value_or(0));
  return print_rows(global, question);
}

Done member_compromised(const Global& global, const CompromisedOptions& options) {
  RowsQuestion question{.path = "/v1/members/" + url_encoded(options.name) + "/compromised",
                        .query = {},
                        .known_at = options.known_at,
                        .not_in_text = {"time", "index", "event", "since", "arrangement", "id", "key"}};
  question.query.add("on", options.on);
  return options.reaffirm.empty() ? print_rows(global, question) : write_reaffirmations(global, question, options);
}

}  // namespace quipu::cli
