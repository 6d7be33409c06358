// SPDX-License-Identifier: Apache-2.0
// Events that reached the ledger after the day of their legal effect (docs/rules.md): taken all the same, and shown as
// LATE with their lag. Pure.
#pragma once

#include <cstdint>

#include "node/ledger/state_view.h"
#include "node/ledger/submission.h"

namespace quipu::ledger {

// Days from the effect of event `index` to its block's date in the author's own calendar of then; 0: not late. `state`
// is that of the block or a later one, and the answer the same on each. An event that waits for an approval is not
// late: its approval is, by the effect of what it approves. Requires a submission that the ledger took and index <
// events().
std::int32_t lag_days(const StateView& state, const Submission& submission, std::size_t index);

}  // namespace quipu::ledger
