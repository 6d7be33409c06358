// SPDX-License-Identifier: Apache-2.0
// Who may hold a subject's side records, by the state of the ledger (docs/decisions/0028-side-store.md). Pure.
#pragma once

#include <optional>
#include <string_view>

#include "node/ledger/date.h"
#include "node/ledger/state_view.h"
#include "node/side/record.h"

namespace quipu::side {

enum class Standing : std::uint8_t {
  kIssuer,      // its own subject
  kRecogniser,  // an edge toward the issuer is live, and the subject has consented where that is required
  kNone,
  kErased,   // nobody holds any of this subject's records
  kUnknown,  // there is no such subject
};
constexpr bool may_hold(Standing standing) {
  return standing == Standing::kIssuer || standing == Standing::kRecogniser;
}

// The day on which a question is asked: by the newest block, and by this node's clock. What the two disagree about is
// not granted: neither a clock that is ahead nor a ledger at rest keeps or makes anybody entitled.
struct Today {
  ledger::Date block;
  ledger::Date clock;
  friend bool operator==(const Today&, const Today&) = default;
};

// `administration` and the subject's issuer must be two characters.
Standing standing(const ledger::StateView& state, std::string_view administration, const Subject& subject,
                  const ledger::v1::OperatorRecord& firm, const Today& today);
Standing standing(const ledger::StateView& state, std::string_view administration, const Subject& subject,
                  const Today& today);

std::optional<ledger::v1::OperatorRecord> find_subject(const ledger::StateView& state, const Subject& subject);
bool is_erased(const ledger::v1::OperatorRecord& firm);

}  // namespace quipu::side
