// SPDX-License-Identifier: Apache-2.0
// Answers that go over one subject's or one member's whole history: what is known of an operator, what lost keys
// signed.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <iostream>

#include "node/cli/commands.h"
#include "node/cli/json_fields.h"
#include "node/cli/paging.h"

namespace quipu::cli {

namespace {

// What is no row of an answer, for people.
std::expected<boost::json::object, std::string> head_of(const Global& global, const std::string& path,
                                                        const Query& query) {
  auto node = connect(global);
  if (!node) return std::unexpected(node.error());
  Query first = query;
  auto answer = node->get_json(path + first.add("limit", "1").text());
  if (!answer) return std::unexpected(answer.error());
  boost::json::object head = answer->is_object() ? std::move(answer->get_object()) : boost::json::object();
  for (const char* rows : {"items", "next_after", "record"}) head.erase(rows);
  return head;
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
  question.known_at = std::to_string(number_at(boost::json::value(*head), "height").value_or(0));
  return print_rows(global, question);
}

Done member_compromised(const Global& global, const LookupOptions& options) {
  RowsQuestion question{.path = "/v1/members/" + url_encoded(options.name) + "/compromised",
                        .query = {},
                        .known_at = options.known_at,
                        .not_in_text = {"time", "index", "event", "since", "arrangement", "id", "key"}};
  question.query.add("on", options.on);
  return print_rows(global, question);
}

}  // namespace quipu::cli
