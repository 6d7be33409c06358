// SPDX-License-Identifier: Apache-2.0
#include "node/http/certificate_json.h"
#include "node/http/event_json.h"
#include "node/http/handlers.h"
#include "node/http/json_answer.h"
#include "node/http/records.h"
#include "node/ledger/disputes.h"
#include "node/ledger/genesis_members.h"
#include "node/ledger/json.h"
#include "node/ledger/recognition.h"
#include "node/ledger/rules/aliases.h"
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

struct FoundCertificate {
  Name name;
  CertificateRecord record;
};

std::optional<FoundCertificate> certificate_in_path(const Call& call, const ledger::StateView& state) {
  auto name = name_in_path(call);
  if (!name) return std::nullopt;
  auto record =
      read_record<CertificateRecord>(state, ledger::map_key(RecordType::kCertificate, name->issuer, name->identifier));
  return record ? std::optional(FoundCertificate{*std::move(name), std::move(*record)}) : std::nullopt;
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

Response operator_answer(const Call& call, const AskedState& asked, const FoundOperator& found, ledger::Date day) {
  const ledger::Disputes disputes(*asked.state, {found.issuer});
  JsonWriter json = begin_answer(call, asked);
  json.field("on", day.text()).field("operator", found.issuer + "/" + found.record.subject());
  json.field("person", ledger::v1::PersonKind_Name(found.record.person()));
  json.optional_field("tin", tin_on(found.record, day));
  write_freshness(json, asked, found.issuer);
  if (found.record.has_erased()) json.field("erased", true);
  if (disputes.covers(found.record.history())) json.field("disputed", true);
  write_certificates(json, *asked.state, found, disputes, day);
  json.key("record").raw(ledger::message_to_json(found.record));
  const auto consent = read_record<ledger::v1::ConsentRecord>(
      *asked.state, ledger::map_key(RecordType::kConsent, found.issuer, found.record.subject()));
  if (consent) json.key("consent").raw(ledger::message_to_json(*consent));
  return end_answer(std::move(json));
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
  return operator_answer(call, *asked, *found, *day);
}

// As a recogniser's systems know the firm.
Response get_operator_by_alias(const Call& call) {
  if (const auto fault = call.unexpected({"alias", "by", "on", "known_at"})) {
    return problem(ApiCode::kBadParameter, *fault);
  }
  const auto name = ledger::parse_alias(call.query("alias").value_or(""));
  const std::string by = call.query("by").value_or("");
  if (!name || !ledger::is_administration(by)) {
    return problem(ApiCode::kBadParameter, "needs alias=KIND:VALUE and by=CC, the administration that knows it so");
  }
  const auto day = asked_day(call);
  if (!day) return day.error();
  auto asked = asked_state(call);
  if (!asked) return std::move(asked.error());
  const auto bound = ledger::alias_on(*asked->state, by, name->kind, name->alias, *day);
  auto record = !bound ? std::nullopt
                       : read_record<OperatorRecord>(
                             *asked->state, ledger::map_key(RecordType::kOperator, bound->issuer(), bound->subject()));
  if (!record) return problem(ApiCode::kNotFound, "that administration knows no operator so on that day");
  return operator_answer(call, *asked, {bound->issuer(), *std::move(record)}, *day);
}

Response get_certificate(const Call& call) {
  if (const auto fault = call.unexpected({"on", "known_at"})) return problem(ApiCode::kBadParameter, *fault);
  const auto day = asked_day(call);
  if (!day) return day.error();
  auto asked = asked_state(call);
  if (!asked) return std::move(asked.error());
  const auto found = certificate_in_path(call, *asked->state);
  if (!found) return problem(ApiCode::kNotFound, "no certificate of that CC/NUMBER");
  JsonWriter json = begin_answer(call, *asked);
  json.field("on", day->text());
  write_certificate(json, found->name.issuer, found->record, certificate_on(found->record, *day));
  write_freshness(json, *asked, found->name.issuer);
  if (ledger::Disputes(*asked->state, {found->name.issuer}).covers(found->record.history()))
    json.field("disputed", true);
  json.key("record").raw(ledger::message_to_json(found->record));
  return end_answer(std::move(json));
}

Response get_certificate_history(const Call& call) {
  if (const auto fault = call.unexpected({"known_at"})) return problem(ApiCode::kBadParameter, *fault);
  auto asked = asked_state(call);
  if (!asked) return std::move(asked.error());
  const auto found = certificate_in_path(call, *asked->state);
  if (!found) return problem(ApiCode::kNotFound, "no certificate of that CC/NUMBER");
  JsonWriter json = begin_answer(call, *asked);
  json.field("certificate", found->name.text()).key("events").begin_array();
  const ledger::Disputes disputes(*asked->state, {found->name.issuer});
  for (const auto& place : found->record.history().events()) {
    write_logged(json, *asked, call.backend.genesis().chain_id, disputes, place);
  }
  json.end_array();
  return end_answer(std::move(json));
}

}  // namespace quipu::http
