// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/rules/programmes.h"

#include "node/ledger/programme.h"
#include "node/ledger/rules/fields.h"
#include "node/ledger/rules/history.h"
#include "node/ledger/rules/records.h"
#include "node/ledger/rules/register.h"
#include "node/ledger/state.pb.h"

namespace quipu::ledger {
namespace {

v1::ProgrammeRecord programme_of(const Context& at) {
  return get<v1::ProgrammeRecord>(at.state, at.author, "").value_or(v1::ProgrammeRecord{});
}

Verdict check_room_to_count(const Context& at) {
  const v1::ProgrammeRecord programme = programme_of(at);
  const bool full = programme.height() == at.origin.height.value && programme.counted() >= kMostCountsInBlock;
  return full ? refuse(Code::kCountedTooOften, std::to_string(kMostCountsInBlock)) : Verdict{};
}

void count_once(const Context& at, v1::ProgrammeRecord& programme) {
  if (programme.height() != at.origin.height.value) programme.set_counted(0);
  programme.set_height(at.origin.height.value);
  programme.set_counted(programme.counted() + 1);
}

v1::ProgrammeStatistics derived_figures(const Context& at, const v1::ProgrammeStatistics& stated) {
  const ProgrammeFigures figures = programme_figures(at.state, at.author, stated.month());
  v1::ProgrammeStatistics derived;
  derived.set_month(stated.month());
  derived.set_active(figures.active);
  derived.set_suspended(figures.suspended);
  derived.set_granted(figures.granted);
  derived.set_ended(figures.ended);
  derived.set_applications(figures.applications);
  derived.set_refused(figures.refused);
  return derived;
}

// Where the network keeps no applications, those two figures have nothing to be compared with.
bool differ(const Context& at, const v1::ProgrammeStatistics& stated, const v1::ProgrammeStatistics& derived) {
  const bool kept = number_in_force(at, "application_profile", 0) == 1;
  if (kept && (stated.applications() != derived.applications() || stated.refused() != derived.refused())) return true;
  return stated.active() != derived.active() || stated.suspended() != derived.suspended() ||
         stated.granted() != derived.granted() || stated.ended() != derived.ended();
}

}  // namespace

Verdict check_programme_statistics(const Context& at, const v1::Event& event) {
  const v1::ProgrammeStatistics& stated = event.programme_statistics();
  const auto last = last_day_of(stated.month());
  if (!last) return refuse(Code::kMonthMalformed, "month");
  if (at.decision <= *last) return refuse(Code::kMonthNotOver, stated.month());
  return check_room_to_count(at);
}

void act_programme_statistics(const Context& at, const v1::Event& event) {
  const v1::ProgrammeStatistics& stated = event.programme_statistics();
  auto record = get<v1::StatisticsRecord>(at.state, at.author, stated.month()).value_or(v1::StatisticsRecord{});
  *record.mutable_stated() = stated;
  *record.mutable_derived() = derived_figures(at, stated);
  record.set_mismatch(differ(at, stated, record.derived()));
  remember(at, *record.mutable_history());
  put(at.state, at.author, stated.month(), record);

  v1::ProgrammeRecord programme = programme_of(at);
  count_once(at, programme);
  put(at.state, at.author, "", programme);
}

Verdict check_list_attested(const Context& at, const v1::Event& event) {
  const v1::ListAttested& stated = event.list_attested();
  if (auto fields = all_of({check_date("as_of", stated.as_of()),
                            check_given("list_root", static_cast<int>(stated.list_root().size())),
                            check_hash_if_any("list_root", stated.list_root())});
      !fields) {
    return fields;
  }
  const Date as_of = *Date::parse(stated.as_of());
  if (as_of > at.decision) return refuse(Code::kAsOfInFuture, "as_of " + stated.as_of());
  if (auto room = check_room_to_count(at); !room) return room;
  const auto numbers = active_certificates(at.state, at.author, as_of);
  if (numbers.size() != stated.active()) {
    return refuse(Code::kListCountDiffers, "the ledger has " + std::to_string(numbers.size()));
  }
  if (list_root(numbers).view() != stated.list_root()) return refuse(Code::kListRootDiffers, "list_root");
  return {};
}

void act_list_attested(const Context& at, const v1::Event& event) {
  const v1::ListAttested& stated = event.list_attested();
  v1::ProgrammeRecord programme = programme_of(at);
  if (programme.list().as_of() <= stated.as_of()) {
    *programme.mutable_list() = stated;
    *programme.mutable_by() = at.place;
  }
  count_once(at, programme);
  put(at.state, at.author, "", programme);
}

}  // namespace quipu::ledger
