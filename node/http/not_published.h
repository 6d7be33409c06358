// SPDX-License-Identifier: Apache-2.0
// The answer to who wants a proof that cannot be made yet. Any thread.
#pragma once

#include "node/http/json_answer.h"
#include "node/ledger/published_state.h"

namespace quipu::http {

Response not_published(ledger::NotPublished why);

}  // namespace quipu::http
