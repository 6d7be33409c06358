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
  Run run;
};

constexpr Route kRoutes[] = {
    {"GET", "v1/recognition", at_once<get_recognition>},
    {"POST", "v1/recognition", at_once<post_recognition>},
    {"POST", "v1/submissions", post_submission},
    {"GET", "v1/submissions/{}", at_once<get_submission>},
    {"GET", "v1/approvals", at_once<get_approvals>},
    {"GET", "v1/keys/{}/sequence", at_once<get_sequence>},
    {"GET", "v1/operators/{}", at_once<get_operator>},
    {"GET", "v1/operators/{}/{}", at_once<get_operator>},
    {"GET", "v1/operators/{}/{}/identity", at_once<get_identity>},
    {"POST", "v1/records", post_record},
    {"GET", "v1/erasures", at_once<get_erasures>},
    {"GET", "v1/names", at_once<get_names>},
    {"GET", "v1/certificates/{}/{}", at_once<get_certificate>},
    {"GET", "v1/certificates/{}/{}/history", at_once<get_certificate_history>},
    {"GET", "v1/certificates/{}/{}/exposure", at_once<get_exposure>},
    {"GET", "v1/applications/{}/{}", at_once<get_application>},
    {"GET", "v1/validations/{}/{}", at_once<get_validation>},
    {"GET", "v1/experts/{}/{}", at_once<get_expert>},
    {"GET", "v1/list", at_once<get_list>},
    {"GET", "v1/changes", at_once<get_changes>},
    {"GET", "v1/stream", at_once<get_stream>},
    {"GET", "v1/indicators", at_once<get_indicators>},
    {"GET", "v1/worklist", at_once<get_worklist>},
    {"GET", "v1/members", at_once<get_members>},
    {"GET", "v1/members/{}/keys", at_once<get_member_keys>},
    {"GET", "v1/members/{}/disputed", at_once<get_disputed>},
    {"GET", "v1/proposals", at_once<get_proposals>},
    {"GET", "v1/arrangements", at_once<get_arrangements>},
    {"GET", "v1/blocks/{}", at_once<get_block>},
    {"GET", "v1/receipts/{}", at_once<get_receipt>},
    {"GET", "v1/proofs/status/{}/{}", at_once<get_status_proof>},
    {"GET", "v1/checkpoints", at_once<get_checkpoints>},
    {"GET", "v1/node/status", at_once<get_node_status>},
    {"GET", "genesis", at_once<get_genesis>},
    {"GET", "checkpoint", at_once<get_checkpoint>},
    {"GET", "checkpoints/{}", at_once<get_checkpoint_at>},
    {"GET", "policy/{}", at_once<get_policy>},
    {"GET", "epochs/{}/handover", at_once<get_handover>},
    {"GET", "tile/**", at_once<get_tile>},
    {"GET", "quorum/{}", at_once<get_quorum>},
    {"GET", "evidence", at_once<get_evidence_list>},
    {"GET", "evidence/{}", at_once<get_evidence>},
    {"GET", "healthz", at_once<get_health>},
    {"GET", "readyz", at_once<get_readiness>},
    {"GET", "metrics", at_once<get_metrics>},
    {"GET", "records/{}", kNotYet},
    {"GET", "openapi.yaml", kNotYet},
    {"GET", "", at_once<get_console>},
    {"GET", "verify.html", at_once<get_verify_page>},
    {"GET", "console/{}", at_once<get_console_file>},
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

}  // namespace

void route(Backend& backend, const Request& request, const Respond& respond) {
  auto target = parse_target(request.target);
  if (!target) return respond(problem(ApiCode::kBadParameter, target.error()));
  Call call{backend, request, std::move(*target), {}};
  std::string allowed;
  for (const Route& candidate : kRoutes) {
    if (!matches(candidate.pattern, call.target.segments, call.path)) continue;
    if (candidate.method == request.method) return candidate.run(call, respond);
    allowed.append(allowed.empty() ? "" : ", ").append(candidate.method);
  }
  if (!allowed.empty()) return respond(wrong_method(allowed));
  respond(problem(ApiCode::kNotFound, "no such route"));
}

}  // namespace quipu::http
