// SPDX-License-Identifier: Apache-2.0
// The vote guard against a dumb twin: the whole table, cell by cell.
#include <catch2/catch.hpp>

#include "consensus/deadlines.h"
#include "consensus/guard.h"
#include "consensus/limits.h"

namespace quipu::consensus {

namespace {

Subject about(std::uint64_t view, std::uint8_t block) {
  Subject subject{{view}, {view - 1}, {view}, {}};
  subject.block.bytes[0] = block;
  return subject;
}

constexpr std::uint64_t kTipView = 3;
constexpr std::uint64_t kOpen = 5;
constexpr std::uint64_t kClosed = 6;
constexpr std::uint64_t kTop = 8;
constexpr std::uint64_t kAbove = 9;

SafetyRecord record_with(bool notarized, bool nullified, bool finalized) {
  SafetyRecord record;
  record.tip.view = {kTipView};
  record.open = {{about(kOpen, 1), false}};
  record.top_view = {kTop};
  if (notarized) record.top_notarized = about(kTop, 1);
  record.top_nullified = nullified;
  if (finalized) record.top_finalized = about(kTop, 1);
  return record;
}

// The table of docs/protocol.md once more, as one expression per row.
bool allowed_by_table(VoteKind kind, std::uint64_t view, std::uint8_t block, bool notarized, bool nullified,
                      bool finalized) {
  if (view <= kTipView || view == kClosed) return false;
  if (view == kOpen) return kind != VoteKind::kNullify && block == 1;
  if (view == kAbove) return true;
  const bool same = block == 1;
  switch (kind) {
    case VoteKind::kNotarize:
      return notarized ? same : !nullified && (!finalized || same);
    case VoteKind::kNullify:
      return !finalized;
    case VoteKind::kFinalize:
      return !nullified && (!finalized || same) && (!notarized || same);
  }
  return false;
}

}  // namespace

TEST_CASE("guard table: every record state times every vote times every place of the view") {
  int cells = 0;
  for (int state = 0; state < 8; ++state) {
    const bool notarized = state & 1;
    const bool nullified = state & 2;
    const bool finalized = state & 4;
    const SafetyRecord record = record_with(notarized, nullified, finalized);
    for (const auto kind : {VoteKind::kNotarize, VoteKind::kNullify, VoteKind::kFinalize})
      for (const std::uint64_t view : {kAbove, kTop, kOpen, kClosed, kTipView, kTipView - 1})
        for (const std::uint8_t block : {std::uint8_t{1}, std::uint8_t{2}}) {
          const Subject subject = kind == VoteKind::kNullify ? Subject{.view = {view}} : about(view, block);
          const auto next = guard(record, {{0}, {view}, kind}, subject);
          INFO("state " << state << " kind " << int(kind) << " view " << view << " block " << int(block));
          CHECK(next.has_value() == allowed_by_table(kind, view, block, notarized, nullified, finalized));
          ++cells;
          if (!next) continue;
          // Allowed once, it is allowed again and changes nothing more.
          const auto again = guard(*next, {{0}, {view}, kind}, subject);
          REQUIRE(again.has_value());
          CHECK(*again == *next);
        }
  }
  CHECK(cells == 8 * 3 * 6 * 2);
}

TEST_CASE("guard: a nullified and finalized record cannot arise from any sequence of votes") {
  Jitter dice(7);
  for (int run = 0; run < 2'000; ++run) {
    SafetyRecord record;
    std::vector<std::pair<VoteKind, Subject>> cast;
    for (int i = 0; i < 30; ++i) {
      const auto kind = static_cast<VoteKind>(1 + dice.next() % 3);
      const std::uint64_t view = 1 + dice.next() % 6;
      const Subject subject = kind == VoteKind::kNullify ? Subject{.view = {view}}
                                                         : about(view, static_cast<std::uint8_t>(dice.next() % 2));
      const auto next = guard(record, {{0}, {view}, kind}, subject);
      if (!next) continue;
      record = *next;
      CHECK(consistent(record));
      for (const auto& [old_kind, old] : cast) {
        if (old.view != subject.view) continue;
        const bool both_name_blocks = old_kind != VoteKind::kNullify && kind != VoteKind::kNullify;
        CHECK_FALSE((old_kind == kind && old != subject));                             // E1 E2
        CHECK_FALSE((old_kind != kind && both_name_blocks && old != subject));         // E3
        CHECK_FALSE((old_kind == VoteKind::kNullify && kind == VoteKind::kFinalize));  // E4
        CHECK_FALSE((old_kind == VoteKind::kFinalize && kind == VoteKind::kNullify));  // E4
      }
      cast.emplace_back(kind, subject);
    }
  }
}

TEST_CASE("guard: other epochs and an abstaining member are refused whatever the view") {
  SafetyRecord record;
  record.epoch = {2};
  record.abstain_until = {10};
  CHECK(guard(record, {{1}, {11}, VoteKind::kNullify}, {.view = {11}}).error() == Refusal::kWrongEpoch);
  CHECK(guard(record, {{2}, {10}, VoteKind::kNullify}, {.view = {10}}).error() == Refusal::kAbstaining);
  CHECK(guard(record, {{2}, {11}, VoteKind::kNullify}, {.view = {11}}).has_value());
  CHECK(guard(record, {{2}, {11}, VoteKind::kNullify}, {.view = {12}}).error() == Refusal::kOtherSubject);
}

TEST_CASE("guard: only the newest open views are kept and a committed tip closes what is below it") {
  SafetyRecord record;
  for (std::uint64_t view = 1; view <= limits::kOpenViews + 10; ++view)
    record = *guard(record, {{0}, {view}, VoteKind::kNotarize}, about(view, 1));
  CHECK(record.open.size() == limits::kOpenViews);
  CHECK(record.open.front().notarized.view.value == 10);
  CHECK_FALSE(guard(record, {{0}, {5}, VoteKind::kFinalize}, about(5, 1)).has_value());
  CHECK(guard(record, {{0}, {20}, VoteKind::kFinalize}, about(20, 1)).has_value());
  record = with_tip(record, {.view = {20}, .height = {20}});
  CHECK(record.open.front().notarized.view.value == 21);
  CHECK(guard(record, {{0}, {20}, VoteKind::kFinalize}, about(20, 1)).error() == Refusal::kBelowTip);
  CHECK(with_tip(record, {.view = {3}, .height = {3}}).tip.view.value == 20);
}

TEST_CASE("2.13 a record shows what was signed under it, and every vote of a view that is closed") {
  const auto record = record_with(true, false, true);
  CHECK(shows(record, VoteKind::kNotarize, about(kTop, 1)));
  CHECK(shows(record, VoteKind::kFinalize, about(kTop, 1)));
  CHECK_FALSE(shows(record, VoteKind::kNotarize, about(kTop, 2)));
  CHECK_FALSE(shows(record, VoteKind::kFinalize, about(kTop, 2)));
  CHECK_FALSE(shows(record, VoteKind::kNullify, {.view = {kTop}}));
  CHECK(shows(record_with(true, true, false), VoteKind::kNullify, {.view = {kTop}}));
  CHECK_FALSE(shows(record_with(false, true, false), VoteKind::kNotarize, about(kTop, 1)));
  CHECK(shows(record, VoteKind::kNotarize, about(kOpen, 1)));
  CHECK_FALSE(shows(record, VoteKind::kNotarize, about(kOpen, 2)));
  CHECK_FALSE(shows(record, VoteKind::kFinalize, about(kOpen, 1)));
  CHECK_FALSE(shows(record, VoteKind::kNullify, {.view = {kOpen}}));
  for (const auto kind : {VoteKind::kNotarize, VoteKind::kNullify, VoteKind::kFinalize}) {
    CHECK(shows(record, kind, about(kClosed, 7)));
    CHECK(shows(record, kind, about(kTipView, 7)));
    CHECK_FALSE(shows(record, kind, about(kAbove, 1)));
  }
}

TEST_CASE("2.13 a bar is lowered only once it is told, and never below what the record shows") {
  const auto bar = [](const SafetyRecord& record) { return record.abstain_until; };
  const auto record = record_with(true, false, false);
  const auto lost = abstaining(record, kUntilTold);
  CHECK(bar(lost) == kUntilTold);
  CHECK(bar(abstaining(lost, {20})) == View{20});
  CHECK(bar(abstaining(lost, {2})) == View{kTop});
  CHECK(bar(abstaining(abstaining(lost, {20}), {15})) == View{20});
  CHECK(bar(abstaining(abstaining(lost, {20}), kUntilTold)) == kUntilTold);
  const auto stopped = abstaining(record, kNeverAgain);
  CHECK(bar(abstaining(stopped, kUntilTold)) == kNeverAgain);
  CHECK(bar(abstaining(stopped, {20})) == kNeverAgain);
  for (const auto& each : {lost, stopped}) {
    const auto refused = guard(each, {{0}, {1'000}, VoteKind::kNullify}, {.view = {1'000}});
    REQUIRE_FALSE(refused);
    CHECK(refused.error() == Refusal::kAbstaining);
  }
}

TEST_CASE("2.13 the next epoch begins with a new question unless its handover is newer than the recovery") {
  const auto next = [](View until, View handed_over, Epoch epoch = {1}) {
    const auto record = until.value > 0 ? abstaining({}, until) : SafetyRecord{};
    return in_next_epoch(record, epoch, {}, handed_over).abstain_until;
  };
  CHECK(next({0}, {9}) == View{0});
  CHECK(next({0}, {0}) == View{0});
  CHECK(next({8}, {9}) == View{0});
  CHECK(next({9}, {9}) == kUntilTold);
  CHECK(next({9}, {0}) == kUntilTold);
  CHECK(next({8}, {9}, {2}) == kUntilTold);
  CHECK(next(kUntilTold, {9}) == kUntilTold);
  CHECK(next(kNeverAgain, {9}) == kNeverAgain);
}

}  // namespace quipu::consensus
