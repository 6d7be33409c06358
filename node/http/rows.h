// SPDX-License-Identifier: Apache-2.0
// Answers that are rows: asked for page by page, given as JSON or CSV (docs/api.md). Any thread.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "node/http/json_answer.h"

namespace quipu::http {

// One page of an answer in ascending order; the next one begins after the last row's name.
struct Page {
  std::string after;  // empty: from the start
  std::size_t limit;
};
// Reads `after` and `limit`: 1,000 rows without one, at most 5,000. The error is a sentence for the asker.
std::expected<Page, std::string> asked_page(const Call& call);

// The parts with a space between each two, as one CSV field has them.
std::string joined(const auto& parts) {
  std::string text;
  for (const auto& part : parts) text.append(text.empty() ? "" : " ").append(part);
  return text;
}

void append_row(Bytes& csv, const std::vector<std::string>& fields);
// `next`: where the next page begins, empty on the last one.
Response csv_response(Bytes body, const AskedState& asked, const std::string& next);

}  // namespace quipu::http
