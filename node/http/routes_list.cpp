// SPDX-License-Identifier: Apache-2.0
// Full lists: what an administration has certified, and whom an administration recognises, on a day.
#include <algorithm>
#include <map>
#include <set>

#include "node/http/certificate_json.h"
#include "node/http/handlers.h"
#include "node/http/json_answer.h"
#include "node/http/records.h"
#include "node/ledger/disputes.h"
#include "node/ledger/recognition.h"
#include "node/ledger/state.pb.h"

namespace quipu::http {

namespace {

using ledger::RecordType;
namespace v1 = ledger::v1;

constexpr std::size_t kRowsByDefault = 1'000;
constexpr std::size_t kMostRows = 5'000;

// One page of a list, in ascending order of `name`; the next one begins after the last name given.
struct Page {
  std::string after;
  std::size_t limit = kRowsByDefault;
};

std::expected<Page, std::string> asked_page(const Call& call) {
  Page page;
  page.after = call.query("after").value_or("");
  if (const auto limit = call.query("limit")) {
    const auto number = parse_decimal(*limit);
    if (!number || *number == 0 || *number > kMostRows) return std::unexpected("limit is 1 to 5000");
    page.limit = *number;
  }
  return page;
}

std::string joined(const auto& parts) {
  std::string text;
  for (const auto& part : parts) text.append(text.empty() ? "" : " ").append(part);
  return text;
}

// ------------------------------------------------------------ issuer=CC

struct CertificateRow {
  v1::CertificateRecord record;
  CertificateOnDay day;
};

std::map<std::string, CertificateRow> certificates_of(const ledger::StateView& state, const std::string& issuer,
                                                      ledger::Date day, bool all) {
  std::map<std::string, CertificateRow> rows;
  state.scan(ledger::map_prefix(RecordType::kCertificate, issuer), [&](const ledger::MapKey&, BytesView value) {
    CertificateRow row;
    if (!row.record.ParseFromArray(value.data(), static_cast<int>(value.size()))) return true;
    row.day = certificate_on(row.record, day);
    const std::string name = issuer + "/" + row.record.certificate();
    if (all || row.day.status == ledger::CertificateStatus::kActive) rows.emplace(name, std::move(row));
    return true;
  });
  return rows;
}

std::string tin_of(const ledger::StateView& state, const std::string& issuer, const std::string& subject,
                   ledger::Date day) {
  const auto record = read_record<v1::OperatorRecord>(state, ledger::map_key(RecordType::kOperator, issuer, subject));
  return record ? tin_on(*record, day) : std::string();
}

// -------------------------------------------------------------- by=CC

// What one firm is recognised for.
struct FirmRow {
  std::string tin;
  std::set<std::string> roles;
  std::set<std::string> flows;
  std::set<std::string> arrangements;
  std::set<std::string> certificates;
  std::set<std::string> benefits;
  bool disputed = false;
};

void add_recognition(const ledger::StateView& state, const ledger::RecognitionQuestion& question, FirmRow& row) {
  const auto answer = ledger::recognise(state, question);
  if (!answer || !answer->recognised) return;
  row.roles.insert(question.role);
  row.flows.insert(question.flow);
  for (const auto& result : answer->results) {
    if (result.reason != ledger::Code::kRecognised) continue;
    row.arrangements.insert(result.arrangement);
    row.certificates.insert(result.certificate);
    row.benefits.insert(result.benefits.begin(), result.benefits.end());
    row.disputed = row.disputed || result.disputed;
  }
}

std::set<std::string> roles_of(const ledger::StateView& state, const std::string& issuer,
                               const v1::OperatorRecord& firm, ledger::Date day) {
  std::set<std::string> roles;
  for (const std::string& number : firm.certificates()) {
    const auto record =
        read_record<v1::CertificateRecord>(state, ledger::map_key(RecordType::kCertificate, issuer, number));
    if (!record) continue;
    for (const int role : ledger::roles_on(*record, day)) roles.insert(v1::Role_Name(role));
  }
  return roles;
}

// Natural persons have no TIN on the log and so are found only by who can open their commitment: they are left out.
std::optional<FirmRow> recognised_firm(const ledger::StateView& state, const std::string& recogniser,
                                       const std::string& issuer, const v1::OperatorRecord& firm, ledger::Date day) {
  FirmRow row;
  row.tin = tin_on(firm, day);
  if (row.tin.empty()) return std::nullopt;
  for (const std::string& role : roles_of(state, issuer, firm, day)) {
    add_recognition(state, {row.tin, role, "IMPORT", recogniser, day}, row);
    add_recognition(state, {row.tin, role, "EXPORT", recogniser, day}, row);
  }
  if (row.roles.empty()) return std::nullopt;
  return row;
}

// Whose firms the recogniser may recognise: itself and every other party of its arrangements.
std::set<std::string> possible_issuers(const ledger::StateView& state, const std::string& recogniser) {
  std::set<std::string> issuers{recogniser};
  const v1::ArrangementIndex index = arrangement_index(state);
  for (const auto& entry : index.arrangements()) {
    const auto& parties = entry.parties();
    if (std::find(parties.begin(), parties.end(), recogniser) != parties.end())
      issuers.insert(parties.begin(), parties.end());
  }
  return issuers;
}

std::map<std::string, v1::OperatorRecord> operators_of(const ledger::StateView& state, const std::string& issuer) {
  std::map<std::string, v1::OperatorRecord> operators;
  state.scan(ledger::map_prefix(RecordType::kOperator, issuer), [&](const ledger::MapKey&, BytesView value) {
    v1::OperatorRecord record;
    if (record.ParseFromArray(value.data(), static_cast<int>(value.size()))) {
      operators.emplace(issuer + "/" + record.subject(), std::move(record));
    }
    return true;
  });
  return operators;
}

using Firms = std::vector<std::pair<std::string, FirmRow>>;
// One more than the page holds, when there is more.
Firms recognised_firms(const ledger::StateView& state, const std::string& recogniser, ledger::Date day,
                       const Page& page) {
  Firms rows;
  for (const std::string& issuer : possible_issuers(state, recogniser)) {
    if (issuer < page.after.substr(0, 2)) continue;
    for (const auto& [name, record] : operators_of(state, issuer)) {
      if (name <= page.after) continue;
      if (rows.size() > page.limit) return rows;
      if (auto row = recognised_firm(state, recogniser, issuer, record, day)) rows.emplace_back(name, std::move(*row));
    }
  }
  return rows;
}

// ------------------------------------------------------------- answers

Response csv_response(Bytes body, const AskedState& asked, const std::string& next) {
  Response response;
  response.content_type = "text/csv; charset=utf-8";
  response.headers.emplace_back("Quipu-Height", std::to_string(asked.block.height.value));
  if (!next.empty()) response.headers.emplace_back("Quipu-Next-After", next);
  response.body = std::move(body);
  return response;
}

void append_row(Bytes& csv, const std::vector<std::string>& fields) {
  for (std::size_t i = 0; i < fields.size(); ++i) append_csv(csv, fields[i], i + 1 == fields.size());
}

struct Question {
  const Call& call;
  const AskedState& asked;
  ledger::Date day;
  Page page;
};

Response issuer_list(const Question& question, const std::string& issuer, bool all) {
  const auto& state = *question.asked.state;
  const auto rows = certificates_of(state, issuer, question.day, all);
  const ledger::Disputes disputes(state, {issuer});
  JsonWriter json = begin_answer(question.call, question.asked);
  json.field("on", question.day.text()).field("issuer", issuer).field("total", rows.size()).key("items").begin_array();
  Bytes csv = "certificate,subject,tin,scheme,status,roles,valid_from,valid_to,level\r\n";
  std::size_t written = 0;
  std::string next;
  for (auto row = rows.upper_bound(question.page.after); row != rows.end() && written < question.page.limit; ++row) {
    const auto& [record, day] = row->second;
    const std::string tin = tin_of(state, issuer, record.subject(), question.day);
    json.begin_object();
    write_certificate(json, issuer, record, day);
    if (disputes.covers(record.history())) json.field("disputed", true);
    json.optional_field("tin", tin).end_object();
    append_row(csv,
               {row->first, issuer + "/" + record.subject(), tin, v1::Scheme_Name(record.scheme()),
                std::string(ledger::name_of(day.status)), joined(day.roles), day.valid_from, day.valid_to, day.level});
    if (++written == question.page.limit && std::next(row) != rows.end()) next = row->first;
  }
  json.end_array().optional_field("next_after", next);
  return question.call.wants_csv() ? csv_response(std::move(csv), question.asked, next) : end_answer(std::move(json));
}

Response recogniser_list(const Question& question, const std::string& recogniser) {
  auto rows = recognised_firms(*question.asked.state, recogniser, question.day, question.page);
  const bool more = rows.size() > question.page.limit;
  if (more) rows.pop_back();
  const std::string next = more ? rows.back().first : std::string();
  JsonWriter json = begin_answer(question.call, question.asked);
  json.field("on", question.day.text()).field("by", recogniser).key("items").begin_array();
  Bytes csv = "subject,tin,roles,flows,arrangements,certificates,benefits\r\n";
  for (const auto& [name, row] : rows) {
    json.begin_object().field("subject", name).field("tin", row.tin).strings("roles", row.roles);
    json.strings("flows", row.flows).strings("arrangements", row.arrangements);
    json.strings("certificates", row.certificates).strings("benefits", row.benefits);
    if (row.disputed) json.field("disputed", true);
    json.end_object();
    append_row(csv, {name, row.tin, joined(row.roles), joined(row.flows), joined(row.arrangements),
                     joined(row.certificates), joined(row.benefits)});
  }
  json.end_array().optional_field("next_after", next);
  return question.call.wants_csv() ? csv_response(std::move(csv), question.asked, next) : end_answer(std::move(json));
}

}  // namespace

Response get_list(const Call& call) {
  const auto fault = call.unexpected({"issuer", "by", "on", "known_at", "status", "format", "after", "limit"});
  if (fault) return problem(ApiCode::kBadParameter, *fault);
  const auto issuer = call.query("issuer");
  const auto by = call.query("by");
  if (issuer.has_value() == by.has_value()) return problem(ApiCode::kBadParameter, "give either issuer=CC or by=CC");
  if ((issuer ? *issuer : *by).size() != 2) return problem(ApiCode::kBadParameter, "an administration has two letters");
  const std::string status = call.query("status").value_or("ACTIVE");
  if (status != "ACTIVE" && status != "ALL") return problem(ApiCode::kBadParameter, "status is ACTIVE or ALL");
  const auto page = asked_page(call);
  if (!page) return problem(ApiCode::kBadParameter, page.error());
  const auto day = asked_day(call);
  if (!day) return day.error();
  auto asked = asked_state(call);
  if (!asked) return std::move(asked.error());
  const Question question{call, *asked, *day, *page};
  return issuer ? issuer_list(question, *issuer, status == "ALL") : recogniser_list(question, *by);
}

}  // namespace quipu::http
