// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/rules/irregularities.h"

#include "node/ledger/cases.h"
#include "node/ledger/rules/certificates.h"
#include "node/ledger/rules/fields.h"
#include "node/ledger/rules/history.h"
#include "node/ledger/rules/leaves.h"
#include "node/ledger/rules/operators.h"
#include "node/ledger/rules/records.h"
#include "node/ledger/state.pb.h"

namespace quipu::ledger {
namespace {

// Of a certificate of this operator, or of its validation.
bool about_operator(const Context& at, const Target& linked, const std::string& subject) {
  if (linked.statement == v1::Event::kValidationRecorded) {
    const auto validation = get<v1::ValidationRecord>(at.state, at.author, linked.about);
    return validation && validation->validation().issuer() == at.author &&
           validation->validation().subject() == subject;
  }
  return certificate_of(at, linked.about).subject() == subject;
}

Verdict check_link(const Context& at, const v1::EventRef& link, const std::string& subject) {
  const auto linked = named_event(at, link);
  if (!linked) return std::unexpected(linked.error());
  if (!about_operator(at, *linked, subject)) return refuse(Code::kCertificateOfOther, linked->about);
  return {};
}

}  // namespace

Verdict check_irregularity_reported(const Context& at, const v1::Event& event) {
  const v1::IrregularityReported& stated = event.irregularity_reported();
  if (auto fields = all_of({check_id("case", stated.case_()), check_country("issuer", stated.issuer()),
                            check_id("subject", stated.subject()), check_date("answer_due", stated.answer_due()),
                            check_last_day("answer_due", stated.answer_due(), at.decision),
                            check_hash_if_any("content_commitment", stated.content_commitment())});
      !fields) {
    return fields;
  }
  if (get<v1::CaseRecord>(at.state, at.author, stated.case_())) return refuse(Code::kCaseTaken, stated.case_());
  const auto firm = known_operator(at.state, stated.issuer(), stated.subject());
  if (!firm) return std::unexpected(firm.error());
  return {};
}

void act_irregularity_reported(const Context& at, const v1::Event& event) {
  v1::CaseRecord record;
  *record.mutable_report() = event.irregularity_reported();
  record.set_decision_date(event.decision_date());
  *record.mutable_by() = at.place;
  remember(at, *record.mutable_history());
  put(at.state, at.author, record.report().case_(), record);
}

Verdict check_irregularity_answered(const Context& at, const v1::Event& event) {
  const v1::IrregularityAnswered& stated = event.irregularity_answered();
  if (auto fields = all_of({check_country("reporter", stated.reporter()), check_id("case", stated.case_()),
                            check_given("outcome", stated.outcome())});
      !fields) {
    return fields;
  }
  const auto record = get<v1::CaseRecord>(at.state, stated.reporter(), stated.case_());
  if (!record) return refuse(Code::kCaseUnknown, join(stated.reporter(), stated.case_()));
  if (record->report().issuer() != at.author)
    return refuse(Code::kNotYourCase, "it is for " + record->report().issuer());
  if (!case_open(*record)) return refuse(Code::kCaseClosed, join(stated.reporter(), stated.case_()));
  return stated.has_linked_event() ? check_link(at, stated.linked_event(), record->report().subject()) : Verdict{};
}

void act_irregularity_answered(const Context& at, const v1::Event& event) {
  const v1::IrregularityAnswered& stated = event.irregularity_answered();
  auto record = *get<v1::CaseRecord>(at.state, stated.reporter(), stated.case_());
  v1::CaseAnswer& answer = *record.add_answers();
  answer.set_outcome(stated.outcome());
  if (stated.has_linked_event()) *answer.mutable_linked_event() = stated.linked_event();
  answer.set_decision_date(event.decision_date());
  *answer.mutable_by() = at.place;
  remember(at, *record.mutable_history());
  put(at.state, stated.reporter(), stated.case_(), record);
}

}  // namespace quipu::ledger
