// SPDX-License-Identifier: Apache-2.0
// What was stated since a height or a place in the log, in log order: all of it, or what bears on the firms that one
// administration recognises. For pages (routes_changes.cpp) and for the live stream (routes_stream.cpp). Any thread.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "node/http/concern.h"
#include "node/http/json_answer.h"

namespace quipu::http {

// Where an event stands: leaf, then its place in it.
using Place = std::pair<std::uint64_t, std::uint64_t>;
std::string text_of(const Place& place);  // "LEAF/EVENT"
std::optional<Place> parse_place(std::string_view text);

// What one recogniser wants to hear of, under one of its arrangements or all of them.
struct Interest {
  std::string by;                      // empty: everything
  std::string arrangement;             // empty: any
  std::set<std::string> issuers;       // whose firms it has ever said that it recognises, and its own
  std::set<std::string> arrangements;  // to which it is a party
};

// `by` and `arrangement` may be empty.
Interest interest_of(const ledger::StateView& state, std::string by, std::string arrangement);

struct Change {
  ledger::BlockSummary block;
  Place place;
  std::string id;
  std::string author;
  Concern concern;
  std::shared_ptr<const ledger::v1::Event> event;
  std::string operator_name;  // "CC/SUBJECT", or empty
  std::string tin;
  std::string effective_from;
  std::int32_t lag_days = 0;
};

void write_change(JsonWriter& json, const Change& change);
// "CC/NUMBER", or empty.
std::string certificate_name(const Change& change);

struct ChangeWindow {
  std::uint64_t since = 0;  // height; what follows it is wanted
  std::optional<Place> after{};
  std::size_t limit = 0;  // changes
};
struct ChangePage {
  std::vector<Change> changes;
  // The last event looked at when there is more; the work of a page is bounded, so one may be empty and still go on.
  std::optional<Place> more_after{};
};
ChangePage changes_in(const std::string& chain_id, const AskedState& asked, const Interest& interest,
                      const ChangeWindow& window);

}  // namespace quipu::http
