// SPDX-License-Identifier: Apache-2.0
#include "world.h"

#include <google/protobuf/text_format.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cctype>

#include "crypto/digest.h"
#include "crypto/merkle.h"
#include "node/ledger/json.h"
#include "node/ledger/rules/records.h"
#include "node/ledger/rules/rule.h"
#include "node/ledger/timeline.h"
#include "tests/node/ledger/sample_chain.h"

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

namespace {

constexpr std::uint64_t kCreated_ms = 946'684'800'000;  // 2000-01-01, before everything that tests state

using KeyRing = std::map<crypto::KeyId, const crypto::SecretKey*>;

KeyRing& key_ring() {
  static KeyRing ring;
  return ring;
}

// Each made once: a test may sign thousands of statements.
const crypto::SecretKey& kept_key(const std::string& code, const std::string& purpose) {
  static std::map<std::pair<std::string, std::string>, crypto::SecretKey> keys;
  const auto at = keys.find({code, purpose});
  if (at != keys.end()) return at->second;
  const crypto::SecretKey& made = keys.emplace(std::pair(code, purpose), sample::key(code, purpose)).first->second;
  key_ring()[crypto::key_id(made.public_key())] = &made;
  return made;
}

const crypto::SecretKey& key_with(const crypto::KeyId& id) {
  const auto at = key_ring().find(id);
  return at == key_ring().end() ? kept_key("--", "stranger") : *at->second;
}

v1::Member described(const WorldMember& member) {
  v1::Member out = sample::member(member.code);
  out.set_utc_offset_minutes(member.utc_offset_minutes);
  out.set_dual_control(member.dual_control);
  out.set_observer(member.observer);
  return out;
}

std::string json_array(const std::vector<v1::Arrangement>& arrangements) {
  std::string out;
  for (const auto& each : arrangements) out += (out.empty() ? "" : ",") + message_to_json(each);
  return "[" + out + "]";
}

// The genesis file with these in a list that has been empty.
Bytes with_elements(Bytes file, const std::string& list, const std::map<std::string, std::string>& elements) {
  std::string all;
  for (const auto& [name, element] : elements) all += (all.empty() ? "" : ", ") + element;
  const std::string start = "\"" + list + "\": [";
  return file.insert(file.find(start) + start.size(), all);
}

}  // namespace

const crypto::SecretKey& officers_key(const std::string& name) { return kept_key("officer", name); }

crypto::PublicKey key_of(std::string_view member, v1::KeyPurpose purpose) {
  std::string name = v1::KeyPurpose_Name(purpose);
  std::ranges::transform(name, name.begin(), [](char c) { return static_cast<char>(std::tolower(c)); });
  return kept_key(std::string(member), name).public_key();
}

World::World(const std::vector<WorldMember>& members, const std::vector<v1::Arrangement>& arrangements) {
  std::vector<v1::Member> described_members;
  for (const WorldMember& member : members) described_members.push_back(described(member));
  const auto file = make_genesis_file("world", kCreated_ms, described_members, json_array(arrangements));
  INFO((file ? "" : file.error()));
  REQUIRE(file);
  founding_ = *file;
  found();
  const auto founded = std::make_shared<Overlay>(empty_state());
  write_genesis_state(*genesis_, *founded);
  state_ = Overlay(founded);
}

void World::found() {
  auto genesis =
      parse_genesis(with_elements(with_elements(founding_, "parameters", parameters_), "code_lists", lists_));
  INFO((genesis ? "" : genesis.error()));
  REQUIRE(genesis);
  genesis_ = std::make_shared<const Genesis>(*std::move(genesis));
}

void World::sets(const std::string& parameter, const std::string& value) {
  v1::ParameterRecord record;
  record.mutable_parameter()->set_name(parameter);
  record.mutable_parameter()->set_value(value);
  put(state_, "--", "parameter/" + parameter, record);
  parameters_[parameter] = message_to_json(record.parameter());
  found();
}

void World::lists(const std::string& name, std::initializer_list<const char*> codes) {
  v1::CodeListRecord record;
  record.mutable_list()->set_name(name);
  for (const char* code : codes) record.mutable_list()->add_codes(code);
  put(state_, "--", "list/" + name, record);
  lists_[name] = message_to_json(record.list());
  found();
}

Overlay& World::state_by_hand() {
  by_hand_ = true;
  return state_;
}

void World::today(std::string_view date) {
  block_time_ms_ = static_cast<std::uint64_t>(Date::parse(date)->days) * 86'400'000 + 43'200'000;
}

Submission World::prepare(std::string_view author, std::vector<v1::Event> events, v1::KeyPurpose purpose) {
  auto payload = std::make_shared<v1::Submission>();
  const crypto::PublicKey key = key_of(author, purpose);
  payload->set_chain_id(genesis_->chain_id);
  payload->set_administration(std::string(author));
  payload->set_sequence(next_sequence(state_, author, key));
  for (v1::Event& event : events) {
    if (event.decision_date().empty()) event.set_decision_date(date());
    *payload->add_events() = std::move(event);
  }
  Submission submission;
  submission.statement.kid = crypto::key_id(key);
  submission.statement.administration = author;
  submission.statement.issued_at_s = block_time_ms_ / 1000;
  submission.payload = std::move(payload);
  return as_signed(submission);
}

Submission World::as_signed(const Submission& submission) const {
  Submission out = submission;
  v1::Submission payload = *submission.payload;
  payload.set_administration(submission.statement.administration);
  out.leaf = crypto::sign_statement(key_with(submission.statement.kid), submission.statement.administration,
                                    genesis_->chain_id, submission.statement.issued_at_s, canonical(payload));
  out.id = crypto::leaf_hash(out.leaf);
  return out;
}

// What is stated at one instant follows each other by a millisecond, as blocks do; days may go back.
void World::tick() {
  constexpr std::uint64_t kAnInstant_ms = 3'600'000;
  if (block_time_ms_ <= taken_ms_ && taken_ms_ - block_time_ms_ < kAnInstant_ms) block_time_ms_ = taken_ms_ + 1;
}

std::string World::offers(const Submission& given) {
  tick();
  const Submission submission = as_signed(given);
  const Stated stated{{submission.leaf}, block_time_ms_};
  const auto applied = apply(state_, submission, origin());
  if (!applied) {
    last_rejection = applied.error();
    if (witness() && !by_hand_) witness()({*genesis_, history_, stated, last_rejection});
    return std::string(name_of(applied.error().code));
  }
  if (witness()) history_.push_back(stated);
  taken_ms_ = block_time_ms_;
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
