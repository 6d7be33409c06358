// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/rules/certificates.h"

#include <algorithm>

#include "node/ledger/rules/fields.h"
#include "node/ledger/rules/history.h"
#include "node/ledger/rules/members.h"
#include "node/ledger/rules/records.h"
#include "node/ledger/state.pb.h"
#include "node/ledger/timeline.h"

namespace quipu::ledger {
namespace {

constexpr std::uint64_t kPendingLifeMs = 30ULL * 24 * 3600 * 1000;

std::unexpected<Rejection> refuse_unknown(const Context& at, std::string_view number) {
  const auto has = [&](const std::string& code) {
    return get<v1::CertificateRecord>(at.state, code, number).has_value();
  };
  const auto owner = other_member(at.state, at.author, has);
  if (owner) return refuse(Code::kNotYourCertificate, join(*owner, number));
  return refuse(Code::kCertificateUnknown, join(at.author, number));
}

std::string status_detail(const Context& at, CertificateStatus status) {
  return std::string(name_of(status)) + " on " + at.decision.text();
}

Code already(v1::EndKind kind) { return kind == v1::REVOKED ? Code::kAlreadyRevoked : Code::kAlreadySurrendered; }

}  // namespace

std::expected<v1::CertificateRecord, Rejection> own_certificate(const Context& at, std::string_view number) {
  if (auto formed = check_id("certificate", number); !formed) return std::unexpected(formed.error());
  auto certificate = get<v1::CertificateRecord>(at.state, at.author, number);
  if (!certificate) return refuse_unknown(at, number);
  if (certificate->pending().grant()) return refuse(Code::kNotGranted, join(at.author, number));
  // A pending event had its place in the order of decisions when it was stated.
  if (!at.approving && at.decision.text() < certificate->last_decision()) {
    return refuse(Code::kDecisionOutOfOrder, "the latest decision is of " + certificate->last_decision());
  }
  return *std::move(certificate);
}

std::expected<v1::CertificateRecord, Rejection> open_certificate(const Context& at, std::string_view number) {
  auto certificate = own_certificate(at, number);
  if (!certificate) return certificate;
  if (certificate->has_annulment()) return refuse(Code::kAlreadyAnnulled, join(at.author, number));
  if (certificate->has_end()) return refuse(already(certificate->end().kind()), join(at.author, number));
  return certificate;
}

Verdict check_active(const Context& at, const v1::CertificateRecord& certificate) {
  const CertificateStatus status = status_on(certificate, at.decision);
  if (status != CertificateStatus::kActive) return refuse(Code::kNotActive, status_detail(at, status));
  return {};
}

Verdict check_active_or_suspended(const Context& at, const v1::CertificateRecord& certificate) {
  const CertificateStatus status = status_on(certificate, at.decision);
  if (status == CertificateStatus::kActive || status == CertificateStatus::kSuspended) return {};
  return refuse(Code::kNotActiveOrSuspended, status_detail(at, status));
}

bool ends_later(std::string_view to, std::string_view than) { return !than.empty() && (to.empty() || to > than); }

Verdict check_last_day(std::string_view field, std::string_view to, Date from) {
  if (auto real = check_date_if_any(field, to); !real) return real;
  if (!to.empty() && to < from.text()) return refuse(Code::kEndBeforeStart, std::string(field));
  return {};
}

bool live_on(const Context& at, const v1::CertificateRecord& certificate, Date day) {
  switch (status_on(certificate, day)) {
    case CertificateStatus::kNotYetEffective:
    case CertificateStatus::kActive:
    case CertificateStatus::kSuspended:
      return true;
    case CertificateStatus::kPendingApproval:
      return !lapsed(certificate.pending(), at.origin);
    default:
      return false;
  }
}

Verdict check_may_apply(const Context& at, const v1::CertificateRecord& certificate) {
  const std::string& earliest = certificate.end().reapply_not_before();
  if (earliest <= at.decision.text()) return {};
  return refuse(Code::kReapplyBan, certificate.certificate() + ": not before " + earliest);
}

bool lapsed(const v1::PendingEvent& pending, const Origin& origin) {
  return origin.block_time_ms >= pending.logged_at_ms() + kPendingLifeMs;
}

v1::CertificateRecord certificate_of(const Context& at, std::string_view number) {
  return get<v1::CertificateRecord>(at.state, at.author, number).value_or(v1::CertificateRecord{});
}

void store(const Context& at, v1::CertificateRecord& certificate) {
  certificate.set_last_decision(std::max(certificate.last_decision(), at.decision.text()));
  remember(at, *certificate.mutable_history());
  put(at.state, at.author, certificate.certificate(), certificate);
}

}  // namespace quipu::ledger
