// SPDX-License-Identifier: Apache-2.0
// The HTTP API as a function from request to response (docs/api.md): no sockets, no clock but the age that the backend
// reports. Any thread.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "node/http/access.h"
#include "node/http/backend.h"
#include "node/http/server.h"
#include "node/http/slow_lane.h"

namespace quipu::http {

// Answers exactly once. Unknown route 404, known route with another method 405, routes of later versions 501; a caller
// without a role that opens the route 401 or 403, one that asks too often 429. With a lane, what may take more than
// some milliseconds is answered there, or 503 where too much waits.
void route(Backend& backend, const Request& request, const Respond& respond, SlowLane* lane = nullptr);

struct RouteInfo {
  std::string_view method;
  std::string_view pattern;    // "{}" stands for one segment, "**" for one or more
  std::optional<Roles> roles;  // any of these opens it; nothing: everybody
};
std::vector<RouteInfo> route_table();

}  // namespace quipu::http
