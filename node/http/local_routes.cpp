// SPDX-License-Identifier: Apache-2.0
#include "node/http/local_routes.h"

#include "node/http/call.h"
#include "node/http/json_answer.h"
#include "node/http/routes.h"

namespace quipu::http {

namespace {

Response state_of(const Operations& operations) {
  JsonWriter json;
  json.begin_object().field("draining", operations.draining()).field("log_level", operations.log_level()).end_object();
  return json_response(200, json.take());
}

Response set_level(Operations& operations, const Target& target) {
  const bool one = target.query.size() == 1 && target.query[0].first == "level";
  if (one && operations.set_log_level(target.query[0].second)) return state_of(operations);
  return problem(ApiCode::kBadParameter, "level must be debug, info, warn or error");
}

Response operate(Operations& operations, const Request& request, const Target& target) {
  const auto& path = target.segments;
  const std::string act = path.size() == 2 ? path[1] : "";
  if (path.size() == 1 && request.method == "GET") return state_of(operations);
  if (request.method != "POST") return problem(ApiCode::kMethodNotAllowed, "GET /admin, POST what it should do");
  if (act == "log-level") return set_level(operations, target);
  if (act != "drain" && act != "resume") return problem(ApiCode::kNotFound, "no such route");
  operations.set_draining(act == "drain");
  return state_of(operations);
}

}  // namespace

void route_local(Backend& backend, Operations& operations, const Request& request, const Respond& respond,
                 SlowLane* lane) {
  const auto target = parse_target(request.target);
  if (!target || target->segments.empty() || target->segments[0] != "admin")
    return route(backend, request, respond, lane);
  Response response = operate(operations, request, *target);
  if (Doorkeeper* door = backend.doorkeeper()) {
    const auto caller = door->caller(request).value_or(Caller{std::string(kStranger), {}});
    const std::string route = "admin" + (target->segments.size() > 1 ? "/" + target->segments[1] : "");
    door->note(caller, request.method, response.status == 404 ? "admin/{}" : route, response.status);
  }
  respond(std::move(response));
}

}  // namespace quipu::http
