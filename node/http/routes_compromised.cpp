// SPDX-License-Identifier: Apache-2.0
// What a lost key signed while others may have used it: which events, which of them their author stands by, and whose
// answers rest on them, on which days. For the partner who has to decide what to check again.
#include <algorithm>
#include <map>
#include <set>

#include "node/http/certificate_json.h"
#include "node/http/concern.h"
#include "node/http/event_json.h"
#include "node/http/handlers.h"
#include "node/http/json_answer.h"
#include "node/http/recent_records.h"
#include "node/http/records.h"
#include "node/http/reliance.h"
#include "node/http/rows.h"
#include "node/ledger/disputes.h"
#include "node/ledger/genesis_members.h"
#include "node/ledger/state.pb.h"

namespace quipu::http {

namespace {

using ledger::Date;
using ledger::RecordType;
namespace v1 = ledger::v1;

// Each row may ask a few hundred look-ups.
constexpr std::size_t kMostRowsAtOnce = 200;

struct Question {
  const Call& call;
  const AskedState& asked;
  std::string author;
  Date day;  // until which answers are looked at
  std::size_t limit;
};

struct Row {
  LoggedEvent event;
  Concern concern;
  std::string since;
  std::string reaffirmed_on;  // empty: disputed
  std::string operator_name;
  std::string tin;
  bool all_answers = false;  // of those recognisers about the whole programme: recognised or not
  std::vector<Reliance> answers;
};

// ------------------------------------------------------------ whose answers

// What recognition reads: a validation, say, or a case changes no answer.
bool bears_on_answers(const Concern& concern) {
  constexpr std::string_view kKinds[] = {"operator_",      "tin_",         "alias_",    "consent_",
                                         "certificate_",   "suspension_",  "appeal",    "event_corrected",
                                         "event_approved", "recognition_", "benefits_", "party_"};
  const bool read = std::ranges::any_of(kKinds, [&](auto kind) { return concern.kind.starts_with(kind); });
  return read && (concern.kind != "event_corrected" || !concern.certificate.empty());
}

std::vector<std::string> certificates_of(const ledger::StateView& state, const Concern& concern,
                                         const std::string& operator_name) {
  if (!concern.certificate.empty()) return {concern.certificate};
  if (operator_name.empty()) return {};
  const auto key = ledger::map_key(RecordType::kOperator, concern.issuer, operator_name.substr(3));
  const auto firm = read_record<v1::OperatorRecord>(state, key);
  if (!firm) return {};
  return {firm->certificates().begin(), firm->certificates().end()};
}

// One page's: events about one firm of one day ask the same.
class Answers {
 public:
  explicit Answers(const Question& question) : question_(question) {}

  // The days are those since the event was on the ledger: earlier answers cannot rest on it.
  void find_for(Row& row) {
    if (!bears_on_answers(row.concern)) return;
    const Date first = Date::of(row.event.block.block_time_ms, 0);
    row.all_answers = row.operator_name.empty();
    if (row.all_answers) return add_whole(row, first);
    for (const std::string& number : certificates_of(*question_.asked.state, row.concern, row.operator_name)) {
      for (const Reliance& each : of_certificate(row.concern, number, first)) row.answers.push_back(each);
    }
  }

 private:
  // A recognition of one administration, or who leaves an arrangement: all answers of its parties under it.
  void add_whole(Row& row, Date first) const {
    if (question_.day < first) return;
    for (const std::string& recogniser : recognisers_of(row.concern)) {
      row.answers.push_back({.recogniser = recogniser,
                             .from = first,
                             .to = question_.day,
                             .reason = ledger::Code::kRecognised,
                             .arrangements = {row.concern.arrangement}});
    }
  }

  std::vector<std::string> recognisers_of(const Concern& concern) const {
    if (!concern.recogniser.empty()) return {concern.recogniser};
    const v1::ArrangementIndex index = arrangement_index(*question_.asked.state);
    for (const auto& entry : index.arrangements()) {
      if (entry.arrangement() == concern.arrangement) return {entry.parties().begin(), entry.parties().end()};
    }
    return {};
  }

  const std::vector<Reliance>& of_certificate(const Concern& concern, const std::string& number, Date first) {
    const std::string name =
        concern.issuer + "/" + number + "/" + concern.recogniser + "/" + std::to_string(first.days);
    const auto known = known_.find(name);
    if (known != known_.end()) return known->second;
    const auto key = ledger::map_key(RecordType::kCertificate, concern.issuer, number);
    const auto record = read_record<v1::CertificateRecord>(*question_.asked.state, key);
    auto found = !record ? std::vector<Reliance>()
                         : reliances({.state = *question_.asked.state,
                                      .issuer = concern.issuer,
                                      .record = *record,
                                      .first = first,
                                      .last = question_.day,
                                      .recogniser = concern.recogniser});
    return known_.emplace(name, std::move(found)).first->second;
  }

  const Question& question_;
  std::map<std::string, std::vector<Reliance>> known_;
};

// ------------------------------------------------------------------- rows

Row row_of(const Question& question, LoggedEvent event, const ledger::InWindow& found) {
  const auto& state = *question.asked.state;
  Concern concern =
      concern_of(*question.asked.reader, question.call.backend.genesis().chain_id, question.author, event.said());
  Row row{.event = std::move(event),
          .concern = std::move(concern),
          .since = found.since.text(),
          .reaffirmed_on = found.reaffirmed ? found.reaffirmed->decision_date() : "",
          .operator_name = {},
          .tin = {},
          .all_answers = false,
          .answers = {}};
  row.operator_name = operator_in(state, row.concern);
  if (row.operator_name.empty()) return row;
  const auto key = ledger::map_key(RecordType::kOperator, row.concern.issuer, row.operator_name.substr(3));
  if (const auto firm = read_record<v1::OperatorRecord>(state, key)) row.tin = tin_on(*firm, question.day);
  return row;
}

void write_row(JsonWriter& json, const Row& row) {
  write_place(json.begin_object(), row.event);
  json.field("kind", row.concern.kind).field("key", crypto::to_hex(row.event.submission.statement.kid.view()));
  json.field("since", row.since).field("state", row.reaffirmed_on.empty() ? "DISPUTED" : "REAFFIRMED");
  json.optional_field("reaffirmed_on", row.reaffirmed_on).optional_field("operator", row.operator_name);
  json.optional_field("tin", row.tin).optional_field("certificate", certificate_in(row.concern));
  json.optional_field("arrangement", row.concern.arrangement).key("answers").begin_array();
  for (const Reliance& each : row.answers) {
    json.begin_object().field("recogniser", each.recogniser).field("from", each.from.text());
    json.field("to", each.to.text());
    if (!row.all_answers) json.field("reason", ledger::name_of(each.reason));
    json.strings("arrangements", each.arrangements).end_object();
  }
  json.end_array().end_object();
}

std::set<std::string> recognisers_in(const Row& row) {
  std::set<std::string> codes;
  for (const Reliance& each : row.answers) codes.insert(each.recogniser);
  return codes;
}

void append_csv_row(Bytes& csv, const Row& row) {
  append_row(
      csv, {std::to_string(row.event.block.height.value), ledger::format_instant(row.event.block.block_time_ms),
            std::to_string(row.event.index), std::to_string(row.event.event), row.concern.kind,
            row.reaffirmed_on.empty() ? "DISPUTED" : "REAFFIRMED", row.reaffirmed_on, row.since, row.operator_name,
            row.tin, certificate_in(row.concern), row.concern.arrangement, joined(recognisers_in(row)), row.event.id(),
            crypto::to_hex(row.event.submission.statement.kid.view())});
}

struct Found {
  std::vector<Row> rows;
  std::string next;
};

Found find_rows(const Question& question, const std::optional<EventPlace>& after) {
  Found out;
  Answers answers(question);
  const auto before = after && after->leaf > 0 ? std::optional(after->leaf - 1) : std::nullopt;
  const auto each = [&](const ledger::InWindow& found) {
    const EventPlace place{found.event.leaf(), found.event.event()};
    if (after && place <= *after) return true;
    if (out.rows.size() == question.limit) {
      out.next = EventPlace{out.rows.back().event.index, out.rows.back().event.event}.text();
      return false;
    }
    auto event = event_at(*question.asked.reader, question.call.backend.genesis().chain_id, place.leaf, place.event);
    if (!event) return true;
    Row row = row_of(question, *std::move(event), found);
    answers.find_for(row);
    out.rows.push_back(std::move(row));
    return true;
  };
  ledger::for_each_in_window(*question.asked.state, question.author, before, each);
  return out;
}

Response answer(const Question& question, const Found& found) {
  JsonWriter json = begin_answer(question.call, question.asked);
  json.field("on", question.day.text()).field("administration", question.author).key("items").begin_array();
  Bytes csv =
      "height,time,index,event,kind,state,reaffirmed_on,since,operator,tin,certificate,arrangement,recognisers,id,"
      "key\r\n";
  for (const Row& row : found.rows) {
    write_row(json, row);
    append_csv_row(csv, row);
  }
  json.end_array().optional_field("next_after", found.next);
  return question.call.wants_csv() ? csv_response(std::move(csv), question.asked, found.next)
                                   : end_answer(std::move(json));
}

}  // namespace

Response get_compromised(const Call& call) {
  const auto fault = call.unexpected({"on", "known_at", "format", "after", "limit"});
  if (fault) return problem(ApiCode::kBadParameter, *fault);
  const auto page = asked_page(call);
  if (!page) return problem(ApiCode::kBadParameter, page.error());
  const auto after = page->after.empty() ? std::nullopt : EventPlace::parse(page->after);
  if (!page->after.empty() && !after) return problem(ApiCode::kBadParameter, "after is what next_after said");
  const auto day = asked_day(call);
  if (!day) return day.error();
  auto asked = asked_state(call);
  if (!asked) return std::move(asked.error());
  asked->state = std::make_shared<RecentRecords>(std::move(asked->state));
  const std::string& author = call.path[0];
  const bool member = ledger::is_administration(author) &&
                      asked->state->get(ledger::map_key(RecordType::kMember, author, "")).has_value();
  if (!member) return problem(ApiCode::kNotFound, "no member of that code");
  const Question question{
      .call = call, .asked = *asked, .author = author, .day = *day, .limit = std::min(page->limit, kMostRowsAtOnce)};
  return answer(question, find_rows(question, after));
}

}  // namespace quipu::http
