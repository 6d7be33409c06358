// SPDX-License-Identifier: Apache-2.0
// The routes of side records: who is let in, and which answer follows from what the node's desk says.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <catch2/catch.hpp>

#include "node/http/record_desk.h"
#include "node/http/routes.h"
#include "node/ledger/canonical.h"
#include "node/ledger/json.h"
#include "node/ledger/ledger.pb.h"
#include "tests/node/http/memory_ledger.h"

namespace routes_side_test {

using namespace quipu;
using namespace quipu::http;
namespace json = boost::json;

class Desk final : public RecordDesk {
 public:
  void hand_in(HandIn record, std::function<void(HandInAnswer)> done) override {
    handed.push_back(std::move(record));
    done(answers);
  }
  HeldRecords records_of(const std::string& issuer, const std::string& subject) override {
    asked_for = issuer + "/" + subject;
    return holds;
  }
  std::vector<ErasureNote> erasures() const override { return notes; }

  std::string asked_for;
  HandInAnswer answers = HandInAnswer::kKept;
  HeldRecords holds;
  std::vector<HandIn> handed;
  std::vector<ErasureNote> notes;
};

struct Node {
  Desk desk;
  testing::MemoryLedger ledger;
  Node() { ledger.desk = &desk; }
};

Response ask(Node& node, const std::string& method, const std::string& target, const Bytes& body = {},
             const std::string& type = "application/json", const std::string& authorization = {}) {
  Request request;
  request.method = method;
  request.target = target;
  request.content_type = type;
  request.authorization = authorization;
  request.body = body;
  std::optional<Response> answer;
  route(node.ledger, request, [&](Response response) { answer = std::move(response); });
  REQUIRE(answer);
  return *answer;
}

std::string code_of(const Response& response) {
  const auto body = ledger::parse_strict_json(response.body);
  INFO(response.body);
  REQUIRE(body);
  const auto* code = body->as_object().if_contains("code");
  return code == nullptr ? std::to_string(response.status)
                         : std::to_string(response.status) + " " + std::string(code->as_string());
}

constexpr const char* kIdentity = "/v1/operators/PE/S-1/identity";
constexpr const char* kGood = R"({"subject":"S-1","kind":"identity","record":"YWJj"})";

TEST_CASE("a record handed in reaches the desk as bytes and each of its verdicts has an answer of its own") {
  Node node;
  CHECK(code_of(ask(node, "POST", "/v1/records", kGood)) == "200");
  REQUIRE(node.desk.handed.size() == 1);
  CHECK(node.desk.handed[0].subject == "S-1");
  CHECK(node.desk.handed[0].kind == "identity");
  CHECK(node.desk.handed[0].record == "abc");
  for (const auto& [verdict, code] :
       std::vector<std::pair<HandInAnswer, std::string>>{{HandInAnswer::kNoOperator, "422 COMMITMENT_UNKNOWN"},
                                                         {HandInAnswer::kNotNamed, "422 COMMITMENT_UNKNOWN"},
                                                         {HandInAnswer::kErased, "410 ERASED"},
                                                         {HandInAnswer::kMalformed, "422 RECORD_MALFORMED"},
                                                         {HandInAnswer::kUnavailable, "503 UNAVAILABLE"}}) {
    node.desk.answers = verdict;
    CHECK(code_of(ask(node, "POST", "/v1/records", kGood)) == code);
  }
}

TEST_CASE("a body that is not exactly a record is refused before the desk sees it") {
  Node node;
  for (const char* body :
       {"", "[]", "{}", R"({"subject":"S-1","kind":"identity"})", R"({"subject":"S-1","kind":"name","record":"YWJj"})",
        R"({"subject":1,"kind":"identity","record":"YWJj"})", R"({"subject":"S-1","kind":"identity","record":"YWJ"})",
        R"({"subject":"S-1","kind":"identity","record":"YWJj","more":1})"}) {
    INFO(body);
    CHECK(code_of(ask(node, "POST", "/v1/records", body)) == "400 BAD_REQUEST");
  }
  CHECK(code_of(ask(node, "POST", "/v1/records", kGood, "text/plain")) == "415 UNSUPPORTED_MEDIA_TYPE");
  CHECK(code_of(ask(node, "POST", "/v1/records?x=1", kGood)) == "400 BAD_PARAMETER");
  CHECK(code_of(ask(node, "GET", "/v1/records")) == "405 METHOD_NOT_ALLOWED");
  CHECK(node.desk.handed.empty());
}

TEST_CASE("an identity that is held is shown and no cache may keep it") {
  Node node;
  ledger::v1::IdentityRecord identity;
  identity.set_salt(std::string(32, 's'));
  identity.set_legal_name("Acme");
  node.desk.holds = {.kind = HeldRecords::Kind::kHeld, .identity = ledger::canonical_bytes(identity)};
  const auto response = ask(node, "GET", kIdentity);
  REQUIRE(response.status == 200);
  CHECK(node.desk.asked_for == "PE/S-1");
  const auto body = json::parse(response.body);
  CHECK(body.at("operator") == "PE/S-1");
  CHECK(body.at("identity").at("legal_name") == "Acme");
  CHECK_FALSE(body.as_object().contains("tin"));
  CHECK(std::ranges::count(response.headers, std::pair<std::string, std::string>("Cache-Control", "no-store")) == 1);

  ledger::v1::TinRecord tin;
  tin.set_salt(std::string(32, 't'));
  tin.set_tin("PE123");
  node.desk.holds.tin = ledger::canonical_bytes(tin);
  CHECK(json::parse(ask(node, "GET", kIdentity).body).at("tin").at("tin").as_string() == "PE123");
}

TEST_CASE("why an identity is not shown is told apart") {
  Node node;
  for (const auto& [kind, code] :
       std::vector<std::pair<HeldRecords::Kind, std::string>>{{HeldRecords::Kind::kNotHeld, "404 NOT_HELD"},
                                                              {HeldRecords::Kind::kNotEntitled, "403 NOT_ENTITLED"},
                                                              {HeldRecords::Kind::kErased, "410 ERASED"},
                                                              {HeldRecords::Kind::kNoOperator, "404 NOT_FOUND"}}) {
    node.desk.holds = {.kind = kind, .erased_on = "2026-01-02"};
    CHECK(code_of(ask(node, "GET", kIdentity)) == code);
  }
  CHECK(code_of(ask(node, "GET", "/v1/operators/pe/S-1/identity")) == "404 NOT_FOUND");
  node.ledger.desk = nullptr;  // a follower
  CHECK(code_of(ask(node, "GET", kIdentity)) == "404 NOT_HELD");
  CHECK(code_of(ask(node, "POST", "/v1/records", kGood)) == "404 NOT_HELD");
}

TEST_CASE("the account of erasures is open to all and names no person") {
  Node node;
  node.desk.notes.push_back({"PE", "S-1", "2026-01-02", 17, 9, 1'767'312'000'000, 2});
  const auto list = json::parse(ask(node, "GET", "/v1/erasures").body).at("erasures").as_array();
  REQUIRE(list.size() == 1);
  CHECK(list[0] == json::parse(R"({"operator":"PE/S-1","decided_on":"2026-01-02","index":17,"height":9,
                                   "time":"2026-01-02T00:00:00.000Z","records":2})"));
  node.ledger.desk = nullptr;
  CHECK(json::parse(ask(node, "GET", "/v1/erasures").body).at("erasures").as_array().empty());
}

}  // namespace routes_side_test
