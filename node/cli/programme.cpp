// SPDX-License-Identifier: Apache-2.0
#include "node/cli/programme.h"

#include <boost/json/value.hpp>

#include "node/cli/json_fields.h"
#include "node/cli/paging.h"
#include "node/ledger/json.h"

namespace quipu::cli {

namespace {

std::vector<std::string> words(const std::string& text) {
  std::vector<std::string> out;
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t end = std::min(text.find(' ', from), text.size());
    if (end > from) out.push_back(text.substr(from, end - from));
    from = end + 1;
  }
  return out;
}

// "CC/NAME" without the country.
std::string bare(const std::string& name) { return name.size() > 3 ? name.substr(3) : std::string(); }

}  // namespace

std::expected<Programme, std::string> fetch_programme(NodeClient& node, const std::string& issuer,
                                                      const std::string& on) {
  RowsQuestion question{.path = "/v1/list", .query = {}, .known_at = "", .not_in_text = {}, .sort_items_by = {}};
  question.query.add("issuer", issuer).add("on", on).add("status", "ALL").add("limit", "5000");
  auto fetched = fetch_rows(node, question);
  if (!fetched) return std::unexpected(fetched.error());
  Programme programme{.height = fetched->height, .certificates = {}};
  if (fetched->rows.empty()) return programme;
  std::map<std::string, std::size_t> at;
  for (std::size_t i = 0; i < fetched->rows[0].size(); ++i) at[fetched->rows[0][i]] = i;
  for (const char* column :
       {"certificate", "subject", "tin", "scheme", "status", "roles", "valid_from", "valid_to", "level"}) {
    if (!at.contains(column)) return std::unexpected("the node's list has no column " + std::string(column));
  }
  for (std::size_t i = 1; i < fetched->rows.size(); ++i) {
    const CsvRow& row = fetched->rows[i];
    programme.certificates[bare(row[at["certificate"]])] = {.subject = bare(row[at["subject"]]),
                                                            .tin = row[at["tin"]],
                                                            .scheme = row[at["scheme"]],
                                                            .status = row[at["status"]],
                                                            .level = row[at["level"]],
                                                            .roles = words(row[at["roles"]]),
                                                            .valid_from = row[at["valid_from"]],
                                                            .valid_to = row[at["valid_to"]]};
  }
  return programme;
}

std::expected<std::string, std::string> subject_of_tin(NodeClient& node, const std::string& tin) {
  const auto found = node.get_file_if_held("/v1/operators/" + url_encoded(tin));
  if (!found) return std::unexpected(found.error());
  if (!*found) return std::string();
  const auto json = ledger::parse_strict_json(**found);
  if (!json) return std::unexpected("the node's answer is not JSON: " + json.error());
  return bare(text_at(*json, "operator"));
}

std::expected<std::string, std::string> parameter_in_force(NodeClient& node, const std::string& name) {
  const auto answer = node.get_json("/v1/parameters");
  if (!answer) return std::unexpected(answer.error());
  for (const auto& parameter : array_at(*answer, "parameters")) {
    if (text_at(parameter, "name") == name) return text_at(parameter, "value");
  }
  return std::unexpected("the node knows no parameter " + name);
}

}  // namespace quipu::cli
