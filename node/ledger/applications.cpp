// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/applications.h"

#include "node/ledger/state.pb.h"

namespace quipu::ledger {

std::string_view name_of(ApplicationState state) {
  constexpr std::string_view kNames[] = {"APPLIED", "IN_REVIEW", "GRANTED", "REFUSED", "WITHDRAWN", "ARCHIVED"};
  return kNames[static_cast<std::size_t>(state)];
}

ApplicationState state_of(const v1::ApplicationRecord& application) {
  if (!application.certificate().empty()) return ApplicationState::kGranted;
  switch (application.outcome()) {
    case v1::REFUSED:
      return ApplicationState::kRefused;
    case v1::WITHDRAWN:
      return ApplicationState::kWithdrawn;
    case v1::ARCHIVED:
      return ApplicationState::kArchived;
    default:
      return application.accepted_on().empty() ? ApplicationState::kApplied : ApplicationState::kInReview;
  }
}

bool open(ApplicationState state) {
  return state == ApplicationState::kApplied || state == ApplicationState::kInReview;
}

bool overdue_on(const v1::ApplicationRecord& application, Date day) {
  return state_of(application) == ApplicationState::kInReview && application.decision_due() < day.text();
}

}  // namespace quipu::ledger
