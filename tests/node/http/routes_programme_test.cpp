// SPDX-License-Identifier: Apache-2.0
// What look-ups say of an issuer's attested list and of appeals.
#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <catch2/catch.hpp>

#include "crypto/merkle.h"
#include "node/http/routes.h"
#include "node/ledger/json.h"
#include "node/ledger/ledger.pb.h"
#include "tests/node/http/memory_ledger.h"

namespace routes_programme_test {

using namespace quipu;
using namespace quipu::http;
using testing::MemoryLedger;
namespace json = boost::json;

Response ask(MemoryLedger& node, const Request& request) {
  std::optional<Response> answer;
  route(node, request, [&](Response response) { answer = std::move(response); });
  REQUIRE(answer.has_value());
  return *answer;
}

Response get(MemoryLedger& node, const std::string& target) {
  Request request;
  request.method = "GET";
  request.target = target;
  return ask(node, request);
}

json::object parsed(const Response& response) {
  const auto value = ledger::parse_strict_json(response.body);
  INFO(response.body);
  REQUIRE(value.has_value());
  return value->as_object();
}

void submit(MemoryLedger& node, const std::string& administration, std::uint64_t sequence, const std::string& events) {
  ledger::v1::Submission message;
  REQUIRE(ledger::message_from_json(R"({"chain_id":"test","administration":")" + administration + R"(","sequence":)" +
                                        std::to_string(sequence) + R"(,"events":)" + events + "}",
                                    message));
  Request request;
  request.method = "POST";
  request.target = "/v1/submissions";
  request.content_type = "application/cose";
  request.body = ledger::sign_submission(message, testing::test_key(administration, "issuer"), 1'767'225'601);
  const Response response = ask(node, request);
  INFO(response.body);
  REQUIRE(response.status == 202);
}

// BO has certified a firm, PE recognises BO's exporters.
void fill(MemoryLedger& node) {
  submit(node, "BO", 1, R"([
    {"decision_date":"2026-01-01","operator_registered":{"subject":"BO-1","tin":"BO1001","person":"LEGAL"}},
    {"decision_date":"2026-01-01","certificate_granted":{"certificate":"OEA-1","subject":"BO-1","scheme":"SECURITY",
     "roles":["EXPORTER"],"valid_to":"2028-12-31"}}])");
  submit(node, "PE", 1, R"([{"decision_date":"2026-01-01","recognition_activated":{"arrangement":"ARR","issuer":"BO",
    "schemes":["SECURITY"]}}])");
}

const std::string kQuestion = "/v1/recognition?tin=BO-1001&role=EXPORTER&flow=IMPORT&by=PE&on=2026-02-01";

TEST_CASE("an issuer is flagged stale until it attests its list and again when seven days are over", "[routes]") {
  MemoryLedger node;  // 2026-01-01
  fill(node);
  CHECK(parsed(get(node, kQuestion)).at("issuer_stale") == true);
  const json::object stated =
      parsed(get(node, "/v1/list?issuer=BO&on=2026-01-01&attest=1")).at("attestation").as_object();
  CHECK(stated.at("active") == 1);
  const std::string answer = stated.at("list_root").as_string().c_str();
  const std::string attested = R"([{"decision_date":"2026-01-01","list_attested":{"as_of":"2026-01-01","active":1,)"
                               R"("list_root":")" +
                               answer + R"("}}])";
  submit(node, "BO", 2, attested);
  CHECK_FALSE(parsed(get(node, kQuestion)).contains("issuer_stale"));
  CHECK(parsed(get(node, kQuestion + "&known_at=2")).at("issuer_stale") == true);
  CHECK_FALSE(parsed(get(node, "/v1/certificates/BO/OEA-1")).contains("issuer_stale"));
  CHECK_FALSE(parsed(get(node, "/v1/operators/BO1001")).contains("issuer_stale"));
  CHECK_FALSE(parsed(get(node, "/v1/list?issuer=BO")).contains("attestation"));
  CHECK(parsed(get(node, "/v1/list?issuer=PE")).at("issuer_stale") == true);
  const json::array stale = parsed(get(node, "/v1/list?by=PE")).at("stale_issuers").as_array();
  CHECK(std::find(stale.begin(), stale.end(), "BO") == stale.end());
  CHECK(std::find(stale.begin(), stale.end(), "PE") != stale.end());
}

TEST_CASE("a certificate says that an appeal waits and works again while it is stayed", "[routes]") {
  MemoryLedger node;
  fill(node);
  submit(node, "BO", 2, R"([{"decision_date":"2026-01-01","certificate_revoked":{"certificate":"OEA-1"}}])");
  const json::object history = parsed(get(node, "/v1/certificates/BO/OEA-1/history"));
  const auto leaf = crypto::from_hex(history.at("events").as_array().back().at("id").as_string().c_str());
  REQUIRE(leaf);
  CHECK_FALSE(parsed(get(node, "/v1/certificates/BO/OEA-1?on=2026-01-01")).contains("appeal_open"));
  submit(node, "BO", 3,
         R"([{"decision_date":"2026-01-01","appeal_lodged":{"stay":true,"target":{"leaf":")" +
             crypto::to_base64(*leaf) + R"("}}}])");
  const json::object stayed = parsed(get(node, "/v1/certificates/BO/OEA-1?on=2026-01-01"));
  CHECK(stayed.at("appeal_open") == true);
  CHECK(stayed.at("status") == "ACTIVE");
  CHECK(parsed(get(node, kQuestion)).at("recognised") == true);
  CHECK(parsed(get(node, kQuestion + "&known_at=3")).at("reason") == "REVOKED");
}

}  // namespace routes_programme_test
