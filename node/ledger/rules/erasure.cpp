// SPDX-License-Identifier: Apache-2.0
// A firm's side records are to be deleted on every node. The log keeps a tombstone: lawfully erased, not missing.
#include "node/ledger/rules/certificates.h"
#include "node/ledger/rules/history.h"
#include "node/ledger/rules/operators.h"
#include "node/ledger/rules/proposals.h"
#include "node/ledger/rules/records.h"
#include "node/ledger/rules/register.h"
#include "node/ledger/state.pb.h"

namespace quipu::ledger {
namespace {

// A certificate keeps its firm's records for the whole term after its last live day and after the last decision about
// it.
Verdict check_certificate(const Context& at, const v1::CertificateRecord& certificate, Date since) {
  if (live_on(at, certificate, at.decision)) return refuse(Code::kSubjectHasCertificate, certificate.certificate());
  if (live_on(at, certificate, since) || certificate.last_decision() > since.text()) {
    return refuse(Code::kRetentionNotElapsed, certificate.certificate() + ": keeps its records " +
                                                  std::to_string(at.decision.days - since.days) + " days");
  }
  return {};
}

}  // namespace

Verdict check_not_erased(const v1::OperatorRecord& firm) {
  if (firm.has_erased()) return refuse(Code::kSubjectErased, firm.subject() + ", on " + firm.erased().decided_on());
  return {};
}

Verdict check_subject_erased(const Context& at, const v1::Event& event) {
  if (auto form = check_no_effect_stated(event); !form) return form;
  const auto firm = unerased_operator(at, event.subject_erased().subject());
  if (!firm) return std::unexpected(firm.error());
  const Date since = at.decision.plus(-number_in_force(at, "retention_days", kRetentionDays));
  for (const std::string& number : firm->certificates()) {
    const auto certificate = get<v1::CertificateRecord>(at.state, at.author, number);
    if (auto over = check_certificate(at, *certificate, since); !over) return over;
  }
  return {};
}

void act_subject_erased(const Context& at, const v1::Event& event) {
  v1::OperatorRecord firm = *get<v1::OperatorRecord>(at.state, at.author, event.subject_erased().subject());
  firm.mutable_erased()->set_decided_on(at.decision.text());
  *firm.mutable_erased()->mutable_by() = at.place;
  remember(at, *firm.mutable_history());
  put(at.state, at.author, firm.subject(), firm);
}

}  // namespace quipu::ledger
