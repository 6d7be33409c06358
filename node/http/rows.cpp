// SPDX-License-Identifier: Apache-2.0
#include "node/http/rows.h"

namespace quipu::http {

namespace {

constexpr std::size_t kRowsByDefault = 1'000;
constexpr std::size_t kMostRows = 5'000;

}  // namespace

std::expected<Page, std::string> asked_page(const Call& call) {
  Page page{.after = call.query("after").value_or(""), .limit = kRowsByDefault};
  if (const auto limit = call.query("limit")) {
    const auto number = parse_decimal(*limit);
    if (!number || *number == 0 || *number > kMostRows) return std::unexpected("limit is 1 to 5000");
    page.limit = *number;
  }
  return page;
}

void append_row(Bytes& csv, const std::vector<std::string>& fields) {
  for (std::size_t i = 0; i < fields.size(); ++i) append_csv(csv, fields[i], i + 1 == fields.size());
}

Response csv_response(Bytes body, const AskedState& asked, const std::string& next) {
  Response response;
  response.content_type = "text/csv; charset=utf-8";
  response.headers.emplace_back("Quipu-Height", std::to_string(asked.block.height.value));
  if (!next.empty()) response.headers.emplace_back("Quipu-Next-After", next);
  response.body = std::move(body);
  return response;
}

}  // namespace quipu::http
