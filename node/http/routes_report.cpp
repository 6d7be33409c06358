// SPDX-License-Identifier: Apache-2.0
// What a data subject may ask: all that the ledger says of one operator, what this node holds beside it, who may hold
// it, and what was erased.
#include <algorithm>
#include <map>

#include "node/http/certificate_json.h"
#include "node/http/event_json.h"
#include "node/http/handlers.h"
#include "node/http/json_answer.h"
#include "node/http/record_desk.h"
#include "node/http/record_scan.h"
#include "node/http/records.h"
#include "node/http/rows.h"
#include "node/http/side_json.h"
#include "node/ledger/disputes.h"
#include "node/ledger/genesis_members.h"
#include "node/ledger/json.h"
#include "node/ledger/state.pb.h"

namespace quipu::http {

namespace {

using ledger::RecordType;
namespace v1 = ledger::v1;

struct Subject {
  const AskedState& asked;
  std::string issuer;
  std::string id;
  v1::OperatorRecord firm;

  std::string name() const { return issuer + "/" + id; }
};

// ------------------------------------------------------- its events in the log

// As histories name them: with what tells whether they are disputed.
using Places = std::map<EventPlace, v1::LogPlace>;

void add(Places& places, const v1::LogPlace& event) { places.emplace(EventPlace{event.leaf(), event.event()}, event); }

void add(Places& places, const v1::History& history) {
  for (const v1::LogPlace& event : history.events()) add(places, event);
}

template <class Record>
void add_record(Places& places, const Subject& subject, RecordType type, const std::string& administration,
                const std::string& identifier) {
  const auto record = read_record<Record>(*subject.asked.state, ledger::map_key(type, administration, identifier));
  if (record) add(places, record->history());
}

void add_certificates(Places& places, const Subject& subject) {
  for (const std::string& number : subject.firm.certificates()) {
    add_record<v1::CertificateRecord>(places, subject, RecordType::kCertificate, subject.issuer, number);
  }
}

void add_denials(Places& places, const Subject& subject) {
  const v1::ArrangementIndex index = arrangement_index(*subject.asked.state);
  for (const auto& entry : index.arrangements()) {
    const std::string identifier = entry.arrangement() + "/" + subject.issuer + "/" + subject.id;
    for (const std::string& recogniser : entry.parties()) {
      add_record<v1::DenialRecord>(places, subject, RecordType::kDenial, recogniser, identifier);
    }
  }
}

bool binds(const v1::AliasFact& fact, const Subject& subject, const v1::LogPlace& event) {
  return fact.issuer() == subject.issuer && fact.subject() == subject.id && fact.by().leaf() == event.leaf() &&
         fact.by().event() == event.event();
}

// An alias may have meant another firm before or after: of its events, those about this one.
void add_aliases(Places& places, const Subject& subject) {
  const auto each = [&](const std::string&, const v1::AliasRecord& record) {
    for (const v1::LogPlace& event : record.history().events()) {
      const bool ours =
          std::ranges::any_of(record.facts(), [&](const auto& fact) { return binds(fact, subject, event); });
      if (ours) add(places, event);
    }
  };
  for_each_record<v1::AliasRecord>(*subject.asked.state, RecordType::kAlias, "", each);
}

void add_cases(Places& places, const Subject& subject) {
  const auto each = [&](const std::string&, const v1::CaseRecord& record) {
    const auto& about = record.report();
    if (about.issuer() == subject.issuer && about.subject() == subject.id) add(places, record.history());
  };
  for_each_record<v1::CaseRecord>(*subject.asked.state, RecordType::kCase, "", each);
}

void add_validations(Places& places, const Subject& subject) {
  const auto each = [&](const std::string&, const v1::ValidationRecord& record) {
    const auto& about = record.validation();
    if (about.issuer() == subject.issuer && about.subject() == subject.id) add(places, record.history());
  };
  for_each_record<v1::ValidationRecord>(*subject.asked.state, RecordType::kValidation, "", each);
}

bool commits_to(const Subject& subject, const std::string& commitment) {
  if (commitment.empty()) return false;
  return commitment == subject.firm.identity_commitment() || commitment == subject.firm.tin_commitment();
}

// An applicant is a commitment: this firm's newest, or one whose application led to a certificate of it.
void add_applications(Places& places, const Subject& subject) {
  const auto& numbers = subject.firm.certificates();
  const auto each = [&](const std::string&, const v1::ApplicationRecord& record) {
    const bool led_to = !record.certificate().empty() && std::ranges::count(numbers, record.certificate()) > 0;
    if (led_to || commits_to(subject, record.filed().applicant_commitment())) add(places, record.history());
  };
  for_each_record<v1::ApplicationRecord>(*subject.asked.state, RecordType::kApplication, subject.issuer, each);
}

Places places_of(const Subject& subject) {
  Places places;
  add(places, subject.firm.history());
  add_certificates(places, subject);
  add_record<v1::ConsentRecord>(places, subject, RecordType::kConsent, subject.issuer, subject.id);
  add_denials(places, subject);
  add_aliases(places, subject);
  add_cases(places, subject);
  add_validations(places, subject);
  add_applications(places, subject);
  return places;
}

// ------------------------------------------------------------ beside the ledger

std::string_view name_of(HeldRecords::Kind kind) {
  switch (kind) {
    case HeldRecords::Kind::kHeld:
      return "HELD";
    case HeldRecords::Kind::kNotHeld:
      return "NOT_HELD";
    case HeldRecords::Kind::kNotEntitled:
      return "NOT_ENTITLED";
    case HeldRecords::Kind::kErased:
      return "ERASED";
    case HeldRecords::Kind::kNoOperator:
      return "NOT_HELD";
  }
  return "NOT_HELD";
}

// Of a node that keeps no side records, a follower, there is nothing to say.
void write_beside(JsonWriter& json, const Call& call, const Subject& subject) {
  RecordDesk* desk = call.backend.record_desk();
  json.key("beside_the_ledger").begin_object();
  if (desk == nullptr) {
    json.field("state", "KEEPS_NONE").end_object();
    return;
  }
  HeldRecords records = desk->records_of(subject.issuer, subject.id);
  json.field("state", name_of(records.kind)).strings("may_be_held_by", records.entitled);
  write_held(json, records);
  for (const ErasureNote& note : desk->erasures()) {
    if (note.issuer != subject.issuer || note.subject != subject.id) continue;
    json.key("erased_here").begin_object().field("decided_on", note.decided_on).field("height", note.height);
    json.field("time", ledger::format_instant(note.time_ms)).field("records", note.records).end_object();
  }
  // A node keeps no account of who asks it what.
  json.field("lookups_recorded", false).end_object();
}

// -------------------------------------------------------------------- answers

void write_head(JsonWriter& json, const Call& call, const Subject& subject) {
  json.field("operator", subject.name()).field("person", v1::PersonKind_Name(subject.firm.person()));
  if (subject.firm.has_erased()) json.field("erased_on", subject.firm.erased().decided_on());
  write_beside(json, call, subject);
  json.key("record").raw(ledger::message_to_json(subject.firm));
}

void write_event(JsonWriter& json, const Subject& subject, const LoggedEvent& event, bool disputed) {
  write_place(json.begin_object(), event);
  json.field("kind", event.kind()).field("effective_from", event.effective_from());
  if (disputed) json.field("disputed", true);
  write_statement(json, subject.asked, event);
  json.end_object();
}

void append_event(Bytes& csv, const LoggedEvent& event, bool disputed) {
  append_row(csv, {std::to_string(event.block.height.value), ledger::format_instant(event.block.block_time_ms),
                   std::to_string(event.index), std::to_string(event.event), event.submission.administration(),
                   event.kind(), event.said().decision_date(), event.effective_from(), event.said().reason(),
                   disputed ? "true" : "", event.id(), ledger::event_to_json(event.said())});
}

Response answer(const Call& call, const Subject& subject, const Page& page, const std::optional<EventPlace>& after) {
  const Places places = places_of(subject);
  JsonWriter json = begin_answer(call, subject.asked);
  write_head(json, call, subject);
  json.field("total", places.size()).key("items").begin_array();
  Bytes csv = "height,time,index,event,author,kind,decision_date,effective_from,reason,disputed,id,statement\r\n";
  std::size_t written = 0;
  std::string next;
  auto at = after ? places.upper_bound(*after) : places.begin();
  for (; at != places.end() && written < page.limit; ++at) {
    if (++written == page.limit && std::next(at) != places.end()) next = at->first.text();
    const auto event =
        event_at(*subject.asked.reader, call.backend.genesis().chain_id, at->first.leaf, at->first.event);
    if (!event) continue;
    const std::string& author = event->submission.administration();
    const bool disputed = ledger::Disputes(*subject.asked.state, {author}).covers(at->second);
    write_event(json, subject, *event, disputed);
    append_event(csv, *event, disputed);
  }
  json.end_array().optional_field("next_after", next);
  Response response =
      call.wants_csv() ? csv_response(std::move(csv), subject.asked, next) : end_answer(std::move(json));
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

}  // namespace

Response get_report(const Call& call) {
  const auto fault = call.unexpected({"known_at", "format", "after", "limit"});
  if (fault) return problem(ApiCode::kBadParameter, *fault);
  const auto page = asked_page(call);
  if (!page) return problem(ApiCode::kBadParameter, page.error());
  const auto after = page->after.empty() ? std::nullopt : EventPlace::parse(page->after);
  if (!page->after.empty() && !after) return problem(ApiCode::kBadParameter, "after is what next_after said");
  auto asked = asked_state(call);
  if (!asked) return std::move(asked.error());
  const std::string& issuer = call.path[0];
  auto firm = !ledger::is_administration(issuer)
                  ? std::nullopt
                  : read_record<v1::OperatorRecord>(*asked->state,
                                                    ledger::map_key(RecordType::kOperator, issuer, call.path[1]));
  if (!firm) return problem(ApiCode::kNotFound, "no operator of that CC/SUBJECT");
  const Subject subject{.asked = *asked, .issuer = issuer, .id = call.path[1], .firm = *std::move(firm)};
  return answer(call, subject, *page, after);
}

}  // namespace quipu::http
