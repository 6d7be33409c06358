// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "consensus/limits.h"
#include "crypto/note.h"
#include "node/http/approvals.h"
#include "node/http/handlers.h"
#include "node/http/json_answer.h"
#include "node/http/records.h"
#include "node/ledger/receipt.h"
#include "node/ledger/rules/members.h"
#include "node/ledger/rules/rule.h"
#include "node/ledger/state.pb.h"

namespace quipu::http {

namespace {

Response accepted(const crypto::Digest& id) {
  const std::string hex = crypto::to_hex(id.view());
  JsonWriter json;
  json.begin_object().field("id", hex).end_object();
  Response response = json_response(202, json.take());
  response.headers.emplace_back("Location", "/v1/submissions/" + hex);
  return response;
}

void write_rejection(JsonWriter& json, const ledger::Rejection& rejection) {
  json.field("code", ledger::name_of(rejection.code));
  json.field("title", ledger::text_of(rejection.code, ledger::Language::kEnglish));
  if (rejection.event) json.field("event", *rejection.event);
  json.optional_field("detail", rejection.detail);
}

void write_state(JsonWriter& json, const SubmissionState& state) {
  switch (state.phase) {
    case SubmissionPhase::kUnknown:
      break;
    case SubmissionPhase::kPending:
      json.field("status", "PENDING");
      break;
    case SubmissionPhase::kExpired:
      json.field("status", "EXPIRED");
      break;
    case SubmissionPhase::kFinal:
      json.field("status", "FINAL").field("height", state.height).field("index", state.index);
      json.field("time", ledger::format_instant(state.block_time_ms));
      break;
    case SubmissionPhase::kRejected:
      json.field("status", "REJECTED").field("height", state.height);
      if (state.rejection) write_rejection(json, *state.rejection);
      break;
  }
}

// A key id names one key within an administration; without one, all members are searched.
struct FoundKey {
  std::string administration;
  crypto::PublicKey key;
  ledger::v1::KeyPurpose purpose;
};

void collect_keys(const ledger::v1::MemberRecord& member, BytesView kid, std::vector<FoundKey>& found) {
  for (const auto& key : member.keys()) {
    const auto raw = crypto::PublicKey::from(key.public_key());
    if (key.kid() == kid && raw) found.push_back({member.administration(), *raw, key.purpose()});
  }
}

std::vector<FoundKey> find_keys(const ledger::StateView& state, const std::optional<std::string>& administration,
                                BytesView kid) {
  std::vector<FoundKey> found;
  ledger::for_each_member(state, [&](const ledger::v1::MemberRecord& member) {
    if (!administration || member.administration() == *administration) collect_keys(member, kid, found);
  });
  return found;
}

std::uint64_t last_final_sequence(const ledger::StateView& state, const FoundKey& key) {
  const auto record = read_record<ledger::v1::SequenceRecord>(
      state, ledger::map_key(ledger::RecordType::kSequence, key.administration, crypto::to_hex(key.key.view())));
  return record ? record->last() : 0;
}

Response sequence_answer(const Call& call, const AskedState& asked, const FoundKey& key) {
  const std::uint64_t last = last_final_sequence(*asked.state, key);
  JsonWriter json = begin_answer(call, asked);
  json.field("administration", key.administration).field("public_key", crypto::to_hex(key.key.view()));
  json.field("purpose", ledger::v1::KeyPurpose_Name(key.purpose)).field("final", last);
  json.field("next", std::max(last + 1, call.backend.next_sequence(key.administration, key.key)));
  return end_answer(std::move(json));
}

void write_approval(JsonWriter& json, const WaitingApproval& waiting, const ledger::v1::ApprovalRecord& record) {
  json.begin_object().field("reference", waiting.reference);
  json.field("administration", waiting.administration).field("certificate", record.certificate());
  json.field("logged_at", ledger::format_instant(record.logged_at_ms()));
  json.field("lapses_at", ledger::format_instant(waiting.lapses_at_ms));
  json.key("statement").raw(ledger::event_to_json(record.event())).end_object();
}

// Which role a statement asks for is which keys its events are signed with. What cannot be read is refused later, by
// the rules.
bool may_hand_in(const Call& call) {
  constexpr Roles kBoth = {Role::kSubmitter, Role::kGovernance};
  if (call.roles.has(Role::kSubmitter) && call.roles.has(Role::kGovernance)) return true;
  const auto submission = ledger::decode_submission(call.request.body, call.backend.genesis().chain_id);
  if (!submission) return call.roles.any_of(kBoth);
  return std::ranges::all_of(submission->payload->events(), [&](const ledger::v1::Event& event) {
    const auto* rule = ledger::rule_for(event.statement_case());
    const bool governs = rule != nullptr && rule->purpose == ledger::v1::GOVERNANCE;
    return call.roles.has(governs ? Role::kGovernance : Role::kSubmitter);
  });
}

}  // namespace

Response submit_response(const SubmitAnswer& answer) {
  using Kind = SubmitAnswer::Kind;
  switch (answer.kind) {
    case Kind::kAccepted:
      return accepted(answer.id);
    case Kind::kRejected:
      return answer.rejection ? problem(*answer.rejection) : problem(ApiCode::kBadRequest, "");
    case Kind::kSequence: {
      const ledger::Rejection taken{ledger::Code::kSequenceTaken, std::nullopt, ""};
      return problem(409, answer.rejection.value_or(taken), answer.holder);
    }
    case Kind::kTooLarge:
      return problem(ApiCode::kTooLarge, "a submission has at most 61440 bytes");
    case Kind::kBusy:
      return problem(ApiCode::kTooMany, answer.why);
    case Kind::kNotAccepting:
      return problem(ApiCode::kNotAccepting, answer.why);
    case Kind::kUnavailable:
      return problem(ApiCode::kUnavailable, answer.why);
    case Kind::kReadOnly:
      return problem(ApiCode::kReadOnly, answer.why);
  }
  return problem(ApiCode::kUnavailable, "");
}

void post_submission(const Call& call, const Respond& respond) {
  if (const auto fault = call.unexpected({})) return respond(problem(ApiCode::kBadParameter, *fault));
  if (!call.request.content_type.starts_with("application/cose")) {
    return respond(problem(ApiCode::kUnsupportedMedia, "send the signed leaf as application/cose"));
  }
  if (call.request.body.size() > limits::kLeafBytes) {
    return respond(problem(ApiCode::kTooLarge, "a submission has at most 61440 bytes"));
  }
  if (!may_hand_in(call)) {
    return respond(
        problem(ApiCode::kForbidden, "statements by governance keys want the role governance, others submitter"));
  }
  call.backend.submit(call.request.body, [respond](const SubmitAnswer& answer) { respond(submit_response(answer)); });
}

Response get_submission(const Call& call) {
  if (const auto fault = call.unexpected({})) return problem(ApiCode::kBadParameter, *fault);
  const auto id = digest_from_hex(call.path[0]);
  if (!id) return problem(ApiCode::kBadParameter, "a submission's id is 64 hex digits in lower case");
  const SubmissionState state = call.backend.submission(*id);
  if (state.phase == SubmissionPhase::kUnknown) {
    return problem(ApiCode::kNotFound, "this node does not know the submission; send it again if it was accepted");
  }
  JsonWriter json;
  json.begin_object().field("id", call.path[0]);
  write_state(json, state);
  return json_response(200, json.end_object().take());
}

Response get_sequence(const Call& call) {
  if (const auto fault = call.unexpected({"administration"})) return problem(ApiCode::kBadParameter, *fault);
  const auto kid = crypto::from_hex(call.path[0]);
  if (!kid || kid->size() != crypto::KeyId::kSize) {
    return problem(ApiCode::kBadParameter, "a key id is 16 hex digits in lower case");
  }
  auto asked = asked_state(call);
  if (!asked) return std::move(asked.error());
  const auto found = find_keys(*asked->state, call.query("administration"), *kid);
  if (found.empty()) return problem(ApiCode::kNotFound, "no member has a key of that id in force");
  if (found.size() > 1)
    return problem(ApiCode::kBadParameter, "several members have a key of that id: name administration=CC");
  return sequence_answer(call, *asked, found.front());
}

Response get_receipt(const Call& call) {
  if (const auto fault = call.unexpected({})) return problem(ApiCode::kBadParameter, *fault);
  const auto id = digest_from_hex(call.path[0]);
  if (!id) return problem(ApiCode::kBadParameter, "a submission's id is 64 hex digits in lower case");
  const auto reader = call.backend.reader();
  const auto place = reader->find(*id);
  if (!place) return problem(ApiCode::kNotFound, "no final submission has this id");
  const auto published = published_checkpoint(*reader);
  if (!published || published->checkpoint.size <= place->index) {
    return problem(ApiCode::kNotPublished, "ask again in a minute");
  }
  ledger::Receipt receipt;
  receipt.extra = reader->leaf(place->index);
  receipt.index = place->index;
  receipt.proof =
      crypto::inclusion_proof(place->index, published->checkpoint.size,
                              [&](unsigned level, std::uint64_t index) { return reader->node(level, index); });
  receipt.note = published->note;
  Response response = json_response(200, receipt.format());
  response.content_type = "text/plain; charset=utf-8";
  return response;
}

Response get_approvals(const Call& call) {
  if (const auto fault = call.unexpected({"administration"})) return problem(ApiCode::kBadParameter, *fault);
  const std::string administration = call.query("administration").value_or("");
  if (!administration.empty() && administration.size() != 2) {
    return problem(ApiCode::kBadParameter, "an administration has two letters");
  }
  auto asked = asked_state(call);
  if (!asked) return std::move(asked.error());
  JsonWriter json = begin_answer(call, *asked);
  json.key("approvals").begin_array();
  for_each_waiting_approval(*asked, administration,
                            [&](const auto& waiting, const auto& record) { write_approval(json, waiting, record); });
  json.end_array();
  return end_answer(std::move(json));
}

}  // namespace quipu::http
