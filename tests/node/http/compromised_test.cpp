// SPDX-License-Identifier: Apache-2.0
// What a lost key signed, and whose answers rest on it.
#include <algorithm>

#include "crypto/digest.h"
#include "node/ledger/key_possession.h"
#include "tests/node/http/asking.h"

namespace routes_test {

namespace {

const std::string kDay = R"([{"decision_date":"2026-01-01",)";

void lose_issuer_key(MemoryLedger& node, const std::string& owner, std::uint64_t sequence) {
  const Bytes key(testing::test_key(owner, "issuer").public_key().view());
  submit(
      node, owner, sequence,
      kDay + R"("key_revoked":{"public_key":")" + crypto::to_base64(key) + R"(","compromised_since":"2026-01-01"}}])",
      "governance");
}

// "RECOGNISER FROM..TO REASON" of each answer that rests on the event.
std::string answers(const json::value& event) {
  std::string text;
  for (const auto& each : event.at("answers").as_array()) {
    text.append(text.empty() ? "" : ", ").append(each.at("recogniser").as_string().c_str()).append(" ");
    text.append(each.at("from").as_string().c_str()).append("..").append(each.at("to").as_string().c_str());
    if (const auto* reason = each.as_object().if_contains("reason"))
      text.append(" ").append(reason->as_string().c_str());
  }
  return text;
}

json::array compromised(MemoryLedger& node, const std::string& of, const std::string& query = "on=2026-03-01") {
  return parsed(get(node, "/v1/members/" + of + "/compromised?" + query)).at("items").as_array();
}

}  // namespace

TEST_CASE("what a lost key certified names who relied on it and on which days", "[routes]") {
  MemoryLedger node;
  submit(node, "PE", 1, kEdge);
  submit(node, "BO", 1, kFirm);
  submit(node, "BO", 2, R"([{"decision_date":"2026-01-01","effective_from":"2026-02-01","certificate_suspended":{
    "certificate":"OEA-1","ground":"CURE"}}])");
  CHECK(compromised(node, "BO").empty());
  lose_issuer_key(node, "BO", 1);
  const json::array found = compromised(node, "BO");
  REQUIRE(found.size() == 3);
  CHECK(found[0].at("kind") == "operator_registered");
  CHECK(found[1].at("kind") == "certificate_granted");
  CHECK(found[1].at("certificate") == "BO/OEA-1");
  CHECK(found[1].at("state") == "DISPUTED");
  CHECK(found[1].at("since") == "2026-01-01");
  // A refusal rests on what the thief may have said as well.
  for (const auto& event : found) {
    CHECK(answers(event) == "PE 2026-01-01..2026-01-31 RECOGNISED, PE 2026-02-01..2026-03-01 SUSPENDED");
    CHECK(event.at("operator") == "BO/BO-1");
    CHECK(event.at("tin") == "BO1001");
  }
  CHECK(compromised(node, "BO", "on=2026-03-01&known_at=3").empty());
}

TEST_CASE("who has no recognition in force answers nothing that rests on a lost key", "[routes]") {
  MemoryLedger node;
  submit(node, "BO", 1, kFirm);
  submit(node, "PE", 1, R"([{"decision_date":"2026-01-01","effective_from":"2026-02-15","recognition_activated":{
    "arrangement":"ARR","issuer":"BO","schemes":["SECURITY"]}}])");
  lose_issuer_key(node, "BO", 1);
  const json::array found = compromised(node, "BO");
  REQUIRE(found.size() == 2);
  CHECK(answers(found[1]) == "PE 2026-02-15..2026-03-01 RECOGNISED");
  CHECK(answers(compromised(node, "BO", "on=2026-02-14")[1]).empty());
}

TEST_CASE("a recognition that a lost key activated touches all answers of that recogniser", "[routes]") {
  MemoryLedger node;
  submit(node, "BO", 1, kFirm);
  submit(node, "PE", 1, kEdge);
  submit(node, "PE", 2, kDay + R"("benefits_denied":{"arrangement":"ARR","issuer":"BO","subject":"BO-1"}}])");
  submit(node, "PE", 3, kDay + R"("irregularity_reported":{"case":"C-1","issuer":"BO","subject":"BO-1",
    "answer_due":"2026-02-01"}}])");
  lose_issuer_key(node, "PE", 1);
  const json::array found = compromised(node, "PE");
  REQUIRE(found.size() == 3);
  CHECK(answers(found[0]) == "PE 2026-01-01..2026-03-01");
  CHECK(answers(found[1]) == "PE 2026-01-01..2026-03-01 BENEFITS_DENIED");
  CHECK(answers(found[2]).empty());  // a case changes no answer
  CHECK(compromised(node, "BO").empty());
}

TEST_CASE("a reaffirmed event stays in the list and says so", "[routes]") {
  MemoryLedger node;
  const Bytes firm = submit(node, "BO", 1, kFirm);
  const auto desk = *crypto::SecretKey::from_seed(crypto::sha256("a new desk").view());
  const auto possession =
      desk.sign(ledger::possession_bytes(node.genesis().chain, "BO", ledger::v1::ISSUER, desk.public_key().view()));
  submit(node, "BO", 1,
         kDay + R"("key_added":{"purpose":"ISSUER","public_key":")" + crypto::to_base64(desk.public_key().view()) +
             R"(","possession":")" + crypto::to_base64(possession.view()) + R"("}}])",
         "governance");
  lose_issuer_key(node, "BO", 2);
  ledger::v1::Submission message;
  REQUIRE(ledger::message_from_json(R"({"chain_id":"test","administration":"BO","sequence":1,"events":)" + kDay +
                                        R"("event_reaffirmed":{"target":{"leaf":")" +
                                        crypto::to_base64(crypto::leaf_hash(firm).view()) + R"(","index":1}}}]})",
                                    message));
  REQUIRE(
      post(node, "/v1/submissions", "application/cose", ledger::sign_submission(message, desk, kIssuedAt_s)).status ==
      202);
  const json::array found = compromised(node, "BO");
  REQUIRE(found.size() == 2);
  CHECK(found[0].at("state") == "DISPUTED");
  CHECK(found[1].at("state") == "REAFFIRMED");
  CHECK(found[1].at("reaffirmed_on") == "2026-01-01");
  CHECK(parsed(get(node, "/v1/members/BO/disputed")).at("events").as_array().size() == 1);
}

TEST_CASE("what a lost key signed comes in pages that name every event once", "[routes]") {
  MemoryLedger node;
  for (int n = 1; n <= 3; ++n) {
    const std::string number = std::to_string(n);
    submit(node, "BO", static_cast<std::uint64_t>(n),
           R"([{"decision_date":"2026-01-01","operator_registered":{"subject":"A-)" + number + R"(","tin":"BO10)" +
               number + R"(","person":"LEGAL"}},{"decision_date":"2026-01-01","operator_registered":{"subject":"B-)" +
               number + R"(","tin":"BO20)" + number + R"(","person":"LEGAL"}}])");
  }
  lose_issuer_key(node, "BO", 1);
  std::string after, seen;
  for (int pages = 0; pages < 10; ++pages) {
    const json::object page =
        parsed(get(node, "/v1/members/BO/compromised?limit=1" + (after.empty() ? "" : "&after=" + after)));
    for (const auto& item : page.at("items").as_array()) {
      seen.append(item.at("operator").as_string().c_str()).append(" ");
    }
    const auto* next = page.if_contains("next_after");
    if (!next) break;
    after = next->as_string().c_str();
  }
  CHECK(seen == "BO/A-1 BO/B-1 BO/A-2 BO/B-2 BO/A-3 BO/B-3 ");
  CHECK(code_of(get(node, "/v1/members/BO/compromised?after=x")) == "BAD_PARAMETER");
  CHECK(code_of(get(node, "/v1/members/ZZ/compromised")) == "NOT_FOUND");
  const Response csv = get(node, "/v1/members/BO/compromised?format=csv");
  CHECK(std::ranges::count(csv.body, '\n') == 7);
}

}  // namespace routes_test
