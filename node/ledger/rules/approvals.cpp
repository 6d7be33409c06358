// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/rules/approvals.h"

#include <cassert>

#include "node/ledger/rules/certificates.h"
#include "node/ledger/rules/records.h"
#include "node/ledger/state.pb.h"

namespace quipu::ledger {
namespace {

// The certificate that an event under dual control is about.
const std::string& certificate_named(const v1::Event& event) {
  switch (event.statement_case()) {
    case v1::Event::kCertificateGranted:
      return event.certificate_granted().certificate();
    case v1::Event::kCertificateSuspended:
      return event.certificate_suspended().certificate();
    case v1::Event::kCertificateRevoked:
      return event.certificate_revoked().certificate();
    default:
      assert(event.has_certificate_annulled());
      return event.certificate_annulled().certificate();
  }
}

std::string approval_id(BytesView leaf, std::uint32_t index) {
  return join(crypto::to_hex(leaf), std::to_string(index));
}

const Rule& rule_of(const v1::ApprovalRecord& record) {
  const Rule* rule = rule_for(record.event().statement_case());
  assert(rule && rule->dual_control);
  return *rule;
}

// Where the event that `record` keeps stands, when it is looked at again. `record` must outlive the result.
Context target_context(const Context& at, const v1::ApprovalRecord& record) {
  const Date decision = *Date::parse(record.event().decision_date());
  return {at.state,
          at.member,
          at.author,
          at.origin,
          at.leaf,
          record.place(),
          at.here,
          decision,
          stated_effect(record.event()),
          /*approving=*/true,
          at.longest_history};
}

std::optional<v1::ApprovalRecord> approval_named(const Context& at, const v1::EventRef& target) {
  if (target.leaf().size() != crypto::Digest::kSize) return std::nullopt;
  return get<v1::ApprovalRecord>(at.state, at.author, approval_id(target.leaf(), target.index()));
}

v1::PendingEvent pending_event(const Context& at, const Rule& rule) {
  v1::PendingEvent pending;
  pending.mutable_target()->set_leaf(Bytes(at.leaf.view()));
  pending.mutable_target()->set_index(at.place.event());
  pending.set_grant(rule.statement == v1::Event::kCertificateGranted);
  pending.set_logged_at_ms(at.origin.block_time_ms);
  *pending.mutable_place() = at.place;
  return pending;
}

}  // namespace

bool waits_for_approval(const Context& at, const Rule& rule) { return rule.dual_control && at.member.dual_control(); }

Verdict check_nothing_pending(const Context& at, const v1::Event& event) {
  const v1::CertificateRecord certificate = certificate_of(at, certificate_named(event));
  if (!certificate.has_pending() || lapsed(certificate.pending(), at.origin)) return {};
  return refuse(Code::kHasPending, certificate.certificate());
}

void hold(const Context& at, const Rule& rule, const v1::Event& event) {
  const std::string& number = certificate_named(event);
  if (rule.statement == v1::Event::kCertificateGranted) rule.act(at, event);  // its facts show what is to be approved
  v1::CertificateRecord certificate = certificate_of(at, number);
  *certificate.mutable_pending() = pending_event(at, rule);
  store(at, certificate);

  v1::ApprovalRecord approval;
  *approval.mutable_event() = event;
  approval.set_certificate(number);
  approval.set_logged_at_ms(at.origin.block_time_ms);
  *approval.mutable_place() = at.place;
  put(at.state, at.author, approval_id(at.leaf.view(), at.place.event()), approval);
}

Verdict check_event_approved(const Context& at, const v1::Event& event) {
  const auto record = approval_named(at, event.event_approved().target());
  if (!record) return refuse(Code::kTargetUnknown, "target");
  if (record->has_approved_by()) return refuse(Code::kAlreadyApproved, record->certificate());
  v1::PendingEvent pending;
  pending.set_logged_at_ms(record->logged_at_ms());
  if (lapsed(pending, at.origin)) return refuse(Code::kPendingLapsed, record->certificate());
  const v1::CertificateRecord certificate = certificate_of(at, record->certificate());
  if (at.decision.text() < certificate.last_decision()) {
    return refuse(Code::kDecisionOutOfOrder, "the latest decision is of " + certificate.last_decision());
  }
  return rule_of(*record).check(target_context(at, *record), record->event());
}

void act_event_approved(const Context& at, const v1::Event& event) {
  const v1::EventRef& target = event.event_approved().target();
  v1::ApprovalRecord record = *approval_named(at, target);
  rule_of(record).act(target_context(at, record), record.event());

  v1::CertificateRecord certificate = certificate_of(at, record.certificate());
  certificate.clear_pending();
  store(at, certificate);

  *record.mutable_approved_by() = at.here;
  put(at.state, at.author, approval_id(target.leaf(), target.index()), record);
}

}  // namespace quipu::ledger
