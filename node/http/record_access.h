// SPDX-License-Identifier: Apache-2.0
// Who may ask for side records. Any thread.
#pragma once

#include <optional>

#include "node/http/call.h"

namespace quipu::http {

// Why the asker is not let in; nothing when it is, and then the node has a record desk.
std::optional<Response> turned_away(const Call& call);

}  // namespace quipu::http
