// SPDX-License-Identifier: Apache-2.0
// Aliases, lost keys and the records beside the certificates, as the routes show them.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <catch2/catch.hpp>

#include "crypto/digest.h"
#include "crypto/merkle.h"
#include "node/http/routes.h"
#include "node/ledger/json.h"
#include "node/ledger/key_possession.h"
#include "node/ledger/ledger.pb.h"
#include "tests/node/http/memory_ledger.h"

namespace routes_records_test {

using namespace quipu;
using namespace quipu::http;
using testing::MemoryLedger;
namespace json = boost::json;

Response ask(MemoryLedger& node, const std::string& method, const std::string& target, const std::string& type = "",
             Bytes body = {}) {
  Request request;
  request.method = method;
  request.target = target;
  request.content_type = type;
  request.body = std::move(body);
  std::optional<Response> answer;
  route(node, request, [&](Response response) { answer = std::move(response); });
  REQUIRE(answer);
  return *answer;
}

json::object get(MemoryLedger& node, const std::string& target) {
  const Response response = ask(node, "GET", target);
  INFO(target << ": " << response.body);
  REQUIRE(response.status == 200);
  return ledger::parse_strict_json(response.body)->as_object();
}

int status_of(MemoryLedger& node, const std::string& target) { return ask(node, "GET", target).status; }

// States events with this key and returns the id of the submission.
std::string state(MemoryLedger& node, const std::string& administration, const std::string& events,
                  const crypto::SecretKey& key) {
  ledger::v1::Submission message;
  const auto sequence = node.next_sequence(administration, key.public_key());
  const auto read =
      ledger::message_from_json(R"({"chain_id":"test","administration":")" + administration + R"(","sequence":)" +
                                    std::to_string(sequence) + R"(,"events":)" + events + "}",
                                message);
  INFO(events);
  REQUIRE(read);
  const Bytes leaf = ledger::sign_submission(message, key, 1'767'225'601);
  const Response response = ask(node, "POST", "/v1/submissions", "application/cose", leaf);
  INFO(response.body);
  REQUIRE(response.status == 202);
  const std::string id = crypto::to_hex(crypto::leaf_hash(leaf).view());
  const json::object final_state = get(node, "/v1/submissions/" + id);
  INFO(json::string(final_state.at("status").as_string()).c_str());
  REQUIRE(final_state.at("status") == "FINAL");
  return id;
}

std::string state(MemoryLedger& node, const std::string& administration, const std::string& events,
                  const std::string& purpose = "issuer") {
  return state(node, administration, events, testing::test_key(administration, purpose));
}

std::string dated(const std::string& statement) { return R"([{"decision_date":"2026-01-01",)" + statement + "}]"; }

// BO has certified a firm that PE recognises and knows as MID BO1ACME. Returns the id of the firm's submission.
std::string fill(MemoryLedger& node) {
  const std::string id = state(node, "BO", R"([
    {"decision_date":"2026-01-01","operator_registered":{"subject":"BO-1","tin":"BO1001","person":"LEGAL"}},
    {"decision_date":"2026-01-01","certificate_granted":{"certificate":"OEA-1","subject":"BO-1","scheme":"SECURITY",
     "roles":["EXPORTER"],"valid_to":"2028-12-31"}}])");
  state(node, "PE", dated(R"("recognition_activated":{"arrangement":"ARR","issuer":"BO","schemes":["SECURITY"]})"));
  state(node, "PE", dated(R"("alias_set":{"issuer":"BO","subject":"BO-1","recogniser":"PE","kind":"MID",
                              "alias":"BO1ACME"})"));
  return id;
}

const std::string kByAlias = "/v1/recognition?alias=MID:bo1-acme&role=EXPORTER&flow=IMPORT&by=PE&on=2026-02-01";
const std::string kByTin = "/v1/recognition?tin=BO1001&role=EXPORTER&flow=IMPORT&by=PE&on=2026-02-01";

TEST_CASE("a declaration that names the firm as the recogniser knows it is answered", "[routes]") {
  MemoryLedger node;
  fill(node);
  const json::object answer = get(node, kByAlias);
  CHECK(answer.at("reason") == "RECOGNISED");
  CHECK(answer.at("subject") == "BO/BO-1");
  CHECK_FALSE(answer.contains("disputed"));
  CHECK(get(node, kByAlias + "&known_at=2").at("reason") == "ALIAS_UNKNOWN");
  CHECK(get(node, "/v1/recognition?alias=BO1ACME&role=EXPORTER&flow=IMPORT&by=PE&on=2026-02-01").at("reason") ==
        "ALIAS_MALFORMED");
  CHECK(get(node, "/v1/recognition?alias=MID:BO1ACME&role=EXPORTER&flow=IMPORT&by=CL&on=2026-02-01").at("reason") ==
        "ALIAS_UNKNOWN");
  CHECK(status_of(node, kByAlias + "&tin=BO1001") == 400);
  CHECK(status_of(node, "/v1/recognition?role=EXPORTER&flow=IMPORT&by=PE&on=2026-02-01") == 400);
}

TEST_CASE("a batch takes questions by tax number and by alias", "[routes]") {
  MemoryLedger node;
  fill(node);
  const auto batch = [&](const std::string& questions) {
    return ask(node, "POST", "/v1/recognition", "application/json", questions);
  };
  const std::string rest = R"("role":"EXPORTER","flow":"IMPORT","by":"PE","on":"2026-02-01"})";
  const Response response = batch(R"([{"tin":"BO1001",)" + rest + R"(,{"alias":"MID:BO1ACME",)" + rest + "]");
  REQUIRE(response.status == 200);
  const auto value = ledger::parse_strict_json(response.body);
  for (const auto& answer : value->at("answers").as_array()) CHECK(answer.at("subject") == "BO/BO-1");
  CHECK(batch(R"([{"tin":"BO1001","alias":"MID:BO1ACME",)" + rest + "]").status == 400);
  CHECK(batch(R"([{"alias":7,)" + rest + "]").status == 400);
}

TEST_CASE("a firm is found by the alias of an administration on the days on which it is bound", "[routes]") {
  MemoryLedger node;
  fill(node);
  CHECK(get(node, "/v1/operators?alias=MID:bo1-acme&by=PE").at("operator") == "BO/BO-1");
  CHECK(get(node, "/v1/operators?alias=MID:BO1ACME&by=PE&on=2026-01-01").at("certificates").as_array().size() == 1);
  CHECK(status_of(node, "/v1/operators?alias=MID:BO1ACME&by=PE&on=2025-12-31") == 404);
  CHECK(status_of(node, "/v1/operators?alias=MID:BO1ACME&by=PE&known_at=2") == 404);
  CHECK(status_of(node, "/v1/operators?alias=MID:BO1ACME&by=CL") == 404);
  CHECK(status_of(node, "/v1/operators?alias=BO1ACME&by=PE") == 400);
  CHECK(status_of(node, "/v1/operators?alias=MID:BO1ACME") == 400);
  CHECK(status_of(node, "/v1/operators") == 400);
}

// A natural person of whom the log has a commitment alone. Returns the salt, in base64.
std::string register_person(MemoryLedger& node) {
  ledger::v1::TinRecord record;
  record.set_salt(std::string(32, 's'));
  record.set_tin("BO7001");
  const auto commitment =
      crypto::sha256(crypto::ByteWriter().tag("quipu-tin-v1").raw(record.SerializeAsString()).view());
  state(node, "BO",
        R"([
    {"decision_date":"2026-01-01","operator_registered":{"subject":"BO-7","person":"NATURAL","tin_commitment":")" +
            crypto::to_base64(commitment.view()) + R"("}},
    {"decision_date":"2026-01-01","certificate_granted":{"certificate":"OEA-7","subject":"BO-7","scheme":"SECURITY",
     "roles":["EXPORTER"]}}])");
  return crypto::to_base64(record.salt());
}

TEST_CASE("a natural person is recognised by whoever shows the number and what opens it", "[routes]") {
  MemoryLedger node;
  fill(node);
  const std::string salt = register_person(node);
  const std::string rest = R"("role":"EXPORTER","flow":"IMPORT","by":"PE","on":"2026-02-01"})";
  const auto batch = [&](const std::string& firm) {
    return ask(node, "POST", "/v1/recognition", "application/json", "[{" + firm + "," + rest + "]");
  };
  const auto reason = [&](const std::string& firm) {
    const Response response = batch(firm);
    INFO(response.body);
    REQUIRE(response.status == 200);
    return std::string(ledger::parse_strict_json(response.body)->at("answers").at(0).at("reason").as_string().c_str());
  };
  CHECK(reason(R"("tin":"bo-7001","salt":")" + salt + R"(")") == "RECOGNISED");
  CHECK(reason(R"("tin":"BO7001")") == "TIN_UNKNOWN");
  const std::string other = crypto::to_base64(std::string(32, 't'));
  CHECK(reason(R"("tin":"BO7001","salt":")" + other + R"(")") == "TIN_UNKNOWN");
  CHECK(reason(R"("tin":"BO7002","salt":")" + salt + R"(")") == "TIN_UNKNOWN");
  CHECK(reason(R"("tin":"PE7001","salt":")" + salt + R"(")") == "TIN_UNKNOWN");  // another administration's number
  // What opens a number is asked for whole, and never in an address.
  CHECK(batch(R"("tin":"BO7001","salt":"c2FsdA==")").status == 400);
  CHECK(batch(R"("tin":"BO7001","salt":"")").status == 400);
  CHECK(batch(R"("tin":"BO7001","salt":7)").status == 400);
  CHECK(batch(R"("alias":"MID:BO1ACME","salt":")" + salt + R"(")").status == 400);
  CHECK(status_of(node, kByTin + "&salt=" + salt) == 400);
}

TEST_CASE("who relied on a natural person's annulled certificate is told as well", "[routes]") {
  MemoryLedger node;
  fill(node);
  register_person(node);
  state(node, "BO", dated(R"("certificate_annulled":{"certificate":"OEA-7"})"));
  const json::object exposed = get(node, "/v1/certificates/BO/OEA-7/exposure");
  CHECK(exposed.at("natural_person") == true);
  REQUIRE(exposed.at("items").as_array().size() == 1);
  CHECK(exposed.at("items").at(0).at("recogniser") == "PE");
}

std::string lost(const std::string& purpose) {
  const Bytes key(testing::test_key("BO", purpose).public_key().view());
  return dated(R"("key_revoked":{"public_key":")" + crypto::to_base64(key) + R"(","compromised_since":"2026-01-01"})");
}

TEST_CASE("what a lost key signed is flagged wherever it is shown and recognised all the same", "[routes]") {
  MemoryLedger node;
  fill(node);
  for (const char* target : {"/v1/certificates/BO/OEA-1", "/v1/operators/BO1001"}) {
    CHECK_FALSE(get(node, target).contains("disputed"));
  }
  state(node, "BO", lost("issuer"), "governance");
  for (const std::string& question : {kByTin, kByAlias}) {
    const json::object answer = get(node, question);
    CHECK(answer.at("recognised") == true);
    CHECK(answer.at("disputed") == true);
    CHECK(answer.at("results").at(0).at("disputed") == true);
    CHECK_FALSE(get(node, question + "&known_at=3").contains("disputed"));
  }
  CHECK(get(node, "/v1/certificates/BO/OEA-1").at("disputed") == true);
  CHECK(get(node, "/v1/certificates/BO/OEA-1/history").at("events").at(0).at("disputed") == true);
  CHECK(get(node, "/v1/list?issuer=BO&on=2026-02-01").at("items").at(0).at("disputed") == true);
  CHECK(get(node, "/v1/list?by=PE&on=2026-02-01").at("items").at(0).at("disputed") == true);
  const json::object firm = get(node, "/v1/operators/BO1001");
  CHECK(firm.at("disputed") == true);
  CHECK(firm.at("certificates").at(0).at("disputed") == true);
}

TEST_CASE("a member's keys are shown with the heights between which they were in force", "[routes]") {
  MemoryLedger node;
  fill(node);
  state(node, "BO", lost("issuer"), "governance");
  std::size_t revoked = 0;
  const json::object answer = get(node, "/v1/members/BO/keys");
  for (const auto& key : answer.at("keys").as_array()) {
    if (!key.as_object().contains("revoked_height")) continue;
    ++revoked;
    CHECK(key.at("purpose") == "ISSUER");
    CHECK(key.at("revoked_height") == 5);
    CHECK(key.at("compromised_since") == "2026-01-01");
  }
  CHECK(revoked == 1);
  CHECK(status_of(node, "/v1/members/ZZ/keys") == 404);
  CHECK(status_of(node, "/v1/members/nobody/keys") == 404);
}

TEST_CASE("a reaffirmed event is flagged no longer", "[routes]") {
  MemoryLedger node;
  const std::string id = fill(node);
  const auto desk = *crypto::SecretKey::from_seed(crypto::sha256("a new desk").view());
  const Bytes possession(
      desk.sign(ledger::possession_bytes(node.genesis().chain, "BO", ledger::v1::ISSUER, desk.public_key().view()))
          .view());
  state(node, "BO",
        dated(R"("key_added":{"purpose":"ISSUER","public_key":")" + crypto::to_base64(desk.public_key().view()) +
              R"(","possession":")" + crypto::to_base64(possession) + R"("})"),
        "governance");
  state(node, "BO", lost("issuer"), "governance");
  const std::string leaf = crypto::to_base64(*crypto::from_hex(id));
  const auto reaffirm = [&](int index) {
    state(node, "BO",
          dated(R"("event_reaffirmed":{"target":{"leaf":")" + leaf + R"(","index":)" + std::to_string(index) + "}}"),
          desk);
  };
  const auto in_doubt = [&] { return get(node, "/v1/members/BO/disputed").at("events").as_array(); };
  REQUIRE(in_doubt().size() == 2);
  CHECK(std::string(in_doubt().at(0).at("id").as_string().c_str()) == id);
  CHECK(in_doubt().at(1).at("event") == 1);
  reaffirm(1);  // the grant
  CHECK_FALSE(get(node, "/v1/certificates/BO/OEA-1").contains("disputed"));
  CHECK(get(node, kByTin).at("disputed") == true);  // the registration still is
  reaffirm(0);
  CHECK_FALSE(get(node, kByTin).contains("disputed"));
  CHECK(in_doubt().empty());
  CHECK(status_of(node, "/v1/members/BO/disputed?after=x") == 400);
}

TEST_CASE("disputed events of many submissions come in pages that name the next one as text", "[routes]") {
  MemoryLedger node;
  constexpr int kSubmissions = 258;
  for (int i = 0; i < kSubmissions; ++i) {
    const std::string number = std::to_string(1000 + i);
    state(node, "BO",
          dated(R"("operator_registered":{"subject":"BO-)" + number + R"(","tin":"BO)" + number +
                R"(","person":"LEGAL"})"));
  }
  state(node, "BO", lost("issuer"), "governance");
  const json::object first = get(node, "/v1/members/BO/disputed");
  CHECK(first.at("events").as_array().size() == 256);
  REQUIRE(first.at("next_after").is_string());
  const json::object rest =
      get(node, "/v1/members/BO/disputed?after=" + std::string(first.at("next_after").as_string()));
  CHECK(rest.at("events").as_array().size() == kSubmissions - 256);
  CHECK_FALSE(rest.contains("next_after"));
}

TEST_CASE("an erased firm says so and is still answered", "[routes]") {
  MemoryLedger node;
  state(node, "BO", dated(R"("operator_registered":{"subject":"BO-1","tin":"BO1001","person":"LEGAL"})"));
  CHECK_FALSE(get(node, "/v1/operators/BO/BO-1").contains("erased"));
  state(node, "BO", dated(R"("subject_erased":{"subject":"BO-1"})"));
  CHECK(get(node, "/v1/operators/BO/BO-1").at("erased") == true);
}

TEST_CASE("an arrangement shows who leaves it and which recognitions end", "[routes]") {
  MemoryLedger node;
  fill(node);
  state(node, "BO", R"([{"decision_date":"2026-01-01","effective_from":"2026-06-01","party_withdrawn":
                     {"arrangement":"ARR","notified_on":"2026-01-01"}}])");
  const auto edge = [&](const std::string& day) {
    return get(node, "/v1/arrangements?on=" + day).at("arrangements").at(0).at("edges").at(0).at("status");
  };
  CHECK(edge("2026-05-31") == "LIVE");
  CHECK(edge("2026-06-01") == "ENDED");
  const auto withdrawals = get(node, "/v1/arrangements?on=2026-01-02").at("arrangements").at(0).at("withdrawals");
  CHECK(withdrawals.at(0).at("party") == "BO");
  CHECK(withdrawals.at(0).at("effective_from") == "2026-06-01");
}

TEST_CASE("validations and experts are shown by their names", "[routes]") {
  MemoryLedger node;
  fill(node);
  state(node, "PE", dated(R"("expert_accredited":{"expert":"E-1","languages":["ES"]})"));
  state(node, "BO", dated(R"("validation_recorded":{"validation":"V-1","issuer":"BO","subject":"BO-1","mode":"JOINT",
        "from":"2026-01-01","to":"2026-01-01","participants":["PE"],"experts":["E-1"],"result":"COMPLIANT"})"));
  state(node, "PE", dated(R"("validation_cosigned":{"author":"BO","validation":"V-1","reservation":true})"));
  const json::object validation = get(node, "/v1/validations/BO/V-1");
  CHECK(validation.at("record").at("cosignatures").at(0).at("administration") == "PE");
  CHECK(get(node, "/v1/experts/PE/E-1").at("record").at("accredited_from") == "2026-01-01");
  CHECK(status_of(node, "/v1/experts/BO/E-1") == 404);
  CHECK(status_of(node, "/v1/validations/BO/V-2") == 404);
  CHECK(status_of(node, "/v1/applications/BO/A-1") == 404);
}

}  // namespace routes_records_test
