// SPDX-License-Identifier: Apache-2.0
// Full lists: what an administration has certified, and whom an administration recognises, on a day.
#include <algorithm>
#include <set>

#include "node/http/certificate_json.h"
#include "node/http/handlers.h"
#include "node/http/json_answer.h"
#include "node/http/known_administration.h"
#include "node/http/recent_records.h"
#include "node/http/record_scan.h"
#include "node/http/records.h"
#include "node/http/rows.h"
#include "node/ledger/disputes.h"
#include "node/ledger/programme.h"
#include "node/ledger/recognition.h"
#include "node/ledger/state.pb.h"

namespace quipu::http {

namespace {

using ledger::RecordType;
namespace v1 = ledger::v1;

struct Question {
  const Call& call;
  const AskedState& asked;
  ledger::Date day;
  std::optional<ledger::MapKey> after;  // the last record of the page before
  std::size_t limit;
};

// A page ends when it has its rows, or has looked at so many records that the asker should hear something.
constexpr std::size_t kMostLookedAt = 100'000;

class PageEnd {
 public:
  explicit PageEnd(std::size_t limit) : limit_(limit) {}
  // Whether the next record belongs to the page, which has `rows` so far.
  bool takes(const ledger::MapKey& key, std::size_t rows) {
    if (rows == limit_ || looked_at_ == kMostLookedAt) {
      next_ = name_of(last_);
      return false;
    }
    ++looked_at_;
    last_ = key;
    return true;
  }
  const std::string& next() const { return next_; }  // empty: there is no record more

 private:
  std::size_t limit_;
  std::size_t looked_at_ = 0;
  ledger::MapKey last_;
  std::string next_;
};

template <class Row>
struct Rows {
  std::vector<Row> rows;  // ascending by name
  std::string next;
};

template <class Row>
Rows<Row> sorted(std::vector<Row> rows, const PageEnd& end) {
  std::sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) { return a.name < b.name; });
  return {std::move(rows), end.next()};
}

// ------------------------------------------------------------ issuer=CC

struct CertificateRow {
  std::string name;
  v1::CertificateRecord record;
  CertificateOnDay day;
};

Rows<CertificateRow> certificates_of(const Question& question, const std::string& issuer, bool all) {
  std::vector<CertificateRow> rows;
  PageEnd end(question.limit);
  const auto each = [&](const ledger::MapKey& key, BytesView value) {
    if (!end.takes(key, rows.size())) return false;
    CertificateRow row;
    if (!row.record.ParseFromArray(value.data(), static_cast<int>(value.size()))) return true;
    row.day = certificate_on(row.record, question.day);
    row.name = issuer + "/" + row.record.certificate();
    if (all || row.day.status == ledger::CertificateStatus::kActive) rows.push_back(std::move(row));
    return true;
  };
  scan_after(*question.asked.state, RecordType::kCertificate, issuer, question.after, each);
  return sorted(std::move(rows), end);
}

// What the issuer attests with `list_attested`: of all its certificates, whatever the page holds.
void write_attestation(JsonWriter& json, const Question& question, const std::string& issuer) {
  const auto numbers = ledger::active_certificates(*question.asked.state, issuer, question.day);
  json.key("attestation").begin_object().field("as_of", question.day.text()).field("active", numbers.size());
  json.field("list_root", crypto::to_base64(ledger::list_root(numbers).view())).end_object();
}

std::string tin_of(const ledger::StateView& state, const std::string& issuer, const std::string& subject,
                   ledger::Date day) {
  const auto record = read_record<v1::OperatorRecord>(state, ledger::map_key(RecordType::kOperator, issuer, subject));
  return record ? tin_on(*record, day) : std::string();
}

// -------------------------------------------------------------- by=CC

// What one firm is recognised for.
struct FirmRow {
  std::string name;
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
  row.name = issuer + "/" + firm.subject();
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

// The administration whose record a key names.
std::string administration_of(const ledger::MapKey& key) { return std::string(key.view().substr(1, 2)); }

std::set<std::string> stale_issuers(const AskedState& asked, const std::string& recogniser) {
  std::set<std::string> stale = possible_issuers(*asked.state, recogniser);
  std::erase_if(stale, [&](const std::string& issuer) {
    return !ledger::issuer_stale(*asked.state, issuer, asked.block.block_time_ms);
  });
  return stale;
}

Rows<FirmRow> recognised_firms(const Question& question, const std::string& recogniser) {
  const ledger::StateView& state = *question.asked.state;
  std::vector<FirmRow> rows;
  PageEnd end(question.limit);
  const std::string first = question.after ? administration_of(*question.after) : "";
  for (const std::string& issuer : possible_issuers(state, recogniser)) {
    if (issuer < first || !end.next().empty()) continue;
    const auto each = [&](const ledger::MapKey& key, BytesView value) {
      if (!end.takes(key, rows.size())) return false;
      v1::OperatorRecord firm;
      if (!firm.ParseFromArray(value.data(), static_cast<int>(value.size()))) return true;
      if (auto row = recognised_firm(state, recogniser, issuer, firm, question.day)) rows.push_back(std::move(*row));
      return true;
    };
    const auto& after = issuer == first ? question.after : std::nullopt;
    scan_after(state, RecordType::kOperator, issuer, after, each);
  }
  return sorted(std::move(rows), end);
}

// ------------------------------------------------------------- answers

Response issuer_list(const Question& question, const std::string& issuer, bool all) {
  const auto [rows, next] = certificates_of(question, issuer, all);
  const ledger::Disputes disputes(*question.asked.state, {issuer});
  JsonWriter json = begin_answer(question.call, question.asked);
  json.field("on", question.day.text()).field("issuer", issuer);
  write_freshness(json, question.asked, issuer);
  if (question.call.query("attest") == "1") write_attestation(json, question, issuer);
  json.key("items").begin_array();
  Bytes csv = "certificate,subject,tin,scheme,status,roles,valid_from,valid_to,level\r\n";
  for (const auto& [name, record, day] : rows) {
    const std::string tin = tin_of(*question.asked.state, issuer, record.subject(), question.day);
    json.begin_object();
    write_certificate(json, issuer, record, day);
    if (disputes.covers(record.history())) json.field("disputed", true);
    json.optional_field("tin", tin).end_object();
    append_row(csv,
               {name, issuer + "/" + record.subject(), tin, v1::Scheme_Name(record.scheme()),
                std::string(ledger::name_of(day.status)), joined(day.roles), day.valid_from, day.valid_to, day.level});
  }
  json.end_array().optional_field("next_after", next);
  return question.call.wants_csv() ? csv_response(std::move(csv), question.asked, next) : end_answer(std::move(json));
}

Response recogniser_list(const Question& question, const std::string& recogniser) {
  const auto [rows, next] = recognised_firms(question, recogniser);
  JsonWriter json = begin_answer(question.call, question.asked);
  json.field("on", question.day.text()).field("by", recogniser);
  if (const auto stale = stale_issuers(question.asked, recogniser); !stale.empty())
    json.strings("stale_issuers", stale);
  json.key("items").begin_array();
  Bytes csv = "subject,tin,roles,flows,arrangements,certificates,benefits\r\n";
  for (const FirmRow& row : rows) {
    json.begin_object().field("subject", row.name).field("tin", row.tin).strings("roles", row.roles);
    json.strings("flows", row.flows).strings("arrangements", row.arrangements);
    json.strings("certificates", row.certificates).strings("benefits", row.benefits);
    if (row.disputed) json.field("disputed", true);
    json.end_object();
    append_row(csv, {row.name, row.tin, joined(row.roles), joined(row.flows), joined(row.arrangements),
                     joined(row.certificates), joined(row.benefits)});
  }
  json.end_array().optional_field("next_after", next);
  return question.call.wants_csv() ? csv_response(std::move(csv), question.asked, next) : end_answer(std::move(json));
}

// The key that `after` names; the error is a sentence for the asker.
std::expected<std::optional<ledger::MapKey>, std::string> asked_start(const Page& page, RecordType type,
                                                                      const std::string& issuer) {
  if (page.after.empty()) return std::nullopt;
  const auto key = parse_key(page.after, type);
  if (!key || (!issuer.empty() && administration_of(*key) != issuer)) {
    return std::unexpected("after is what next_after said of the same list");
  }
  return key;
}

}  // namespace

Response get_list(const Call& call) {
  const auto fault =
      call.unexpected({"issuer", "by", "on", "known_at", "status", "format", "after", "limit", "attest"});
  if (fault) return problem(ApiCode::kBadParameter, *fault);
  const auto issuer = call.query("issuer");
  const auto by = call.query("by");
  if (issuer.has_value() == by.has_value()) return problem(ApiCode::kBadParameter, "give either issuer=CC or by=CC");
  if ((issuer ? *issuer : *by).size() != 2) return problem(ApiCode::kBadParameter, "an administration has two letters");
  const std::string status = call.query("status").value_or("ACTIVE");
  if (status != "ACTIVE" && status != "ALL") return problem(ApiCode::kBadParameter, "status is ACTIVE or ALL");
  const auto page = asked_page(call);
  if (!page) return problem(ApiCode::kBadParameter, page.error());
  const auto type = issuer ? RecordType::kCertificate : RecordType::kOperator;
  const auto after = asked_start(*page, type, issuer.value_or(""));
  if (!after) return problem(ApiCode::kBadParameter, after.error());
  if (auto unknown = unknown_administration(call, {"issuer", "by"})) return *std::move(unknown);
  const auto day = asked_day(call);
  if (!day) return day.error();
  auto asked = asked_state(call);
  if (!asked) return std::move(asked.error());
  asked->state = std::make_shared<RecentRecords>(std::move(asked->state));
  const Question question{.call = call, .asked = *asked, .day = *day, .after = *after, .limit = page->limit};
  return issuer ? issuer_list(question, *issuer, status == "ALL") : recogniser_list(question, *by);
}

}  // namespace quipu::http
