// SPDX-License-Identifier: Apache-2.0
// The HTTP API as a function from request to response (docs/api.md): no sockets, no clock but the age that the backend
// reports. Any thread.
#pragma once

#include "node/http/backend.h"
#include "node/http/server.h"

namespace quipu::http {

// Answers exactly once. Unknown route 404, known route with another method 405, routes of later versions 501.
void route(Backend& backend, const Request& request, const Respond& respond);

}  // namespace quipu::http
