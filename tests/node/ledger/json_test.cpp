// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/json.h"

#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "node/ledger/canonical.h"
#include "node/ledger/ledger.pb.h"
#include "node/ledger/submission.h"

namespace quipu::ledger {
namespace json_test {

std::string error_of(std::string_view text) {
  v1::Event event;
  const auto read = event_from_json(text, event);
  return read ? "" : read.error();
}

TEST_CASE("Every event of the sample histories survives JSON and back, twice") {
  std::size_t lines = 0;
  for (const auto& entry : std::filesystem::directory_iterator(QUIPU_SOURCE_DIR "/testnet/sample/history")) {
    std::ifstream file(entry.path());
    for (std::string line; std::getline(file, line); ++lines) {
      const auto value = parse_strict_json(line);
      REQUIRE(value);
      const std::string text = boost::json::serialize(value->at("event"));
      v1::Event first, second;
      REQUIRE(error_of(text) == "");
      REQUIRE(event_from_json(text, first));
      const std::string written = event_to_json(first);
      REQUIRE(event_from_json(written, second));
      REQUIRE(canonical_bytes(first) == canonical_bytes(second));
      REQUIRE(event_to_json(second) == written);
      REQUIRE(boost::json::serialize(boost::json::parse(written)) == written);
    }
  }
  CHECK(lines > 5'000);
}

TEST_CASE("Events are written with the schema's names and long numbers as strings") {
  v1::Event event;
  event.set_decision_date("2026-01-31");
  auto* report = event.mutable_indicator_reported();
  report->set_flow(v1::EXPORT);
  report->set_declarations(18'446'744'073'709'551'615u);
  report->add_minutes_histogram(0);
  report->set_definition(1);
  CHECK(event_to_json(event) == R"({"decision_date":"2026-01-31","indicator_reported":{"flow":"EXPORT","definition":1,)"
                                R"("declarations":"18446744073709551615","minutes_histogram":["0"]}})");
}

TEST_CASE("Text is escaped as Boost.JSON escapes it, every control character and what is not ASCII") {
  v1::Event event;
  for (int c = 1; c < 128; ++c) event.mutable_operator_registered()->mutable_subject()->push_back(static_cast<char>(c));
  event.mutable_operator_registered()->mutable_subject()->append("\0\xc3\xb1\xe2\x82\xac\"", 7);
  boost::json::object twin;
  twin["operator_registered"] = {{"subject", event.operator_registered().subject()}};
  CHECK(event_to_json(event) == boost::json::serialize(twin));
  CHECK(boost::json::serialize(message_to_json_value(event)) == boost::json::serialize(twin));
}

TEST_CASE("Long numbers are read as numbers or as decimal strings") {
  v1::Event as_number, as_text;
  REQUIRE(event_from_json(R"({"indicator_reported":{"declarations":12}})", as_number));
  REQUIRE(event_from_json(R"({"indicator_reported":{"declarations":"12"}})", as_text));
  CHECK(as_number.indicator_reported().declarations() == 12);
  CHECK(canonical_bytes(as_number) == canonical_bytes(as_text));
}

TEST_CASE("A reader that is strict names the place of each fault") {
  const std::pair<const char*, const char*> table[] = {
      {R"({"decision_dat":"x"})", "decision_dat: no such field"},
      {R"({"decisionDate":"x"})", "decisionDate: no such field"},
      {R"({"certificate_granted":{"roles":["IMPORTER","PILOT"]}})", "certificate_granted.roles[1]: no value is called"},
      {R"({"certificate_granted":{"roles":[2]}})", "certificate_granted.roles[0]: expected the name"},
      {R"({"certificate_granted":{"roles":"IMPORTER"}})", "certificate_granted.roles: expected an array"},
      {R"({"certificate_granted":{"sites":2.0}})", "certificate_granted.sites: expected uint32"},
      {R"({"certificate_granted":{"sites":2e0}})", "certificate_granted.sites: expected uint32"},
      {R"({"certificate_granted":{"sites":-1}})", "certificate_granted.sites: expected uint32"},
      {R"({"certificate_granted":{"sites":4294967296}})", "certificate_granted.sites: expected uint32"},
      {R"({"certificate_granted":{"sites":"2"}})", "certificate_granted.sites: expected uint32"},
      {R"({"indicator_reported":{"declarations":"012"}})", "indicator_reported.declarations: expected uint64"},
      {R"({"indicator_reported":{"declarations":"18446744073709551616"}})",
       "indicator_reported.declarations: expected"},
      {R"({"certificate_granted":{"legacy":"true"}})", "certificate_granted.legacy: expected bool"},
      {R"({"certificate_granted":{"legacy":null}})", "certificate_granted.legacy: expected bool"},
      {R"({"certificate_granted":null})", "certificate_granted: expected an object"},
      {R"({"evidence_submitted":{"evidence":"AA"}})", "evidence_submitted.evidence: expected padded base64"},
      {R"({"evidence_submitted":{"evidence":"AB=="}})", "evidence_submitted.evidence: expected padded base64"},
      {R"({"evidence_submitted":{"evidence":"A-=="}})", "evidence_submitted.evidence: expected padded base64"},
      {R"({"subject_erased":{},"operator_amended":{}})", "operator_amended: a second value beside subject_erased"},
      {R"({"reason":"A","reason":"B"})", "an object names a key twice"},
      {R"({"reason":"A","re\u0061son":"B"})", "an object names a key twice"},
      {R"({"reason":"A",})", "not strict JSON"},
      {R"({"reason":"A"} x)", "not strict JSON"},
      {R"({reason:"A"})", "not strict JSON"},
      {"{\"reason\":\"\xff\"}", "not strict JSON"},
      {R"([])", "expected an object"},
      {"", "not strict JSON"},
  };
  for (const auto& [text, place] : table) {
    INFO(text);
    CHECK_THAT(error_of(text), Catch::Matchers::StartsWith(place));
  }
}

TEST_CASE("Colons inside strings are not taken for repeated keys") {
  CHECK(error_of(R"({"reason":"a:b\":c\\","legal_basis":":"})") == "");
}

TEST_CASE("JSON that is nested too deep is refused") {
  std::string deep(40, '[');
  CHECK_FALSE(parse_strict_json(deep + std::string(40, ']')));
}

}  // namespace json_test
}  // namespace quipu::ledger
