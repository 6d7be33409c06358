// SPDX-License-Identifier: Apache-2.0
#include "crypto/merkle.h"
#include "node/http/certificate_json.h"
#include "node/http/handlers.h"
#include "node/http/json_answer.h"
#include "node/http/records.h"
#include "node/ledger/disputes.h"
#include "node/ledger/genesis_members.h"
#include "node/ledger/json.h"
#include "node/ledger/lateness.h"
#include "node/ledger/recognition.h"
#include "node/ledger/state.pb.h"
#include "node/ledger/tin.h"

namespace quipu::http {

namespace {

using ledger::RecordType;
using ledger::v1::CertificateRecord;
using ledger::v1::OperatorRecord;

// "CC/IDENTIFIER" as the path has it.
struct Name {
  std::string issuer;
  std::string identifier;
  std::string text() const { return issuer + "/" + identifier; }
};

std::optional<Name> name_in_path(const Call& call) {
  if (call.path.size() < 2 || !ledger::is_administration(call.path[0])) return std::nullopt;
  return Name{call.path[0], call.path[1]};
}

struct FoundOperator {
  std::string issuer;
  OperatorRecord record;
};

std::optional<FoundOperator> operator_in_path(const Call& call, const ledger::StateView& state, ledger::Date day) {
  if (const auto name = name_in_path(call)) {
    auto record =
        read_record<OperatorRecord>(state, ledger::map_key(RecordType::kOperator, name->issuer, name->identifier));
    return record ? std::optional(FoundOperator{name->issuer, std::move(*record)}) : std::nullopt;
  }
  const auto tin = ledger::normalise_tin(call.path[0]);
  auto record = tin ? ledger::find_operator(state, *tin, day) : std::nullopt;
  return record ? std::optional(FoundOperator{tin->substr(0, 2), std::move(*record)}) : std::nullopt;
}

void write_certificates(JsonWriter& json, const ledger::StateView& state, const FoundOperator& found,
                        const ledger::Disputes& disputes, ledger::Date day) {
  json.key("certificates").begin_array();
  for (const std::string& number : found.record.certificates()) {
    const auto record =
        read_record<CertificateRecord>(state, ledger::map_key(RecordType::kCertificate, found.issuer, number));
    if (!record) continue;
    json.begin_object();
    write_certificate(json, found.issuer, *record, certificate_on(*record, day));
    if (disputes.covers(record->history())) json.field("disputed", true);
    json.end_object();
  }
  json.end_array();
}

// Who said what, and how long after the day of its effect.
void write_statement(JsonWriter& json, const AskedState& asked, const ledger::Submission& submission,
                     std::uint32_t index, const std::optional<ledger::BlockSummary>& block) {
  json.field("author", submission.administration());
  json.field("key", crypto::to_hex(submission.statement.kid.view()));
  const auto lag = block ? ledger::lag_days(*asked.state, submission, index, block->block_time_ms) : 0;
  if (lag > 0) json.field("late", true).field("lag_days", lag);
  json.key("statement").raw(ledger::event_to_json(submission.payload->events(static_cast<int>(index))));
}

// Where one event of a history stands, and what it says.
void write_event(JsonWriter& json, const Call& call, const AskedState& asked, const ledger::Disputes& disputes,
                 const ledger::v1::LogPlace& place) {
  const ledger::LedgerReader& reader = *asked.reader;
  const auto leaf = reader.leaf(place.leaf());
  if (!leaf) return;
  const crypto::Digest id = crypto::leaf_hash(*leaf);
  json.begin_object().field("id", crypto::to_hex(id.view())).field("index", place.leaf()).field("event", place.event());
  const auto located = reader.find(id);
  const auto block = located ? reader.block(located->height) : std::nullopt;
  if (block) json.field("height", block->height.value).field("time", ledger::format_instant(block->block_time_ms));
  if (disputes.covers(place)) json.field("disputed", true);
  const auto submission = ledger::decode_submission(*leaf, call.backend.genesis().chain_id);
  if (submission && place.event() < submission->events()) {
    write_statement(json, asked, *submission, place.event(), block);
  }
  json.end_object();
}

}  // namespace

Response get_operator(const Call& call) {
  if (const auto fault = call.unexpected({"on", "known_at"})) return problem(ApiCode::kBadParameter, *fault);
  const auto day = asked_day(call);
  if (!day) return day.error();
  auto asked = asked_state(call);
  if (!asked) return std::move(asked.error());
  const auto found = operator_in_path(call, *asked->state, *day);
  if (!found) return problem(ApiCode::kNotFound, "no operator of that TIN or CC/SUBJECT");
  const ledger::Disputes disputes(*asked->state, {found->issuer});
  JsonWriter json = begin_answer(call, *asked);
  json.field("on", day->text()).field("operator", found->issuer + "/" + found->record.subject());
  json.field("person", ledger::v1::PersonKind_Name(found->record.person()));
  json.optional_field("tin", tin_on(found->record, *day));
  write_freshness(json, *asked, found->issuer);
  if (found->record.has_erased()) json.field("erased", true);
  if (disputes.covers(found->record.history())) json.field("disputed", true);
  write_certificates(json, *asked->state, *found, disputes, *day);
  json.key("record").raw(ledger::message_to_json(found->record));
  const auto consent = read_record<ledger::v1::ConsentRecord>(
      *asked->state, ledger::map_key(RecordType::kConsent, found->issuer, found->record.subject()));
  if (consent) json.key("consent").raw(ledger::message_to_json(*consent));
  return end_answer(std::move(json));
}

Response get_certificate(const Call& call) {
  if (const auto fault = call.unexpected({"on", "known_at"})) return problem(ApiCode::kBadParameter, *fault);
  const auto day = asked_day(call);
  if (!day) return day.error();
  auto asked = asked_state(call);
  if (!asked) return std::move(asked.error());
  const auto name = name_in_path(call);
  const auto record =
      !name ? std::nullopt
            : read_record<CertificateRecord>(*asked->state,
                                             ledger::map_key(RecordType::kCertificate, name->issuer, name->identifier));
  if (!record) return problem(ApiCode::kNotFound, "no certificate of that CC/NUMBER");
  JsonWriter json = begin_answer(call, *asked);
  json.field("on", day->text());
  write_certificate(json, name->issuer, *record, certificate_on(*record, *day));
  write_freshness(json, *asked, name->issuer);
  if (ledger::Disputes(*asked->state, {name->issuer}).covers(record->history())) json.field("disputed", true);
  json.key("record").raw(ledger::message_to_json(*record));
  return end_answer(std::move(json));
}

Response get_certificate_history(const Call& call) {
  if (const auto fault = call.unexpected({"known_at"})) return problem(ApiCode::kBadParameter, *fault);
  auto asked = asked_state(call);
  if (!asked) return std::move(asked.error());
  const auto name = name_in_path(call);
  const auto record =
      !name ? std::nullopt
            : read_record<CertificateRecord>(*asked->state,
                                             ledger::map_key(RecordType::kCertificate, name->issuer, name->identifier));
  if (!record) return problem(ApiCode::kNotFound, "no certificate of that CC/NUMBER");
  JsonWriter json = begin_answer(call, *asked);
  json.field("certificate", name->text()).key("events").begin_array();
  const ledger::Disputes disputes(*asked->state, {name->issuer});
  for (const auto& place : record->history().events()) write_event(json, call, *asked, disputes, place);
  json.end_array();
  return end_answer(std::move(json));
}

}  // namespace quipu::http
