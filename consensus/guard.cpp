// SPDX-License-Identifier: Apache-2.0
#include "consensus/guard.h"

#include <algorithm>
#include <utility>

#include "consensus/limits.h"

namespace quipu::consensus {

namespace {

using Outcome = std::expected<SafetyRecord, Refusal>;

// The rows "any" of the guard table: what holds for every kind of vote.
std::optional<Refusal> common_refusal(const SafetyRecord& record, const Slot& slot, const Subject& subject) {
  if (slot.view != subject.view) return Refusal::kOtherSubject;
  if (slot.epoch != record.epoch) return Refusal::kWrongEpoch;
  if (slot.view <= record.tip.view) return Refusal::kBelowTip;
  if (slot.view <= record.abstain_until) return Refusal::kAbstaining;
  return std::nullopt;
}

// A vote in a view above top_view makes it the top; the old top stays open if its FINALIZE may still come.
SafetyRecord raised_to(SafetyRecord record, View view) {
  if (view <= record.top_view) return record;
  if (record.top_notarized && !record.top_nullified)
    record.open.push_back({.notarized = *record.top_notarized, .finalized = record.top_finalized.has_value()});
  if (record.open.size() > limits::kOpenViews) record.open.erase(record.open.begin());
  record.top_view = view;
  record.top_notarized.reset();
  record.top_nullified = false;
  record.top_finalized.reset();
  return record;
}

// In an older view that is still open only the FINALIZE of what was notarized is left, and what was signed already.
Outcome guard_open(const SafetyRecord& record, VoteKind kind, const Subject& subject) {
  const auto same_view = [&](const OpenView& open) { return open.notarized.view == subject.view; };
  const auto at = std::ranges::find_if(record.open, same_view);
  if (at == record.open.end() || kind == VoteKind::kNullify) return std::unexpected(Refusal::kClosedView);
  if (at->notarized != subject)
    return std::unexpected(kind == VoteKind::kNotarize ? Refusal::kNotarizedBefore : Refusal::kOtherSubject);
  SafetyRecord next = record;
  if (kind == VoteKind::kFinalize) next.open[static_cast<std::size_t>(at - record.open.begin())].finalized = true;
  return next;
}

Outcome guard_notarize(SafetyRecord next, const Subject& subject) {
  if (next.top_notarized == subject) return next;
  if (next.top_notarized) return std::unexpected(Refusal::kNotarizedBefore);
  if (next.top_nullified) return std::unexpected(Refusal::kNullifiedBefore);
  if (next.top_finalized && *next.top_finalized != subject) return std::unexpected(Refusal::kFinalizedBefore);
  next.top_notarized = subject;
  return next;
}

Outcome guard_nullify(SafetyRecord next) {
  if (next.top_finalized) return std::unexpected(Refusal::kFinalizedBefore);
  next.top_nullified = true;
  return next;
}

Outcome guard_finalize(SafetyRecord next, const Subject& subject) {
  if (next.top_nullified) return std::unexpected(Refusal::kNullifiedBefore);
  if (next.top_finalized && *next.top_finalized != subject) return std::unexpected(Refusal::kFinalizedBefore);
  if (next.top_notarized && *next.top_notarized != subject) return std::unexpected(Refusal::kOtherSubject);
  next.top_finalized = subject;
  return next;
}

}  // namespace

std::string_view to_string(Refusal refusal) {
  switch (refusal) {
    case Refusal::kWrongEpoch:
      return "another epoch";
    case Refusal::kBelowTip:
      return "at or below the finalized view";
    case Refusal::kAbstaining:
      return "abstaining up to a later view";
    case Refusal::kClosedView:
      return "an older view that is closed";
    case Refusal::kNotarizedBefore:
      return "another block notarized in this view";
    case Refusal::kNullifiedBefore:
      return "the view was nullified";
    case Refusal::kFinalizedBefore:
      return "the view was finalized";
    case Refusal::kOtherSubject:
      return "not what was notarized in this view";
  }
  return "unknown";
}

Outcome guard(const SafetyRecord& record, const Slot& slot, const Subject& subject) {
  if (const auto refusal = common_refusal(record, slot, subject)) return std::unexpected(*refusal);
  if (slot.view < record.top_view) return guard_open(record, slot.kind, subject);
  SafetyRecord next = raised_to(record, slot.view);
  switch (slot.kind) {
    case VoteKind::kNotarize:
      return guard_notarize(std::move(next), subject);
    case VoteKind::kNullify:
      return guard_nullify(std::move(next));
    case VoteKind::kFinalize:
      return guard_finalize(std::move(next), subject);
  }
  return std::unexpected(Refusal::kOtherSubject);
}

bool consistent(const SafetyRecord& record) {
  const auto in_top = [&](const std::optional<Subject>& subject) {
    return !subject || subject->view == record.top_view;
  };
  if (!in_top(record.top_notarized) || !in_top(record.top_finalized)) return false;
  if (record.top_finalized && record.top_nullified) return false;
  if (record.top_finalized && record.top_notarized && *record.top_finalized != *record.top_notarized) return false;
  View last = record.top_view;
  return std::ranges::all_of(record.open.rbegin(), record.open.rend(), [&](const OpenView& open) {
    return open.notarized.view < std::exchange(last, open.notarized.view);
  });
}

SafetyRecord with_tip(SafetyRecord record, const Tip& tip) {
  if (tip.view < record.tip.view || tip.height < record.tip.height) return record;
  record.tip = tip;
  std::erase_if(record.open, [&](const OpenView& open) { return open.notarized.view <= tip.view; });
  return record;
}

// A view below the top one that is not open any more shows nothing.
bool shows(const SafetyRecord& record, VoteKind kind, const Subject& subject) {
  if (subject.view > record.top_view) return false;
  if (subject.view == record.top_view) {
    if (kind == VoteKind::kNullify) return record.top_nullified;
    return (kind == VoteKind::kNotarize ? record.top_notarized : record.top_finalized) == subject;
  }
  const auto same_view = [&](const OpenView& open) { return open.notarized.view == subject.view; };
  const auto at = std::ranges::find_if(record.open, same_view);
  if (at == record.open.end()) return true;
  return kind != VoteKind::kNullify && at->notarized == subject && (kind == VoteKind::kNotarize || at->finalized);
}

SafetyRecord abstaining(SafetyRecord record, View until) {
  if (until < kUntilTold) until = std::max(until, record.top_view);
  if (record.abstain_until != kUntilTold) until = std::max(until, record.abstain_until);
  record.abstain_until = until;
  return record;
}

SafetyRecord in_next_epoch(const SafetyRecord& record, Epoch epoch, const Tip& tip, View handed_over) {
  SafetyRecord next;
  next.chain = record.chain;
  next.epoch = epoch;
  next.generation = record.generation;
  next.tip = tip;
  const bool told_before = epoch == record.epoch.next() && record.abstain_until < handed_over;
  if (record.abstain_until.value > 0 && !told_before) next.abstain_until = std::max(record.abstain_until, kUntilTold);
  return next;
}

}  // namespace quipu::consensus
