// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/rules/validations.h"

#include "node/ledger/rules/fields.h"
#include "node/ledger/rules/history.h"
#include "node/ledger/rules/operators.h"
#include "node/ledger/rules/records.h"
#include "node/ledger/state.pb.h"

namespace quipu::ledger {
namespace {

Verdict check_fields(const v1::ValidationRecorded& stated) {
  for (const std::string& participant : stated.participants()) {
    if (auto country = check_country("participants", participant); !country) return country;
  }
  return all_of({check_id("validation", stated.validation()), check_country("issuer", stated.issuer()),
                 check_id("subject", stated.subject()), check_given("mode", stated.mode()),
                 check_given("result", stated.result()), check_date("from", stated.from()),
                 check_date("to", stated.to()), check_hash_if_any("report_hash", stated.report_hash())});
}

Verdict check_target(const Context& at, const v1::ValidationRecorded& stated) {
  const auto firm = known_operator(at.state, stated.issuer(), stated.subject());
  if (!firm) return std::unexpected(firm.error());
  if (stated.certificate().empty()) return {};
  if (auto formed = check_id("certificate", stated.certificate()); !formed) return formed;
  const auto certificate = get<v1::CertificateRecord>(at.state, stated.issuer(), stated.certificate());
  if (!certificate) return refuse(Code::kCertificateUnknown, join(stated.issuer(), stated.certificate()));
  if (certificate->subject() != stated.subject()) return refuse(Code::kCertificateOfOther, stated.certificate());
  return {};
}

}  // namespace

Verdict check_validation_recorded(const Context& at, const v1::Event& event) {
  const v1::ValidationRecorded& stated = event.validation_recorded();
  if (auto fields = check_fields(stated); !fields) return fields;
  if (stated.to() < stated.from()) return refuse(Code::kEndBeforeStart, "to");
  if (stated.issuer() != at.author && stated.mode() != v1::PEER) return refuse(Code::kNotTheIssuer, stated.issuer());
  if (get<v1::ValidationRecord>(at.state, at.author, stated.validation())) {
    return refuse(Code::kValidationTaken, stated.validation());
  }
  // Nobody can be accredited before the ledger takes accreditations.
  if (!stated.experts().empty()) return refuse(Code::kExpertUnknown, "experts");
  return check_target(at, stated);
}

void act_validation_recorded(const Context& at, const v1::Event& event) {
  v1::ValidationRecord record;
  *record.mutable_validation() = event.validation_recorded();
  record.set_decision_date(event.decision_date());
  *record.mutable_by() = at.place;
  remember(at, *record.mutable_history());
  put(at.state, at.author, record.validation().validation(), record);
}

}  // namespace quipu::ledger
