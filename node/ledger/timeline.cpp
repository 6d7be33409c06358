// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/timeline.h"

#include <algorithm>
#include <set>
#include <string>

#include "node/ledger/state.pb.h"

namespace quipu::ledger {
namespace {

bool covers(const v1::Interval& interval, const std::string& day) {
  return interval.from() <= day && (interval.to().empty() || day <= interval.to());
}

bool acts_on(const v1::Suspension& suspension, const std::string& day) {
  return !suspension.undone() && suspension.from() <= day && (suspension.to().empty() || day < suspension.to());
}

bool before_validity(const v1::CertificateRecord& certificate, const std::string& day) {
  return std::ranges::all_of(certificate.intervals(), [&](const auto& interval) { return day < interval.from(); });
}

CertificateStatus ended(v1::EndKind kind) {
  return kind == v1::REVOKED ? CertificateStatus::kRevoked : CertificateStatus::kSurrendered;
}

}  // namespace

std::string_view name_of(CertificateStatus status) {
  constexpr std::string_view kNames[] = {"NOT_YET_EFFECTIVE", "ACTIVE",      "SUSPENDED", "EXPIRED",
                                         "REVOKED",           "SURRENDERED", "ANNULLED",  "PENDING_APPROVAL"};
  return kNames[static_cast<std::size_t>(status)];
}

CertificateStatus status_on(const v1::CertificateRecord& certificate, Date date) {
  const std::string day = date.text();
  if (certificate.has_annulment()) return CertificateStatus::kAnnulled;
  if (certificate.pending().grant()) return CertificateStatus::kPendingApproval;
  if (before_validity(certificate, day)) return CertificateStatus::kNotYetEffective;
  if (certificate.has_end() && certificate.end().effective_from() <= day) return ended(certificate.end().kind());
  const auto& intervals = certificate.intervals();
  if (std::ranges::none_of(intervals, [&](const auto& each) { return covers(each, day); })) {
    return CertificateStatus::kExpired;
  }
  const auto& suspensions = certificate.suspensions();
  const auto whole = [&](const auto& each) { return each.roles().empty() && acts_on(each, day); };
  return std::ranges::any_of(suspensions, whole) ? CertificateStatus::kSuspended : CertificateStatus::kActive;
}

std::vector<int> roles_on(const v1::CertificateRecord& certificate, Date date) {
  const std::string day = date.text();
  std::set<int> held;
  for (const v1::RoleChange& change : certificate.role_changes()) {
    if (change.effective_from() > day) break;
    held.insert(change.added().begin(), change.added().end());
    for (const int role : change.removed()) held.erase(role);
  }
  return {held.begin(), held.end()};
}

std::vector<int> suspended_roles_on(const v1::CertificateRecord& certificate, Date date) {
  const std::string day = date.text();
  std::set<int> suspended;
  for (const v1::Suspension& each : certificate.suspensions()) {
    if (acts_on(each, day)) suspended.insert(each.roles().begin(), each.roles().end());
  }
  std::vector<int> held = roles_on(certificate, date);
  std::erase_if(held, [&](int role) { return !suspended.contains(role); });
  return held;
}

}  // namespace quipu::ledger
