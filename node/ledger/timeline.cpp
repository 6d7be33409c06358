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

bool lifted(const v1::Review& review, const std::string& day) {
  if (review.undone() || (!review.undone_from().empty() && review.undone_from() <= day)) return true;
  return std::ranges::any_of(review.appeals(), [&](const v1::Appeal& appeal) {
    return appeal.stay() && appeal.from() <= day && (appeal.to().empty() || day < appeal.to());
  });
}

bool acts_on(const v1::Suspension& suspension, const std::string& day) {
  const auto over = [&](const v1::Reinstatement& each) { return each.effective_from() <= day; };
  return suspension.from() <= day && std::ranges::none_of(suspension.reinstatements(), over) &&
         !lifted(suspension.review(), day);
}

// Of several that act on the day, the one that began first: by the time of the others the certificate was ended.
const v1::End* end_acting_on(const v1::CertificateRecord& certificate, const std::string& day) {
  const v1::End* first = nullptr;
  for (const v1::End& end : certificate.ends()) {
    if (end.effective_from() > day || lifted(end.review(), day)) continue;
    if (!first || end.effective_from() < first->effective_from()) first = &end;
  }
  return first;
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
  const auto acts = [&](const v1::Annulment& each) { return !lifted(each.review(), day); };
  if (std::ranges::any_of(certificate.annulments(), acts)) return CertificateStatus::kAnnulled;
  if (certificate.pending().grant()) return CertificateStatus::kPendingApproval;
  if (before_validity(certificate, day)) return CertificateStatus::kNotYetEffective;
  if (const v1::End* end = end_acting_on(certificate, day)) return ended(end->kind());
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

v1::Terms terms_on(const v1::CertificateRecord& certificate, Date date) {
  const std::string day = date.text();
  v1::Terms held;
  for (const v1::Terms& stated : certificate.terms()) {
    if (stated.effective_from() > day) break;
    held.MergeFrom(stated);  // what is empty changes nothing
  }
  return held;
}

bool acts_on(const v1::Suspension& suspension, Date day) { return acts_on(suspension, day.text()); }

bool lifted_on(const v1::Review& review, Date day) { return lifted(review, day.text()); }

bool stands(const v1::Review& review) { return !review.undone() && review.undone_from().empty(); }

bool appeal_open(const v1::Review& review) {
  return !review.appeals().empty() && review.appeals().rbegin()->outcome() == v1::APPEAL_OUTCOME_UNSPECIFIED;
}

bool appeal_open(const v1::CertificateRecord& certificate) {
  const auto open = [](const auto& fact) { return appeal_open(fact.review()); };
  return std::ranges::any_of(certificate.suspensions(), open) || std::ranges::any_of(certificate.ends(), open) ||
         std::ranges::any_of(certificate.annulments(), open);
}

const v1::End* standing_end(const v1::CertificateRecord& certificate) {
  const auto& ends = certificate.ends();
  const auto found = std::ranges::find_if(ends, [](const v1::End& end) { return stands(end.review()); });
  return found == ends.end() ? nullptr : &*found;
}

bool annulled(const v1::CertificateRecord& certificate) {
  return std::ranges::any_of(certificate.annulments(), [](const auto& each) { return stands(each.review()); });
}

}  // namespace quipu::ledger
