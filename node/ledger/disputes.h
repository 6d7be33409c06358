// SPDX-License-Identifier: Apache-2.0
// Which events are disputed: those that a key signed from the day on which, as its administration has said since,
// others may have used it. Derived when somebody looks; a flag, never a refusal (docs/decisions/0027). Pure.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "node/ledger/date.h"
#include "node/ledger/state_view.h"

namespace quipu::ledger {

namespace v1 {
class History;
class LogPlace;
}  // namespace v1

class Disputes {
 public:
  // By keys of these administrations, two capitals each; `state` must outlive it. One record is read for each.
  Disputes(const StateView& state, std::initializer_list<std::string_view> administrations);

  // False nearly always: then nothing below reads anything.
  bool any() const { return !windows_.empty(); }
  // An event as histories name it: signed in a window, and not reaffirmed.
  bool covers(const v1::LogPlace& event) const;
  // Any event of the history.
  bool covers(const v1::History& history) const;

 private:
  struct Window {
    std::string administration;
    Bytes key;
    Date since;
  };
  const StateView& state_;
  std::vector<Window> windows_;
};

// Where a reaffirmation of the event stands: record 0x1a; its author; this.
std::string reaffirmation_id(const v1::LogPlace& event);

}  // namespace quipu::ledger
