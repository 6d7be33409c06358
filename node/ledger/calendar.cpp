// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/calendar.h"

#include <algorithm>
#include <map>
#include <optional>

#include "node/ledger/state.pb.h"
#include "node/ledger/timeline.h"

namespace quipu::ledger {
namespace {

// By kind and day: until when. No end is later than any day.
class Entries {
 public:
  void add(CalendarKind kind, const std::string& day, const std::string& until) {
    const auto [entry, fresh] = entries_.try_emplace({kind, day}, until);
    if (fresh || entry->second.empty()) return;
    entry->second = until.empty() ? until : std::max(entry->second, until);
  }
  std::vector<CalendarEntry> all() const {
    std::vector<CalendarEntry> all;
    for (const auto& [place, until] : entries_) all.push_back({place.first, place.second, until});
    return all;
  }

 private:
  std::map<std::pair<CalendarKind, std::string>, std::string> entries_;
};

std::string day_beside(const std::string& day, std::int32_t days) { return Date::parse(day).value().plus(days).text(); }

// Whoever has an end by decision is not asked to renew; a validity that another one carries on does not end.
void add_ends(const v1::CertificateRecord& certificate, Entries& entries) {
  if (standing_end(certificate)) return;
  for (const v1::Interval& ending : certificate.intervals()) {
    if (ending.to().empty()) continue;
    const std::string next = day_beside(ending.to(), 1);
    const bool carried_on = std::ranges::any_of(certificate.intervals(), [&](const v1::Interval& each) {
      return each.from() <= next && (each.to().empty() || next <= each.to());
    });
    if (!carried_on) entries.add(CalendarKind::kEnds, ending.to(), "");
  }
}

// The last day on which a certificate is valid and not ended for good; nothing: there is none.
std::optional<std::string> last_day_of(const v1::CertificateRecord& certificate) {
  std::optional<std::string> last = "";
  for (const v1::Interval& each : certificate.intervals()) {
    last = each.to().empty() || !last ? std::nullopt : std::optional(std::max(*last, each.to()));
  }
  const v1::End* end = standing_end(certificate);
  // A stay may put off what was decided.
  if (!end || !end->review().appeals().empty()) return last;
  const std::string before = day_beside(end->effective_from(), -1);
  return last ? std::min(*last, before) : before;
}

void add_suspensions(const v1::CertificateRecord& certificate, Entries& entries) {
  const auto last_valid = last_day_of(certificate);
  for (const v1::Suspension& each : certificate.suspensions()) {
    if (each.until().empty() || each.review().undone()) continue;
    std::string last = last_valid.value_or("");
    const auto over_from = [&](const std::string& day) {
      const std::string before = day_beside(day, -1);
      last = last.empty() ? before : std::min(last, before);
    };
    for (const v1::Reinstatement& over : each.reinstatements()) over_from(over.effective_from());
    if (!each.review().undone_from().empty()) over_from(each.review().undone_from());
    if (last.empty() || last > each.until()) entries.add(CalendarKind::kSuspended, each.until(), last);
  }
}

void add_appeals(const auto& facts, Entries& entries) {
  for (const auto& fact : facts) {
    for (const v1::Appeal& appeal : fact.review().appeals()) {
      const bool open = appeal.outcome() == v1::APPEAL_OUTCOME_UNSPECIFIED;
      entries.add(open ? CalendarKind::kAppealOpen : CalendarKind::kAppealDecided, "", "");
    }
  }
}

}  // namespace

std::vector<CalendarEntry> calendar_entries(const v1::CertificateRecord& certificate) {
  Entries entries;
  add_ends(certificate, entries);
  add_suspensions(certificate, entries);
  add_appeals(certificate.suspensions(), entries);
  add_appeals(certificate.ends(), entries);
  add_appeals(certificate.annulments(), entries);
  return entries.all();
}

}  // namespace quipu::ledger
