// SPDX-License-Identifier: Apache-2.0
// Which events are disputed: those that a key signed from the day on which, as its administration has said since,
// others may have used it. Derived when somebody looks; a flag, never a refusal (docs/decisions/0027). Pure.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "node/ledger/date.h"
#include "node/ledger/state_view.h"

namespace quipu::ledger {

namespace v1 {
class History;
class LogPlace;
class Reaffirmation;
class SubmissionRecord;
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
  // The first day of the window in which its key signed it, reaffirmed or not.
  std::optional<Date> window_of(const v1::LogPlace& event) const;

 private:
  struct Window {
    std::string administration;
    Bytes key;
    Date since;
  };
  const StateView& state_;
  std::vector<Window> windows_;
};

// Every disputed event of the administration's, ascending, from the first leaf after `after` on, until `each` returns
// false. Looks at all its submissions, but only where it has lost a key.
void for_each_disputed(const StateView& state, std::string_view administration, std::optional<std::uint64_t> after,
                       const std::function<bool(const v1::LogPlace& event)>& each);

// An event that a key signed while others may have used it, and what its author has said of it since.
struct InWindow {
  const v1::LogPlace& event;
  Date since;                           // the window's first day
  const v1::Reaffirmation* reaffirmed;  // nullptr: it is disputed
};
// As for_each_disputed, with the reaffirmed ones among them.
void for_each_in_window(const StateView& state, std::string_view administration, std::optional<std::uint64_t> after,
                        const std::function<bool(const InWindow& event)>& each);

// As a history would name this event of the submission.
v1::LogPlace place_in(const v1::SubmissionRecord& submission, std::uint32_t event);
// Where a reaffirmation of the event stands: record 0x1a; its author; this.
std::string reaffirmation_id(const v1::LogPlace& event);

}  // namespace quipu::ledger
