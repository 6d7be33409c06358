// SPDX-License-Identifier: Apache-2.0
// Firms by name, among those whose identity this node may hold and does.
#include "crypto/sealing.h"
#include "node/http/certificate_json.h"
#include "node/http/handlers.h"
#include "node/http/json_answer.h"
#include "node/http/name_words.h"
#include "node/http/record_desk.h"
#include "node/http/record_scan.h"
#include "node/http/rows.h"
#include "node/http/side_json.h"
#include "node/ledger/genesis_members.h"
#include "node/ledger/ledger.pb.h"
#include "node/ledger/state.pb.h"

namespace quipu::http {

namespace {

namespace v1 = ledger::v1;

// Each of them may be a file to read and open, and the asker should hear something.
constexpr std::size_t kMostLookedAt = 500;
constexpr std::size_t kMostName = 200;

struct Question {
  RecordDesk& desk;
  const AskedState& asked;
  ledger::Date today;
  std::string issuer;
  std::vector<std::string> words;
  std::size_t limit;
};

// A row, when the firm has the name; the opened record is wiped again.
bool write_match(JsonWriter& json, const Question& question, const v1::OperatorRecord& firm) {
  HeldRecords held = question.desk.records_of(question.issuer, firm.subject());
  v1::IdentityRecord identity;
  const bool read = !held.identity.empty() && identity.ParseFromString(held.identity);
  crypto::wipe(held.identity);
  crypto::wipe(held.tin);
  if (!read || !names_match(identity.legal_name() + " " + identity.trade_name(), question.words)) return false;
  json.begin_object().field("operator", question.issuer + "/" + firm.subject());
  json.optional_field("tin", tin_on(firm, question.today)).optional_field("legal_name", identity.legal_name());
  json.optional_field("trade_name", identity.trade_name()).optional_field("city", identity.city()).end_object();
  return true;
}

// The rows of one page; where the next one begins, when there is more.
std::string write_page(JsonWriter& json, const Question& question, const std::optional<ledger::MapKey>& after) {
  std::size_t looked_at = 0;
  std::size_t rows = 0;
  ledger::MapKey last;
  std::string next;
  scan_after(*question.asked.state, ledger::RecordType::kOperator, question.issuer, after,
             [&](const ledger::MapKey& key, BytesView value) {
               if (rows == question.limit || looked_at == kMostLookedAt) {
                 next = name_of(last);
                 return false;
               }
               ++looked_at;
               last = key;
               v1::OperatorRecord firm;
               if (firm.ParseFromArray(value.data(), static_cast<int>(value.size())) &&
                   !firm.identity_commitment().empty() && write_match(json, question, firm)) {
                 ++rows;
               }
               return true;
             });
  return next;
}

}  // namespace

Response get_names(const Call& call) {
  if (const auto fault = call.unexpected({"issuer", "name", "after", "limit"})) {
    return problem(ApiCode::kBadParameter, *fault);
  }
  if (auto refusal = side_refusal(call)) return std::move(*refusal);
  const std::string issuer = call.query("issuer").value_or("");
  if (!ledger::is_administration(issuer)) return problem(ApiCode::kBadParameter, "issuer: two capitals");
  const std::string name = call.query("name").value_or("");
  const auto words = words_of(name);
  if (words.empty() || name.size() > kMostName) return problem(ApiCode::kBadParameter, "name: 1 to 200 bytes");
  const auto page = asked_page(call);
  if (!page) return problem(ApiCode::kBadParameter, page.error());
  const auto after = parse_key(page->after, ledger::RecordType::kOperator);
  if (!page->after.empty() && !(after && after->view().substr(1, 2) == issuer)) {
    return problem(ApiCode::kBadParameter, "after: take it from next_after of the page before");
  }
  auto asked = asked_state(call);
  if (!asked) return std::move(asked.error());
  const auto today = asked_day(call);
  if (!today) return today.error();
  JsonWriter json = begin_answer(call, *asked);
  json.field("issuer", issuer).key("items").begin_array();
  const std::string next = write_page(json,
                                      {.desk = *call.backend.record_desk(),
                                       .asked = *asked,
                                       .today = *today,
                                       .issuer = issuer,
                                       .words = words,
                                       .limit = page->limit},
                                      after);
  json.end_array().optional_field("next_after", next);
  Response response = end_answer(std::move(json));
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

}  // namespace quipu::http
