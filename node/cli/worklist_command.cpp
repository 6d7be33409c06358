// SPDX-License-Identifier: Apache-2.0
#include "node/cli/commands.h"
#include "node/cli/paging.h"

namespace quipu::cli {

Done worklist(const Global& global, const WorklistOptions& options) {
  RowsQuestion question{
      .path = "/v1/worklist", .query = {}, .known_at = options.known_at, .not_in_text = {"administration"}};
  question.out = options.out;
  question.query.add("issuer", options.issuer).add("on", options.on).add("days", std::to_string(options.days));
  return print_rows(global, question);
}

}  // namespace quipu::cli
