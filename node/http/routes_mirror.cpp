// SPDX-License-Identifier: Apache-2.0
// The mirror: the same bytes as an exported bundle, never beyond a published checkpoint.
#include "crypto/digest.h"
#include "node/http/entity_tag.h"
#include "node/http/handlers.h"
#include "node/http/json_answer.h"
#include "node/http/records.h"
#include "node/ledger/epochs.h"
#include "node/ledger/mirror.h"

namespace quipu::http {

namespace {

constexpr const char* kText = "text/plain; charset=utf-8";
constexpr const char* kOctets = "application/octet-stream";
constexpr const char* kSoonOld = "public, max-age=2";
constexpr const char* kForEver = "public, max-age=31536000, immutable";

// Named by its content, so that whoever holds it is spared another copy.
Response file(const Call& call, Bytes body, const char* content_type, const char* caching) {
  const std::string tag = '"' + crypto::to_hex(crypto::sha256(body).view().substr(0, 16)) + '"';
  Response response;
  response.content_type = content_type;
  response.headers = {{"Cache-Control", caching}, {"ETag", tag}};
  if (holds_tag(call.request.if_none_match, tag)) {
    response.status = 304;
  } else {
    response.body = std::move(body);
  }
  return response;
}

Response absent() { return problem(ApiCode::kNotFound, "the mirror has no such file"); }

std::optional<consensus::Height> height_in(const Call& call) {
  const auto number = parse_decimal(call.path[0]);
  return number ? std::optional(consensus::Height{*number}) : std::nullopt;
}

Bytes entry_bundle(const ledger::LedgerReader& reader, const ledger::TileName& name) {
  const std::uint64_t first = name.index * ledger::kTileWidth;
  return ledger::encode_entries(reader.leaves(first, first + name.width));
}

// As far as checkpoints are published; the first epoch is the genesis file's own.
std::optional<ledger::EpochSpan> epoch_in(const Call& call, const ledger::LedgerReader& reader) {
  const auto number = parse_decimal(call.path[0]);
  if (!number || *number > reader.newest().epoch.value + 1) return std::nullopt;
  auto span = ledger::epoch_span(reader, call.backend.genesis(), {*number});
  if (span && *number > 0 && span->anchor > reader.newest_note().value_or(consensus::Height{0})) return std::nullopt;
  return span;
}

Bytes content_of(const ledger::EvidenceFile& evidence, const ledger::Genesis& genesis) {
  return ledger::encode_evidence(evidence.pair, {genesis.chain, evidence.epoch, evidence.anchor});
}

}  // namespace

Response get_genesis(const Call& call) { return file(call, call.backend.genesis().file, "application/json", kForEver); }

Response get_checkpoint(const Call& call) {
  auto published = published_checkpoint(*call.backend.reader());
  if (!published) return problem(ApiCode::kNotPublished, "no checkpoint has been published yet");
  return file(call, std::move(published->note), kText, kSoonOld);
}

Response get_checkpoint_at(const Call& call) {
  const auto height = height_in(call);
  const auto reader = call.backend.reader();
  auto note = height ? reader->note(*height) : std::nullopt;
  if (!note) return absent();
  // While nothing happens the newest one is published again, with newer cosignatures.
  return file(call, std::move(*note), kText, reader->newest_note() == *height ? kSoonOld : kForEver);
}

Response get_policy(const Call& call) {
  const auto span = epoch_in(call, *call.backend.reader());
  if (!span) return absent();
  return file(call, ledger::policy_file(call.backend.genesis().origin, span->membership.members), kText, kForEver);
}

Response get_handover(const Call& call) {
  const auto reader = call.backend.reader();
  const auto span = epoch_in(call, *reader);
  if (!span || span->membership.epoch.value == 0) return absent();
  const auto block = *reader->block(span->anchor);
  const auto links = reader->links(span->anchor);
  const auto* finalization = consensus::finalization_in(links, block.block);
  if (finalization == nullptr) return absent();
  const auto& next = span->membership.members;
  const auto parent = reader->block({span->anchor.value - 1})->block;
  const consensus::Header header{block.epoch, block.height, parent, block.tree_size, block.tree_root, next.hash()};
  const auto voters = ledger::voters_on(*reader, call.backend.genesis(), span->anchor);
  return file(call,
              ledger::encode_handover({header, *finalization, ledger::encode_members(next)}, voters.members.size()),
              kOctets, kForEver);
}

Response get_tile(const Call& call) {
  std::string path = "tile";
  for (const std::string& segment : call.path) path.append("/").append(segment);
  const auto name = ledger::TileName::parse(path);
  const auto reader = call.backend.reader();
  const auto published = name ? published_checkpoint(*reader) : std::nullopt;
  if (!published || name->width > ledger::tile_width(name->level, name->index, published->checkpoint.size))
    return absent();
  if (!name->level) return file(call, entry_bundle(*reader, *name), kOctets, kForEver);
  const auto node = [&](unsigned level, std::uint64_t index) { return reader->node(level, index); };
  return file(call, ledger::hash_tile(*name, node), kOctets, kForEver);
}

Response get_quorum(const Call& call) {
  const auto height = height_in(call);
  const auto reader = call.backend.reader();
  const auto newest = reader->newest_note();
  if (!height || !newest || *height > *newest) return absent();
  const auto links = reader->links(*height);
  if (links.empty()) return absent();
  const auto voters = ledger::voters_on(*reader, call.backend.genesis(), *height);
  return file(call, ledger::encode_links(links, voters.members.size()), kOctets, kForEver);
}

Response get_evidence_list(const Call& call) {
  const ledger::Genesis& genesis = call.backend.genesis();
  const auto reader = call.backend.reader();
  JsonWriter json;
  json.begin_object().key("evidence").begin_array();
  for (const auto& evidence : reader->evidence()) {
    const auto span = ledger::epoch_span(*reader, genesis, evidence.epoch);
    if (!span) continue;  // kept unsynced: the blocks of its epoch may have been lost and come again
    json.begin_object().field("path", ledger::evidence_path(content_of(evidence, genesis)));
    json.field("administration", span->membership.members[evidence.pair.first.signer].code).end_object();
  }
  json.end_array().end_object();
  return json_response(200, json.take());
}

Response get_evidence(const Call& call) {
  for (const auto& evidence : call.backend.reader()->evidence()) {
    Bytes content = content_of(evidence, call.backend.genesis());
    if (ledger::evidence_path(content) == "evidence/" + call.path[0])
      return file(call, std::move(content), kOctets, kForEver);
  }
  return absent();
}

}  // namespace quipu::http
