// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/edge.h"

#include <utility>

#include "node/ledger/state.pb.h"

namespace quipu::ledger {

namespace {

EdgeStatus status_after(const v1::EdgeFact& fact) {
  if (fact.change() == v1::EDGE_ENDED) return EdgeStatus::kEnded;
  return fact.change() == v1::EDGE_SUSPENDED ? EdgeStatus::kSuspended : EdgeStatus::kLive;
}

}  // namespace

std::string_view name_of(EdgeStatus status) {
  switch (status) {
    case EdgeStatus::kNotYetEffective:
      return "NOT_YET_EFFECTIVE";
    case EdgeStatus::kLive:
      return "LIVE";
    case EdgeStatus::kSuspended:
      return "SUSPENDED";
    case EdgeStatus::kEnded:
      return "ENDED";
  }
  std::unreachable();
}

EdgeOn edge_on(const v1::EdgeRecord& edge, std::string_view day) {
  EdgeOn on;
  for (const v1::EdgeFact& fact : edge.facts()) {
    if (fact.effective_from() > day) break;  // ascending by day
    on.status = status_after(fact);
    if (fact.change() == v1::EDGE_ACTIVATED) on.terms = &fact;
    if (on.status == EdgeStatus::kEnded) break;  // for good
  }
  return on;
}

}  // namespace quipu::ledger
