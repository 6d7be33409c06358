// SPDX-License-Identifier: Apache-2.0
// What all answers have in common: problems (application/problem+json), which state was asked, and the height and age
// that every answer from state carries (docs/api.md). Any thread.
#pragma once

#include <expected>
#include <optional>
#include <string>

#include "node/http/call.h"
#include "node/http/json_writer.h"
#include "node/ledger/date.h"

namespace quipu::http {

// The API's own codes; those of the rules are ledger::Code. Stable names.
enum class ApiCode : std::uint8_t {
  kReadOnly,           // 403: a follower takes no submissions
  kBadRequest,         // 400: target or body not in form
  kBadParameter,       // 400: a parameter is unknown, given twice, missing or malformed
  kKnownAtInFuture,    // 400
  kBeforeLedger,       // 400: `known_at` before the genesis
  kNotFound,           // 404
  kUnauthorized,       // 401: no token where one is needed, or not one of this node's
  kNotEnabled,         // 404: the operator has not set this up
  kForeignIssuer,      // 403: a draft of another administration than the node's
  kForbidden,          // 403: the token has no role that opens this
  kNotEntitled,        // 403: this administration may not hold the subject's records
  kNotHeld,            // 404: entitled, but the record is not here (yet)
  kErased,             // 410
  kCommitmentUnknown,  // 422: a side record that opens no commitment of ours
  kRecordMalformed,    // 422
  kNotPublished,       // 404: final, but under no published checkpoint yet; ask again
  kMethodNotAllowed,   // 405
  kUnsupportedMedia,   // 415
  kDraftSigned,        // 409: it cannot be withdrawn any more
  kDraftWithdrawn,     // 409: it is not signed under this name
  kTooLarge,           // 413
  kTooMany,            // 429: the pool is full
  kTooOften,           // 429: this caller asks too often
  kNotYet,             // 501: a route of a later version
  kNotAccepting,       // 503
  kUnavailable,        // 503
};

Response json_response(int status, Bytes body);
Response problem(ApiCode code, std::string_view detail);
// 400 for faults of form, 422 for refusals by the rules.
Response problem(const ledger::Rejection& rejection);
Response problem(int status, const ledger::Rejection& rejection, const std::optional<crypto::Digest>& holder);

// The state a request is about: the newest, or as known at `known_at`.
struct AskedState {
  std::shared_ptr<const ledger::LedgerReader> reader;
  std::shared_ptr<const ledger::StateView> state;
  ledger::BlockSummary block;   // the state's
  ledger::BlockSummary newest;  // the node's
};
// Reads the parameter `known_at`: a height, an RFC 3339 instant, or a date (its end, UTC).
std::expected<AskedState, Response> asked_state(const Call& call);
// The block that a parameter names: by height, by an RFC 3339 instant (the last one until then), or by a date (its end,
// UTC). Not after `newest`.
std::expected<ledger::BlockSummary, Response> block_named(const Call& call, const ledger::LedgerReader& reader,
                                                          const ledger::BlockSummary& newest,
                                                          const std::string& parameter, const std::string& text);
// Reads the parameter `on`; today (UTC) without it.
std::expected<ledger::Date, Response> asked_day(const Call& call);

// Opens the answer's object and writes height, block_time, age_seconds and, past limits::kStale_ms, stale.
JsonWriter begin_answer(const Call& call, const AskedState& asked);
Response end_answer(JsonWriter writer);

// One CSV field, quoted when it must be.
void append_csv(Bytes& out, std::string_view value, bool last = false);

}  // namespace quipu::http
