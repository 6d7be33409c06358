// SPDX-License-Identifier: Apache-2.0
// Managed signing: drafts that the node signs with the issuer key it keeps, where its operator has set that up.
#include "consensus/limits.h"
#include "node/http/handlers.h"
#include "node/http/json_answer.h"
#include "node/http/signing_desk.h"
#include "node/ledger/ledger.pb.h"
#include "node/ledger/submission.h"

namespace quipu::http {

namespace {

// More than the signature, the headers and the sequence number add to the events.
constexpr std::size_t kEnvelopeBytes = 512;

std::string hex(const crypto::Digest& digest) { return crypto::to_hex(digest.view()); }

struct ProblemOf {
  Response operator()(const NotInForm& fault) const { return problem(ApiCode::kBadRequest, fault.why); }
  Response operator()(const ForeignIssuer& fault) const {
    return problem(ApiCode::kForeignIssuer, "this node keeps no key of " + fault.named);
  }
  Response operator()(const ledger::Rejection& rejection) const { return problem(rejection); }
};

// A parameter, off, or a caller that the operator has not named.
std::optional<Response> turned_away(const Call& call) {
  if (const auto fault = call.unexpected({})) return problem(ApiCode::kBadParameter, *fault);
  const SigningDesk* desk = call.backend.signing_desk();
  if (desk == nullptr) return problem(ApiCode::kNotEnabled, "sign with a key of your own and use /v1/submissions");
  if (desk->serves(call.caller)) return std::nullopt;
  return problem(ApiCode::kForbidden, "the operator has not named " + call.caller + " in managed_signing.identities");
}

void write_standing(JsonWriter& json, const Draft& draft, const std::vector<std::string>& callers) {
  json.field("id", hex(draft.id)).field("draft", draft.name).strings("asked_by", callers);
}

Response not_withdrawn(NotWithdrawn why) {
  if (why == NotWithdrawn::kSigned) {
    return problem(ApiCode::kDraftSigned, "the same draft sent again tells the id of its submission");
  }
  return problem(ApiCode::kNotFound, "no such draft waits; it may have lapsed after a day, or in a restart");
}

Response still_waiting(const SigningDesk& desk, const Draft& draft) {
  JsonWriter json;
  json.begin_object().field("status", "WAITING").field("confirmations", desk.terms().confirmations).key("waiting");
  json.begin_object();
  write_standing(json, draft, desk.callers_of(draft.id));
  return json_response(202, json.end_object().end_object().take());
}

// The bytes of a fresh leaf that was refused are known to nobody else; of any other, nobody knows.
void settle(SigningDesk& desk, const crypto::Digest& draft, bool fresh, const SubmitAnswer& answer) {
  using Kind = SubmitAnswer::Kind;
  if (answer.kind == Kind::kAccepted) return desk.taken(draft);
  if (fresh && answer.kind != Kind::kUnavailable) desk.refused(draft);
}

Response told(const SubmitAnswer& answer, bool fresh) {
  if (!fresh || answer.kind != SubmitAnswer::Kind::kSequence) return submit_response(answer);
  return problem(ApiCode::kUnavailable, "another statement took the sequence number; send the same draft again");
}

void hand_in(const Call& call, const Draft& draft, const Respond& respond) {
  SigningDesk& desk = *call.backend.signing_desk();
  const auto& terms = desk.terms();
  const auto next = call.backend.next_sequence(terms.administration, terms.key);
  const SignedDraft ready = desk.sign(draft, next, call.backend.now_ms());
  call.backend.submit(ready.leaf, [&desk, respond, id = draft.id, fresh = ready.fresh](const SubmitAnswer& answer) {
    settle(desk, id, fresh, answer);
    respond(told(answer, fresh));
  });
}

}  // namespace

void post_draft(const Call& call, const Respond& respond) {
  if (auto refusal = turned_away(call)) return respond(std::move(*refusal));
  if (!call.request.content_type.starts_with("application/json")) {
    return respond(problem(ApiCode::kUnsupportedMedia, "send application/json"));
  }
  SigningDesk& desk = *call.backend.signing_desk();
  const auto draft = read_draft(call.request.body, call.backend.genesis().chain_id, desk.terms().administration);
  if (!draft) return respond(std::visit(ProblemOf(), draft.error()));
  if (draft->message->ByteSizeLong() + kEnvelopeBytes > limits::kLeafBytes) {
    return respond(problem(ApiCode::kTooLarge, "a signed submission has at most 61440 bytes"));
  }
  switch (desk.confirm(*draft, call.caller, call.backend.now_ms())) {
    case Confirmation::kWaiting:
      return respond(still_waiting(desk, *draft));
    case Confirmation::kTooOften:
      return respond(problem(ApiCode::kTooOften, call.caller + " has asked for its share of signatures in this hour"));
    case Confirmation::kFull:
      return respond(problem(ApiCode::kUnavailable, "too many drafts wait for a second person"));
    case Confirmation::kWithdrawn:
      return respond(problem(ApiCode::kDraftWithdrawn, "by " + desk.withdrawer_of(draft->id)));
    case Confirmation::kComplete:
      return hand_in(call, *draft, respond);
  }
}

Response get_drafts(const Call& call) {
  if (auto refusal = turned_away(call)) return std::move(*refusal);
  SigningDesk& desk = *call.backend.signing_desk();
  const auto& terms = desk.terms();
  JsonWriter json;
  json.begin_object().field("administration", terms.administration);
  json.field("kid", crypto::to_hex(crypto::key_id(terms.key).view())).field("confirmations", terms.confirmations);
  json.key("waiting").begin_array();
  for (const auto& each : desk.waiting(call.backend.now_ms())) {
    json.begin_object();
    write_standing(json, each.draft, each.callers);
    json.key("events").begin_array();
    for (const auto& event : each.draft.message->events()) json.raw(ledger::event_to_json(event));
    json.end_array().end_object();
  }
  Response response = json_response(200, json.end_array().end_object().take());
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

Response delete_draft(const Call& call) {
  if (auto refusal = turned_away(call)) return std::move(*refusal);
  const auto id = digest_from_hex(call.path[0]);
  if (!id) return problem(ApiCode::kBadParameter, "a draft's id is 64 hex digits in lower case");
  const auto withdrawn = call.backend.signing_desk()->withdraw(*id, call.caller, call.backend.now_ms());
  if (!withdrawn) return not_withdrawn(withdrawn.error());
  JsonWriter json;
  json.begin_object().field("status", "WITHDRAWN").field("id", hex(*id)).field("draft", withdrawn->name);
  json.field("withdrawn_by", withdrawn->by);
  return json_response(200, json.end_object().take());
}

}  // namespace quipu::http
