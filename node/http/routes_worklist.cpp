// SPDX-License-Identifier: Apache-2.0
// What an AEO unit has to see to: what ends soon, what is overdue, what waits. Everything here is derived from the
// records and the day; nothing is stored. One function finds each kind of work (kFinders).
#include <algorithm>
#include <map>
#include <optional>

#include "node/http/approvals.h"
#include "node/http/certificate_json.h"
#include "node/http/handlers.h"
#include "node/http/json_answer.h"
#include "node/http/known_administration.h"
#include "node/http/record_scan.h"
#include "node/http/records.h"
#include "node/http/rows.h"
#include "node/ledger/applications.h"
#include "node/ledger/cases.h"
#include "node/ledger/programme.h"
#include "node/ledger/state.pb.h"

namespace quipu::http {

namespace {

using ledger::CertificateStatus;
using ledger::RecordType;
namespace v1 = ledger::v1;

constexpr std::uint64_t kDaysByDefault = 90;
constexpr std::uint64_t kMostDays = 3'660;

struct Question {
  const Call& call;
  const AskedState& asked;
  ledger::Date day;
  std::string issuer;  // empty: all
  std::uint64_t days = kDaysByDefault;
  Page page;
};

struct Task {
  std::string kind;  // EXPIRING, SUSPENSION_OVERDUE, APPROVAL_WAITING, DECISION_OVERDUE, IRREGULARITY_UNANSWERED
  std::string due;   // the day by which, or since which
  std::string administration;
  std::string subject;      // "CC/SUBJECT"; may be empty
  std::string certificate;  // "CC/NUMBER"; may be empty
  std::string reference;    // what to name when doing it; may be empty
};

// Most urgent first; the key names the task in `after`.
using Tasks = std::map<std::string, Task>;

void add(Tasks& tasks, Task task) {
  std::string key = task.due + "/" + task.kind + "/" + task.certificate + "/" + task.reference;
  tasks.emplace(std::move(key), std::move(task));
}

// ------------------------------------------------------------ certificates

Task about(const std::string& kind, const std::string& due, const std::string& issuer,
           const v1::CertificateRecord& record) {
  return {.kind = kind,
          .due = due,
          .administration = issuer,
          .subject = issuer + "/" + record.subject(),
          .certificate = issuer + "/" + record.certificate(),
          .reference = ""};
}

// The last day until which it is valid without a gap from `day` on; empty when it has no end, or does not hold the day.
std::string valid_until(const v1::CertificateRecord& record, ledger::Date day) {
  std::string last;
  for (std::optional<ledger::Date> next = day; next;) {
    const std::string text = next->text();
    std::string furthest;
    for (const auto& interval : record.intervals()) {
      if (interval.from() > text || (!interval.to().empty() && interval.to() < text)) continue;
      if (interval.to().empty()) return {};
      furthest = std::max(furthest, interval.to());
    }
    const auto end = ledger::Date::parse(furthest);
    if (!end) break;
    last = furthest;
    next = end->plus(1);
  }
  return last;
}

// Valid now, and not for long. Whoever has a later end by decision (revoked next month) is not asked to renew.
void add_if_expiring(const Question& question, const std::string& issuer, const v1::CertificateRecord& record,
                     Tasks& tasks) {
  if (ledger::standing_end(record)) return;
  const std::string last = valid_until(record, question.day);
  const std::string limit = question.day.plus(static_cast<std::int32_t>(question.days)).text();
  if (!last.empty() && last <= limit) add(tasks, about("EXPIRING", last, issuer, record));
}

// Suspended beyond the last day that was announced, the whole of it or some roles.
void add_overdue_suspensions(const Question& question, const std::string& issuer, const v1::CertificateRecord& record,
                             Tasks& tasks) {
  const std::string day = question.day.text();
  for (const v1::Suspension& each : record.suspensions()) {
    if (ledger::acts_on(each, question.day) && !each.until().empty() && each.until() < day) {
      add(tasks, about("SUSPENSION_OVERDUE", each.until(), issuer, record));
    }
  }
}

void find_in_certificates(const Question& question, Tasks& tasks) {
  const auto each = [&](const std::string& issuer, const v1::CertificateRecord& record) {
    const CertificateStatus status = ledger::status_on(record, question.day);
    if (status != CertificateStatus::kSuspended && status != CertificateStatus::kActive) return;
    add_if_expiring(question, issuer, record, tasks);
    add_overdue_suspensions(question, issuer, record, tasks);
  };
  using ledger::CalendarKind;
  const auto day_beside = [&](std::int64_t days) { return question.day.plus(static_cast<std::int32_t>(days)).text(); };
  const ledger::CalendarRange ending{.kind = CalendarKind::kEnds,
                                     .issuer = question.issuer,
                                     .first = question.day.text(),
                                     .last = day_beside(static_cast<std::int64_t>(question.days)),
                                     .on = {}};
  const ledger::CalendarRange suspended{.kind = CalendarKind::kSuspended,
                                        .issuer = question.issuer,
                                        .first = {},
                                        .last = day_beside(-1),
                                        .on = question.day.text()};
  for_each_in_calendar<v1::CertificateRecord>(question.asked, question.issuer, {ending, suspended}, each);
}

// ----------------------------------------------------------------- the rest

void find_waiting_approvals(const Question& question, Tasks& tasks) {
  const auto found = [&](const WaitingApproval& waiting, const v1::ApprovalRecord& record) {
    const std::string& issuer = waiting.administration;
    const auto key = ledger::map_key(RecordType::kCertificate, issuer, record.certificate());
    const auto certificate = read_record<v1::CertificateRecord>(*question.asked.state, key);
    if (!certificate) return;
    Task task = about("APPROVAL_WAITING", ledger::Date::of(waiting.lapses_at_ms, 0).text(), issuer, *certificate);
    task.reference = waiting.reference;
    add(tasks, std::move(task));
  };
  for_each_waiting_approval(question.asked, question.issuer, found);
}

void find_overdue_decisions(const Question& question, Tasks& tasks) {
  const auto each = [&](const std::string& issuer, const v1::ApplicationRecord& record) {
    if (!ledger::overdue_on(record, question.day)) return;
    add(tasks, {.kind = "DECISION_OVERDUE",
                .due = record.decision_due(),
                .administration = issuer,
                .subject = "",
                .certificate = "",
                .reference = issuer + "/" + record.filed().application()});
  };
  for_each_record<v1::ApplicationRecord>(*question.asked.state, RecordType::kApplication, question.issuer, each);
}

// Reported by anybody, and due within the days asked or overdue.
void find_unanswered_cases(const Question& question, Tasks& tasks) {
  const std::string limit = question.day.plus(static_cast<std::int32_t>(question.days)).text();
  const auto each = [&](const std::string& reporter, const v1::CaseRecord& record) {
    const auto& report = record.report();
    const bool asked = question.issuer.empty() || question.issuer == report.issuer();
    if (!asked || !ledger::case_open(record) || report.answer_due() > limit) return;
    add(tasks, {.kind = "IRREGULARITY_UNANSWERED",
                .due = report.answer_due(),
                .administration = report.issuer(),
                .subject = report.issuer() + "/" + report.subject(),
                .certificate = "",
                .reference = reporter + "/" + report.case_()});
  };
  for_each_record<v1::CaseRecord>(*question.asked.state, RecordType::kCase, "", each);
}

using Finder = void (*)(const Question& question, Tasks& tasks);
constexpr Finder kFinders[] = {find_in_certificates, find_waiting_approvals, find_overdue_decisions,
                               find_unanswered_cases};

// Members that have attested no list for seven days; of these only the one asked about, if one is.
std::vector<std::string> silent_issuers(const Question& question) {
  std::vector<std::string> silent;
  const auto each = [&](const std::string& code, const v1::MemberRecord& member) {
    const bool votes = !member.observer() && member.left_height() == 0;
    if (votes && ledger::issuer_stale(*question.asked.state, code, question.asked.block.block_time_ms))
      silent.push_back(code);
  };
  for_each_record<v1::MemberRecord>(*question.asked.state, RecordType::kMember, question.issuer, each);
  return silent;
}

// ----------------------------------------------------------------- answers

std::string tin_of(const Question& question, const Task& task) {
  if (task.subject.size() < 4) return {};
  const auto key = ledger::map_key(RecordType::kOperator, task.subject.substr(0, 2), task.subject.substr(3));
  const auto firm = read_record<v1::OperatorRecord>(*question.asked.state, key);
  return firm ? tin_on(*firm, question.day) : std::string();
}

// Negative once the day is over.
std::int32_t days_left(const Question& question, const Task& task) {
  const auto due = ledger::Date::parse(task.due);
  return due ? due->days - question.day.days : 0;
}

void write_task(JsonWriter& json, const Question& question, const Task& task) {
  json.begin_object().field("kind", task.kind).field("due", task.due).field("days_left", days_left(question, task));
  json.field("administration", task.administration).optional_field("operator", task.subject);
  json.optional_field("tin", tin_of(question, task)).optional_field("certificate", task.certificate);
  json.optional_field("reference", task.reference).end_object();
}

void append_task(Bytes& csv, const Question& question, const Task& task) {
  append_row(csv, {task.kind, task.due, std::to_string(days_left(question, task)), task.administration, task.subject,
                   tin_of(question, task), task.certificate, task.reference});
}

Response answer(const Question& question, const Tasks& tasks) {
  JsonWriter json = begin_answer(question.call, question.asked);
  json.field("on", question.day.text()).field("days", question.days).field("total", tasks.size());
  json.strings("silent_issuers", silent_issuers(question));
  json.key("items").begin_array();
  Bytes csv = "kind,due,days_left,administration,operator,tin,certificate,reference\r\n";
  std::size_t written = 0;
  std::string next;
  for (auto task = tasks.upper_bound(question.page.after); task != tasks.end() && written < question.page.limit;
       ++task) {
    write_task(json, question, task->second);
    append_task(csv, question, task->second);
    if (++written == question.page.limit && std::next(task) != tasks.end()) next = task->first;
  }
  json.end_array().optional_field("next_after", next);
  return question.call.wants_csv() ? csv_response(std::move(csv), question.asked, next) : end_answer(std::move(json));
}

}  // namespace

Response get_worklist(const Call& call) {
  const auto fault = call.unexpected({"issuer", "on", "days", "known_at", "format", "after", "limit"});
  if (fault) return problem(ApiCode::kBadParameter, *fault);
  const std::string issuer = call.query("issuer").value_or("");
  if (!issuer.empty() && issuer.size() != 2)
    return problem(ApiCode::kBadParameter, "an administration has two letters");
  if (auto unknown = unknown_administration(call, {"issuer"})) return *std::move(unknown);
  const auto days = parse_decimal(call.query("days").value_or(std::to_string(kDaysByDefault)));
  if (!days || *days > kMostDays) return problem(ApiCode::kBadParameter, "days is 0 to 3660");
  const auto page = asked_page(call);
  if (!page) return problem(ApiCode::kBadParameter, page.error());
  const auto day = asked_day(call);
  if (!day) return day.error();
  auto asked = asked_state(call);
  if (!asked) return std::move(asked.error());
  const Question question{.call = call, .asked = *asked, .day = *day, .issuer = issuer, .days = *days, .page = *page};
  Tasks tasks;
  for (const Finder find : kFinders) find(question, tasks);
  return answer(question, tasks);
}

}  // namespace quipu::http
