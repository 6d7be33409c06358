// SPDX-License-Identifier: Apache-2.0
#include "node/cli/list_statements.h"

#include "crypto/keyfile.h"
#include "node/ledger/ledger.pb.h"

namespace quipu::cli {

namespace {

namespace v1 = ledger::v1;

HistoryLine line_of(const ListRow& row, v1::Event event) {
  HistoryLine line;
  line.number = row.line;
  line.event = std::make_shared<const v1::Event>(std::move(event));
  return line;
}

v1::Event grant_of(const ListRow& row, const std::string& subject) {
  v1::Event event;
  event.set_decision_date(row.valid_from);
  auto& granted = *event.mutable_certificate_granted();
  granted.set_certificate(row.certificate);
  granted.set_subject(subject);
  v1::Scheme scheme = v1::SCHEME_UNSPECIFIED;
  v1::Scheme_Parse(row.scheme, &scheme);
  granted.set_scheme(scheme);
  for (const std::string& name : row.roles) {
    v1::Role role = v1::ROLE_UNSPECIFIED;
    v1::Role_Parse(name, &role);
    granted.add_roles(role);
  }
  granted.set_national_label(row.national_label);
  granted.set_level(row.level);
  granted.set_valid_to(row.valid_to);
  granted.set_legacy(true);
  return event;
}

// What ended or halted it, on the day that the list gives.
v1::Event change_of(const ListRow& row, const std::string& day) {
  v1::Event event;
  event.set_decision_date(day);
  if (row.status == "SUSPENDED") {
    event.mutable_certificate_suspended()->set_certificate(row.certificate);
    event.mutable_certificate_suspended()->set_ground(v1::INVESTIGATION);
  } else if (row.status == "REVOKED") {
    event.mutable_certificate_revoked()->set_certificate(row.certificate);
  } else if (row.status == "SURRENDERED") {
    event.mutable_certificate_surrendered()->set_certificate(row.certificate);
  } else {
    event.mutable_certificate_annulled()->set_certificate(row.certificate);
  }
  return event;
}

}  // namespace

std::string new_subject(const std::string& administration) {
  return administration + "-" + upper(crypto::to_hex(crypto::random_bytes(5)));
}

HistoryLine registration(const ListRow& row, const std::string& subject, const std::string& administration) {
  v1::Event event;
  event.set_decision_date(row.valid_from);
  auto& registered = *event.mutable_operator_registered();
  registered.set_subject(subject);
  registered.set_person(row.natural ? v1::NATURAL : v1::LEGAL);
  if (!row.natural) registered.set_tin(row.tin);
  HistoryLine line = line_of(row, std::move(event));
  if (row.natural) line.private_tin = row.tin;
  if (row.legal_name.empty() && row.trade_name.empty() && row.address.empty() && row.city.empty()) return line;
  auto identity = std::make_shared<v1::IdentityRecord>();
  identity->set_legal_name(row.legal_name);
  identity->set_trade_name(row.trade_name);
  identity->set_address(row.address);
  identity->set_city(row.city);
  identity->set_country(administration);
  line.identity = std::move(identity);
  return line;
}

std::expected<std::vector<HistoryLine>, std::string> certificate_statements(const ListRow& row,
                                                                            const std::string& subject,
                                                                            const std::string& today) {
  std::vector<HistoryLine> lines{line_of(row, grant_of(row, subject))};
  const bool over = !row.valid_to.empty() && row.valid_to < today;
  if (row.status == "ACTIVE" || row.status == "EXPIRED" || (row.status == "SUSPENDED" && over)) return lines;
  // A suspension acts at the latest from now on; an end is a fact of the past whose day must be known.
  const bool day_needed = row.status != "SUSPENDED" && row.status != "ANNULLED";
  if (row.since.empty() && day_needed) {
    return std::unexpected(row.status +
                           ", and the list does not say since when: nothing to recognise; state it by hand" +
                           " if its past matters");
  }
  lines.push_back(line_of(row, change_of(row, row.since.empty() ? today : row.since)));
  return lines;
}

HistoryLine consent_statement(const ListRow& row, const std::string& subject, const std::string& today) {
  v1::Event event;
  event.set_decision_date(today);
  auto& granted = *event.mutable_consent_granted();
  granted.set_subject(subject);
  granted.mutable_arrangements()->Assign(row.consents_for.begin(), row.consents_for.end());
  return line_of(row, std::move(event));
}

HistoryLine alias_statement(const ListRow& row, const ListAlias& alias, const std::string& issuer,
                            const std::string& subject, const std::string& today) {
  v1::Event event;
  event.set_decision_date(today);
  auto& set = *event.mutable_alias_set();
  set.set_issuer(issuer);
  set.set_subject(subject);
  set.set_recogniser(alias.recogniser);
  set.set_kind(alias.kind);
  set.set_alias(alias.alias);
  return line_of(row, std::move(event));
}

}  // namespace quipu::cli
