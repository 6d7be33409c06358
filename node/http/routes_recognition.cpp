// SPDX-License-Identifier: Apache-2.0
// The hot path: answered from local state in microseconds.
#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <future>
#include <span>

#include "consensus/limits.h"
#include "node/http/certificate_json.h"
#include "node/http/handlers.h"
#include "node/http/json_answer.h"
#include "node/http/not_published.h"
#include "node/http/recent_records.h"
#include "node/ledger/json.h"
#include "node/ledger/recognition.h"
#include "node/ledger/recognition_proof.h"

namespace quipu::http {

namespace {

void write_result(JsonWriter& json, const ledger::RecognitionResult& result) {
  json.begin_object().field("arrangement", result.arrangement).optional_field("certificate", result.certificate);
  json.field("reason", ledger::name_of(result.reason));
  if (!result.benefits.empty()) json.strings("benefits", result.benefits);
  if (result.disputed) json.field("disputed", true);
  json.end_object();
}

void write_answer(JsonWriter& json, const AskedState& asked, const ledger::RecognitionAnswer& answer) {
  json.field("recognised", answer.recognised).field("reason", ledger::name_of(answer.reason));
  json.optional_field("subject", answer.subject);
  if (!answer.subject.empty()) write_freshness(json, asked, answer.subject.substr(0, 2));
  if (std::ranges::any_of(answer.results, &ledger::RecognitionResult::disputed)) json.field("disputed", true);
  json.key("results").begin_array();
  for (const auto& result : answer.results) write_result(json, result);
  json.end_array();
}

// One field of a question: nothing but a string that is there.
using Field = std::function<std::optional<std::string>(std::string_view name)>;

std::expected<ledger::RecognitionQuestion, std::string> read_question(const Field& field) {
  ledger::RecognitionQuestion question;
  struct Wanted {
    std::string_view name;
    std::string* into;
  };
  std::string on;
  const bool by_alias = field("alias").has_value();
  const Wanted wanted[] = {by_alias ? Wanted{"alias", &question.alias} : Wanted{"tin", &question.tin},
                           {"role", &question.role},
                           {"flow", &question.flow},
                           {"by", &question.recogniser},
                           {"on", &on}};
  for (const auto& [name, into] : wanted) {
    auto value = field(name);
    if (!value) return std::unexpected("\"" + std::string(name) + "\" is missing or not a string");
    *into = std::move(*value);
  }
  const auto day = ledger::Date::parse(on);
  if (!day) return std::unexpected("\"on\" is a day that there is, YYYY-MM-DD, from 1900 to 2199");
  question.on = *day;
  return question;
}

// Only in a body: what opens a natural person's number has no business in addresses, which others write down.
std::expected<void, std::string> read_salt(const boost::json::object& object, ledger::RecognitionQuestion& question) {
  const auto* value = object.if_contains("salt");
  if (!value) return {};
  auto bytes = value->is_string() ? crypto::from_base64(value->get_string()) : std::nullopt;
  if (!bytes || bytes->empty()) return std::unexpected("\"salt\" is base64");
  question.salt = *std::move(bytes);
  return {};
}

std::expected<ledger::RecognitionQuestion, std::string> read_question(const boost::json::value& value) {
  const auto* object = value.if_object();
  if (!object) return std::unexpected("a question is an object");
  const std::size_t fields = object->contains("salt") ? 6 : 5;
  if (object->size() != fields) {
    return std::unexpected("a question has exactly tin (may be with salt) or alias, role, flow, by, on");
  }
  auto question = read_question([object](std::string_view name) -> std::optional<std::string> {
    const auto* member = object->if_contains({name.data(), name.size()});
    const auto* text = member ? member->if_string() : nullptr;
    if (!text) return std::nullopt;
    return std::string(text->data(), text->size());
  });
  if (!question) return question;
  if (auto salt = read_salt(*object, *question); !salt) return std::unexpected(salt.error());
  return question;
}

using Questions = std::vector<ledger::RecognitionQuestion>;
std::expected<Questions, std::string> read_questions(BytesView body) {
  const auto json = ledger::parse_strict_json(body);
  if (!json) return std::unexpected(json.error());
  const auto* array = json->if_array();
  if (!array) return std::unexpected("the body is an array of questions");
  if (array->size() > limits::kBatchQuestions) return std::unexpected("at most 3000 questions at once");
  Questions questions;
  for (const auto& value : *array) {
    auto question = read_question(value);
    if (!question) return std::unexpected("question " + std::to_string(questions.size()) + ": " + question.error());
    questions.push_back(std::move(*question));
  }
  return questions;
}

// Answers one after the other with commas between them, or what is wrong with one of `questions`, the first of which is
// called `number`.
std::expected<Bytes, std::string> answers_to(AskedState asked, std::span<const ledger::RecognitionQuestion> questions,
                                             std::size_t number) {
  asked.state = std::make_shared<RecentRecords>(std::move(asked.state));
  JsonWriter json;
  for (const auto& question : questions) {
    const auto answer = ledger::recognise(*asked.state, question);
    if (!answer) return std::unexpected("question " + std::to_string(number) + ": " + answer.error());
    json.begin_object();
    write_answer(json, asked, *answer);
    json.end_object();
    ++number;
  }
  return json.take();
}

// Half of many questions are answered by a second thread, where there is one to be had: a day's declarations wait for
// disk and memory, not for each other.
std::expected<Bytes, std::string> answers_by_two(const AskedState& asked, const Questions& questions) {
  constexpr std::size_t kWorthAThread = 200;
  const std::span<const ledger::RecognitionQuestion> all(questions);
  if (all.size() < kWorthAThread) return answers_to(asked, all, 0);
  const std::size_t half = all.size() / 2;
  auto second = std::async(std::launch::async | std::launch::deferred,
                           [&] { return answers_to(asked, all.subspan(half), half); });
  auto first = answers_to(asked, all.first(half), 0);
  const auto rest = second.get();
  if (!first) return first;
  if (!rest) return rest;
  return std::move(*first) + "," + *rest;
}

JsonWriter begin_recognition(const Call& call, const AskedState& asked, const ledger::RecognitionQuestion& question,
                             const ledger::RecognitionAnswer& answer) {
  JsonWriter json = begin_answer(call, asked);
  json.field("by", question.recogniser).field("role", question.role).field("flow", question.flow);
  json.field("on", question.on.text());
  write_answer(json, asked, answer);
  return json;
}

// What can be proven is what a checkpoint was published of: the answer is as known then, not as known now.
Response answer_with_proof(const Call& call, const ledger::RecognitionQuestion& question) {
  if (call.query("known_at")) {
    return problem(ApiCode::kBadParameter, "a proof is of the newest published checkpoint: leave known_at out");
  }
  const auto reader = call.backend.reader();
  const auto published = ledger::newest_published(*reader);
  if (!published) return not_published(published.error());
  const auto proven = ledger::prove_recognition(*published, question);
  if (!proven) return problem(ApiCode::kBadParameter, proven.error());
  const AskedState asked{
      .reader = reader, .state = published->state, .block = published->block, .newest = reader->newest()};
  JsonWriter json = begin_recognition(call, asked, question, proven->answer);
  json.field("proof", proven->proof.format());
  return end_answer(std::move(json));
}

}  // namespace

Response get_recognition(const Call& call) {
  if (const auto fault = call.unexpected({"tin", "alias", "role", "flow", "by", "on", "known_at", "proof"})) {
    return problem(ApiCode::kBadParameter, *fault);
  }
  if (call.query("tin") && call.query("alias")) return problem(ApiCode::kBadParameter, "give tin or alias");
  const auto proof = call.query("proof").value_or("0");
  if (proof != "0" && proof != "1") return problem(ApiCode::kBadParameter, "proof is 0 or 1");
  const auto question = read_question([&](std::string_view name) { return call.query(name); });
  if (!question) return problem(ApiCode::kBadParameter, question.error());
  if (proof == "1") return answer_with_proof(call, *question);
  auto asked = asked_state(call);
  if (!asked) return std::move(asked.error());
  const auto answer = ledger::recognise(*asked->state, *question);
  if (!answer) return problem(ApiCode::kBadParameter, answer.error());
  return end_answer(begin_recognition(call, *asked, *question, *answer));
}

Response post_recognition(const Call& call) {
  if (const auto fault = call.unexpected({"known_at"})) return problem(ApiCode::kBadParameter, *fault);
  const auto questions = read_questions(call.request.body);
  if (!questions) return problem(ApiCode::kBadRequest, questions.error());
  const auto asked = asked_state(call);
  if (!asked) return asked.error();
  const auto answers = answers_by_two(*asked, *questions);
  if (!answers) return problem(ApiCode::kBadRequest, answers.error());
  JsonWriter json = begin_answer(call, *asked);
  json.key("answers").raw("[" + *answers + "]");
  return end_answer(std::move(json));
}

}  // namespace quipu::http
