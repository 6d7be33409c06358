// SPDX-License-Identifier: Apache-2.0
// Proofs about single records, to be kept and checked offline.
#include "node/http/handlers.h"
#include "node/http/json_answer.h"
#include "node/http/not_published.h"
#include "node/ledger/genesis_members.h"
#include "node/ledger/status_list.h"

namespace quipu::http {

namespace {

Response text(Bytes body) {
  Response response = json_response(200, std::move(body));
  response.content_type = "text/plain; charset=utf-8";
  return response;
}

}  // namespace

Response get_status_proof(const Call& call) {
  if (const auto fault = call.unexpected({})) return problem(ApiCode::kBadParameter, *fault);
  if (call.path[0].size() != 2) return problem(ApiCode::kBadParameter, "an administration has two letters");
  const auto key = ledger::map_key(ledger::RecordType::kCertificate, call.path[0], call.path[1]);
  const auto bundle = ledger::make_status_bundle(*call.backend.reader(), key);
  if (!bundle) return not_published(bundle.error());
  return text(bundle->format());
}

Response get_status_list(const Call& call) {
  if (const auto fault = call.unexpected({})) return problem(ApiCode::kBadParameter, *fault);
  if (!ledger::is_administration(call.path[0])) {
    return problem(ApiCode::kBadParameter, "an administration has two capital letters");
  }
  const auto list = ledger::make_status_list(*call.backend.reader(), call.path[0]);
  if (list) return text(list->format());
  if (list.error() == ledger::NoList::kTooLong) {
    return problem(ApiCode::kTooLarge, "it has more certificates than one file takes: audit an export");
  }
  return not_published(list.error() == ledger::NoList::kMapNotKept ? ledger::NotPublished::kMapNotKept
                                                                   : ledger::NotPublished::kNothingPublished);
}

}  // namespace quipu::http
