// SPDX-License-Identifier: Apache-2.0
// Suspended, prolonged, reinstated.
#include <algorithm>

#include "node/ledger/rules/certificates.h"
#include "node/ledger/rules/fields.h"
#include "node/ledger/state.pb.h"
#include "node/ledger/timeline.h"

namespace quipu::ledger {
namespace {

bool contains(const std::vector<int>& roles, int role) { return std::ranges::find(roles, role) != roles.end(); }

// The suspensions, of the whole or of roles, in force on the decision date.
std::vector<v1::Suspension*> suspensions_in_force(const Context& at, v1::CertificateRecord& certificate) {
  std::vector<v1::Suspension*> found;
  for (v1::Suspension& each : *certificate.mutable_suspensions()) {
    if (acts_on(each, at.decision)) found.push_back(&each);
  }
  return found;
}

Verdict check_suspended(const Context& at, v1::CertificateRecord& certificate) {
  const CertificateStatus status = status_on(certificate, at.decision);
  const bool valid = status == CertificateStatus::kActive || status == CertificateStatus::kSuspended;
  if (valid && !suspensions_in_force(at, certificate).empty()) return {};
  return refuse(Code::kNotSuspended, std::string(name_of(status)) + " on " + at.decision.text());
}

Verdict check_roles(const Context& at, const v1::CertificateRecord& certificate,
                    const v1::CertificateSuspended& stated) {
  const std::vector<int> held = roles_on(certificate, at.decision);
  const std::vector<int> suspended = suspended_roles_on(certificate, at.decision);
  for (const int role : stated.roles()) {
    if (!contains(held, role)) return refuse(Code::kRoleNotHeld, v1::Role_Name(role));
    if (contains(suspended, role)) return refuse(Code::kAlreadySuspended, v1::Role_Name(role));
  }
  return {};
}

}  // namespace

Verdict check_certificate_suspended(const Context& at, const v1::Event& event) {
  const v1::CertificateSuspended& stated = event.certificate_suspended();
  const auto certificate = open_certificate(at, stated.certificate());
  if (!certificate) return std::unexpected(certificate.error());
  if (auto fields = all_of({check_given("ground", stated.ground()), check_each_given("roles", stated.roles()),
                            check_last_day("until", stated.until(), at.effect)});
      !fields) {
    return fields;
  }
  if (auto status = check_active(at, *certificate); !status) return status;
  return check_roles(at, *certificate, stated);
}

void act_certificate_suspended(const Context& at, const v1::Event& event) {
  const v1::CertificateSuspended& stated = event.certificate_suspended();
  v1::CertificateRecord certificate = certificate_of(at, stated.certificate());
  v1::Suspension& suspension = *certificate.add_suspensions();
  suspension.set_from(at.effect.text());
  suspension.set_until(stated.until());
  suspension.set_ground(stated.ground());
  *suspension.mutable_roles() = stated.roles();
  suspension.set_reason(event.reason());
  *suspension.mutable_by() = at.place;
  store(at, certificate);
}

Verdict check_suspension_prolonged(const Context& at, const v1::Event& event) {
  const v1::SuspensionProlonged& stated = event.suspension_prolonged();
  auto certificate = open_certificate(at, stated.certificate());
  if (!certificate) return std::unexpected(certificate.error());
  if (auto real = all_of({check_date("until", stated.until()), check_last_day("until", stated.until(), at.effect)});
      !real) {
    return real;
  }
  if (auto suspended = check_suspended(at, *certificate); !suspended) return suspended;
  for (const v1::Suspension* each : suspensions_in_force(at, *certificate)) {
    if (stated.until() <= each->until()) return refuse(Code::kEndNotLater, "until " + each->until() + " already");
  }
  return {};
}

void act_suspension_prolonged(const Context& at, const v1::Event& event) {
  const v1::SuspensionProlonged& stated = event.suspension_prolonged();
  v1::CertificateRecord certificate = certificate_of(at, stated.certificate());
  for (v1::Suspension* each : suspensions_in_force(at, certificate)) {
    each->set_until(stated.until());
    *each->mutable_until_by() = at.place;
  }
  store(at, certificate);
}

Verdict check_certificate_reinstated(const Context& at, const v1::Event& event) {
  const v1::CertificateReinstated& stated = event.certificate_reinstated();
  auto certificate = open_certificate(at, stated.certificate());
  if (!certificate) return std::unexpected(certificate.error());
  if (auto given = check_given("effect", stated.effect()); !given) return given;
  return check_suspended(at, *certificate);
}

void act_certificate_reinstated(const Context& at, const v1::Event& event) {
  const v1::CertificateReinstated& stated = event.certificate_reinstated();
  v1::CertificateRecord certificate = certificate_of(at, stated.certificate());
  for (v1::Suspension* each : suspensions_in_force(at, certificate)) {
    if (stated.effect() == v1::EX_TUNC) {
      each->mutable_review()->set_undone(true);
      *each->mutable_review()->mutable_undone_by() = at.place;
    } else {
      v1::Reinstatement& reinstatement = *each->add_reinstatements();
      reinstatement.set_effective_from(at.effect.text());
      *reinstatement.mutable_by() = at.place;
    }
  }
  store(at, certificate);
}

}  // namespace quipu::ledger
