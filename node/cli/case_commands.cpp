// SPDX-License-Identifier: Apache-2.0
// Irregularities and appeals, and what issuers state of their programmes beside what the ledger counts.
#include <boost/json/value.hpp>

#include "node/cli/commands.h"
#include "node/cli/connecting.h"
#include "node/cli/paging.h"

namespace quipu::cli {

namespace {

// One thing named CC/NAME, asked for under `path`.
Done show(const Global& global, const std::string& path, const LookupOptions& options, const char* example) {
  if (options.name.find('/') != 2) {
    return std::unexpected("\"" + options.name + "\": name it as " + example);
  }
  auto node = connect(global);
  if (!node) return std::unexpected(node.error());
  const Query query = Query().add("on", options.on).add("known_at", options.known_at);
  const auto answer =
      node->get_json(path + options.name.substr(0, 2) + "/" + url_encoded(options.name.substr(3)) + query.text());
  if (!answer) return std::unexpected(answer.error());
  print_answer(*answer, global.output);
  return {};
}

}  // namespace

Done case_list(const Global& global, const CasesOptions& options) {
  RowsQuestion question{.path = "/v1/cases",
                        .query = {},
                        .known_at = options.known_at,
                        .not_in_text = {"reporter", "issuer", "against", "closed_on"}};
  question.out = options.out;
  question.query.add("issuer", options.issuer).add("reporter", options.reporter).add("kind", options.kind);
  question.query.add("state", options.state).add("on", options.on);
  return print_rows(global, question);
}

Done case_show(const Global& global, const LookupOptions& options) {
  return show(global, "/v1/cases/", options, "REPORTER/CASE, for example PE/C-12");
}

Done statistics_list(const Global& global, const StatisticsOptions& options) {
  RowsQuestion question{
      .path = "/v1/statistics",
      .query = {},
      .known_at = options.known_at,
      .not_in_text = {"applications", "applications_on_ledger", "refused", "refused_on_ledger", "mismatch"}};
  question.out = options.out;
  question.query.add("issuer", options.issuer).add("from", options.from).add("to", options.to);
  if (options.mismatch) question.query.add("mismatch", "1");
  return print_rows(global, question);
}

Done statistics_show(const Global& global, const LookupOptions& options) {
  return show(global, "/v1/statistics/", options, "CC/MONTH, for example PE/2026-03");
}

}  // namespace quipu::cli
