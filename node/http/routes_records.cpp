// SPDX-License-Identifier: Apache-2.0
// Records that stand beside the certificates: applications, validations, experts, a member's keys.
#include <map>

#include "crypto/keys.h"
#include "crypto/merkle.h"
#include "node/http/handlers.h"
#include "node/http/json_answer.h"
#include "node/http/records.h"
#include "node/ledger/applications.h"
#include "node/ledger/disputes.h"
#include "node/ledger/json.h"
#include "node/ledger/rules/fields.h"
#include "node/ledger/state.pb.h"

namespace quipu::http {

namespace {

namespace v1 = ledger::v1;
using ledger::RecordType;

// The record "CC/ID" that the path names.
template <class Record>
std::optional<Record> record_in_path(const Call& call, const ledger::StateView& state, RecordType type) {
  if (!ledger::well_formed_country(call.path[0])) return std::nullopt;
  return read_record<Record>(state, ledger::map_key(type, call.path[0], call.path[1]));
}

std::string name_in(const Call& call) { return call.path[0] + "/" + call.path[1]; }

// By hex of the public key.
std::map<std::string, v1::KeyRecord> keys_of(const ledger::StateView& state, const std::string& owner) {
  std::map<std::string, v1::KeyRecord> keys;
  const auto lost_keys = ledger::map_key(RecordType::kKey, owner, "*");
  state.scan(ledger::map_prefix(RecordType::kKey, owner), [&](const ledger::MapKey& at, BytesView value) {
    v1::KeyRecord record;
    const bool read = at != lost_keys && record.ParseFromArray(value.data(), static_cast<int>(value.size()));
    if (read) keys.emplace(crypto::to_hex(record.public_key()), record);
    return true;
  });
  return keys;
}

void write_key(JsonWriter& json, const std::string& hex, const v1::KeyRecord& record) {
  const auto key = crypto::PublicKey::from(record.public_key());
  json.begin_object().field("public_key", hex);
  if (key) json.field("key_id", crypto::to_hex(crypto::key_id(*key).view()));
  json.field("purpose", v1::KeyPurpose_Name(record.purpose())).optional_field("label", record.label());
  json.field("valid_from_height", record.valid_from_height());
  if (record.revoked_height() != 0) json.field("revoked_height", record.revoked_height());
  json.optional_field("compromised_since", record.compromised_since()).end_object();
}

constexpr std::size_t kMostLeaves = 256;

// As event_reaffirmed names it.
void write_disputed(JsonWriter& json, const ledger::LedgerReader& reader, const v1::LogPlace& event) {
  const auto leaf = reader.leaf(event.leaf());
  if (!leaf) return;
  const auto key = crypto::to_hex(event.key());
  json.begin_object().field("id", crypto::to_hex(crypto::leaf_hash(*leaf).view())).field("index", event.leaf());
  json.field("event", event.event()).field("key", key).end_object();
}

}  // namespace

Response get_application(const Call& call) {
  if (const auto fault = call.unexpected({"on", "known_at"})) return problem(ApiCode::kBadParameter, *fault);
  const auto day = asked_day(call);
  if (!day) return day.error();
  auto asked = asked_state(call);
  if (!asked) return std::move(asked.error());
  const auto record = record_in_path<v1::ApplicationRecord>(call, *asked->state, RecordType::kApplication);
  if (!record) return problem(ApiCode::kNotFound, "no application of that CC/ID");
  JsonWriter json = begin_answer(call, *asked);
  json.field("on", day->text()).field("application", name_in(call));
  json.field("state", ledger::name_of(ledger::state_of(*record)));
  if (ledger::overdue_on(*record, *day)) json.field("overdue", true);
  json.key("record").raw(ledger::message_to_json(*record));
  return end_answer(std::move(json));
}

Response get_validation(const Call& call) {
  if (const auto fault = call.unexpected({"known_at"})) return problem(ApiCode::kBadParameter, *fault);
  auto asked = asked_state(call);
  if (!asked) return std::move(asked.error());
  const auto record = record_in_path<v1::ValidationRecord>(call, *asked->state, RecordType::kValidation);
  if (!record) return problem(ApiCode::kNotFound, "no validation of that CC/ID");
  JsonWriter json = begin_answer(call, *asked);
  json.field("validation", name_in(call));
  if (ledger::Disputes(*asked->state, {call.path[0]}).covers(record->history())) json.field("disputed", true);
  json.key("record").raw(ledger::message_to_json(*record));
  return end_answer(std::move(json));
}

Response get_expert(const Call& call) {
  if (const auto fault = call.unexpected({"known_at"})) return problem(ApiCode::kBadParameter, *fault);
  auto asked = asked_state(call);
  if (!asked) return std::move(asked.error());
  const auto record = record_in_path<v1::ExpertRecord>(call, *asked->state, RecordType::kExpert);
  if (!record) return problem(ApiCode::kNotFound, "no expert of that CC/ID");
  JsonWriter json = begin_answer(call, *asked);
  json.field("expert", name_in(call)).key("record").raw(ledger::message_to_json(*record));
  return end_answer(std::move(json));
}

Response get_member_keys(const Call& call) {
  if (const auto fault = call.unexpected({"known_at"})) return problem(ApiCode::kBadParameter, *fault);
  auto asked = asked_state(call);
  if (!asked) return std::move(asked.error());
  const std::string& owner = call.path[0];
  const auto keys =
      ledger::well_formed_country(owner) ? keys_of(*asked->state, owner) : std::map<std::string, v1::KeyRecord>();
  if (keys.empty()) return problem(ApiCode::kNotFound, "no member of that code");
  JsonWriter json = begin_answer(call, *asked);
  json.field("administration", owner).key("keys").begin_array();
  for (const auto& [hex, record] : keys) write_key(json, hex, record);
  json.end_array();
  return end_answer(std::move(json));
}

Response get_disputed(const Call& call) {
  if (const auto fault = call.unexpected({"after", "known_at"})) return problem(ApiCode::kBadParameter, *fault);
  const auto after = call.query("after");
  const auto first = after ? parse_decimal(*after) : std::nullopt;
  if (after && !first) return problem(ApiCode::kBadParameter, "after is the index of a leaf");
  auto asked = asked_state(call);
  if (!asked) return std::move(asked.error());
  if (!ledger::well_formed_country(call.path[0])) return problem(ApiCode::kNotFound, "no member of that code");
  JsonWriter json = begin_answer(call, *asked);
  json.field("administration", call.path[0]).key("events").begin_array();
  std::optional<std::uint64_t> leaf, next;
  std::size_t leaves = 0;
  ledger::for_each_disputed(*asked->state, call.path[0], first, [&](const v1::LogPlace& event) {
    if (leaf != event.leaf() && ++leaves > kMostLeaves) {
      next = leaf;
      return false;
    }
    leaf = event.leaf();
    write_disputed(json, *asked->reader, event);
    return true;
  });
  json.end_array();
  if (next) json.field("next_after", std::to_string(*next));
  return end_answer(std::move(json));
}

}  // namespace quipu::http
