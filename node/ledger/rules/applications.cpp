// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/rules/applications.h"

#include <algorithm>

#include "node/ledger/applications.h"
#include "node/ledger/rules/approvals.h"
#include "node/ledger/rules/certificates.h"
#include "node/ledger/rules/fields.h"
#include "node/ledger/rules/history.h"
#include "node/ledger/rules/operators.h"
#include "node/ledger/rules/records.h"
#include "node/ledger/rules/register.h"
#include "node/ledger/state.pb.h"
#include "node/ledger/tin.h"

namespace quipu::ledger {
namespace {

using State = ApplicationState;

Verdict check_profile(const Context& at) {
  if (number_in_force(at, "application_profile", 0) == 1) return {};
  return refuse(Code::kApplicationsOff, "parameter application_profile");
}

Verdict check_not_before(std::string_view field, const std::string& date, const std::string& earliest) {
  if (auto real = check_date(field, date); !real) return real;
  if (date < earliest) return refuse(Code::kDatesOutOfOrder, std::string(field) + ": not before " + earliest);
  return {};
}

Verdict check_happened(const Context& at, std::string_view field, const std::string& date) {
  if (date <= at.decision.text()) return {};
  return refuse(Code::kDatesOutOfOrder, std::string(field) + ": after the decision");
}

// The author's, with no later decision stated: kApplicationUnknown, kDatesOutOfOrder.
std::expected<v1::ApplicationRecord, Rejection> own_application(const Context& at, const std::string& id) {
  if (auto form = all_of({check_profile(at), check_id("application", id)}); !form) {
    return std::unexpected(form.error());
  }
  auto record = get<v1::ApplicationRecord>(at.state, at.author, id);
  if (!record) return refuse(Code::kApplicationUnknown, join(at.author, id));
  if (at.decision.text() < record->last_decision()) {
    return refuse(Code::kDatesOutOfOrder, "the latest decision is of " + record->last_decision());
  }
  return *std::move(record);
}

// The same, in one of these states: kApplicationState.
std::expected<v1::ApplicationRecord, Rejection> application_in(const Context& at, const std::string& id,
                                                               std::initializer_list<State> states) {
  auto record = own_application(at, id);
  if (!record) return record;
  const State state = state_of(*record);
  if (std::ranges::find(states, state) != states.end()) return record;
  return refuse(Code::kApplicationState, std::string(name_of(state)));
}

// As far as the ledger knows the applicant by what it has committed to before.
Verdict check_applicant_may_apply(const Context& at, const std::string& commitment) {
  const auto subject = claimant_of_commitment(at.state, at.author, commitment);
  if (!subject) return {};
  const auto firm = get<v1::OperatorRecord>(at.state, at.author, *subject);
  for (const std::string& number : firm->certificates()) {
    const auto certificate = get<v1::CertificateRecord>(at.state, at.author, number);
    if (auto may = check_may_apply(at, *certificate); !may) return may;
  }
  return {};
}

v1::ApplicationRecord application_of(const Context& at, const std::string& id) {
  return *get<v1::ApplicationRecord>(at.state, at.author, id);
}

void store(const Context& at, v1::ApplicationRecord record) {
  record.set_last_decision(std::max(record.last_decision(), at.decision.text()));
  remember(at, *record.mutable_history());
  put(at.state, at.author, record.filed().application(), record);
}

}  // namespace

Verdict check_application_granted(const Context& at, const v1::CertificateGranted& stated) {
  if (stated.application().empty()) return {};
  const auto record = get<v1::ApplicationRecord>(at.state, at.author, stated.application());
  if (!record) return refuse(Code::kApplicationUnknown, join(at.author, stated.application()));
  const State state = state_of(*record);
  if (state != State::kInReview) return refuse(Code::kApplicationState, std::string(name_of(state)));
  if (record->filed().scheme() == stated.scheme()) return {};
  return refuse(Code::kApplicationOfOther, v1::Scheme_Name(record->filed().scheme()));
}

void close_granted_application(const Context& at, const v1::CertificateGranted& stated) {
  if (stated.application().empty() || (at.member.dual_control() && !at.approving)) return;
  v1::ApplicationRecord record = application_of(at, stated.application());
  record.set_certificate(stated.certificate());
  record.set_closed_on(at.decision.text());
  store(at, std::move(record));
}

void enter_applicant(const Context& at, const std::string& subject) {
  const auto firm = get<v1::OperatorRecord>(at.state, at.author, subject);
  const auto banned = [&](const std::string& number) {
    return !get<v1::CertificateRecord>(at.state, at.author, number)->end().reapply_not_before().empty();
  };
  if (firm->identity_commitment().empty() || std::ranges::none_of(firm->certificates(), banned)) return;
  enter_commitment(at.state, at.author, firm->identity_commitment(), subject);
}

Verdict check_application_filed(const Context& at, const v1::Event& event) {
  const v1::ApplicationFiled& stated = event.application_filed();
  if (auto fields =
          all_of({check_profile(at), check_id("application", stated.application()),
                  check_given("applicant_commitment", !stated.applicant_commitment().empty()),
                  check_hash_if_any("applicant_commitment", stated.applicant_commitment()),
                  check_given("scheme", stated.scheme()), check_given("roles", stated.roles_size()),
                  check_each_given("roles", stated.roles()), check_ascending("roles", stated.roles()),
                  check_date("filed_on", stated.filed_on()), check_happened(at, "filed_on", stated.filed_on())});
      !fields) {
    return fields;
  }
  if (get<v1::ApplicationRecord>(at.state, at.author, stated.application())) {
    return refuse(Code::kApplicationTaken, stated.application());
  }
  return check_applicant_may_apply(at, stated.applicant_commitment());
}

void act_application_filed(const Context& at, const v1::Event& event) {
  v1::ApplicationRecord record;
  *record.mutable_filed() = event.application_filed();
  store(at, std::move(record));
}

Verdict check_application_accepted(const Context& at, const v1::Event& event) {
  const v1::ApplicationAccepted& stated = event.application_accepted();
  const auto record = application_in(at, stated.application(), {State::kApplied});
  if (!record) return std::unexpected(record.error());
  return all_of({check_not_before("accepted_on", stated.accepted_on(), record->filed().filed_on()),
                 check_happened(at, "accepted_on", stated.accepted_on()),
                 check_not_before("decision_due", stated.decision_due(), stated.accepted_on())});
}

void act_application_accepted(const Context& at, const v1::Event& event) {
  const v1::ApplicationAccepted& stated = event.application_accepted();
  v1::ApplicationRecord record = application_of(at, stated.application());
  record.set_accepted_on(stated.accepted_on());
  record.set_decision_due(stated.decision_due());
  store(at, std::move(record));
}

Verdict check_decision_extended(const Context& at, const v1::Event& event) {
  const v1::DecisionExtended& stated = event.decision_extended();
  const auto record = application_in(at, stated.application(), {State::kInReview});
  if (!record) return std::unexpected(record.error());
  if (auto real = check_date("decision_due", stated.decision_due()); !real) return real;
  if (stated.decision_due() > record->decision_due()) return {};
  return refuse(Code::kEndNotLater, "due on " + record->decision_due());
}

void act_decision_extended(const Context& at, const v1::Event& event) {
  v1::ApplicationRecord record = application_of(at, event.decision_extended().application());
  record.set_decision_due(event.decision_extended().decision_due());
  store(at, std::move(record));
}

Verdict check_application_closed(const Context& at, const v1::Event& event) {
  const v1::ApplicationClosed& stated = event.application_closed();
  if (auto given = check_given("outcome", stated.outcome()); !given) return given;
  // What was never accepted for review cannot be refused after one.
  const auto record = stated.outcome() == v1::REFUSED
                          ? application_in(at, stated.application(), {State::kInReview})
                          : application_in(at, stated.application(), {State::kApplied, State::kInReview});
  if (!record) return std::unexpected(record.error());
  return {};
}

void act_application_closed(const Context& at, const v1::Event& event) {
  v1::ApplicationRecord record = application_of(at, event.application_closed().application());
  record.set_outcome(event.application_closed().outcome());
  record.set_closed_on(at.decision.text());
  store(at, std::move(record));
}

}  // namespace quipu::ledger
