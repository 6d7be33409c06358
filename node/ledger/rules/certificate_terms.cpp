// SPDX-License-Identifier: Apache-2.0
// Amended, renewed, extended: what a certificate covers and until when.
#include <algorithm>
#include <charconv>
#include <set>

#include "node/ledger/rules/certificates.h"
#include "node/ledger/rules/fields.h"
#include "node/ledger/rules/records.h"
#include "node/ledger/rules/register.h"
#include "node/ledger/state.pb.h"
#include "node/ledger/timeline.h"

namespace quipu::ledger {
namespace {

std::int32_t renewal_grace_days(const Context& at) {
  const auto parameter = parameter_in_force(at, "renewal_grace_days");
  if (!parameter) return kRenewalGraceDays;
  const std::string& text = parameter->value();
  std::int32_t days = kRenewalGraceDays;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), days);
  return parsed.ec == std::errc{} && days >= 0 && days <= 3660 ? days : kRenewalGraceDays;
}

bool changes_roles(const v1::CertificateAmended& stated) {
  return !stated.roles_added().empty() || !stated.roles_removed().empty();
}

bool changes_terms(const v1::CertificateAmended& stated) {
  return !stated.level().empty() || !stated.sites_commitment().empty() || stated.sites() != 0;
}

void add_roles(const Context& at, v1::CertificateRecord& certificate, const v1::CertificateAmended& stated) {
  v1::RoleChange change;
  change.set_effective_from(at.effect.text());
  *change.mutable_added() = stated.roles_added();
  *change.mutable_removed() = stated.roles_removed();
  *change.mutable_by() = at.place;
  add_fact(*certificate.mutable_role_changes(), std::move(change));
}

void add_terms(const Context& at, v1::CertificateRecord& certificate, const v1::CertificateAmended& stated) {
  v1::Terms terms;
  terms.set_effective_from(at.effect.text());
  terms.set_level(stated.level());
  terms.set_sites_commitment(stated.sites_commitment());
  terms.set_sites(stated.sites());
  *terms.mutable_by() = at.place;
  add_fact(*certificate.mutable_terms(), std::move(terms));
}

std::string last_end(const v1::CertificateRecord& certificate) {
  std::string last = certificate.intervals(0).to();
  for (const v1::Interval& interval : certificate.intervals()) {
    if (ends_later(interval.to(), last)) last = interval.to();
  }
  return last;
}

// The interval that an extension moves: of those valid on the day the one that ends last.
v1::Interval* current_interval(v1::CertificateRecord& certificate, const std::string& day) {
  v1::Interval* current = nullptr;
  for (v1::Interval& interval : *certificate.mutable_intervals()) {
    if (interval.from() > day || (!interval.to().empty() && interval.to() < day)) continue;
    if (!current || ends_later(interval.to(), current->to())) current = &interval;
  }
  return current;
}

bool expired_lately(const Context& at, const v1::CertificateRecord& certificate) {
  if (status_on(certificate, at.decision) != CertificateStatus::kExpired) return false;
  const std::string earliest = at.decision.plus(-renewal_grace_days(at)).text();
  return std::ranges::any_of(certificate.intervals(), [&](const v1::Interval& interval) {
    return interval.to() >= earliest && interval.to() < at.decision.text();
  });
}

}  // namespace

void add_validation_date(const Context& at, v1::CertificateRecord& certificate, const std::string& date) {
  if (date.empty()) return;
  v1::ValidationDate& stated = *certificate.add_validation_dates();
  stated.set_date(date);
  *stated.mutable_by() = at.place;
}

bool always_holds_a_role(const v1::CertificateRecord& certificate) {
  std::set<int> held;
  for (const v1::RoleChange& change : certificate.role_changes()) {
    held.insert(change.added().begin(), change.added().end());
    for (const int role : change.removed()) held.erase(role);
    if (held.empty()) return false;
  }
  return true;
}

Verdict check_certificate_amended(const Context& at, const v1::Event& event) {
  const v1::CertificateAmended& stated = event.certificate_amended();
  auto certificate = open_certificate(at, stated.certificate());
  if (!certificate) return std::unexpected(certificate.error());
  if (auto fields = all_of({check_each_given("roles_added", stated.roles_added()),
                            check_each_given("roles_removed", stated.roles_removed()),
                            check_code_if_any(at, "level", stated.level()),
                            check_hash_if_any("sites_commitment", stated.sites_commitment())});
      !fields) {
    return fields;
  }
  if (auto status = check_active_or_suspended(at, *certificate); !status) return status;
  add_roles(at, *certificate, stated);
  if (!always_holds_a_role(*certificate)) return refuse(Code::kRolesEmpty, "roles_removed");
  return {};
}

void act_certificate_amended(const Context& at, const v1::Event& event) {
  const v1::CertificateAmended& stated = event.certificate_amended();
  v1::CertificateRecord certificate = certificate_of(at, stated.certificate());
  if (changes_roles(stated)) add_roles(at, certificate, stated);
  if (changes_terms(stated)) add_terms(at, certificate, stated);
  store(at, certificate);
}

Verdict check_certificate_renewed(const Context& at, const v1::Event& event) {
  const v1::CertificateRenewed& stated = event.certificate_renewed();
  const auto certificate = open_certificate(at, stated.certificate());
  if (!certificate) return std::unexpected(certificate.error());
  if (auto fields = all_of({check_last_day("valid_to", stated.valid_to(), at.effect),
                            check_date_if_any("validation_date", stated.validation_date())});
      !fields) {
    return fields;
  }
  if (status_on(*certificate, at.decision) != CertificateStatus::kActive && !expired_lately(at, *certificate)) {
    return refuse(Code::kNotRenewable, std::string(name_of(status_on(*certificate, at.decision))));
  }
  const std::string old_end = last_end(*certificate);
  if (!ends_later(stated.valid_to(), old_end)) return refuse(Code::kEndNotLater, "valid to " + old_end + " already");
  return {};
}

void act_certificate_renewed(const Context& at, const v1::Event& event) {
  const v1::CertificateRenewed& stated = event.certificate_renewed();
  v1::CertificateRecord certificate = certificate_of(at, stated.certificate());
  v1::Interval& interval = *certificate.add_intervals();
  interval.set_from(at.effect.text());
  interval.set_to(stated.valid_to());
  *interval.mutable_by() = at.place;
  add_validation_date(at, certificate, stated.validation_date());
  store(at, certificate);
}

Verdict check_certificate_extended(const Context& at, const v1::Event& event) {
  const v1::CertificateExtended& stated = event.certificate_extended();
  auto certificate = open_certificate(at, stated.certificate());
  if (!certificate) return std::unexpected(certificate.error());
  if (auto fields =
          all_of({check_given("ground", stated.ground()), check_last_day("valid_to", stated.valid_to(), at.effect)});
      !fields) {
    return fields;
  }
  if (auto status = check_active_or_suspended(at, *certificate); !status) return status;
  const std::string& old_end = current_interval(*certificate, at.decision.text())->to();
  if (!ends_later(stated.valid_to(), old_end)) return refuse(Code::kEndNotLater, "valid to " + old_end + " already");
  return {};
}

void act_certificate_extended(const Context& at, const v1::Event& event) {
  const v1::CertificateExtended& stated = event.certificate_extended();
  v1::CertificateRecord certificate = certificate_of(at, stated.certificate());
  v1::Interval& interval = *current_interval(certificate, at.decision.text());
  interval.set_to(stated.valid_to());
  *interval.mutable_to_by() = at.place;
  store(at, certificate);
}

}  // namespace quipu::ledger
