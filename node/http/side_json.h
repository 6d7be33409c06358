// SPDX-License-Identifier: Apache-2.0
// What the routes of side records share. Any thread.
#pragma once

#include <optional>

#include "node/http/call.h"
#include "node/http/json_writer.h"
#include "node/http/record_desk.h"

namespace quipu::http {

// Of a node that keeps none; nothing where there is a desk.
std::optional<Response> side_refusal(const Call& call);

// Fields of an object that is open: identity, tin, as far as they are held. Wipes them.
void write_held(JsonWriter& json, HeldRecords& records);

}  // namespace quipu::http
