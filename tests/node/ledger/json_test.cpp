// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/json.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <google/protobuf/util/json_util.h>

#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <memory>
#include <random>

#include "node/ledger/canonical.h"
#include "node/ledger/ledger.pb.h"
#include "node/ledger/state.pb.h"
#include "node/ledger/submission.h"

namespace quipu::ledger {
namespace json_test {

using google::protobuf::FieldDescriptor;

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

// As protobuf's own printer has it, in the schema's names.
boost::json::value twin_of(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string text;
  REQUIRE(google::protobuf::util::MessageToJsonString(message, &text, options).ok());
  return boost::json::parse(text);
}

// Every field at random: set, or left out, or of its default where that is said; lists of up to three.
class AnyMessage {
 public:
  explicit AnyMessage(unsigned seed) : random_(seed) {}

  void fill(google::protobuf::Message& message, int depth = 0) {
    const auto* type = message.GetDescriptor();
    for (int i = 0; i < type->field_count(); ++i) {
      const FieldDescriptor* field = type->field(i);
      const bool message_too_deep = field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && depth == 4;
      if (message_too_deep || one_of(3) == 0) continue;
      const int times = field->is_repeated() ? one_of(4) : 1;
      for (int each = 0; each < times; ++each) set(message, field, depth);
    }
  }

 private:
  int one_of(int choices) { return static_cast<int>(random_() % static_cast<unsigned>(choices)); }
  std::uint64_t number() { return one_of(3) == 0 ? 0 : random_() >> one_of(64); }
  std::string text(bool any_byte) {
    std::string out;
    for (int left = one_of(9); left > 0; --left) {
      if (any_byte)
        out.push_back(static_cast<char>(one_of(256)));
      else
        out.append(one_of(4) == 0 ? "\u00f1" : std::string(1, static_cast<char>(one_of(127) + 1)));
    }
    return out;
  }
  void set(google::protobuf::Message& message, const FieldDescriptor* field, int depth) {
    const auto& by = *message.GetReflection();
    const auto put = [&](auto single, auto repeated, auto value) {
      field->is_repeated() ? (by.*repeated)(&message, field, value) : (by.*single)(&message, field, value);
    };
    using R = google::protobuf::Reflection;
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_UINT32:
        return put(&R::SetUInt32, &R::AddUInt32, static_cast<std::uint32_t>(number()));
      case FieldDescriptor::CPPTYPE_INT32:
        return put(&R::SetInt32, &R::AddInt32, static_cast<std::int32_t>(number()));
      case FieldDescriptor::CPPTYPE_UINT64:
        return put(&R::SetUInt64, &R::AddUInt64, number());
      case FieldDescriptor::CPPTYPE_BOOL:
        return put(&R::SetBool, &R::AddBool, one_of(2) == 0);
      case FieldDescriptor::CPPTYPE_ENUM:
        return put(&R::SetEnumValue, &R::AddEnumValue,
                   field->enum_type()->value(one_of(field->enum_type()->value_count()))->number());
      case FieldDescriptor::CPPTYPE_STRING:
        return put(&R::SetString, &R::AddString, text(field->type() == FieldDescriptor::TYPE_BYTES));
      case FieldDescriptor::CPPTYPE_MESSAGE:
        return fill(*(field->is_repeated() ? by.AddMessage(&message, field) : by.MutableMessage(&message, field)),
                    depth + 1);
      default:
        FAIL("a type that our schemas do not have: " << field->full_name());
    }
  }

  std::mt19937_64 random_;
};

TEST_CASE("Any message of our schemas is written as protobuf's own printer writes it") {
  std::size_t written = 0;
  for (const auto* file : {v1::Event::descriptor()->file(), v1::CertificateRecord::descriptor()->file()}) {
    for (int i = 0; i < file->message_type_count(); ++i) {
      const auto* type = file->message_type(i);
      for (unsigned seed = 0; seed < 60; ++seed) {
        const std::unique_ptr<google::protobuf::Message> message(
            google::protobuf::MessageFactory::generated_factory()->GetPrototype(type)->New());
        AnyMessage(seed).fill(*message);
        INFO(type->full_name() << ", seed " << seed);
        const std::string text = message_to_json(*message);
        REQUIRE(boost::json::parse(text) == twin_of(*message));
        written += text.size();
      }
    }
  }
  CHECK(written > 500'000);
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
