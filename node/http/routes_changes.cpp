// SPDX-License-Identifier: Apache-2.0
// What was stated since a height or a time, page by page.
#include "node/http/changes.h"
#include "node/http/handlers.h"
#include "node/http/known_administration.h"
#include "node/http/rows.h"
#include "node/ledger/json.h"
#include "node/ledger/ledger.pb.h"

namespace quipu::http {

namespace {

constexpr std::string_view kCsvHeader =
    "height,time,index,event,author,kind,operator,tin,certificate,arrangement,decision_date,effective_from,lag_days,"
    "reason,id\r\n";

void append_csv_row(Bytes& csv, const Change& row) {
  append_row(csv,
             {std::to_string(row.block.height.value), ledger::format_instant(row.block.block_time_ms),
              std::to_string(row.place.first), std::to_string(row.place.second), row.author, row.concern.kind,
              row.operator_name, row.tin, certificate_name(row), row.concern.arrangement, row.event->decision_date(),
              row.effective_from, std::to_string(row.lag_days), row.event->reason(), row.id});
}

std::expected<ChangeWindow, Response> asked_window(const Call& call, const AskedState& asked) {
  const auto wrong = [](std::string_view what) { return std::unexpected(problem(ApiCode::kBadParameter, what)); };
  const auto since = call.query("since");
  if (!since) return wrong("since is missing: a height, an RFC 3339 instant or a date");
  auto block = block_named(call, *asked.reader, asked.newest, "since", *since);
  if (!block) return std::unexpected(std::move(block.error()));
  const auto page = asked_page(call);
  if (!page) return wrong(page.error());
  ChangeWindow window{.since = block->height.value, .after = std::nullopt, .limit = page->limit};
  if (page->after.empty()) return window;
  window.after = parse_place(page->after);
  if (!window.after || window.after->first >= asked.block.tree_size) {
    return wrong("after is what next_after said, INDEX/EVENT");
  }
  return window;
}

std::string next_of(const ChangePage& page) { return page.more_after ? text_of(*page.more_after) : std::string(); }

Response csv_answer(const AskedState& asked, const ChangePage& page) {
  Bytes csv(kCsvHeader);
  for (const Change& row : page.changes) append_csv_row(csv, row);
  return csv_response(std::move(csv), asked, next_of(page));
}

Response json_answer(const Call& call, const AskedState& asked, const ChangeWindow& window, const ChangePage& page) {
  JsonWriter json = begin_answer(call, asked);
  json.field("since", window.since).optional_field("by", call.query("by").value_or(""));
  json.optional_field("arrangement", call.query("arrangement").value_or("")).key("items").begin_array();
  for (const Change& row : page.changes) write_change(json, row);
  json.end_array().optional_field("next_after", next_of(page));
  return end_answer(std::move(json));
}

}  // namespace

Response get_changes(const Call& call) {
  const auto fault = call.unexpected({"since", "by", "arrangement", "known_at", "format", "after", "limit"});
  if (fault) return problem(ApiCode::kBadParameter, *fault);
  const std::string by = call.query("by").value_or("");
  if (auto unknown = unknown_administration(call, {"by"})) return *std::move(unknown);
  auto asked = asked_state(call);
  if (!asked) return std::move(asked.error());
  const auto window = asked_window(call, *asked);
  if (!window) return window.error();
  const auto interest = interest_of(*asked->state, by, call.query("arrangement").value_or(""));
  const auto page = changes_in(call.backend.genesis().chain_id, *asked, interest, *window);
  return call.wants_csv() ? csv_answer(*asked, page) : json_answer(call, *asked, *window, page);
}

}  // namespace quipu::http
