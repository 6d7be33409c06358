// SPDX-License-Identifier: Apache-2.0
#include "node/http/routes.h"

#include <span>

#include "node/http/compression.h"
#include "node/http/handlers.h"
#include "node/http/json_answer.h"
#include "node/ledger/training.h"

namespace quipu::http {

namespace {

using Run = void (*)(const Call&, const Respond&);

template <Response (*kAnswer)(const Call&)>
void at_once(const Call& call, const Respond& respond) {
  respond(kAnswer(call));
}

// Of a file or a word about the node: nothing can be asked of it but itself.
template <Response (*kAnswer)(const Call&)>
void as_it_is(const Call& call, const Respond& respond) {
  if (const auto fault = call.unexpected({})) return respond(problem(ApiCode::kBadParameter, *fault));
  respond(kAnswer(call));
}

Response answer_not_yet(const Call&) { return problem(ApiCode::kNotYet, "a later version of the node answers this"); }
constexpr Run kNotYet = as_it_is<answer_not_yet>;

struct Route {
  std::string_view method;
  // "{}" matches one segment and hands it on; "**" at the end matches one or more and hands them on.
  std::string_view pattern;
  std::optional<Roles> roles;  // any of these opens it; nothing: everybody
  Run run;
  bool slow = false;  // reads more than a few records
};

constexpr std::nullopt_t kAnyone = std::nullopt;
constexpr Roles kMirrorFiles = {Role::kMirror};
constexpr Roles kLookUp = {Role::kReader, Role::kAuditor};
constexpr Roles kPersonalData = {Role::kPersonal};
constexpr Roles kHandIn = {Role::kSubmitter, Role::kGovernance};
constexpr Roles kAskForSignatures = {Role::kSubmitter};
constexpr Roles kOwnStatements = {Role::kSubmitter, Role::kGovernance, Role::kReader, Role::kAuditor};
constexpr Roles kOperate = {Role::kOperator};
constexpr Roles kAnyRole = {Role::kSubmitter, Role::kGovernance, Role::kReader, Role::kAuditor, Role::kOperator};

constexpr bool kSlow = true;

constexpr Route kRoutes[] = {
    {"GET", "v1/recognition", kLookUp, at_once<get_recognition>},
    {"POST", "v1/recognition", kLookUp, at_once<post_recognition>, kSlow},
    {"POST", "v1/submissions", kHandIn, post_submission},
    {"GET", "v1/submissions/{}", kOwnStatements, at_once<get_submission>},
    {"POST", "v1/drafts", kAskForSignatures, post_draft},
    {"GET", "v1/drafts", kAskForSignatures, at_once<get_drafts>},
    {"DELETE", "v1/drafts/{}", kAskForSignatures, at_once<delete_draft>},
    {"GET", "v1/approvals", kLookUp, at_once<get_approvals>},
    {"GET", "v1/keys/{}/sequence", kOwnStatements, at_once<get_sequence>},
    {"GET", "v1/operators", kLookUp, at_once<get_operator_by_alias>},
    {"GET", "v1/operators/{}", kLookUp, at_once<get_operator>},
    {"GET", "v1/operators/{}/{}", kLookUp, at_once<get_operator>},
    {"GET", "v1/operators/{}/{}/identity", kPersonalData, at_once<get_identity>},
    {"GET", "v1/operators/{}/{}/report", kPersonalData, at_once<get_report>, kSlow},
    {"POST", "v1/records", kPersonalData, post_record},
    {"GET", "v1/erasures", kAnyRole, at_once<get_erasures>},
    {"GET", "v1/names", kPersonalData, at_once<get_names>, kSlow},
    {"GET", "v1/certificates/{}/{}", kLookUp, at_once<get_certificate>},
    {"GET", "v1/certificates/{}/{}/history", kLookUp, at_once<get_certificate_history>},
    {"GET", "v1/certificates/{}/{}/exposure", kLookUp, at_once<get_exposure>, kSlow},
    {"GET", "v1/applications/{}/{}", kLookUp, at_once<get_application>},
    {"GET", "v1/validations/{}/{}", kLookUp, at_once<get_validation>},
    {"GET", "v1/experts/{}/{}", kLookUp, at_once<get_expert>},
    {"GET", "v1/cases", kLookUp, at_once<get_cases>, kSlow},
    {"GET", "v1/cases/{}/{}", kLookUp, at_once<get_case>},
    {"GET", "v1/statistics", kLookUp, at_once<get_statistics>, kSlow},
    {"GET", "v1/statistics/{}/{}", kLookUp, at_once<get_month>, kSlow},
    {"GET", "v1/list", kLookUp, at_once<get_list>, kSlow},
    {"GET", "v1/changes", kLookUp, at_once<get_changes>, kSlow},
    {"GET", "v1/stream", kLookUp, at_once<get_stream>},
    {"GET", "v1/indicators", kLookUp, at_once<get_indicators>, kSlow},
    {"GET", "v1/worklist", kLookUp, at_once<get_worklist>, kSlow},
    {"GET", "v1/members", kAnyRole, at_once<get_members>},
    {"GET", "v1/members/{}/keys", kAnyRole, at_once<get_member_keys>},
    {"GET", "v1/members/{}/disputed", kAnyRole, at_once<get_disputed>, kSlow},
    {"GET", "v1/members/{}/compromised", kAnyRole, at_once<get_compromised>, kSlow},
    {"GET", "v1/proposals", kAnyRole, at_once<get_proposals>},
    {"GET", "v1/parameters", kAnyRole, at_once<get_parameters>},
    {"GET", "v1/arrangements", kLookUp, at_once<get_arrangements>},
    {"GET", "v1/blocks/{}", kAnyRole, at_once<get_block>},
    {"GET", "v1/receipts/{}", kOwnStatements, at_once<get_receipt>},
    {"GET", "v1/proofs/status/{}", kLookUp, at_once<get_status_list>, kSlow},
    {"GET", "v1/proofs/status/{}/{}", kLookUp, at_once<get_status_proof>},
    {"GET", "v1/checkpoints", kMirrorFiles, at_once<get_checkpoints>},
    {"GET", "v1/node/status", kAnyRole, at_once<get_node_status>},
    {"GET", "genesis", kMirrorFiles, as_it_is<get_genesis>},
    {"GET", "checkpoint", kMirrorFiles, as_it_is<get_checkpoint>},
    {"GET", "checkpoints/{}", kMirrorFiles, as_it_is<get_checkpoint_at>},
    {"GET", "policy/{}", kMirrorFiles, as_it_is<get_policy>},
    {"GET", "epochs/{}/handover", kMirrorFiles, as_it_is<get_handover>},
    {"GET", "tile/**", kMirrorFiles, as_it_is<get_tile>},
    {"GET", "quorum/{}", kMirrorFiles, as_it_is<get_quorum>},
    {"GET", "evidence", kMirrorFiles, as_it_is<get_evidence_list>},
    {"GET", "evidence/{}", kMirrorFiles, as_it_is<get_evidence>},
    {"GET", "healthz", kAnyone, as_it_is<get_health>},
    {"GET", "readyz", kAnyone, as_it_is<get_readiness>},
    {"GET", "metrics", kOperate, as_it_is<get_metrics>},
    {"GET", "openapi.yaml", kAnyone, as_it_is<get_description>},
    {"GET", "records/{}", kMirrorFiles, kNotYet},
    {"GET", "", kAnyone, at_once<get_console>},
    {"GET", "verify.html", kAnyone, at_once<get_verify_page>},
    {"GET", "console/{}", kAnyone, at_once<get_console_file>},
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

// What reads much waits its turn behind everything else.
void run_in_turn(const Route& route, Call call, const Respond& respond, SlowLane* lane) {
  // Where secrets stand beside what the asker chose, the length of what is compressed tells of them.
  const bool secret = route.roles == kPersonalData;
  const bool wanted = !secret && takes_gzip(call.request.accept_encoding);
  const auto packed = [respond, wanted, secret](Response response) {
    if (!secret) compress(response, wanted);
    respond(std::move(response));
  };
  if (!route.slow || lane == nullptr) return route.run(call, packed);
  const auto later = [&route, &backend = call.backend, request = call.request, target = call.target, path = call.path,
                      roles = call.roles, caller = call.caller,
                      packed] { route.run(Call{backend, request, target, path, roles, caller}, packed); };
  if (lane->push(later)) return;
  respond(problem(ApiCode::kUnavailable, "too many questions that read much wait for their answer"));
}

// Nothing was looked up for it.
Response refused(Response response) {
  response.refused = true;
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
    if (caller->name == kGuest) return unauthorized();
    return problem(ApiCode::kForbidden, "token " + caller->name + " has no role that opens this route");
  }
  if (!door.has_room(*caller)) return problem(ApiCode::kTooOften, caller->name + " asks too often");
  return std::nullopt;
}

void run_guarded(Doorkeeper& door, const Route& route, Call call, const Respond& respond, SlowLane* lane) {
  const auto caller = door.caller(call.request);
  const auto noted = [&door, &route, respond,
                      who = caller.value_or(Caller{std::string(kStranger), {}})](Response response) {
    door.note(who, route.method, route.pattern, response.status);
    respond(std::move(response));
  };
  if (auto refusal = turned_away(door, route, caller)) return noted(refused(*std::move(refusal)));
  call.roles = caller ? caller->roles : Roles();
  call.caller = caller ? caller->name : std::string(kStranger);
  run_in_turn(route, std::move(call), noted, lane);
}

// Every answer of a training network says so: programs can tell whoever reads it.
Respond marked(const Backend& backend, const Request& request, const Respond& respond) {
  const std::string& name = backend.genesis().chain_id;
  if (!ledger::is_training(name) || !request.target.starts_with("/v1/")) return respond;
  return [respond, name](Response response) {
    response.headers.emplace_back("Quipu-Training", name);
    respond(std::move(response));
  };
}

}  // namespace

void route(Backend& backend, const Request& request, const Respond& unmarked, SlowLane* lane) {
  const Respond respond = marked(backend, request, unmarked);
  auto target = parse_target(request.target);
  if (!target) return respond(refused(problem(ApiCode::kBadParameter, target.error())));
  Call call{backend, request, std::move(*target), {}, Roles::all(), std::string(kGuest)};
  std::string allowed;
  for (const Route& candidate : kRoutes) {
    if (!matches(candidate.pattern, call.target.segments, call.path)) continue;
    if (candidate.method == request.method) {
      if (Doorkeeper* door = backend.doorkeeper()) return run_guarded(*door, candidate, std::move(call), respond, lane);
      return run_in_turn(candidate, std::move(call), respond, lane);
    }
    allowed.append(allowed.empty() ? "" : ", ").append(candidate.method);
  }
  if (!allowed.empty()) return respond(refused(wrong_method(allowed)));
  respond(refused(problem(ApiCode::kNotFound, "no such route")));
}

std::vector<RouteInfo> route_table() {
  std::vector<RouteInfo> table;
  for (const Route& each : kRoutes) table.push_back({each.method, each.pattern, each.roles});
  return table;
}

}  // namespace quipu::http
