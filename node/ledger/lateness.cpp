// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/lateness.h"

#include <algorithm>

#include "node/ledger/rules/records.h"
#include "node/ledger/rules/rule.h"
#include "node/ledger/state.pb.h"

namespace quipu::ledger {
namespace {

std::optional<v1::ApprovalRecord> approval_of(const StateView& state, const std::string& author, BytesView leaf,
                                              std::size_t index) {
  return get<v1::ApprovalRecord>(state, author, join(crypto::to_hex(leaf), std::to_string(index)));
}

// An annulment without a date of its own reaches back to the certificate's first day.
Date effect_of(const StateView& state, const std::string& author, const v1::Event& event) {
  if (event.has_certificate_annulled() && event.effective_from().empty()) {
    const auto record = get<v1::CertificateRecord>(state, author, event.certificate_annulled().certificate());
    if (const auto first = record ? Date::parse(record->granted_from()) : std::nullopt) return *first;
  }
  return stated_effect(event);
}

// The first day of what the event sets in force; nothing when it only waits.
std::optional<Date> day_of_effect(const StateView& state, const Submission& submission, std::size_t index) {
  const std::string& author = submission.administration();
  const v1::Event& event = submission.payload->events(static_cast<int>(index));
  if (event.has_event_approved()) {
    const auto& target = event.event_approved().target();
    const auto approved = approval_of(state, author, target.leaf(), target.index());
    return approved ? std::optional(effect_of(state, author, approved->event())) : std::nullopt;
  }
  const Rule* rule = rule_for(event.statement_case());
  if (rule && rule->dual_control && approval_of(state, author, submission.id.view(), index)) return std::nullopt;
  return effect_of(state, author, event);
}

}  // namespace

// The day is read where it was written: a member may have changed its calendar since.
std::int32_t lag_days(const StateView& state, const Submission& submission, std::size_t index) {
  const auto taken =
      get<v1::SubmissionRecord>(state, submission.administration(), crypto::to_hex(submission.id.view()));
  const auto effect = taken ? day_of_effect(state, submission, index) : std::nullopt;
  return effect ? std::max(taken->logged_day() - effect->days, 0) : 0;
}

}  // namespace quipu::ledger
