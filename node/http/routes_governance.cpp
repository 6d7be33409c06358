// SPDX-License-Identifier: Apache-2.0
// Who takes part, in which epoch, and what is proposed and voted.
#include <algorithm>

#include "node/http/handlers.h"
#include "node/http/json_answer.h"
#include "node/http/records.h"
#include "node/ledger/epochs.h"
#include "node/ledger/json.h"
#include "node/ledger/rules/members.h"
#include "node/ledger/rules/proposals.h"
#include "node/ledger/rules/register.h"
#include "node/ledger/state.pb.h"

namespace quipu::http {

namespace {

namespace v1 = ledger::v1;
using ledger::RecordType;

bool in_force(const ledger::StateView& state, const std::string& owner, const v1::MemberKey& key) {
  const auto record =
      read_record<v1::KeyRecord>(state, ledger::map_key(RecordType::kKey, owner, crypto::to_hex(key.public_key())));
  return record && record->revoked_height() == 0;
}

void write_member(JsonWriter& json, const ledger::StateView& state, v1::MemberRecord member) {
  auto& keys = *member.mutable_keys();
  const std::string& code = member.administration();
  keys.erase(std::remove_if(keys.begin(), keys.end(), [&](const auto& key) { return !in_force(state, code, key); }),
             keys.end());
  json.raw(ledger::message_to_json(member));
}

std::string state_text(const v1::ProposalRecord& record, std::uint64_t block_time_ms) {
  if (ledger::expired(record, block_time_ms)) return "EXPIRED";
  return v1::ProposalState_Name(record.state()).substr(std::string_view("PROPOSAL_").size());
}

void write_proposal(JsonWriter& json, const AskedState& asked, const std::string& opener,
                    const v1::ProposalRecord& record) {
  const auto count = ledger::count_ballots(*asked.state, record);
  json.begin_object().field("proposal", opener + "/" + record.opened().proposal());
  json.field("state", state_text(record, asked.block.block_time_ms)).field("opened_on", record.decision_date());
  json.field("yes", count.yes).field("no", count.no).field("needed", count.needed).field("voters", count.voters);
  json.key("opened").raw(ledger::message_to_json(record.opened())).key("ballots").begin_array();
  for (const auto& ballot : record.ballots()) {
    json.begin_object().field("administration", ballot.administration()).field("accept", ballot.accept()).end_object();
  }
  json.end_array();
  if (record.decided_height() != 0) json.field("decided_height", record.decided_height());
  if (record.acts_from_height() != 0) json.field("acts_from_height", record.acts_from_height());
  json.end_object();
}

// A list that is not there is not in force: every well formed code is taken then.
void write_code_lists(JsonWriter& json, const ledger::StateView& state) {
  json.key("code_lists").begin_array();
  for (const std::string_view name : ledger::kCodeLists) {
    const auto key = ledger::map_key(RecordType::kRegister, "--", "list/" + std::string(name));
    const auto record = read_record<v1::CodeListRecord>(state, key);
    if (!record) continue;
    json.begin_object().field("name", name).strings("codes", record->list().codes());
    json.field("since_height", record->since_height()).end_object();
  }
  json.end_array();
}

bool undecided(const v1::ProposalRecord& record, std::uint64_t block_time_ms) {
  const std::string state = state_text(record, block_time_ms);
  return state == "OPEN" || state == "ACCEPTED";
}

}  // namespace

Response get_members(const Call& call) {
  if (const auto fault = call.unexpected({"known_at"})) return problem(ApiCode::kBadParameter, *fault);
  auto asked = asked_state(call);
  if (!asked) return std::move(asked.error());
  const auto membership = ledger::epoch_after(*asked->reader, call.backend.genesis(), asked->block).membership;
  JsonWriter json = begin_answer(call, *asked);
  json.field("epoch", membership.epoch.value).field("anchor", crypto::to_hex(membership.anchor.view()));
  json.field("voting", membership.members.size()).field("quorum", membership.members.quorum());
  json.key("members").begin_array();
  ledger::for_each_member(*asked->state,
                          [&](const v1::MemberRecord& member) { write_member(json, *asked->state, member); });
  json.end_array();
  return end_answer(std::move(json));
}

Response get_proposals(const Call& call) {
  if (const auto fault = call.unexpected({"opener", "known_at"})) return problem(ApiCode::kBadParameter, *fault);
  const std::string opener = call.query("opener").value_or("");
  if (!opener.empty() && opener.size() != 2) return problem(ApiCode::kBadParameter, "an opener has two letters");
  auto asked = asked_state(call);
  if (!asked) return std::move(asked.error());
  JsonWriter json = begin_answer(call, *asked);
  json.key("proposals").begin_array();
  asked->state->scan(ledger::map_prefix(RecordType::kProposal, opener), [&](const auto& key, BytesView value) {
    const std::string code(key.view().substr(1, 2));
    if (key == ledger::map_key(RecordType::kProposal, code, "")) return true;  // what is open, not a proposal
    v1::ProposalRecord record;
    const bool read = record.ParseFromArray(value.data(), static_cast<int>(value.size()));
    if (read && (!opener.empty() || undecided(record, asked->block.block_time_ms))) {
      write_proposal(json, *asked, code, record);
    }
    return true;
  });
  json.end_array();
  return end_answer(std::move(json));
}

// Parameters and code lists that rules read, as the next block has them.
Response get_parameters(const Call& call) {
  if (const auto fault = call.unexpected({"known_at"})) return problem(ApiCode::kBadParameter, *fault);
  auto asked = asked_state(call);
  if (!asked) return std::move(asked.error());
  JsonWriter json = begin_answer(call, *asked);
  json.key("parameters").begin_array();
  for (const auto& parameter : ledger::kNumberParameters) {
    const auto key = ledger::map_key(RecordType::kRegister, "--", "parameter/" + std::string(parameter.name));
    const auto record = read_record<v1::ParameterRecord>(*asked->state, key);
    json.begin_object().field("name", parameter.name);
    json.field("value", record ? record->parameter().value() : std::to_string(parameter.otherwise));
    if (record) json.field("since_height", record->since_height());
    json.end_object();
  }
  json.end_array();
  write_code_lists(json, *asked->state);
  return end_answer(std::move(json));
}

}  // namespace quipu::http
