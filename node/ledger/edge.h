// SPDX-License-Identifier: Apache-2.0
// One direction of an arrangement, who recognises whom, on a day. Pure.
#pragma once

#include <cstdint>
#include <string_view>

namespace quipu::ledger {

namespace v1 {
class EdgeFact;
class EdgeRecord;
}  // namespace v1

enum class EdgeStatus : std::uint8_t { kNotYetEffective, kLive, kSuspended, kEnded };
std::string_view name_of(EdgeStatus status);  // "NOT_YET_EFFECTIVE", ...

struct EdgeOn {
  EdgeStatus status = EdgeStatus::kNotYetEffective;
  const v1::EdgeFact* terms = nullptr;  // the activation that counts, in the record; null before the first
};
// `day` is "YYYY-MM-DD".
EdgeOn edge_on(const v1::EdgeRecord& edge, std::string_view day);

}  // namespace quipu::ledger
