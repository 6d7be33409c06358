// SPDX-License-Identifier: Apache-2.0
#include "node/http/certificate_json.h"

#include "node/ledger/programme.h"
#include "node/ledger/state.pb.h"

namespace quipu::http {

namespace {

std::vector<std::string> role_names(const std::vector<int>& roles) {
  std::vector<std::string> names;
  for (const int role : roles) names.push_back(ledger::v1::Role_Name(role));
  return names;
}

// Later intervals win: they are renewals and extensions of earlier ones.
void read_validity(const ledger::v1::CertificateRecord& record, const std::string& day, CertificateOnDay& out) {
  for (const auto& interval : record.intervals()) {
    const bool holds = interval.from() <= day && (interval.to().empty() || day <= interval.to());
    if (!holds && !out.valid_from.empty() && interval.from() > day) continue;
    out.valid_from = interval.from();
    out.valid_to = interval.to();
  }
}

}  // namespace

CertificateOnDay certificate_on(const ledger::v1::CertificateRecord& record, ledger::Date day) {
  CertificateOnDay out{};
  const std::string text = day.text();
  out.status = ledger::status_on(record, day);
  out.roles = role_names(ledger::roles_on(record, day));
  out.suspended_roles = role_names(ledger::suspended_roles_on(record, day));
  read_validity(record, text, out);
  out.level = ledger::terms_on(record, day).level();
  return out;
}

std::string tin_on(const ledger::v1::OperatorRecord& record, ledger::Date day) {
  const std::string text = day.text();
  std::string tin;
  for (const auto& fact : record.tins()) {
    if (fact.effective_from() <= text) tin = fact.tin();
  }
  return tin;
}

void write_certificate(JsonWriter& json, const std::string& issuer, const ledger::v1::CertificateRecord& record,
                       const CertificateOnDay& day) {
  json.field("certificate", issuer + "/" + record.certificate()).field("subject", issuer + "/" + record.subject());
  json.field("scheme", ledger::v1::Scheme_Name(record.scheme())).field("status", ledger::name_of(day.status));
  json.strings("roles", day.roles);
  if (!day.suspended_roles.empty()) json.strings("suspended_roles", day.suspended_roles);
  json.optional_field("valid_from", day.valid_from).optional_field("valid_to", day.valid_to);
  json.optional_field("level", day.level).optional_field("national_label", record.national_label());
  if (record.has_pending() && !record.pending().grant()) json.field("has_pending", true);
  if (ledger::appeal_open(record)) json.field("appeal_open", true);
}

void write_freshness(JsonWriter& json, const AskedState& asked, std::string_view issuer) {
  if (ledger::issuer_stale(*asked.state, issuer, asked.block.block_time_ms)) json.field("issuer_stale", true);
}

}  // namespace quipu::http
