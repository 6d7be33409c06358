// SPDX-License-Identifier: Apache-2.0
// An event as the log has it: found by its place, and shown with who said what and when it became known. Any thread.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>

#include "node/http/concern.h"
#include "node/http/json_answer.h"
#include "node/ledger/disputes.h"
#include "node/ledger/submission.h"

namespace quipu::http {

// As pages of events name their last one: "INDEX/EVENT".
struct EventPlace {
  std::uint64_t leaf = 0;
  std::uint32_t event = 0;
  std::string text() const;
  static std::optional<EventPlace> parse(const std::string& text);
  friend auto operator<=>(const EventPlace&, const EventPlace&) = default;
};

struct LoggedEvent {
  ledger::Submission submission;
  std::uint64_t index = 0;  // of the leaf
  std::uint32_t event = 0;  // in it
  ledger::BlockSummary block;

  const ledger::v1::Event& said() const;
  std::string id() const;    // hex
  std::string kind() const;  // "certificate_granted"
  // Days from its effect to its block; 0: in time. `state` is the block's or a later one.
  std::int32_t lag_days(const ledger::StateView& state) const;
  // The first day of its effect, as stated or the day of the decision.
  const std::string& effective_from() const;
};
// Nothing when there is no such event.
std::optional<LoggedEvent> event_at(const ledger::LedgerReader& reader, const std::string& chain_id,
                                    std::uint64_t index, std::uint32_t event);

// Fields of an object that is open: id, index, event, height, time; author, key, late, statement.
void write_place(JsonWriter& json, const LoggedEvent& event);
void write_statement(JsonWriter& json, const AskedState& asked, const LoggedEvent& event);

// The whole object, flagged where the event is disputed; nothing at all when there is no such event.
void write_logged(JsonWriter& json, const AskedState& asked, const std::string& chain_id,
                  const ledger::Disputes& disputes, const ledger::v1::LogPlace& place);

// "CC/SUBJECT" of the firm that the concern is about, also where it names a certificate alone; empty: none.
std::string operator_in(const ledger::StateView& state, const Concern& concern);
std::string certificate_in(const Concern& concern);  // "CC/NUMBER", or empty

}  // namespace quipu::http
