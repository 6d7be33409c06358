// SPDX-License-Identifier: Apache-2.0
// Which events a later event can name by the hash of their leaf: an author's statements about certificates and
// validations. Pure.
#pragma once

#include "node/ledger/rules/rule.h"
#include "node/ledger/submission.h"

namespace quipu::ledger {

namespace v1 {
class EventRef;
}

// Remembers the submission's events that can be named; nothing when it has none. Requires that all were taken.
void enter_leaf(Overlay& state, const Submission& submission, const Origin& origin);

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
