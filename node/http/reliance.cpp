// SPDX-License-Identifier: Apache-2.0
#include "node/http/reliance.h"

#include <algorithm>
#include <map>

#include "node/http/records.h"
#include "node/ledger/recognition.h"
#include "node/ledger/state.pb.h"
#include "node/ledger/timeline.h"

namespace quipu::http {

namespace {

using ledger::Code;
using ledger::Date;
using ledger::RecordType;
namespace v1 = ledger::v1;

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
  for (const auto& annulment : record.annulments()) add_review_days(days, annulment.review());
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

// By arrangement, what this very certificate comes to on the day at the furthest.
std::map<std::string, Code> answers_on(const RelianceQuestion& question, const std::string& recogniser, Date day) {
  std::map<std::string, Code> furthest;
  const std::string name = question.issuer + "/" + question.record.certificate();
  const std::string firm = question.issuer + "/" + question.record.subject();
  for (const int role : ledger::roles_on(question.record, day)) {
    for (const char* flow : {"IMPORT", "EXPORT"}) {
      const auto answer = ledger::recognise(
          question.state,
          {.tin = "", .role = v1::Role_Name(role), .flow = flow, .recogniser = recogniser, .on = day, .subject = firm});
      if (!answer) continue;
      for (const auto& result : answer->results) {
        if (result.certificate != name || result.reason <= Code::kSchemeOutOfScope) continue;
        auto& code = furthest.emplace(result.arrangement, result.reason).first->second;
        code = std::max(code, result.reason);
      }
    }
  }
  return furthest;
}

std::map<Code, std::set<std::string>> by_reason(const std::map<std::string, Code>& answers) {
  std::map<Code, std::set<std::string>> sorted;
  for (const auto& [arrangement, code] : answers) sorted[code].insert(arrangement);
  return sorted;
}

// As a new span, or as the rest of one that ended the day before.
void add_span(std::vector<Reliance>& out, Reliance span) {
  const auto goes_on = std::ranges::find_if(out, [&](const Reliance& each) {
    return each.recogniser == span.recogniser && each.to.plus(1) == span.from && each.reason == span.reason &&
           each.arrangements == span.arrangements;
  });
  if (goes_on == out.end()) {
    out.push_back(std::move(span));
  } else {
    goes_on->to = span.to;
  }
}

void add_reliances(std::vector<Reliance>& out, const RelianceQuestion& question, const std::string& recogniser,
                   const std::set<Date>& days) {
  for (auto day = days.begin(); day != days.end(); ++day) {
    const Date to = std::next(day) == days.end() ? question.last : std::next(day)->plus(-1);
    for (auto& [reason, arrangements] : by_reason(answers_on(question, recogniser, *day))) {
      add_span(out, {.recogniser = recogniser, .from = *day, .to = to, .reason = reason, .arrangements = arrangements});
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

}  // namespace

std::vector<Reliance> reliances(const RelianceQuestion& question) {
  std::vector<Reliance> out;
  if (question.last < question.first) return out;
  const std::string& subject = question.record.subject();
  const auto consent =
      read_record<v1::ConsentRecord>(question.state, ledger::map_key(RecordType::kConsent, question.issuer, subject));
  for (const std::string& recogniser : partners_of(question.state, question.issuer)) {
    if (!question.recogniser.empty() && question.recogniser != recogniser) continue;
    Days days(question.first, question.last);
    add_certificate_days(days, question.record);
    if (consent) days.add_facts(consent->facts());
    add_recogniser_days(days, question.state, recogniser, question.issuer, subject);
    add_reliances(out, question, recogniser, days.all());
  }
  return out;
}

}  // namespace quipu::http
