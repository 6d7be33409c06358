// SPDX-License-Identifier: Apache-2.0
#include "world.h"

#include <google/protobuf/text_format.h>

#include <algorithm>
#include <catch2/catch.hpp>

#include "crypto/digest.h"
#include "crypto/merkle.h"
#include "node/ledger/rules/records.h"
#include "node/ledger/rules/rule.h"
#include "node/ledger/timeline.h"

namespace quipu::ledger::testing {

v1::Event event_from_text(std::string_view text) {
  v1::Event event;
  INFO(text);
  REQUIRE(google::protobuf::TextFormat::ParseFromString(std::string(text), &event));
  return event;
}

v1::Arrangement arrangement_of(std::string id, std::vector<std::string> parties, std::string signed_on,
                               std::uint32_t notice_days, bool consent_required) {
  v1::Arrangement arrangement;
  arrangement.set_arrangement(std::move(id));
  arrangement.mutable_parties()->Add(parties.begin(), parties.end());
  arrangement.set_signed_on(std::move(signed_on));
  arrangement.set_notice_days(notice_days);
  arrangement.set_consent_required(consent_required);
  return arrangement;
}

crypto::PublicKey key_of(std::string_view member, v1::KeyPurpose purpose) {
  return *crypto::PublicKey::from(crypto::sha256({member, v1::KeyPurpose_Name(purpose)}).view());
}

void World::add_member(const WorldMember& member) {
  v1::MemberRecord record;
  record.set_administration(member.code);
  record.set_observer(member.observer);
  record.set_utc_offset_minutes(member.utc_offset_minutes);
  record.set_dual_control(member.dual_control);
  for (const auto purpose : {v1::ISSUER, v1::APPROVER, v1::GOVERNANCE}) {
    const crypto::PublicKey key = key_of(member.code, purpose);
    v1::MemberKey& listed = *record.add_keys();
    listed.set_kid(Bytes(crypto::key_id(key).view()));
    listed.set_public_key(Bytes(key.view()));
    listed.set_purpose(purpose);
    v1::KeyRecord stored;
    stored.set_public_key(Bytes(key.view()));
    stored.set_purpose(purpose);
    put(state_, member.code, crypto::to_hex(key.view()), stored);
  }
  put(state_, member.code, "", record);
}

World::World(const std::vector<WorldMember>& members, const std::vector<v1::Arrangement>& arrangements) {
  for (const WorldMember& member : members) add_member(member);
  v1::ArrangementIndex index;
  for (const v1::Arrangement& arrangement : arrangements) {
    v1::ArrangementRecord record;
    *record.mutable_arrangement() = arrangement;
    put(state_, "--", "arrangement/" + arrangement.arrangement(), record);
    v1::ArrangementParties& parties = *index.add_arrangements();
    parties.set_arrangement(arrangement.arrangement());
    *parties.mutable_parties() = arrangement.parties();
  }
  std::ranges::sort(*index.mutable_arrangements(), {}, [](const auto& each) { return each.arrangement(); });
  put(state_, "--", "arrangements", index);
  v1::DefinitionRecord definition;
  definition.mutable_definition()->set_definition(1);
  put(state_, "--", "definition/1", definition);
}

void World::today(std::string_view date) {
  block_time_ms_ = static_cast<std::uint64_t>(Date::parse(date)->days) * 86'400'000 + 43'200'000;
}

Submission World::prepare(std::string_view author, std::vector<v1::Event> events, v1::KeyPurpose purpose) {
  auto payload = std::make_shared<v1::Submission>();
  const crypto::PublicKey key = key_of(author, purpose);
  payload->set_administration(std::string(author));
  payload->set_sequence(next_sequence(state_, author, key));
  for (v1::Event& event : events) {
    if (event.decision_date().empty()) event.set_decision_date(date());
    *payload->add_events() = std::move(event);
  }
  Submission submission;
  submission.id = crypto::leaf_hash("leaf " + std::to_string(leaf_index_));
  submission.statement.kid = crypto::key_id(key);
  submission.statement.administration = author;
  submission.statement.issued_at_s = block_time_ms_ / 1000;
  submission.payload = std::move(payload);
  return submission;
}

std::string World::offers(const Submission& submission) {
  const auto applied = apply(state_, submission, origin());
  if (!applied) {
    last_rejection = applied.error();
    return std::string(name_of(applied.error().code));
  }
  last_.set_leaf(Bytes(submission.id.view()));
  last_.set_index(0);
  ++height_;
  leaf_index_ += 2;
  return "OK";
}

std::string World::states(std::string_view author, std::vector<v1::Event> events) {
  const Rule* rule = rule_for(events.front().statement_case());
  const auto purpose = rule ? static_cast<v1::KeyPurpose>(rule->purpose) : v1::ISSUER;
  return offers(prepare(author, std::move(events), purpose));
}

std::string World::says(std::string_view author, std::string_view event_text) {
  return states(author, {event_from_text(event_text)});
}

std::string World::says(std::string_view author, std::initializer_list<std::string_view> event_texts) {
  std::vector<v1::Event> events;
  for (const std::string_view text : event_texts) events.push_back(event_from_text(text));
  return states(author, std::move(events));
}

std::string World::approves(std::string_view author, const v1::EventRef& target, std::string_view decision_date) {
  v1::Event event;
  event.set_decision_date(std::string(decision_date));
  *event.mutable_event_approved()->mutable_target() = target;
  return states(author, {std::move(event)});
}

RecognitionAnswer World::asks(std::string_view recogniser, std::string_view tin, std::string_view role,
                              std::string_view flow, std::string_view day) const {
  auto answer = recognise(
      state_, {std::string(tin), std::string(role), std::string(flow), std::string(recogniser), *Date::parse(day)});
  REQUIRE(answer.has_value());
  return *std::move(answer);
}

std::string World::reason(std::string_view recogniser, std::string_view tin, std::string_view day,
                          std::string_view role, std::string_view flow) const {
  return std::string(name_of(asks(recogniser, tin, role, flow, day).reason));
}

v1::CertificateRecord World::certificate(std::string_view issuer, std::string_view number) const {
  auto record = get<v1::CertificateRecord>(state_, issuer, number);
  REQUIRE(record.has_value());
  return *std::move(record);
}

std::string World::status(std::string_view issuer, std::string_view number, std::string_view day) const {
  return std::string(name_of(status_on(certificate(issuer, number), *Date::parse(day))));
}

World small_world() {
  World world({{.code = "AR", .utc_offset_minutes = -180, .dual_control = true},
               {.code = "BR", .utc_offset_minutes = -180},
               {.code = "CL"},
               {.code = "PE"},
               {.code = "UY", .observer = true}},
              {arrangement_of("ARR", {"AR", "BR", "CL", "PE", "UY"}, "2022-05-18", 60, true),
               arrangement_of("PACIFIC", {"CL", "PE"}, "2018-07-20", 60, false)});
  world.today("2025-03-10");
  return world;
}

World world_with_certificate() {
  World world = small_world();
  world.today("2024-01-10");
  REQUIRE(world.says("BR", {"operator_registered { subject: 'S1' person: LEGAL tin: 'BR12345678000190' "
                            "cover { prefix_length: 8 } }",
                            "consent_granted { subject: 'S1' }",
                            "certificate_granted { certificate: 'C1' subject: 'S1' scheme: SECURITY "
                            "roles: [IMPORTER, EXPORTER] valid_to: '2026-12-31' }"}) == "OK");
  REQUIRE(world.says("CL",
                     "recognition_activated { arrangement: 'ARR' issuer: 'BR' schemes: SECURITY "
                     "benefits: 'FEWER_INSPECTIONS' }") == "OK");
  world.today("2025-03-10");
  return world;
}

}  // namespace quipu::ledger::testing
