// SPDX-License-Identifier: Apache-2.0
#include "node/http/json_answer.h"

#include <algorithm>

#include "consensus/limits.h"

namespace quipu::http {

namespace {

struct ApiProblem {
  int status;
  std::string_view code;
  std::string_view title;
};

ApiProblem problem_of(ApiCode code) {
  switch (code) {
    case ApiCode::kReadOnly:
      return {403, "FOLLOWER", "This node only follows and takes no submissions; send them to a member's node."};
    case ApiCode::kBadRequest:
      return {400, "BAD_REQUEST", "The request is not in form."};
    case ApiCode::kBadParameter:
      return {400, "BAD_PARAMETER", "A parameter is wrong."};
    case ApiCode::kKnownAtInFuture:
      return {400, "KNOWN_AT_IN_FUTURE", "Nothing is known yet as of the future."};
    case ApiCode::kBeforeLedger:
      return {400, "BEFORE_LEDGER", "The ledger did not exist yet."};
    case ApiCode::kNotFound:
      return {404, "NOT_FOUND", "There is no such thing here."};
    case ApiCode::kUnauthorized:
      return {401, "UNAUTHORIZED", "This route needs a token."};
    case ApiCode::kForbidden:
      return {403, "FORBIDDEN", "The token does not open this route."};
    case ApiCode::kNotEnabled:
      return {404, "NOT_ENABLED", "This node does not sign for others."};
    case ApiCode::kForeignIssuer:
      return {403, "FOREIGN_ISSUER", "The node signs for its own administration alone."};
    case ApiCode::kNotEntitled:
      return {403, "NOT_ENTITLED", "This administration may not hold the subject's records."};
    case ApiCode::kNotHeld:
      return {404, "NOT_HELD", "The record is not here."};
    case ApiCode::kErased:
      return {410, "ERASED", "The subject's records are deleted on every node."};
    case ApiCode::kCommitmentUnknown:
      return {422, "COMMITMENT_UNKNOWN", "The ledger names no commitment that this record opens."};
    case ApiCode::kRecordMalformed:
      return {422, "RECORD_MALFORMED", "The record is not in form."};
    case ApiCode::kNotPublished:
      return {404, "NOT_PUBLISHED", "No published checkpoint covers it yet."};
    case ApiCode::kMethodNotAllowed:
      return {405, "METHOD_NOT_ALLOWED", "The route has another method."};
    case ApiCode::kUnsupportedMedia:
      return {415, "UNSUPPORTED_MEDIA_TYPE", "The body's type is not taken here."};
    case ApiCode::kDraftSigned:
      return {409, "DRAFT_SIGNED", "The node has signed the draft."};
    case ApiCode::kDraftWithdrawn:
      return {409, "DRAFT_WITHDRAWN", "The draft was withdrawn."};
    case ApiCode::kTooLarge:
      return {413, "TOO_LARGE", "The body is larger than is taken."};
    case ApiCode::kTooMany:
      return {429, "POOL_FULL", "Too many submissions wait; send the same bytes again later."};
    case ApiCode::kTooOften:
      return {429, "TOO_OFTEN", "Ask again more slowly."};
    case ApiCode::kNotYet:
      return {501, "NOT_YET", "This route belongs to a later version."};
    case ApiCode::kNotAccepting:
      return {503, "NOT_ACCEPTING", "The node takes no submissions now, and has not taken this one."};
    case ApiCode::kUnavailable:
      return {503, "UNAVAILABLE", "The node takes nothing now; try again or ask another node."};
  }
  return {500, "INTERNAL", "A fault of the node's own."};
}

// A detail may repeat what the asker sent, which need not be text.
std::string printable(std::string_view detail) {
  std::string text(detail);
  std::replace_if(text.begin(), text.end(), [](char c) { return c < 0x20 || c > 0x7e; }, '?');
  return text;
}

JsonWriter begin_problem(int status, std::string_view code, std::string_view title, std::string_view detail) {
  JsonWriter json;
  json.begin_object().field("type", "urn:quipu:problem:" + std::string(code)).field("title", title);
  json.field("status", status).field("code", code).optional_field("detail", printable(detail));
  return json;
}

Response end_problem(int status, JsonWriter json) {
  Response response = json_response(status, json.end_object().take());
  response.content_type = "application/problem+json";
  if (status == 429) response.headers.emplace_back("Retry-After", "1");
  if (status == 503) response.headers.emplace_back("Retry-After", "2");
  return response;
}

Response in_future(const Call& call, const std::string& parameter) {
  return problem(ApiCode::kKnownAtInFuture,
                 parameter +
                     " lies in the future. A date means its end, UTC: for a day that has not ended give an instant "
                     "instead, such as " +
                     ledger::format_instant(call.backend.now_ms()));
}

}  // namespace

Response json_response(int status, Bytes body) {
  Response response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

Response problem(ApiCode code, std::string_view detail) {
  const ApiProblem what = problem_of(code);
  return end_problem(what.status, begin_problem(what.status, what.code, what.title, detail));
}

Response problem(const ledger::Rejection& rejection) {
  return problem(ledger::family_of(rejection.code) == "form" ? 400 : 422, rejection, std::nullopt);
}

Response problem(int status, const ledger::Rejection& rejection, const std::optional<crypto::Digest>& holder) {
  const auto title = ledger::text_of(rejection.code, ledger::Language::kEnglish);
  JsonWriter json = begin_problem(status, ledger::name_of(rejection.code), title, rejection.detail);
  if (rejection.event) json.field("event", *rejection.event);
  if (holder) json.field("holder", crypto::to_hex(holder->view()));
  return end_problem(status, std::move(json));
}

std::expected<ledger::BlockSummary, Response> block_named(const Call& call, const ledger::LedgerReader& reader,
                                                          const ledger::BlockSummary& newest,
                                                          const std::string& parameter, const std::string& text) {
  if (const auto height = parse_decimal(text)) {
    if (*height > newest.height.value) {
      return std::unexpected(
          problem(ApiCode::kKnownAtInFuture, "the newest height is " + std::to_string(newest.height.value)));
    }
    if (const auto block = reader.block({*height})) return *block;
    return std::unexpected(problem(ApiCode::kNotFound, "no block of height " + text));
  }
  constexpr std::uint64_t kDay_ms = 86'400'000;
  std::optional<std::uint64_t> instant_ms = ledger::parse_instant_ms(text);
  if (const auto day = ledger::Date::parse(text); day && day->days >= 0) {
    instant_ms = (static_cast<std::uint64_t>(day->days) + 1) * kDay_ms - 1;
  }
  if (!instant_ms) {
    return std::unexpected(problem(ApiCode::kBadParameter, parameter + " is a height, an RFC 3339 instant or a date"));
  }
  if (*instant_ms > call.backend.now_ms()) return std::unexpected(in_future(call, parameter));
  if (const auto block = reader.block_at_time(*instant_ms)) return *block;
  return std::unexpected(problem(ApiCode::kBeforeLedger, parameter + " is before the genesis"));
}

std::expected<AskedState, Response> asked_state(const Call& call) {
  AskedState asked;
  asked.reader = call.backend.reader();
  asked.newest = asked.reader->newest();
  const auto known_at = call.query("known_at");
  if (!known_at) {
    asked.block = asked.newest;
    asked.state = asked.reader->state(std::nullopt);
    return asked;
  }
  auto block = block_named(call, *asked.reader, asked.newest, "known_at", *known_at);
  if (!block) return std::unexpected(std::move(block.error()));
  asked.block = *block;
  asked.state = asked.reader->state(asked.block.height);
  return asked;
}

std::expected<ledger::Date, Response> asked_day(const Call& call) {
  const auto on = call.query("on");
  if (!on) return ledger::Date::of(call.backend.now_ms(), 0);
  const auto day = ledger::Date::parse(*on);
  if (!day)
    return std::unexpected(problem(ApiCode::kBadParameter, "on is a day that there is, YYYY-MM-DD, from 1900 to 2199"));
  return *day;
}

JsonWriter begin_answer(const Call& call, const AskedState& asked) {
  const std::int64_t age_ms = std::max<std::int64_t>(call.backend.age_ms(), 0);
  JsonWriter json;
  json.begin_object().field("height", asked.block.height.value);
  json.field("block_time", ledger::format_instant(asked.block.block_time_ms)).field("age_seconds", age_ms / 1000);
  if (age_ms > limits::kStale_ms) json.field("stale", true);
  if (asked.block.height != asked.newest.height) json.field("newest_height", asked.newest.height.value);
  return json;
}

Response end_answer(JsonWriter writer) { return json_response(200, writer.end_object().take()); }

void append_csv(Bytes& out, std::string_view value, bool last) {
  if (value.find_first_of(",\"\r\n") == std::string_view::npos) {
    out.append(value);
  } else {
    out.push_back('"');
    for (const char c : value) out.append(c == '"' ? 2 : 1, c);
    out.push_back('"');
  }
  out.append(last ? "\r\n" : ",");
}

}  // namespace quipu::http
