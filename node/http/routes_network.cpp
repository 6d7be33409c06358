// SPDX-License-Identifier: Apache-2.0
// What the members agreed on, and what they signed.
#include "crypto/merkle.h"
#include "node/http/handlers.h"
#include "node/http/json_answer.h"
#include "node/http/records.h"
#include "node/ledger/edge.h"
#include "node/ledger/epochs.h"
#include "node/ledger/json.h"
#include "node/ledger/state.pb.h"

namespace quipu::http {

namespace {

using ledger::RecordType;
namespace v1 = ledger::v1;

constexpr std::size_t kHeightsPerAnswer = 10'000;

void write_terms(JsonWriter& json, const v1::EdgeFact& terms) {
  json.key("schemes").begin_array();
  for (const int scheme : terms.schemes()) json.string(v1::Scheme_Name(scheme));
  json.end_array().key("roles").begin_array();
  for (const int role : terms.roles()) json.string(v1::Role_Name(role));
  json.end_array().key("flows").begin_array();
  for (const int flow : terms.flows()) json.string(v1::Flow_Name(flow));
  json.end_array().strings("benefits", terms.benefits());
}

void write_edge(JsonWriter& json, const ledger::StateView& state, const std::string& arrangement,
                const std::string& recogniser, const std::string& issuer, const std::string& day) {
  const auto edge =
      read_record<v1::EdgeRecord>(state, ledger::map_key(RecordType::kEdge, recogniser, arrangement + "/" + issuer));
  if (!edge) return;
  const auto on = ledger::edge_on(*edge, day);
  json.begin_object().field("recogniser", recogniser).field("issuer", issuer).field("status", name_of(on.status));
  if (on.terms) write_terms(json, *on.terms);
  json.end_object();
}

void write_withdrawals(JsonWriter& json, const v1::ArrangementRecord& record) {
  if (record.withdrawals().empty()) return;
  json.key("withdrawals").begin_array();
  for (const auto& each : record.withdrawals()) {
    json.begin_object().field("party", each.party()).field("effective_from", each.effective_from()).end_object();
  }
  json.end_array();
}

void write_arrangement(JsonWriter& json, const ledger::StateView& state, const v1::ArrangementRecord& record,
                       const std::string& day) {
  const v1::Arrangement& arrangement = record.arrangement();
  json.begin_object().key("arrangement").raw(ledger::message_to_json(arrangement));
  json.field("in_force", arrangement.signed_on() <= day).key("edges").begin_array();
  for (const auto& recogniser : arrangement.parties()) {
    for (const auto& issuer : arrangement.parties()) {
      if (recogniser != issuer) write_edge(json, state, arrangement.arrangement(), recogniser, issuer, day);
    }
  }
  json.end_array();
  write_withdrawals(json, record);
  json.end_object();
}

void write_submission(JsonWriter& json, const Bytes& leaf, std::uint64_t index, const std::string& chain_id) {
  json.begin_object().field("index", index).field("id", crypto::to_hex(crypto::leaf_hash(leaf).view()));
  if (const auto submission = ledger::decode_submission(leaf, chain_id)) {
    json.field("administration", submission->administration()).field("sequence", submission->sequence());
    json.field("key", crypto::to_hex(submission->statement.kid.view())).field("events", submission->events());
  }
  json.end_object();
}

// The members whose votes finalized or notarized the block: those of its last view step.
void write_signers(JsonWriter& json, const std::vector<consensus::LinkProof>& links,
                   const consensus::MemberSet& members) {
  if (links.empty()) return;
  json.key("signers").begin_array();
  for (const auto signer : links.back().step.signers) {
    if (signer < members.size()) json.string(members[signer].code);
  }
  json.end_array();
}

}  // namespace

Response get_arrangements(const Call& call) {
  if (const auto fault = call.unexpected({"on", "known_at"})) return problem(ApiCode::kBadParameter, *fault);
  const auto day = asked_day(call);
  if (!day) return day.error();
  auto asked = asked_state(call);
  if (!asked) return std::move(asked.error());
  const ledger::StateView& state = *asked->state;
  const v1::ArrangementIndex index = arrangement_index(state);
  JsonWriter json = begin_answer(call, *asked);
  json.field("on", day->text()).key("arrangements").begin_array();
  for (const auto& entry : index.arrangements()) {
    const auto key = ledger::map_key(RecordType::kRegister, "--", "arrangement/" + entry.arrangement());
    if (const auto record = read_record<v1::ArrangementRecord>(state, key)) {
      write_arrangement(json, state, *record, day->text());
    }
  }
  json.end_array();
  return end_answer(std::move(json));
}

Response get_block(const Call& call) {
  if (const auto fault = call.unexpected({})) return problem(ApiCode::kBadParameter, *fault);
  const auto height = parse_decimal(call.path[0]);
  if (!height) return problem(ApiCode::kBadParameter, "a block is named by its height");
  const auto reader = call.backend.reader();
  const auto block = reader->block({*height});
  if (!block) return problem(ApiCode::kNotFound, "no final block of that height");
  JsonWriter json = begin_answer(call, {reader, nullptr, *block, reader->newest()});
  json.field("block", crypto::to_hex(block->block.view())).optional_field("proposer", block->proposer);
  json.field("first_index", block->first_index).field("size", block->tree_size);
  json.field("root", crypto::to_hex(block->tree_root.view())).key("submissions").begin_array();
  const auto leaves = reader->leaves(block->first_index, block->tree_size);
  // The last leaf is the seal; block 0 has the genesis leaf and no submission.
  for (std::size_t i = 0; *height > 0 && i + 1 < leaves.size(); ++i) {
    write_submission(json, leaves[i], block->first_index + i, call.backend.genesis().chain_id);
  }
  json.end_array();
  const auto voters = ledger::voters_on(*reader, call.backend.genesis(), block->height);
  write_signers(json, reader->links(block->height), voters.members);
  return end_answer(std::move(json));
}

Response get_checkpoints(const Call& call) {
  if (const auto fault = call.unexpected({"from"})) return problem(ApiCode::kBadParameter, *fault);
  const auto from = parse_decimal(call.query("from").value_or("0"));
  if (!from) return problem(ApiCode::kBadParameter, "from is a height");
  const auto reader = call.backend.reader();
  const auto newest = reader->newest_note();
  JsonWriter json;
  json.begin_object();
  if (newest) json.field("newest", newest->value);
  json.key("heights").begin_array();
  for (const auto height : reader->note_heights({*from}, kHeightsPerAnswer)) json.number(height.value);
  json.end_array().end_object();
  return json_response(200, json.take());
}

}  // namespace quipu::http
