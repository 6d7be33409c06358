// SPDX-License-Identifier: Apache-2.0
#include "node/cli/commands.h"
#include "node/cli/paging.h"

namespace quipu::cli {

Done changes(const Global& global, const ChangesOptions& options) {
  RowsQuestion question{.path = "/v1/changes",
                        .query = {},
                        .known_at = options.known_at,
                        .not_in_text = {"time", "index", "event", "arrangement", "reason", "id"}};
  question.out = options.out;
  question.query.add("since", options.since).add("by", options.by).add("arrangement", options.arrangement);
  question.query.add("limit", std::to_string(options.page_rows));
  return print_rows(global, question);
}

}  // namespace quipu::cli
