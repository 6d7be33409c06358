// SPDX-License-Identifier: Apache-2.0
// What the tests of routes share: asking a node in memory, submitting to it, a small programme.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <catch2/catch.hpp>

#include "crypto/merkle.h"
#include "node/http/routes.h"
#include "node/ledger/json.h"
#include "node/ledger/ledger.pb.h"
#include "tests/node/http/memory_ledger.h"

namespace routes_test {

using namespace quipu;
using namespace quipu::http;
using testing::MemoryLedger;
namespace json = boost::json;

inline Response ask(MemoryLedger& node, Request request) {
  std::optional<Response> answer;
  int answers = 0;
  route(node, request, [&](Response response) {
    answer = std::move(response);
    ++answers;
  });
  REQUIRE(answers == 1);
  return *answer;
}

inline Response get(MemoryLedger& node, const std::string& target) {
  Request request;
  request.method = "GET";
  request.target = target;
  return ask(node, request);
}

inline Response post(MemoryLedger& node, const std::string& target, const std::string& type, Bytes body) {
  Request request;
  request.method = "POST";
  request.target = target;
  request.content_type = type;
  request.body = std::move(body);
  return ask(node, request);
}

inline json::object parsed(const Response& response) {
  const auto value = ledger::parse_strict_json(response.body);
  INFO(response.body);
  REQUIRE(value.has_value());
  return value->as_object();
}

inline std::string code_of(const Response& response) {
  CHECK(response.content_type == "application/problem+json");
  const json::object problem = parsed(response);
  CHECK(problem.at("status").to_number<int>() == response.status);
  CHECK_FALSE(problem.at("title").as_string().empty());
  return problem.at("code").as_string().c_str();
}

inline std::string header(const Response& response, const std::string& name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) return value;
  }
  return {};
}

inline constexpr std::uint64_t kIssuedAt_s = 1'767'225'601;

inline Bytes signed_leaf(const std::string& administration, std::uint64_t sequence, const std::string& events,
                         const std::string& purpose = "issuer", std::uint64_t issued_at_s = kIssuedAt_s) {
  ledger::v1::Submission message;
  const std::string text = R"({"chain_id":"test","administration":")" + administration + R"(","sequence":)" +
                           std::to_string(sequence) + R"(,"events":)" + events + "}";
  const auto read = ledger::message_from_json(text, message);
  INFO(text);
  REQUIRE(read.has_value());
  return ledger::sign_submission(message, testing::test_key(administration, purpose), issued_at_s);
}

inline std::string id_of(const Bytes& leaf) { return crypto::to_hex(crypto::leaf_hash(leaf).view()); }

inline Bytes submit(MemoryLedger& node, const std::string& administration, std::uint64_t sequence,
                    const std::string& events, const std::string& purpose = "issuer") {
  Bytes leaf = signed_leaf(administration, sequence, events, purpose);
  const Response response = post(node, "/v1/submissions", "application/cose", leaf);
  INFO(response.body);
  REQUIRE(response.status == 202);
  const Response state = get(node, "/v1/submissions/" + id_of(leaf));
  INFO(state.body);
  REQUIRE(parsed(state).at("status") == "FINAL");
  return leaf;
}

inline const char* const kFirm = R"([
  {"decision_date":"2026-01-01","operator_registered":{"subject":"BO-1","tin":"BO1001","person":"LEGAL"}},
  {"decision_date":"2026-01-01","certificate_granted":{"certificate":"OEA-1","subject":"BO-1","scheme":"SECURITY",
   "national_label":"OEA","roles":["IMPORTER","EXPORTER"],"valid_to":"2028-12-31"}}])";
inline const char* const kEdge =
    R"([{"decision_date":"2026-01-01","recognition_activated":{"arrangement":"ARR","issuer":"BO",
   "schemes":["SECURITY"],"roles":["EXPORTER"],"flows":["IMPORT"],"benefits":["PRIORITY"]}}])";

// BO has certified a firm, PE recognises BO's exporters.
inline void fill(MemoryLedger& node) {
  submit(node, "BO", 1, kFirm);
  submit(node, "PE", 1, kEdge);
}

}  // namespace routes_test
