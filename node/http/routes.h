// SPDX-License-Identifier: Apache-2.0
// The HTTP API as a function from request to response (docs/api.md): no sockets, no clock but the age that the backend
// reports. Any thread.
#pragma once

#include "node/http/backend.h"
#include "node/http/server.h"
#include "node/http/slow_lane.h"

namespace quipu::http {

// Answers exactly once. Unknown route 404, known route with another method 405, routes of later versions 501. With a
// lane, what may take more than some milliseconds is answered there, or 503 where too much waits.
void route(Backend& backend, const Request& request, const Respond& respond, SlowLane* lane = nullptr);

}  // namespace quipu::http
