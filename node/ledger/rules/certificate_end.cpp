// SPDX-License-Identifier: Apache-2.0
// Revoked, surrendered, annulled.
#include "node/ledger/rules/applications.h"
#include "node/ledger/rules/certificates.h"
#include "node/ledger/rules/fields.h"
#include "node/ledger/state.pb.h"

namespace quipu::ledger {
namespace {

void end(const Context& at, const v1::Event& event, const std::string& number, v1::EndKind kind,
         const std::string& reapply_not_before) {
  v1::CertificateRecord certificate = certificate_of(at, number);
  v1::End& fact = *certificate.mutable_end();
  fact.set_kind(kind);
  fact.set_effective_from(at.effect.text());
  fact.set_reapply_not_before(reapply_not_before);
  fact.set_reason(event.reason());
  *fact.mutable_by() = at.place;
  store(at, certificate);
  if (!reapply_not_before.empty()) enter_applicant(at, certificate.subject());
}

}  // namespace

Verdict check_certificate_revoked(const Context& at, const v1::Event& event) {
  const v1::CertificateRevoked& stated = event.certificate_revoked();
  const auto certificate = open_certificate(at, stated.certificate());
  if (!certificate) return std::unexpected(certificate.error());
  return all_of({check_date_if_any("reapply_not_before", stated.reapply_not_before()),
                 check_active_or_suspended(at, *certificate)});
}

void act_certificate_revoked(const Context& at, const v1::Event& event) {
  const v1::CertificateRevoked& stated = event.certificate_revoked();
  end(at, event, stated.certificate(), v1::REVOKED, stated.reapply_not_before());
}

Verdict check_certificate_surrendered(const Context& at, const v1::Event& event) {
  const v1::CertificateSurrendered& stated = event.certificate_surrendered();
  const auto certificate = open_certificate(at, stated.certificate());
  if (!certificate) return std::unexpected(certificate.error());
  return all_of({check_date_if_any("requested_on", stated.requested_on()),
                 check_date_if_any("reapply_not_before", stated.reapply_not_before()),
                 check_active_or_suspended(at, *certificate)});
}

void act_certificate_surrendered(const Context& at, const v1::Event& event) {
  const v1::CertificateSurrendered& stated = event.certificate_surrendered();
  end(at, event, stated.certificate(), v1::SURRENDERED, stated.reapply_not_before());
}

Verdict check_certificate_annulled(const Context& at, const v1::Event& event) {
  const std::string& number = event.certificate_annulled().certificate();
  const auto certificate = own_certificate(at, number);
  if (!certificate) return std::unexpected(certificate.error());
  if (certificate->has_annulment()) return refuse(Code::kAlreadyAnnulled, number);
  if (!event.effective_from().empty() && event.effective_from() != certificate->granted_from()) {
    return refuse(Code::kNotTheOriginalDate, "granted from " + certificate->granted_from());
  }
  return {};
}

void act_certificate_annulled(const Context& at, const v1::Event& event) {
  v1::CertificateRecord certificate = certificate_of(at, event.certificate_annulled().certificate());
  v1::Annulment& fact = *certificate.mutable_annulment();
  fact.set_effective_from(certificate.granted_from());
  fact.set_decided_on(at.decision.text());
  fact.set_reason(event.reason());
  *fact.mutable_by() = at.place;
  store(at, certificate);
}

}  // namespace quipu::ledger
