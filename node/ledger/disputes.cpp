// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/disputes.h"

#include <algorithm>

#include "node/ledger/rules/records.h"
#include "node/ledger/state.pb.h"

namespace quipu::ledger {

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

std::string reaffirmation_id(const v1::LogPlace& event) {
  return join(std::to_string(event.leaf()), std::to_string(event.event()));
}

}  // namespace quipu::ledger
