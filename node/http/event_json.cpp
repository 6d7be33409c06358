// SPDX-License-Identifier: Apache-2.0
#include "node/http/event_json.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include "crypto/merkle.h"
#include "node/http/records.h"
#include "node/ledger/lateness.h"
#include "node/ledger/state.pb.h"

namespace quipu::http {

std::string EventPlace::text() const { return std::to_string(leaf) + "/" + std::to_string(event); }

std::optional<EventPlace> EventPlace::parse(const std::string& text) {
  const std::size_t slash = text.find('/');
  const auto leaf = parse_decimal(text.substr(0, slash));
  const auto event = slash == std::string::npos ? std::nullopt : parse_decimal(text.substr(slash + 1));
  if (!leaf || !event || *event > 0xffff) return std::nullopt;
  return EventPlace{*leaf, static_cast<std::uint32_t>(*event)};
}

const ledger::v1::Event& LoggedEvent::said() const { return submission.payload->events(static_cast<int>(event)); }

std::string LoggedEvent::id() const { return crypto::to_hex(submission.id.view()); }

std::string LoggedEvent::kind() const {
  const auto* oneof = said().GetDescriptor()->FindOneofByName("statement");
  const auto* field = said().GetReflection()->GetOneofFieldDescriptor(said(), oneof);
  return field ? field->name() : std::string();
}

std::int32_t LoggedEvent::lag_days(const ledger::StateView& state) const {
  return ledger::lag_days(state, submission, event);
}

const std::string& LoggedEvent::effective_from() const {
  return said().effective_from().empty() ? said().decision_date() : said().effective_from();
}

std::optional<LoggedEvent> event_at(const ledger::LedgerReader& reader, const std::string& chain_id,
                                    std::uint64_t index, std::uint32_t event) {
  const auto leaf = reader.leaf(index);
  if (!leaf) return std::nullopt;
  const auto place = reader.find(crypto::leaf_hash(*leaf));
  const auto block = place ? reader.block(place->height) : std::nullopt;
  auto submission = ledger::decode_submission(*leaf, chain_id);
  if (!block || !submission || event >= submission->events()) return std::nullopt;
  return LoggedEvent{.submission = *std::move(submission), .index = index, .event = event, .block = *block};
}

void write_place(JsonWriter& json, const LoggedEvent& event) {
  json.field("id", event.id()).field("index", event.index).field("event", event.event);
  json.field("height", event.block.height.value);
  json.field("time", ledger::format_instant(event.block.block_time_ms));
}

void write_statement(JsonWriter& json, const AskedState& asked, const LoggedEvent& event) {
  json.field("author", event.submission.administration());
  json.field("key", crypto::to_hex(event.submission.statement.kid.view()));
  const auto lag = event.lag_days(*asked.state);
  if (lag > 0) json.field("late", true).field("lag_days", lag);
  json.key("statement").raw(ledger::event_to_json(event.said()));
}

void write_logged(JsonWriter& json, const AskedState& asked, const std::string& chain_id,
                  const ledger::Disputes& disputes, const ledger::v1::LogPlace& place) {
  const auto event = event_at(*asked.reader, chain_id, place.leaf(), place.event());
  if (!event) return;
  write_place(json.begin_object(), *event);
  if (disputes.covers(place)) json.field("disputed", true);
  write_statement(json, asked, *event);
  json.end_object();
}

std::string operator_in(const ledger::StateView& state, const Concern& concern) {
  if (concern.issuer.size() != 2) return {};
  if (!concern.subject.empty()) return concern.issuer + "/" + concern.subject;
  if (concern.certificate.empty()) return {};
  const auto certificate = read_record<ledger::v1::CertificateRecord>(
      state, ledger::map_key(ledger::RecordType::kCertificate, concern.issuer, concern.certificate));
  return certificate ? concern.issuer + "/" + certificate->subject() : std::string();
}

std::string certificate_in(const Concern& concern) {
  return concern.certificate.empty() ? std::string() : concern.issuer + "/" + concern.certificate;
}

}  // namespace quipu::http
