// SPDX-License-Identifier: Apache-2.0
// What one administration asks of another, or a firm of its own: irregularities with the day on which the answer is
// due, and appeals against what took a right away. Whether a case is open or overdue is derived.
#include <algorithm>
#include <map>

#include "node/http/certificate_json.h"
#include "node/http/event_json.h"
#include "node/http/handlers.h"
#include "node/http/json_answer.h"
#include "node/http/known_administration.h"
#include "node/http/record_scan.h"
#include "node/http/records.h"
#include "node/http/rows.h"
#include "node/ledger/cases.h"
#include "node/ledger/disputes.h"
#include "node/ledger/genesis_members.h"
#include "node/ledger/json.h"
#include "node/ledger/state.pb.h"

namespace quipu::http {

namespace {

using ledger::RecordType;
namespace v1 = ledger::v1;

struct Question {
  const Call& call;
  const AskedState& asked;
  ledger::Date day;
  std::string issuer;    // who has to answer or decide; empty: all
  std::string reporter;  // who reported an irregularity; empty: all
  std::string kind;      // empty: both
  std::string state;     // OPEN (overdue ones too), OVERDUE, CLOSED or ALL
  Page page;
};

struct Case {
  std::string kind;  // IRREGULARITY or APPEAL
  std::string name;  // of an irregularity: REPORTER/CASE
  std::string state;
  std::string due;  // the day by which; empty: none is set
  std::string reporter;
  std::string issuer;
  std::string subject;
  std::string certificate;
  std::uint32_t severity = 0;
  std::string outcome;  // the last one stated
  v1::LogPlace opened;
  v1::LogPlace against = {};  // of an appeal: what it contests
  v1::LogPlace closed = {};   // only when it is
};

// The most urgent first; the key names the case in `after`.
using Cases = std::map<std::string, Case>;

bool wanted(const Question& question, const Case& found) {
  if (!question.kind.empty() && question.kind != found.kind) return false;
  if (!question.issuer.empty() && question.issuer != found.issuer) return false;
  if (!question.reporter.empty() && question.reporter != found.reporter) return false;
  const bool open = found.state != "CLOSED";
  return question.state == "ALL" || question.state == found.state || (question.state == "OPEN" && open);
}

void add(Cases& cases, const Question& question, Case found) {
  if (!wanted(question, found)) return;
  std::string key = (found.due.empty() ? std::string("9999") : found.due) + "/" + found.kind + "/";
  // Appeals have no name of their own but their place, which is written so that it sorts.
  char place[32];
  std::snprintf(place, sizeof place, "%020llu.%05u", static_cast<unsigned long long>(found.opened.leaf()),
                found.opened.event());
  key.append(place);
  cases.emplace(std::move(key), std::move(found));
}

void find_irregularities(const Question& question, Cases& cases) {
  const auto each = [&](const std::string& reporter, const v1::CaseRecord& record) {
    const bool open = ledger::case_open(record);
    const auto& report = record.report();
    Case found{.kind = "IRREGULARITY",
               .name = reporter + "/" + report.case_(),
               .state = !open                                        ? "CLOSED"
                        : ledger::case_overdue(record, question.day) ? "OVERDUE"
                                                                     : "OPEN",
               .due = report.answer_due(),
               .reporter = reporter,
               .issuer = report.issuer(),
               .subject = report.subject(),
               .certificate = "",
               .severity = report.severity(),
               .outcome = "",
               .opened = record.by()};
    if (!record.answers().empty()) found.outcome = v1::IrregularityOutcome_Name(record.answers().rbegin()->outcome());
    if (!open) found.closed = record.answers().rbegin()->by();
    add(cases, question, std::move(found));
  };
  const std::string& reporter = question.reporter;
  for_each_record<v1::CaseRecord>(*question.asked.state, RecordType::kCase, reporter, each);
}

struct Contested {
  const std::string& issuer;
  const v1::CertificateRecord& certificate;
};

void add_appeals(Cases& cases, const Question& question, const Contested& contested, const auto& facts) {
  for (const auto& fact : facts) {
    for (const v1::Appeal& appeal : fact.review().appeals()) {
      const bool open = appeal.outcome() == v1::APPEAL_OUTCOME_UNSPECIFIED;
      add(cases, question,
          {.kind = "APPEAL",
           .name = "",
           .state = open ? "OPEN" : "CLOSED",
           .due = "",
           .reporter = "",
           .issuer = contested.issuer,
           .subject = contested.certificate.subject(),
           .certificate = contested.certificate.certificate(),
           .outcome = open ? "" : v1::AppealOutcome_Name(appeal.outcome()),
           .opened = appeal.by(),
           .against = fact.by(),
           .closed = open ? v1::LogPlace() : appeal.decided_by()});
    }
  }
}

void find_appeals(const Question& question, Cases& cases) {
  if (!question.reporter.empty() || question.state == "OVERDUE") return;
  const auto each = [&](const std::string& issuer, const v1::CertificateRecord& record) {
    const Contested contested{issuer, record};
    add_appeals(cases, question, contested, record.suspensions());
    add_appeals(cases, question, contested, record.ends());
    add_appeals(cases, question, contested, record.annulments());
  };
  using ledger::CalendarKind;
  const auto range = [&](CalendarKind kind) {
    return ledger::CalendarRange{.kind = kind, .issuer = question.issuer, .first = {}, .last = {}, .on = {}};
  };
  const auto open = range(CalendarKind::kAppealOpen), decided = range(CalendarKind::kAppealDecided);
  const auto look = [&](std::initializer_list<ledger::CalendarRange> ranges) {
    for_each_in_calendar<v1::CertificateRecord>(question.asked, question.issuer, ranges, each);
  };
  if (question.state == "OPEN") return look({open});
  if (question.state == "CLOSED") return look({decided});
  look({open, decided});
}

// A case as it is shown: with what its events say.
struct Shown {
  const Case& found;
  std::string tin, opened_on, closed_on, against, against_kind;
};

std::optional<LoggedEvent> event_of(const Question& question, const v1::LogPlace& place) {
  return event_at(*question.asked.reader, question.call.backend.genesis().chain_id, place.leaf(), place.event());
}

Shown shown(const Question& question, const Case& found) {
  Shown out{found, "", "", "", "", ""};
  const auto key = ledger::map_key(RecordType::kOperator, found.issuer, found.subject);
  if (const auto firm = read_record<v1::OperatorRecord>(*question.asked.state, key)) {
    out.tin = tin_on(*firm, question.day);
  }
  if (const auto opened = event_of(question, found.opened)) out.opened_on = opened->said().decision_date();
  if (const auto closed = found.state == "CLOSED" ? event_of(question, found.closed) : std::nullopt) {
    out.closed_on = closed->said().decision_date();
  }
  if (const auto against = found.kind == "APPEAL" ? event_of(question, found.against) : std::nullopt) {
    out.against = against->id() + "/" + std::to_string(against->event);
    out.against_kind = against->kind();
  }
  return out;
}

std::optional<std::int32_t> days_left(const Question& question, const Case& found) {
  const auto due = found.state == "CLOSED" ? std::nullopt : ledger::Date::parse(found.due);
  return due ? std::optional(due->days - question.day.days) : std::nullopt;
}

std::string certificate_name(const Case& found) {
  return found.certificate.empty() ? std::string() : found.issuer + "/" + found.certificate;
}

void write_case(JsonWriter& json, const Question& question, const Shown& shown) {
  const Case& found = shown.found;
  json.begin_object().field("kind", found.kind).optional_field("case", found.name).field("state", found.state);
  json.optional_field("due", found.due);
  if (const auto left = days_left(question, found)) json.field("days_left", *left);
  json.optional_field("reporter", found.reporter).field("issuer", found.issuer);
  json.field("operator", found.issuer + "/" + found.subject).optional_field("tin", shown.tin);
  json.optional_field("certificate", certificate_name(found));
  if (found.severity != 0) json.field("severity", found.severity);
  json.optional_field("opened_on", shown.opened_on).optional_field("outcome", found.outcome);
  json.optional_field("closed_on", shown.closed_on).optional_field("against", shown.against);
  json.optional_field("against_kind", shown.against_kind).end_object();
}

void append_case(Bytes& csv, const Question& question, const Shown& shown) {
  const Case& found = shown.found;
  const auto left = days_left(question, found);
  append_row(csv, {found.kind, found.name, found.state, found.due, left ? std::to_string(*left) : "", found.reporter,
                   found.issuer, found.issuer + "/" + found.subject, shown.tin, certificate_name(found),
                   found.severity == 0 ? "" : std::to_string(found.severity), shown.opened_on, found.outcome,
                   shown.closed_on, shown.against_kind, shown.against});
}

Response answer(const Question& question, const Cases& cases) {
  JsonWriter json = begin_answer(question.call, question.asked);
  json.field("on", question.day.text()).field("total", cases.size()).key("items").begin_array();
  Bytes csv =
      "kind,case,state,due,days_left,reporter,issuer,operator,tin,certificate,severity,opened_on,outcome,closed_on,"
      "against_kind,against\r\n";
  std::size_t written = 0;
  std::string next;
  for (auto at = cases.upper_bound(question.page.after); at != cases.end() && written < question.page.limit; ++at) {
    const Shown found = shown(question, at->second);
    write_case(json, question, found);
    append_case(csv, question, found);
    if (++written == question.page.limit && std::next(at) != cases.end()) next = at->first;
  }
  json.end_array().optional_field("next_after", next);
  return question.call.wants_csv() ? csv_response(std::move(csv), question.asked, next) : end_answer(std::move(json));
}

std::expected<Question, std::string> read_question(const Call& call, const AskedState& asked, ledger::Date day) {
  const auto page = asked_page(call);
  if (!page) return std::unexpected(page.error());
  const auto text = [&](std::string_view name) { return call.query(name).value_or(""); };
  Question question{.call = call,
                    .asked = asked,
                    .day = day,
                    .issuer = text("issuer"),
                    .reporter = text("reporter"),
                    .kind = text("kind"),
                    .state = call.query("state").value_or("OPEN"),
                    .page = *page};
  for (const std::string& code : {question.issuer, question.reporter}) {
    if (!code.empty() && !ledger::is_administration(code)) return std::unexpected("an administration has two letters");
  }
  const auto among = [](const std::string& value, std::initializer_list<std::string_view> known) {
    return std::ranges::find(known, value) != known.end();
  };
  if (!among(question.kind, {"", "IRREGULARITY", "APPEAL"})) return std::unexpected("kind is IRREGULARITY or APPEAL");
  if (!among(question.state, {"OPEN", "OVERDUE", "CLOSED", "ALL"})) {
    return std::unexpected("state is OPEN, OVERDUE, CLOSED or ALL");
  }
  return question;
}

}  // namespace

Response get_cases(const Call& call) {
  const auto fault =
      call.unexpected({"issuer", "reporter", "kind", "state", "on", "known_at", "format", "after", "limit"});
  if (fault) return problem(ApiCode::kBadParameter, *fault);
  const auto day = asked_day(call);
  if (!day) return day.error();
  auto asked = asked_state(call);
  if (!asked) return std::move(asked.error());
  const auto question = read_question(call, *asked, *day);
  if (!question) return problem(ApiCode::kBadParameter, question.error());
  if (auto unknown = unknown_administration(call, {"issuer", "reporter"})) return *std::move(unknown);
  Cases cases;
  find_irregularities(*question, cases);
  find_appeals(*question, cases);
  return answer(*question, cases);
}

Response get_case(const Call& call) {
  if (const auto fault = call.unexpected({"on", "known_at"})) return problem(ApiCode::kBadParameter, *fault);
  const auto day = asked_day(call);
  if (!day) return day.error();
  auto asked = asked_state(call);
  if (!asked) return std::move(asked.error());
  const bool named = ledger::is_administration(call.path[0]);
  const auto record = !named ? std::nullopt
                             : read_record<v1::CaseRecord>(
                                   *asked->state, ledger::map_key(RecordType::kCase, call.path[0], call.path[1]));
  if (!record) return problem(ApiCode::kNotFound, "no case of that REPORTER/CASE");
  const bool open = ledger::case_open(*record);
  JsonWriter json = begin_answer(call, *asked);
  json.field("on", day->text()).field("case", call.path[0] + "/" + call.path[1]);
  json.field("state", !open ? "CLOSED" : ledger::case_overdue(*record, *day) ? "OVERDUE" : "OPEN");
  const ledger::Disputes disputes(*asked->state, {call.path[0], record->report().issuer()});
  if (disputes.covers(record->history())) json.field("disputed", true);
  json.key("record").raw(ledger::message_to_json(*record)).key("events").begin_array();
  for (const auto& place : record->history().events()) {
    write_logged(json, *asked, call.backend.genesis().chain_id, disputes, place);
  }
  json.end_array();
  return end_answer(std::move(json));
}

}  // namespace quipu::http
