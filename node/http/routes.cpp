// SPDX-License-Identifier: Apache-2.0
#include "node/http/routes.h"

#include <span>

#include "node/http/handlers.h"
#include "node/http/json_answer.h"

namespace quipu::http {

namespace {

using Run = void (*)(const Call&, const Respond&);

template <Response (*kAnswer)(const Call&)>
void at_once(const Call& call, const Respond& respond) {
  respond(kAnswer(call));
}

Response answer_not_yet(const Call&) { return problem(ApiCode::kNotYet, "a later version of the node answers this"); }
constexpr Run kNotYet = at_once<answer_not_yet>;

struct Route {
  std::string_view method;
  // "{}" matches one segment and hands it on; "**" at the end matches one or more and hands them on.
  std::string_view pattern;
  std::optional<Roles> roles;  // any of these opens it; nothing: everybody
  Run run;
};

constexpr std::nullopt_t kAnyone = std::nullopt;
constexpr Roles kMirrorFiles = {Role::kMirror};
constexpr Roles kLookUp = {Role::kReader, Role::kAuditor};
constexpr Roles kPersonalData = {Role::kPersonal};
constexpr Roles kSubmit = {Role::kSubmitter};
constexpr Roles kHandIn = {Role::kSubmitter, Role::kGovernance};
constexpr Roles kOwnStatements = {Role::kSubmitter, Role::kGovernance, Role::kReader, Role::kAuditor};
constexpr Roles kOperate = {Role::kOperator};
constexpr Roles kAnyRole = {Role::kSubmitter, Role::kGovernance, Role::kReader, Role::kAuditor, Role::kOperator};

constexpr Route kRoutes[] = {
    {"GET", "openapi.yaml", kAnyone, at_once<get_description>},
    {"GET", "records/{}", kMirrorFiles, kNotYet},
    {"GET", "", kAnyone, kNotYet},
};

// The next piece of a pattern, cut off its front.
std::string_view next_piece(std::string_view& pattern) {
  const std::size_t slash = pattern.find('/');
  const std::string_view piece = pattern.substr(0, slash);
  pattern = slash == std::string_view::npos ? std::string_view{} : pattern.substr(slash + 1);
  return piece;
}

bool matches(std::string_view pattern, std::span<const std::string> segments, std::vector<std::string>& path) {
  path.clear();
  for (const std::string& segment : segments) {
    if (pattern == "**") {
      path.push_back(segment);
      continue;
    }
    if (pattern.empty()) return false;
    const std::string_view piece = next_piece(pattern);
    if (piece == "{}" && !segment.empty())
      path.push_back(segment);
    else if (piece != segment)
      return false;
  }
  return pattern.empty() || (pattern == "**" && !path.empty());
}

Response wrong_method(std::string_view allowed) {
  Response response = problem(ApiCode::kMethodNotAllowed, "use " + std::string(allowed));
  response.headers.emplace_back("Allow", allowed);
  return response;
}

Response unauthorized() {
  Response response = problem(ApiCode::kUnauthorized, "show a token of this node: Authorization: Bearer ...");
  response.headers.emplace_back("WWW-Authenticate", "Bearer");
  return response;
}

// Why the caller is not let in.
std::optional<Response> turned_away(Doorkeeper& door, const Route& route, const std::optional<Caller>& caller) {
  if (!route.roles) return std::nullopt;
  if (!caller) return unauthorized();
  if (!caller->roles.any_of(*route.roles)) {
    if (caller->name == "guest") return unauthorized();
    return problem(ApiCode::kForbidden, "token " + caller->name + " has no role that opens this route");
  }
  if (!door.has_room(*caller)) return problem(ApiCode::kTooOften, caller->name + " asks too often");
  return std::nullopt;
}

void run_guarded(Doorkeeper& door, const Route& route, Call& call, const Respond& respond) {
  const auto caller = door.caller(call.request.authorization);
  const auto noted = [&door, &route, respond, who = caller.value_or(Caller{"unknown", {}})](Response response) {
    door.note(who, route.method, route.pattern, response.status);
    respond(std::move(response));
  };
  if (auto refusal = turned_away(door, route, caller)) return noted(*std::move(refusal));
  if (caller) call.roles = caller->roles;
  route.run(call, noted);
}

}  // namespace

void route(Backend& backend, const Request& request, const Respond& respond) {
  auto target = parse_target(request.target);
  if (!target) return respond(problem(ApiCode::kBadParameter, target.error()));
  Call call{backend, request, std::move(*target), {}, Roles::all()};
  std::string allowed;
  for (const Route& candidate : kRoutes) {
    if (!matches(candidate.pattern, call.target.segments, call.path)) continue;
    if (candidate.method == request.method) {
      Doorkeeper* door = backend.doorkeeper();
      return door == nullptr ? candidate.run(call, respond) : run_guarded(*door, candidate, call, respond);
    }
    allowed.append(allowed.empty() ? "" : ", ").append(candidate.method);
  }
  if (!allowed.empty()) return respond(wrong_method(allowed));
  respond(problem(ApiCode::kNotFound, "no such route"));
}

std::vector<RouteInfo> route_table() {
  std::vector<RouteInfo> table;
  for (const Route& each : kRoutes) table.push_back({each.method, each.pattern, each.roles});
  return table;
}

}  // namespace quipu::http
