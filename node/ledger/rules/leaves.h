// SPDX-License-Identifier: Apache-2.0
// Which events a later event can name by the hash of their leaf: an author's statements about certificates and
// validations. Pure.
#pragma once

#include "node/ledger/rules/rule.h"

namespace quipu::ledger {

namespace v1 {
class EventRef;
class Submission;
class SubmissionRecord;
}  // namespace v1

// Those of the submission that can be named. Requires that all were taken.
void enter_named_events(v1::SubmissionRecord& record, const v1::Submission& submission);

// What `target` names, as it stands in the log.
struct Target {
  std::uint64_t leaf = 0;
  std::uint32_t event = 0;
  int statement = 0;  // v1::Event::StatementCase
  std::string about;  // number of the certificate, or of the validation
  Date decision;
};
// One of the author's: kEventUnknown.
std::expected<Target, Rejection> named_event(const Context& at, const v1::EventRef& target);

bool same_place(const v1::LogPlace& place, const Target& target);

}  // namespace quipu::ledger
