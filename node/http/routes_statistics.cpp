// SPDX-License-Identifier: Apache-2.0
// What issuers state of their programmes, month by month, beside what the log comes to.
#include <array>
#include <map>

#include "node/http/event_json.h"
#include "node/http/handlers.h"
#include "node/http/json_answer.h"
#include "node/http/known_administration.h"
#include "node/http/records.h"
#include "node/http/rows.h"
#include "node/ledger/genesis_members.h"
#include "node/ledger/programme.h"
#include "node/ledger/state.pb.h"

namespace quipu::http {

namespace {

using ledger::ProgrammeFigures;
using ledger::RecordType;
namespace v1 = ledger::v1;

struct Figure {
  std::string_view name;
  std::uint64_t ProgrammeFigures::* in;
  std::uint64_t (v1::ProgrammeStatistics::*stated)() const;
};
constexpr std::array<Figure, 6> kFigures{{
    {"active", &ProgrammeFigures::active, &v1::ProgrammeStatistics::active},
    {"suspended", &ProgrammeFigures::suspended, &v1::ProgrammeStatistics::suspended},
    {"granted", &ProgrammeFigures::granted, &v1::ProgrammeStatistics::granted},
    {"ended", &ProgrammeFigures::ended, &v1::ProgrammeStatistics::ended},
    {"applications", &ProgrammeFigures::applications, &v1::ProgrammeStatistics::applications},
    {"refused", &ProgrammeFigures::refused, &v1::ProgrammeStatistics::refused},
}};

ProgrammeFigures figures_of(const v1::ProgrammeStatistics& message) {
  ProgrammeFigures figures;
  for (const Figure& figure : kFigures) figures.*figure.in = (message.*figure.stated)();
  return figures;
}

void write_figures(JsonWriter& json, std::string_view name, const ProgrammeFigures& figures) {
  json.key(name).begin_object();
  for (const Figure& figure : kFigures) json.field(figure.name, figures.*figure.in);
  json.end_object();
}

bool about_applications(const Figure& figure) { return figure.name == "applications" || figure.name == "refused"; }

// The ledger has applications to compare with only where the members have it keep them.
bool keeps_applications(const ledger::StateView& state) {
  const auto key = ledger::map_key(RecordType::kRegister, "--", "parameter/application_profile");
  const auto record = read_record<v1::ParameterRecord>(state, key);
  return record && record->parameter().value() == "1";
}

// A month as it is shown.
struct Month {
  std::string issuer;
  v1::StatisticsRecord record;
  bool applications = false;  // are kept on this ledger
};

std::vector<std::string> differing(const Month& month) {
  std::vector<std::string> names;
  for (const Figure& figure : kFigures) {
    if (about_applications(figure) && !month.applications) continue;
    const auto of = figure.stated;
    if ((month.record.stated().*of)() != (month.record.derived().*of)()) names.emplace_back(figure.name);
  }
  return names;
}

void write_month(JsonWriter& json, const Month& month) {
  const v1::StatisticsRecord& record = month.record;
  json.field("issuer", month.issuer).field("month", record.stated().month()).field("mismatch", record.mismatch());
  json.strings("differs", differing(month));
  write_figures(json, "stated", figures_of(record.stated()));
  write_figures(json, "on_ledger", figures_of(record.derived()));
  json.field("times_stated", record.history().events_size());
}

void append_month(Bytes& csv, const Month& month) {
  const v1::StatisticsRecord& record = month.record;
  std::vector<std::string> row{month.issuer, record.stated().month(), record.mismatch() ? "true" : "false"};
  for (const Figure& figure : kFigures) {
    row.push_back(std::to_string((record.stated().*figure.stated)()));
    row.push_back(std::to_string((record.derived().*figure.stated)()));
  }
  row.push_back(joined(differing(month)));
  append_row(csv, row);
}

Bytes csv_head() {
  Bytes head = "issuer,month,mismatch";
  for (const Figure& figure : kFigures) {
    head.append(",").append(figure.name).append(",").append(figure.name).append("_on_ledger");
  }
  return head + ",differs\r\n";
}

// By month, then issuer.
using Months = std::map<std::string, Month>;

struct Question {
  std::string issuer, from, to;
  bool mismatch_only = false;
  Page page;
};

bool wanted(const Question& question, const v1::StatisticsRecord& record) {
  const std::string& month = record.stated().month();
  if (month < question.from || (!question.to.empty() && month > question.to)) return false;
  return record.mismatch() || !question.mismatch_only;
}

Months months_of(const ledger::StateView& state, const Question& question) {
  Months months;
  const bool applications = keeps_applications(state);
  const auto each = [&](const ledger::MapKey& key, BytesView value) {
    const std::string issuer(key.view().substr(1, 2));
    // The same kind of record with an empty name: what the issuer last attested (ProgrammeRecord).
    if (key == ledger::map_key(RecordType::kProgramme, issuer, "")) return true;
    v1::StatisticsRecord record;
    const bool read = record.ParseFromArray(value.data(), static_cast<int>(value.size()));
    if (read && wanted(question, record)) {
      months.emplace(record.stated().month() + "/" + issuer, Month{issuer, record, applications});
    }
    return true;
  };
  state.scan(ledger::map_prefix(RecordType::kProgramme, question.issuer), each);
  return months;
}

std::expected<Question, std::string> read_question(const Call& call) {
  const auto page = asked_page(call);
  if (!page) return std::unexpected(page.error());
  const auto text = [&](std::string_view name) { return call.query(name).value_or(""); };
  Question question{.issuer = text("issuer"),
                    .from = text("from"),
                    .to = text("to"),
                    .mismatch_only = text("mismatch") == "1",
                    .page = *page};
  if (!question.issuer.empty() && !ledger::is_administration(question.issuer)) {
    return std::unexpected("an administration has two letters");
  }
  for (const std::string& month : {question.from, question.to}) {
    if (!month.empty() && !ledger::last_day_of(month)) return std::unexpected("a month is YYYY-MM");
  }
  if (call.query("mismatch").value_or("1") != "1") return std::unexpected("mismatch is 1 or left out");
  return question;
}

Response answer(const Call& call, const AskedState& asked, const Question& question, const Months& months) {
  JsonWriter json = begin_answer(call, asked);
  json.field("total", months.size()).key("items").begin_array();
  Bytes csv = csv_head();
  std::size_t written = 0;
  std::string next;
  for (auto at = months.upper_bound(question.page.after); at != months.end() && written < question.page.limit; ++at) {
    write_month(json.begin_object(), at->second);
    json.end_object();
    append_month(csv, at->second);
    if (++written == question.page.limit && std::next(at) != months.end()) next = at->first;
  }
  json.end_array().optional_field("next_after", next);
  return call.wants_csv() ? csv_response(std::move(csv), asked, next) : end_answer(std::move(json));
}

}  // namespace

Response get_statistics(const Call& call) {
  const auto fault = call.unexpected({"issuer", "from", "to", "mismatch", "known_at", "format", "after", "limit"});
  if (fault) return problem(ApiCode::kBadParameter, *fault);
  const auto question = read_question(call);
  if (!question) return problem(ApiCode::kBadParameter, question.error());
  if (auto unknown = unknown_administration(call, {"issuer"})) return *std::move(unknown);
  auto asked = asked_state(call);
  if (!asked) return std::move(asked.error());
  return answer(call, *asked, *question, months_of(*asked->state, *question));
}

// One month, counted again as the state has it now: what came late since the figures were stated shows here.
Response get_month(const Call& call) {
  if (const auto fault = call.unexpected({"known_at"})) return problem(ApiCode::kBadParameter, *fault);
  auto asked = asked_state(call);
  if (!asked) return std::move(asked.error());
  const std::string& issuer = call.path[0];
  const std::string& month = call.path[1];
  const bool named = ledger::is_administration(issuer) && ledger::last_day_of(month);
  const auto record =
      !named ? std::nullopt
             : read_record<v1::StatisticsRecord>(*asked->state, ledger::map_key(RecordType::kProgramme, issuer, month));
  if (!record) return problem(ApiCode::kNotFound, "that administration has stated no figures of that month");
  JsonWriter json = begin_answer(call, *asked);
  write_month(json, {issuer, *record, keeps_applications(*asked->state)});
  write_figures(json, "on_ledger_now", ledger::programme_figures(*asked->state, issuer, month));
  json.key("events").begin_array();
  const ledger::Disputes disputes(*asked->state, {issuer});
  for (const auto& place : record->history().events()) {
    write_logged(json, *asked, call.backend.genesis().chain_id, disputes, place);
  }
  json.end_array();
  return end_answer(std::move(json));
}

}  // namespace quipu::http
