// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "consensus/limits.h"
#include "node/http/compression.h"
#include "node/http/handlers.h"
#include "node/http/json_answer.h"
#include "node/http/openapi.h"
#include "node/http/records.h"

namespace quipu::http {

namespace {

Response text_response(int status, Bytes body) {
  Response response = json_response(status, std::move(body));
  response.content_type = "text/plain; charset=utf-8";
  return response;
}

void write_peers(JsonWriter& json, const std::vector<PeerSummary>& peers) {
  json.key("peers").begin_array();
  for (const PeerSummary& peer : peers) {
    json.begin_object().field("administration", peer.code).field("up", peer.up);
    if (peer.height) json.field("height", *peer.height);
    if (peer.clock_offset_ms) json.field("clock_offset_ms", *peer.clock_offset_ms);
    if (peer.newest_protocol_version) json.field("newest_protocol_version", *peer.newest_protocol_version);
    json.field("received_bytes", peer.received_bytes).field("sent_bytes", peer.sent_bytes).end_object();
  }
  json.end_array();
}

void write_sources(JsonWriter& json, const std::vector<SourceSummary>& sources) {
  json.key("sources").begin_array();
  for (const SourceSummary& source : sources) {
    json.begin_object().field("url", source.url).optional_field("state", source.state);
    json.optional_field("detail", source.detail).end_object();
  }
  json.end_array();
}

void write_node(JsonWriter& json, const NodeStatus& node) {
  json.field("administration", node.administration).field("version", node.version);
  json.field("epoch", node.epoch).field("protocol_version", node.protocol_version);
  json.field("newest_protocol_version", node.newest_protocol_version)
      .field("view", node.view)
      .field("leader", node.leader);
  json.field("awake", node.awake).field("syncing", node.syncing).field("halted", node.halted);
  json.optional_field("sign_state", node.sign_state);
  json.field("pool", node.pool).field("members", node.members).field("quorum", node.quorum);
  json.field("nullified_views", node.nullified_views).field("evidence", node.evidence);
  if (node.clock_offset_ms) json.field("clock_offset_ms", *node.clock_offset_ms);
  write_peers(json, node.peers);
  if (!node.sources.empty()) write_sources(json, node.sources);
}

// Why the node should not be asked now; empty when it is fine.
std::string unready(const NodeStatus& node) {
  if (node.halted) return "halted";
  if (node.draining) return "drained by its operator";
  if (node.syncing) return "catching up";
  if (!node.sources.empty()) return node.age_ms > limits::kStale_ms ? "no source is fresh" : "";
  if (node.sign_state == "checking") return "not enough members have said what they hold of this one's votes";
  if (node.sign_state == "recovering") return "recovering: the safety file was lost or is an older one";
  if (node.sign_state == "stopped") return "stopped: another process signs with this member's vote key";
  const auto up = std::count_if(node.peers.begin(), node.peers.end(), [](const PeerSummary& peer) { return peer.up; });
  if (static_cast<std::size_t>(up) + 1 < node.quorum) return "fewer members connected than a quorum";
  return {};
}

}  // namespace

Response get_health(const Call&) { return text_response(200, "ok\n"); }

Response get_readiness(const Call& call) {
  const std::string reason = unready(call.backend.status());
  return reason.empty() ? text_response(200, "ready\n") : text_response(503, reason + "\n");
}

Response get_metrics(const Call& call) {
  Response response = text_response(200, call.backend.metrics());
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  return response;
}

Response get_node_status(const Call& call) {
  if (const auto fault = call.unexpected({})) return problem(ApiCode::kBadParameter, *fault);
  auto asked = asked_state(call);
  if (!asked) return std::move(asked.error());
  const ledger::Genesis& genesis = call.backend.genesis();
  JsonWriter json = begin_answer(call, *asked);
  json.field("chain_id", genesis.chain_id).field("chain", crypto::to_hex(genesis.chain.view()));
  json.field("origin", genesis.origin).field("size", asked->block.tree_size);
  json.field("root", crypto::to_hex(asked->block.tree_root.view()));
  json.field("block", crypto::to_hex(asked->block.block.view()));
  if (const auto published = asked->reader->newest_note()) json.field("published_height", published->value);
  write_node(json, call.backend.status());
  json.field("managed_signing", call.backend.signing_desk() != nullptr);
  return end_answer(std::move(json));
}

Response get_description(const Call& call) {
  if (const auto fault = call.unexpected({})) return problem(ApiCode::kBadParameter, *fault);
  // The largest answer that anybody may have: it is not made smaller anew each time.
  static const Bytes small = gzip(openapi_page());
  const bool wanted = takes_gzip(call.request.accept_encoding);
  Response response = json_response(200, wanted ? small : Bytes(openapi_page()));
  response.content_type = "application/yaml";
  if (wanted) response.headers = {{"Vary", "Accept-Encoding"}, {"Content-Encoding", "gzip"}};
  return response;
}

}  // namespace quipu::http
