// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/rules/leaves.h"

#include <algorithm>

#include "node/ledger/rules/records.h"
#include "node/ledger/state.pb.h"

namespace quipu::ledger {
namespace {

// Empty: cannot be named.
const std::string& about(const v1::Event& event) {
  switch (event.statement_case()) {
    case v1::Event::kValidationRecorded:
      return event.validation_recorded().validation();
    case v1::Event::kCertificateGranted:
      return event.certificate_granted().certificate();
    case v1::Event::kCertificateAmended:
      return event.certificate_amended().certificate();
    case v1::Event::kCertificateRenewed:
      return event.certificate_renewed().certificate();
    case v1::Event::kCertificateExtended:
      return event.certificate_extended().certificate();
    case v1::Event::kCertificateSuspended:
      return event.certificate_suspended().certificate();
    case v1::Event::kSuspensionProlonged:
      return event.suspension_prolonged().certificate();
    case v1::Event::kCertificateReinstated:
      return event.certificate_reinstated().certificate();
    case v1::Event::kCertificateRevoked:
      return event.certificate_revoked().certificate();
    case v1::Event::kCertificateSurrendered:
      return event.certificate_surrendered().certificate();
    default:  // empty unless it is an annulment
      return event.certificate_annulled().certificate();
  }
}

}  // namespace

void enter_named_events(v1::SubmissionRecord& record, const v1::Submission& submission) {
  for (int i = 0; i < submission.events_size(); ++i) {
    const v1::Event& event = submission.events(i);
    if (about(event).empty()) continue;
    v1::NamedEvent& named = *record.add_named();
    named.set_event(static_cast<std::uint32_t>(i));
    named.set_statement(static_cast<std::uint32_t>(event.statement_case()));
    named.set_about(about(event));
    named.set_decision_date(event.decision_date());
  }
}

std::expected<Target, Rejection> named_event(const Context& at, const v1::EventRef& target) {
  const bool formed = target.leaf().size() == crypto::Digest::kSize;
  const auto record =
      formed ? get<v1::SubmissionRecord>(at.state, at.author, crypto::to_hex(target.leaf())) : std::nullopt;
  if (!record) return refuse(Code::kEventUnknown, "target.leaf");
  const auto found = std::ranges::find(record->named(), target.index(), &v1::NamedEvent::event);
  if (found == record->named().end()) return refuse(Code::kEventUnknown, "target.index");
  return Target{record->leaf(), found->event(), static_cast<int>(found->statement()), found->about(),
                *Date::parse(found->decision_date())};
}

bool same_place(const v1::LogPlace& place, const Target& target) {
  return place.leaf() == target.leaf && place.event() == target.event;
}

}  // namespace quipu::ledger
