// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/disputes.h"

#include <algorithm>
#include <map>

#include "node/ledger/rules/records.h"
#include "node/ledger/state.pb.h"

namespace quipu::ledger {
namespace {

// By leaf index.
std::map<std::uint64_t, v1::SubmissionRecord> submissions_of(const StateView& state, std::string_view administration) {
  std::map<std::uint64_t, v1::SubmissionRecord> found;
  state.scan(map_prefix(RecordType::kSubmission, administration), [&](const MapKey&, BytesView value) {
    v1::SubmissionRecord record;
    if (record.ParseFromArray(value.data(), static_cast<int>(value.size()))) found.emplace(record.leaf(), record);
    return true;
  });
  return found;
}

}  // namespace

Disputes::Disputes(const StateView& state, std::initializer_list<std::string_view> administrations) : state_(state) {
  for (const std::string_view administration : administrations) {
    const auto disputed = get<v1::DisputedKeys>(state, administration, "*");
    if (!disputed) continue;
    for (const v1::DisputedKey& each : disputed->keys()) {
      windows_.push_back({std::string(administration), each.key(), *Date::parse(each.since())});
    }
  }
}

bool Disputes::covers(const v1::LogPlace& event) const {
  return std::ranges::any_of(windows_, [&](const Window& window) {
    return window.key == event.key() && window.since.days <= event.logged_day() &&
           !get<v1::Reaffirmation>(state_, window.administration, reaffirmation_id(event));
  });
}

bool Disputes::covers(const v1::History& history) const {
  return any() && std::ranges::any_of(history.events(), [this](const v1::LogPlace& event) { return covers(event); });
}

std::optional<Date> Disputes::window_of(const v1::LogPlace& event) const {
  const auto holds = [&](const Window& window) {
    return window.key == event.key() && window.since.days <= event.logged_day();
  };
  const auto window = std::ranges::find_if(windows_, holds);
  return window == windows_.end() ? std::nullopt : std::optional(window->since);
}

void for_each_in_window(const StateView& state, std::string_view administration, std::optional<std::uint64_t> after,
                        const std::function<bool(const InWindow& event)>& each) {
  const Disputes disputes(state, {administration});
  if (!disputes.any()) return;
  for (const auto& [leaf, submission] : submissions_of(state, administration)) {
    if (after && leaf <= *after) continue;
    for (std::uint32_t event = 0; event < submission.events(); ++event) {
      const v1::LogPlace place = place_in(submission, event);
      const auto since = disputes.window_of(place);
      if (!since) break;  // one key signed all of them
      const auto reaffirmed = get<v1::Reaffirmation>(state, administration, reaffirmation_id(place));
      if (!each({.event = place, .since = *since, .reaffirmed = reaffirmed ? &*reaffirmed : nullptr})) return;
    }
  }
}

void for_each_disputed(const StateView& state, std::string_view administration, std::optional<std::uint64_t> after,
                       const std::function<bool(const v1::LogPlace& event)>& each) {
  for_each_in_window(state, administration, after,
                     [&](const InWindow& found) { return found.reaffirmed || each(found.event); });
}

v1::LogPlace place_in(const v1::SubmissionRecord& submission, std::uint32_t event) {
  v1::LogPlace place;
  place.set_leaf(submission.leaf());
  place.set_event(event);
  place.set_key(submission.key());
  place.set_logged_day(submission.logged_day());
  return place;
}

std::string reaffirmation_id(const v1::LogPlace& event) {
  return join(std::to_string(event.leaf()), std::to_string(event.event()));
}

}  // namespace quipu::ledger
