// SPDX-License-Identifier: Apache-2.0
// Who relied on a certificate that was annulled, and when: the days on which each administration recognised it, as
// known just before the annulment was.
#include <algorithm>
#include <set>

#include "crypto/merkle.h"
#include "node/http/certificate_json.h"
#include "node/http/handlers.h"
#include "node/http/json_answer.h"
#include "node/http/records.h"
#include "node/http/rows.h"
#include "node/ledger/recognition.h"
#include "node/ledger/state.pb.h"

namespace quipu::http {

namespace {

using ledger::Date;
using ledger::RecordType;
namespace v1 = ledger::v1;

std::optional<v1::CertificateRecord> certificate_in(const ledger::StateView& state, const std::string& issuer,
                                                    const std::string& number) {
  return read_record<v1::CertificateRecord>(state, ledger::map_key(RecordType::kCertificate, issuer, number));
}

// The block from which on the certificate is annulled: that of an approval, where one was needed.
std::optional<ledger::BlockSummary> annulled_in(const ledger::LedgerReader& reader, const std::string& issuer,
                                                const v1::CertificateRecord& record) {
  for (const v1::LogPlace& place : record.history().events()) {
    const auto leaf = reader.leaf(place.leaf());
    const auto located = leaf ? reader.find(crypto::leaf_hash(*leaf)) : std::nullopt;
    if (!located) continue;
    const auto then = certificate_in(*reader.state(located->height), issuer, record.certificate());
    if (then && ledger::annulled(*then)) return reader.block(located->height);
  }
  return std::nullopt;
}

// Days on which an answer may change; between two of them it does not.
class Days {
 public:
  Days(Date first, Date last) : first_(first), last_(last), days_{first} {}
  void add(const std::string& text, std::int32_t later = 0) {
    const auto day = Date::parse(text);
    if (!day) return;
    const Date at = day->plus(later);
    if (first_ < at && at <= last_) days_.insert(at);
  }
  void add_facts(const auto& facts) {
    for (const auto& fact : facts) add(fact.effective_from());
  }
  const std::set<Date>& all() const { return days_; }

 private:
  Date first_, last_;
  std::set<Date> days_;
};

void add_review_days(Days& days, const v1::Review& review) {
  days.add(review.undone_from());
  for (const auto& appeal : review.appeals()) {
    days.add(appeal.from());
    days.add(appeal.to());
  }
}

void add_certificate_days(Days& days, const v1::CertificateRecord& record) {
  for (const auto& interval : record.intervals()) {
    days.add(interval.from());
    days.add(interval.to(), 1);
  }
  for (const auto& suspension : record.suspensions()) {
    days.add(suspension.from());
    days.add_facts(suspension.reinstatements());
    add_review_days(days, suspension.review());
  }
  days.add_facts(record.role_changes());
  days.add_facts(record.ends());
  for (const auto& end : record.ends()) add_review_days(days, end.review());
}

void add_recogniser_days(Days& days, const ledger::StateView& state, const std::string& recogniser,
                         const std::string& issuer, const std::string& subject) {
  const v1::ArrangementIndex index = arrangement_index(state);
  for (const auto& entry : index.arrangements()) {
    const std::string pair = entry.arrangement() + "/" + issuer;
    const auto edge = read_record<v1::EdgeRecord>(state, ledger::map_key(RecordType::kEdge, recogniser, pair));
    if (edge) days.add_facts(edge->facts());
    const auto denial =
        read_record<v1::DenialRecord>(state, ledger::map_key(RecordType::kDenial, recogniser, pair + "/" + subject));
    if (denial) {
      days.add_facts(denial->facts());
      for (const auto& fact : denial->facts()) days.add(fact.until(), 1);
    }
    const auto key = ledger::map_key(RecordType::kRegister, "--", "arrangement/" + entry.arrangement());
    if (const auto arrangement = read_record<v1::ArrangementRecord>(state, key)) {
      days.add(arrangement->arrangement().signed_on());
    }
  }
}

struct Exposure {
  std::string recogniser;
  Date from, to;
  std::set<std::string> arrangements;
};

struct Question {
  const ledger::StateView& before;
  std::string issuer;
  const v1::CertificateRecord& record;  // as known before
  std::string tin;
  Date first, last;
};

// The arrangements under which this very certificate is recognised on the day, in any role and flow.
std::set<std::string> arrangements_on(const Question& question, const std::string& recogniser, Date day) {
  std::set<std::string> found;
  const std::string name = question.issuer + "/" + question.record.certificate();
  for (const int role : ledger::roles_on(question.record, day)) {
    for (const char* flow : {"IMPORT", "EXPORT"}) {
      const auto answer = ledger::recognise(
          question.before,
          {.tin = question.tin, .role = v1::Role_Name(role), .flow = flow, .recogniser = recogniser, .on = day});
      if (!answer) continue;
      for (const auto& result : answer->results) {
        const bool relied_on = result.reason == ledger::Code::kRecognised && result.certificate == name;
        if (relied_on) found.insert(result.arrangement);
      }
    }
  }
  return found;
}

void add_exposures(std::vector<Exposure>& out, const Question& question, const std::string& recogniser,
                   const std::set<Date>& days) {
  for (auto day = days.begin(); day != days.end(); ++day) {
    const Date to = std::next(day) == days.end() ? question.last : std::next(day)->plus(-1);
    auto arrangements = arrangements_on(question, recogniser, *day);
    if (arrangements.empty()) continue;
    const bool goes_on = !out.empty() && out.back().recogniser == recogniser && out.back().to.plus(1) == *day &&
                         out.back().arrangements == arrangements;
    if (goes_on) {
      out.back().to = to;
    } else {
      out.push_back({.recogniser = recogniser, .from = *day, .to = to, .arrangements = std::move(arrangements)});
    }
  }
}

// All others that share an arrangement with the issuer.
std::set<std::string> partners_of(const ledger::StateView& state, const std::string& issuer) {
  std::set<std::string> partners;
  const v1::ArrangementIndex index = arrangement_index(state);
  for (const auto& entry : index.arrangements()) {
    const auto& parties = entry.parties();
    if (std::find(parties.begin(), parties.end(), issuer) != parties.end()) {
      partners.insert(parties.begin(), parties.end());
    }
  }
  partners.erase(issuer);
  return partners;
}

std::vector<Exposure> exposures(const Question& question) {
  std::vector<Exposure> out;
  if (question.tin.empty() || question.last < question.first) return out;
  const auto consent = read_record<v1::ConsentRecord>(
      question.before, ledger::map_key(RecordType::kConsent, question.issuer, question.record.subject()));
  for (const std::string& recogniser : partners_of(question.before, question.issuer)) {
    Days days(question.first, question.last);
    add_certificate_days(days, question.record);
    if (consent) days.add_facts(consent->facts());
    add_recogniser_days(days, question.before, recogniser, question.issuer, question.record.subject());
    add_exposures(out, question, recogniser, days.all());
  }
  return out;
}

Response answer(const Call& call, const AskedState& asked, const std::string& name, const v1::CertificateRecord& record,
                const ledger::BlockSummary& known_from, bool findable, const std::vector<Exposure>& found) {
  JsonWriter json = begin_answer(call, asked);
  json.field("certificate", name).field("granted_from", record.granted_from());
  const v1::Annulment& annulment = *record.annulments().rbegin();  // at most the last one stands
  json.field("annulled_on", annulment.decided_on()).optional_field("reason", annulment.reason());
  json.field("known_from_height", known_from.height.value);
  json.field("known_from", ledger::format_instant(known_from.block_time_ms));
  // Without a tax number on the log no declaration of others is answered by number.
  if (!findable) json.field("natural_person", true);
  json.key("items").begin_array();
  Bytes csv = "recogniser,from,to,arrangements\r\n";
  for (const Exposure& each : found) {
    json.begin_object().field("recogniser", each.recogniser).field("from", each.from.text());
    json.field("to", each.to.text()).strings("arrangements", each.arrangements).end_object();
    append_row(csv, {each.recogniser, each.from.text(), each.to.text(), joined(each.arrangements)});
  }
  json.end_array();
  return call.wants_csv() ? csv_response(std::move(csv), asked, "") : end_answer(std::move(json));
}

}  // namespace

Response get_exposure(const Call& call) {
  if (const auto fault = call.unexpected({"known_at", "format"})) return problem(ApiCode::kBadParameter, *fault);
  auto asked = asked_state(call);
  if (!asked) return std::move(asked.error());
  const std::string& issuer = call.path[0];
  const auto record = issuer.size() == 2 ? certificate_in(*asked->state, issuer, call.path[1]) : std::nullopt;
  if (!record) return problem(ApiCode::kNotFound, "no certificate of that CC/NUMBER");
  const auto known_from = ledger::annulled(*record) ? annulled_in(*asked->reader, issuer, *record) : std::nullopt;
  if (!known_from) return problem(ApiCode::kNotFound, "the certificate is not annulled: nobody relied on it wrongly");
  const auto before = asked->reader->state({{known_from->height.value - 1}});
  const auto then = certificate_in(*before, issuer, record->certificate());
  const std::string name = issuer + "/" + record->certificate();
  if (!then) return answer(call, *asked, name, *record, *known_from, true, {});
  const auto firm =
      read_record<v1::OperatorRecord>(*before, ledger::map_key(RecordType::kOperator, issuer, record->subject()));
  const Date last = Date::of(known_from->block_time_ms, 0);
  const Question question{.before = *before,
                          .issuer = issuer,
                          .record = *then,
                          .tin = firm ? tin_on(*firm, last) : std::string(),
                          .first = Date::parse(record->granted_from()).value_or(last),
                          .last = last};
  return answer(call, *asked, name, *record, *known_from, !question.tin.empty(), exposures(question));
}

}  // namespace quipu::http
