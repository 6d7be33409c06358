// SPDX-License-Identifier: Apache-2.0
// The last word before a vote is signed: a pure function of what was signed before (docs/protocol.md, "The vote
// guard"). Signer is its only caller in production; nothing else holds the vote key.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>
#include <vector>

#include "consensus/types.h"

namespace quipu::consensus {

// A view that this member notarized and did not nullify: its FINALIZE may still come.
struct OpenView {
  Subject notarized{};
  bool finalized = false;
  friend bool operator==(const OpenView&, const OpenView&) = default;
};

// The content of one slot of the safety file: sign state, tip witness and cosign record at once.
struct SafetyRecord {
  ChainId chain{};
  Epoch epoch{};
  std::uint64_t generation = 0;
  View abstain_until{};  // vote only above; 0 = no bar; or one of the two below

  View top_view{};  // highest view voted in
  std::optional<Subject> top_notarized{};
  bool top_nullified = false;
  std::optional<Subject> top_finalized{};
  std::vector<OpenView> open{};  // older views, ascending, at most limits::kOpenViews

  Tip tip{};
  friend bool operator==(const SafetyRecord&, const SafetyRecord&) = default;
};

enum class Refusal : std::uint8_t {
  kWrongEpoch,
  kBelowTip,
  kAbstaining,
  kClosedView,
  kNotarizedBefore,
  kNullifiedBefore,
  kFinalizedBefore,
  kOtherSubject,
};
std::string_view to_string(Refusal refusal);

// The record after the vote, or why it must not be signed. A vote equal to one already in the record is allowed and
// leaves the record as it is: Ed25519 is deterministic, so signing again gives the same bytes.
std::expected<SafetyRecord, Refusal> guard(const SafetyRecord& record, const Slot& slot, const Subject& subject);

// False for what no sequence of votes that the guard allowed leaves behind: the votes shown exclude each other.
bool consistent(const SafetyRecord& record);

// The record once `tip` is committed.
SafetyRecord with_tip(SafetyRecord record, const Tip& tip);

// ---- a record that does not tell all that was signed (docs/protocol.md, "Lost, put back, or used twice")

// What was signed is not known: vote again only above what others say (consensus/recovery.cpp).
inline constexpr View kUntilTold{UINT64_MAX - 1};
// Somebody else signs with the same key.
inline constexpr View kNeverAgain{UINT64_MAX};

// False only for a vote that was never signed under this record, or whose trace in it is gone with an older version.
bool shows(const SafetyRecord& record, VoteKind kind, const Subject& subject);
// A bar is only lowered from kUntilTold, and then not below what the record shows.
SafetyRecord abstaining(SafetyRecord record, View until);
// With what the next epoch begins. `handed_over`: the lowest view in which the handover was notarized. If the bar was
// told before that, nothing can have been signed in the new epoch before; else others must be asked once more.
SafetyRecord in_next_epoch(const SafetyRecord& record, Epoch epoch, const Tip& tip, View handed_over);

}  // namespace quipu::consensus
