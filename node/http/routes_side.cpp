// SPDX-License-Identifier: Apache-2.0
// Side records: handed in by this administration's programs, shown to those entitled, and the account of what was
// erased.
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <optional>

#include "crypto/sealing.h"
#include "node/http/handlers.h"
#include "node/http/json_answer.h"
#include "node/http/record_desk.h"
#include "node/http/side_json.h"
#include "node/ledger/genesis_members.h"
#include "node/ledger/json.h"
#include "node/ledger/ledger.pb.h"

namespace quipu::http {

namespace {

namespace json = boost::json;

std::optional<std::string> field_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return std::string(value->get_string());
}

// {"subject","kind","record"}, nothing else.
std::expected<HandIn, std::string> hand_in_of(BytesView body) {
  const auto parsed = ledger::parse_strict_json(body);
  if (!parsed) return std::unexpected(parsed.error());
  const json::object* object = parsed->if_object();
  if (object == nullptr || object->size() != 3) return std::unexpected("needs subject, kind and record, nothing else");
  const auto subject = field_of(*object, "subject");
  const auto kind = field_of(*object, "kind");
  const auto record = field_of(*object, "record");
  if (!subject || !kind || !record) return std::unexpected("needs subject, kind and record, nothing else");
  if (*kind != "identity" && *kind != "tin") return std::unexpected("kind: identity or tin");
  auto bytes = crypto::from_base64(*record);
  if (!bytes) return std::unexpected("record: not base64");
  return HandIn{*subject, *kind, *std::move(bytes)};
}

Response answer_to(HandInAnswer answer, const std::string& subject) {
  switch (answer) {
    case HandInAnswer::kKept: {
      JsonWriter out;
      return json_response(200, out.begin_object().field("subject", subject).field("kept", true).end_object().take());
    }
    case HandInAnswer::kNoOperator:
      return problem(ApiCode::kCommitmentUnknown, "this administration has no such subject, or it is not final yet");
    case HandInAnswer::kNotNamed:
      return problem(ApiCode::kCommitmentUnknown, "no commitment of that subject is opened by this record");
    case HandInAnswer::kErased:
      return problem(ApiCode::kErased, "the subject is erased");
    case HandInAnswer::kMalformed:
      return problem(ApiCode::kRecordMalformed, "not a canonical record whose field 1 is 32 bytes of salt");
    case HandInAnswer::kUnavailable:
      return problem(ApiCode::kUnavailable, "the node cannot keep records now");
  }
  return problem(ApiCode::kUnavailable, "");
}

template <class Record>
void write_record(JsonWriter& out, std::string_view name, Bytes& bytes) {
  Record record;
  if (bytes.empty() || !record.ParseFromString(bytes)) return;
  out.key(name).raw(ledger::message_to_json(record));
  crypto::wipe(bytes);
}

Response held_response(const Call& call, HeldRecords& records) {
  JsonWriter out;
  out.begin_object().field("operator", call.path[0] + "/" + call.path[1]);
  write_held(out, records);
  Response response = json_response(200, out.end_object().take());
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

}  // namespace

std::optional<Response> side_refusal(const Call& call) {
  if (call.backend.record_desk() != nullptr) return std::nullopt;
  return problem(ApiCode::kNotHeld, "this node keeps no side records: ask a member's node");
}

void write_held(JsonWriter& out, HeldRecords& records) {
  write_record<ledger::v1::IdentityRecord>(out, "identity", records.identity);
  write_record<ledger::v1::TinRecord>(out, "tin", records.tin);
}

void post_record(const Call& call, const Respond& respond) {
  if (const auto fault = call.unexpected({})) return respond(problem(ApiCode::kBadParameter, *fault));
  if (auto refusal = side_refusal(call)) return respond(std::move(*refusal));
  if (!call.request.content_type.starts_with("application/json")) {
    return respond(problem(ApiCode::kUnsupportedMedia, "send application/json"));
  }
  auto handed = hand_in_of(call.request.body);
  if (!handed) return respond(problem(ApiCode::kBadRequest, handed.error()));
  const std::string subject = handed->subject;
  call.backend.record_desk()->hand_in(std::move(*handed),
                                      [respond, subject](HandInAnswer answer) { respond(answer_to(answer, subject)); });
}

Response get_identity(const Call& call) {
  if (const auto fault = call.unexpected({})) return problem(ApiCode::kBadParameter, *fault);
  if (auto refusal = side_refusal(call)) return std::move(*refusal);
  if (!ledger::is_administration(call.path[0])) return problem(ApiCode::kNotFound, "no operator of that CC/SUBJECT");
  auto records = call.backend.record_desk()->records_of(call.path[0], call.path[1]);
  switch (records.kind) {
    case HeldRecords::Kind::kHeld:
      return held_response(call, records);
    case HeldRecords::Kind::kNotHeld:
      return problem(ApiCode::kNotHeld, "this node has no record of that subject, or not yet");
    case HeldRecords::Kind::kNotEntitled:
      return problem(ApiCode::kNotEntitled, "no live recognition of that issuer, or no consent of that subject");
    case HeldRecords::Kind::kErased:
      return problem(ApiCode::kErased, "erased on " + records.erased_on);
    case HeldRecords::Kind::kNoOperator:
      return problem(ApiCode::kNotFound, "no operator of that CC/SUBJECT");
  }
  return problem(ApiCode::kNotFound, "");
}

Response get_erasures(const Call& call) {
  if (const auto fault = call.unexpected({})) return problem(ApiCode::kBadParameter, *fault);
  const RecordDesk* desk = call.backend.record_desk();
  JsonWriter out;
  out.begin_object().key("erasures").begin_array();
  for (const ErasureNote& note : desk == nullptr ? std::vector<ErasureNote>{} : desk->erasures()) {
    out.begin_object().field("operator", note.issuer + "/" + note.subject).field("decided_on", note.decided_on);
    out.field("index", note.leaf).field("height", note.height);
    out.field("time", ledger::format_instant(note.time_ms)).field("records", note.records).end_object();
  }
  return json_response(200, out.end_array().end_object().take());
}

}  // namespace quipu::http
