// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "node/ledger/rules/applications.h"
#include "node/ledger/rules/certificates.h"
#include "node/ledger/rules/fields.h"
#include "node/ledger/rules/history.h"
#include "node/ledger/rules/operators.h"
#include "node/ledger/rules/records.h"
#include "node/ledger/state.pb.h"
#include "node/ledger/timeline.h"

namespace quipu::ledger {
namespace {

Verdict check_fields(const Context& at, const v1::CertificateGranted& stated) {
  return all_of({check_id("certificate", stated.certificate()), check_id("subject", stated.subject()),
                 check_given("scheme", stated.scheme()), check_each_given("roles", stated.roles()),
                 check_ascending("roles", stated.roles()), check_label("national_label", stated.national_label()),
                 check_code_if_any(at, "level", stated.level()),
                 check_last_day("valid_to", stated.valid_to(), at.effect),
                 check_date_if_any("validation_date", stated.validation_date()),
                 check_hash_if_any("sites_commitment", stated.sites_commitment())});
}

// A number is free when it was never stated, and again for the same operator when its grant has lapsed unapproved.
Verdict check_number(const Context& at, const v1::CertificateGranted& stated) {
  const auto earlier = get<v1::CertificateRecord>(at.state, at.author, stated.certificate());
  if (!earlier || (at.approving && earlier->pending().grant())) return {};
  const bool lapsed_grant = earlier->pending().grant() && lapsed(earlier->pending(), at.origin);
  if (lapsed_grant && earlier->subject() == stated.subject()) return {};
  return refuse(Code::kNumberTaken, stated.certificate());
}

bool shares_role(const Context& at, const v1::CertificateRecord& certificate, const v1::CertificateGranted& stated) {
  return std::ranges::any_of(roles_on(certificate, at.decision),
                             [&](int role) { return std::ranges::find(stated.roles(), role) != stated.roles().end(); });
}

Verdict check_against(const Context& at, const v1::CertificateRecord& other, const v1::CertificateGranted& stated) {
  if (auto may = check_may_apply(at, other); !may) return may;
  if (other.scheme() == stated.scheme() && live_on(at, other, at.decision) && shares_role(at, other, stated)) {
    return refuse(Code::kLiveCertificateExists, other.certificate());
  }
  return {};
}

void fill(v1::CertificateRecord& certificate, const v1::CertificateGranted& stated) {
  certificate.set_certificate(stated.certificate());
  certificate.set_subject(stated.subject());
  certificate.set_scheme(stated.scheme());
  certificate.set_national_label(stated.national_label());
  certificate.set_legacy(stated.legacy());
  if (!stated.validation_date().empty()) certificate.add_validation_dates(stated.validation_date());
}

void add_first_facts(const Context& at, v1::CertificateRecord& certificate, const v1::CertificateGranted& stated) {
  certificate.set_granted_from(at.effect.text());
  *certificate.mutable_grant() = at.place;
  v1::Interval& interval = *certificate.add_intervals();
  interval.set_from(at.effect.text());
  interval.set_to(stated.valid_to());
  *interval.mutable_by() = at.place;
  v1::RoleChange& roles = *certificate.add_role_changes();
  *roles.mutable_added() = stated.roles();
  *roles.mutable_by() = at.place;
  v1::Terms& terms = *certificate.add_terms();
  terms.set_level(stated.level());
  terms.set_sites_commitment(stated.sites_commitment());
  terms.set_sites(stated.sites());
  *terms.mutable_by() = at.place;
}

void enter_with_operator(const Context& at, const v1::CertificateGranted& stated) {
  v1::OperatorRecord firm = *get<v1::OperatorRecord>(at.state, at.author, stated.subject());
  const auto& numbers = firm.certificates();
  if (std::ranges::find(numbers, stated.certificate()) != numbers.end()) return;
  firm.add_certificates(stated.certificate());
  remember(at, *firm.mutable_history());
  put(at.state, at.author, stated.subject(), firm);
}

}  // namespace

Verdict check_certificate_granted(const Context& at, const v1::Event& event) {
  const v1::CertificateGranted& stated = event.certificate_granted();
  if (auto fields = check_fields(at, stated); !fields) return fields;
  if (stated.roles().empty()) return refuse(Code::kRolesEmpty, "roles");
  if (auto asked = check_application_granted(at, stated); !asked) return asked;
  const auto firm = unerased_operator(at, stated.subject());
  if (!firm) return std::unexpected(firm.error());
  if (auto number = check_number(at, stated); !number) return number;
  for (const std::string& number : firm->certificates()) {
    if (number == stated.certificate()) continue;
    const auto other = get<v1::CertificateRecord>(at.state, at.author, number);
    if (auto fits = check_against(at, *other, stated); !fits) return fits;
  }
  return {};
}

void act_certificate_granted(const Context& at, const v1::Event& event) {
  const v1::CertificateGranted& stated = event.certificate_granted();
  v1::CertificateRecord earlier = certificate_of(at, stated.certificate());
  v1::CertificateRecord certificate;
  *certificate.mutable_history() = earlier.history();
  certificate.set_last_decision(earlier.last_decision());
  fill(certificate, stated);
  add_first_facts(at, certificate, stated);
  store(at, certificate);
  enter_with_operator(at, stated);
  close_granted_application(at, stated);
}

}  // namespace quipu::ledger
