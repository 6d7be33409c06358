// SPDX-License-Identifier: Apache-2.0
// Proofs about single records, to be kept and checked offline.
#include "node/http/handlers.h"
#include "node/http/json_answer.h"
#include "node/ledger/status_bundle.h"

namespace quipu::http {

Response get_status_proof(const Call& call) {
  if (const auto fault = call.unexpected({})) return problem(ApiCode::kBadParameter, *fault);
  if (call.path[0].size() != 2) return problem(ApiCode::kBadParameter, "an administration has two letters");
  const auto key = ledger::map_key(ledger::RecordType::kCertificate, call.path[0], call.path[1]);
  const auto bundle = ledger::make_status_bundle(*call.backend.reader(), key);
  if (!bundle) {
    return problem(ApiCode::kNotPublished,
                   bundle.error() == ledger::NoBundle::kMapNotKept
                       ? "no checkpoint was published since the node started; ask again in a minute"
                       : "no checkpoint has been published yet; ask again in a minute");
  }
  Response response = json_response(200, bundle->format());
  response.content_type = "text/plain; charset=utf-8";
  return response;
}

}  // namespace quipu::http
