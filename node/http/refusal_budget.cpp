// SPDX-License-Identifier: Apache-2.0
#include "node/http/refusal_budget.h"

#include <algorithm>

namespace quipu::http {

std::chrono::milliseconds RefusalBudget::charge(const std::string& address, Time now) {
  if (address.empty()) return {};
  if (!owed_.contains(address) && owed_.size() >= kAddresses) forget_paid(now);
  Owed& owed = owed_[address];
  owed = {left(owed, now) + 1, now};
  // One that goes on has to stop no longer than this; it does not run up a debt for hours.
  owed.refusals = std::min(owed.refusals, static_cast<double>(2 * kAtOnce));
  if (owed.refusals <= static_cast<double>(kAtOnce)) return {};
  return kWait;
}

double RefusalBudget::left(const Owed& owed, Time now) {
  const double seconds = std::chrono::duration<double>(now - owed.at).count();
  return std::max(0.0, owed.refusals - seconds * static_cast<double>(kPerSecond));
}

// Where none has paid, one is let off: the map stays bounded whatever comes.
void RefusalBudget::forget_paid(Time now) {
  std::erase_if(owed_, [now](const auto& each) { return left(each.second, now) == 0; });
  if (owed_.size() >= kAddresses) owed_.erase(owed_.begin());
}

}  // namespace quipu::http
