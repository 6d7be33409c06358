// SPDX-License-Identifier: Apache-2.0
#include "node/webhooks/message.h"

#include <boost/json/parse.hpp>

#include "tests/node/http/asking.h"

namespace webhooks_test {

using namespace quipu;
using namespace quipu::webhooks;
using namespace routes_test;

namespace {

void suspend(MemoryLedger& node) {
  submit(node, "BO", 2, R"([{"decision_date":"2026-01-01","reason":"AUDIT","certificate_suspended":{
    "certificate":"OEA-1","until":"2026-06-01","ground":"INVESTIGATION"}}])");
}

Messages messages(const MemoryLedger& node, const Endpoint& endpoint, const Stretch& stretch) {
  return messages_in(node.genesis(), node.reader(), endpoint, stretch);
}

std::vector<std::string> ids(const Messages& found) {
  std::vector<std::string> out;
  for (const Message& message : found.messages) out.push_back(message.id);
  return out;
}

std::string id(const MemoryLedger& node, const std::string& rest) {
  return "msg_" + crypto::to_hex(node.genesis().chain.view()).substr(0, 8) + "_" + rest;
}

json::object only_body(const MemoryLedger& node, const Endpoint& endpoint, std::uint64_t height) {
  const auto found = messages(node, endpoint, {.height = {height}, .limit = 9});
  REQUIRE(found.messages.size() == 1);
  return json::parse(found.messages.front().body).as_object();
}

json::object recognition_in(const json::object& body) {
  return body.at("data").as_object().at("recognition").as_object();
}

const Endpoint kPeru{.as = "PE"};

}  // namespace

TEST_CASE("a message has the row that look-ups give and its type and time and view", "[webhooks]") {
  MemoryLedger node;
  fill(node);
  suspend(node);
  const auto body = only_body(node, kPeru, 3);
  CHECK(body.at("type") == "certificate_suspended");
  CHECK(body.at("data").at("as") == "PE");
  CHECK(body.at("data").at("chain_id") == "test");
  const auto row = parsed(get(node, "/v1/changes?since=2&by=PE")).at("items").at(0);
  CHECK(body.at("data").at("change") == row);
  CHECK(body.at("timestamp") == row.at("time"));
  CHECK(ids(messages(node, kPeru, {.height = {3}, .limit = 9})) == std::vector{id(node, "PE_6_0")});
}

TEST_CASE("a suspension says that the firm is recognised no more and why and in which role and flow", "[webhooks]") {
  MemoryLedger node;
  fill(node);
  suspend(node);
  const auto recognition = recognition_in(only_body(node, kPeru, 3));
  CHECK(recognition.at("on") == "2026-01-01");
  CHECK(recognition.at("before") == json::parse(R"({"recognised":true,"reason":"RECOGNISED"})"));
  CHECK(recognition.at("after") == json::parse(R"({"recognised":false,"reason":"SUSPENDED"})"));
  CHECK(recognition.at("changes") ==
        json::parse(R"([{"role":"EXPORTER","flow":"IMPORT","before":{"recognised":true,"reason":"RECOGNISED"},
                         "after":{"recognised":false,"reason":"SUSPENDED"}}])"));
}

TEST_CASE("what has effect later is judged on the day from which it has", "[webhooks]") {
  MemoryLedger node;
  fill(node);
  submit(node, "BO", 2, R"([{"decision_date":"2026-01-01","effective_from":"2026-03-01","reason":"AUDIT",
    "certificate_suspended":{"certificate":"OEA-1","until":"2026-06-01","ground":"INVESTIGATION"}}])");
  const auto recognition = recognition_in(only_body(node, kPeru, 3));
  CHECK(recognition.at("on") == "2026-03-01");
  CHECK(recognition.at("after").at("reason") == "SUSPENDED");
}

TEST_CASE("a change that leaves the firm as recognised as it was has no recognition changes", "[webhooks]") {
  MemoryLedger node;
  fill(node);
  submit(node, "PE", 2, R"([{"decision_date":"2026-01-01","reason":"X","benefits_denied":{"arrangement":"ARR",
    "issuer":"BO","subject":"BO-1"}}])");
  suspend(node);
  const auto denied = recognition_in(only_body(node, kPeru, 3));
  CHECK(denied.at("after").at("reason") == "BENEFITS_DENIED");
  CHECK(denied.at("changes").as_array().size() == 1);
  const auto suspended = recognition_in(only_body(node, kPeru, 4));
  CHECK(suspended.at("before").at("recognised") == false);
  CHECK(suspended.at("changes").as_array().empty());
}

TEST_CASE("an endpoint hears of what bears on the firms that its member recognises and of nothing else", "[webhooks]") {
  MemoryLedger node;
  fill(node);
  suspend(node);
  CHECK(ids(messages(node, {.as = "PE"}, {.height = {1}, .limit = 9})).empty());  // not recognised until the next block
  CHECK(ids(messages(node, {.as = "CL"}, {.height = {3}, .limit = 9})).empty());
  CHECK(ids(messages(node, {.as = "BO"}, {.height = {3}, .limit = 9})) == std::vector{id(node, "BO_6_0")});
}

TEST_CASE("an endpoint may want some kinds alone or only what changes a recognition", "[webhooks]") {
  MemoryLedger node;
  fill(node);
  suspend(node);
  const Stretch edge{.height = {2}, .limit = 9};
  const Stretch suspension{.height = {3}, .limit = 9};
  CHECK(messages(node, {.as = "PE", .kinds = {"recognition_activated"}}, edge).messages.size() == 1);
  CHECK(messages(node, {.as = "PE", .kinds = {"recognition_activated"}}, suspension).messages.empty());
  CHECK(messages(node, {.as = "PE", .recognition_changes_only = true}, edge).messages.empty());
  CHECK(messages(node, {.as = "PE", .recognition_changes_only = true}, suspension).messages.size() == 1);
}

TEST_CASE("messages of a block come in stretches without a gap or a repeat", "[webhooks]") {
  MemoryLedger node;
  fill(node);
  const Endpoint own{.as = "BO"};
  const auto first = messages(node, own, {.height = {1}, .limit = 1});
  CHECK(ids(first) == std::vector{id(node, "BO_2_0")});
  REQUIRE(first.more_after);
  const auto second = messages(node, own, {.height = {1}, .after = first.more_after, .limit = 1});
  CHECK(ids(second) == std::vector{id(node, "BO_2_1")});
  CHECK_FALSE(second.more_after);
}

TEST_CASE("a message that is made again later has the same bytes", "[webhooks]") {
  MemoryLedger node;
  fill(node);
  suspend(node);
  const auto before = messages(node, kPeru, {.height = {3}, .limit = 9});
  submit(node, "BO", 3, R"([{"decision_date":"2026-01-01","tin_replaced":{"subject":"BO-1","tin":"BO2002",
    "kind":"RENUMBERED"}}])");
  const auto after = messages(node, kPeru, {.height = {3}, .limit = 9});
  REQUIRE(before.messages.size() == 1);
  CHECK(after.messages.at(0).body == before.messages.at(0).body);
}

}  // namespace webhooks_test
