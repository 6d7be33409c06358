// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/rules/validations.h"

#include <algorithm>

#include "node/ledger/rules/fields.h"
#include "node/ledger/rules/history.h"
#include "node/ledger/rules/operators.h"
#include "node/ledger/rules/records.h"
#include "node/ledger/state.pb.h"

namespace quipu::ledger {
namespace {

// Each expert named is looked up, each participant may co-sign.
constexpr int kMostExperts = 16;
constexpr int kMostParticipants = 64;

Verdict check_counts(const v1::ValidationRecorded& stated) {
  if (stated.experts_size() > kMostExperts) return refuse(Code::kTooManyNamed, "experts");
  if (stated.participants_size() > kMostParticipants) return refuse(Code::kTooManyNamed, "participants");
  return {};
}

Verdict check_fields(const v1::ValidationRecorded& stated) {
  for (const std::string& participant : stated.participants()) {
    if (auto country = check_country("participants", participant); !country) return country;
  }
  return all_of({check_id("validation", stated.validation()), check_country("issuer", stated.issuer()),
                 check_id("subject", stated.subject()), check_given("mode", stated.mode()),
                 check_given("result", stated.result()), check_date("from", stated.from()),
                 check_date("to", stated.to()), check_hash_if_any("report_hash", stated.report_hash())});
}

// A joint or a peer validation is no affair of the issuer alone.
Verdict check_company(const Context& at, const v1::ValidationRecorded& stated) {
  if (stated.mode() != v1::JOINT && stated.mode() != v1::PEER) return {};
  const auto another = [&](const std::string& participant) { return participant != stated.issuer(); };
  if (at.author != stated.issuer() || std::ranges::any_of(stated.participants(), another)) return {};
  return refuse(Code::kParticipantMissing, "participants");
}

Verdict check_experts(const Context& at, const v1::ValidationRecorded& stated) {
  for (const std::string& expert : stated.experts()) {
    if (auto may = check_accredited(at.state, expert, stated.from(), stated.to()); !may) return may;
  }
  return check_ascending("experts", stated.experts());
}

bool has_cosigned(const v1::ValidationRecord& record, const std::string& administration) {
  const auto& given = record.cosignatures();
  return std::ranges::find(given, administration, &v1::Cosignature::administration) != given.end();
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
  if (auto fields = all_of({check_counts(stated), check_fields(stated)}); !fields) return fields;
  if (stated.to() < stated.from()) return refuse(Code::kEndBeforeStart, "to");
  if (stated.issuer() != at.author && stated.mode() != v1::PEER) return refuse(Code::kNotTheIssuer, stated.issuer());
  if (get<v1::ValidationRecord>(at.state, at.author, stated.validation())) {
    return refuse(Code::kValidationTaken, stated.validation());
  }
  if (auto target = check_target(at, stated); !target) return target;
  return all_of({check_company(at, stated), check_experts(at, stated)});
}

void act_validation_recorded(const Context& at, const v1::Event& event) {
  v1::ValidationRecord record;
  *record.mutable_validation() = event.validation_recorded();
  record.set_decision_date(event.decision_date());
  remember(at, *record.mutable_history());
  put(at.state, at.author, record.validation().validation(), record);
}

Verdict check_validation_cosigned(const Context& at, const v1::Event& event) {
  const v1::ValidationCosigned& stated = event.validation_cosigned();
  if (auto fields = all_of({check_country("author", stated.author()), check_id("validation", stated.validation()),
                            check_hash_if_any("note_hash", stated.note_hash())});
      !fields) {
    return fields;
  }
  const std::string id = join(stated.author(), stated.validation());
  const auto record = get<v1::ValidationRecord>(at.state, stated.author(), stated.validation());
  if (!record) return refuse(Code::kValidationUnknown, id);
  const auto& named = record->validation().participants();
  if (std::ranges::find(named, at.author) == named.end()) return refuse(Code::kNotAParticipant, id);
  if (has_cosigned(*record, at.author)) return refuse(Code::kAlreadyCosigned, id);
  return {};
}

void act_validation_cosigned(const Context& at, const v1::Event& event) {
  const v1::ValidationCosigned& stated = event.validation_cosigned();
  v1::ValidationRecord record = *get<v1::ValidationRecord>(at.state, stated.author(), stated.validation());
  v1::Cosignature& given = *record.add_cosignatures();
  given.set_administration(at.author);
  given.set_reservation(stated.reservation());
  given.set_note_hash(stated.note_hash());
  given.set_decision_date(event.decision_date());
  *given.mutable_by() = at.place;
  remember(at, *record.mutable_history());
  put(at.state, stated.author(), stated.validation(), record);
}

}  // namespace quipu::ledger
