// SPDX-License-Identifier: Apache-2.0
// Rules of certificates, from grant to end. Status preconditions hold on the decision date, on the line made by all
// that the log has so far. Pure.
#pragma once

#include "node/ledger/rules/rule.h"

namespace quipu::ledger {

namespace v1 {
class CertificateRecord;
class PendingEvent;
}  // namespace v1

// The author's certificate, granted, with no later decision stated: kCertificateUnknown, kNotYourCertificate,
// kNotGranted, kDecisionOutOfOrder.
std::expected<v1::CertificateRecord, Rejection> own_certificate(const Context& at, std::string_view number);
// The same, and with no end: kAlreadyRevoked, kAlreadySurrendered, kAlreadyAnnulled.
std::expected<v1::CertificateRecord, Rejection> open_certificate(const Context& at, std::string_view number);

Verdict check_active(const Context& at, const v1::CertificateRecord& certificate);
Verdict check_active_or_suspended(const Context& at, const v1::CertificateRecord& certificate);

// True when `to`, a last day or nothing for open-ended, is later than `than`.
bool ends_later(std::string_view to, std::string_view than);
// `to` is a real day not before `from`, or nothing.
Verdict check_last_day(std::string_view field, std::string_view to, Date from);

// Whether the certificate keeps the operator from another like it: active, suspended, before its first day, or waiting
// for an approval that has not lapsed.
bool live_on(const Context& at, const v1::CertificateRecord& certificate, Date day);
// Its operator may apply again on the decision's day, as far as this certificate goes: kReapplyBan.
Verdict check_may_apply(const Context& at, const v1::CertificateRecord& certificate);

bool lapsed(const v1::PendingEvent& pending, const Origin& origin);

// A certificate that a rule changes: read on construction, written with the event in its history by store().
v1::CertificateRecord certificate_of(const Context& at, std::string_view number);
void store(const Context& at, v1::CertificateRecord& certificate);

Verdict check_certificate_granted(const Context& at, const v1::Event& event);
void act_certificate_granted(const Context& at, const v1::Event& event);
Verdict check_certificate_amended(const Context& at, const v1::Event& event);
void act_certificate_amended(const Context& at, const v1::Event& event);
Verdict check_certificate_renewed(const Context& at, const v1::Event& event);
void act_certificate_renewed(const Context& at, const v1::Event& event);
Verdict check_certificate_extended(const Context& at, const v1::Event& event);
void act_certificate_extended(const Context& at, const v1::Event& event);
Verdict check_certificate_suspended(const Context& at, const v1::Event& event);
void act_certificate_suspended(const Context& at, const v1::Event& event);
Verdict check_suspension_prolonged(const Context& at, const v1::Event& event);
void act_suspension_prolonged(const Context& at, const v1::Event& event);
Verdict check_certificate_reinstated(const Context& at, const v1::Event& event);
void act_certificate_reinstated(const Context& at, const v1::Event& event);
Verdict check_certificate_revoked(const Context& at, const v1::Event& event);
void act_certificate_revoked(const Context& at, const v1::Event& event);
Verdict check_certificate_surrendered(const Context& at, const v1::Event& event);
void act_certificate_surrendered(const Context& at, const v1::Event& event);
Verdict check_certificate_annulled(const Context& at, const v1::Event& event);
void act_certificate_annulled(const Context& at, const v1::Event& event);

}  // namespace quipu::ledger
