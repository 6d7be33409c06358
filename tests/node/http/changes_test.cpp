// SPDX-License-Identifier: Apache-2.0
#include "tests/node/http/asking.h"

namespace routes_test {

namespace {

// BO certifies a firm at height 1, PE recognises BO's exporters at 2, BO suspends at 3 and CL certifies at 4.
void fill_four(MemoryLedger& node) {
  fill(node);
  submit(node, "BO", 2, R"([{"decision_date":"2026-01-01","reason":"AUDIT","certificate_suspended":{
    "certificate":"OEA-1","until":"2026-06-01","ground":"INVESTIGATION"}}])");
  submit(node, "CL", 1, R"([
    {"decision_date":"2026-01-01","operator_registered":{"subject":"CL-1","tin":"CL1001","person":"LEGAL"}},
    {"decision_date":"2025-12-20","certificate_granted":{"certificate":"N-1","subject":"CL-1","scheme":"SECURITY",
     "roles":["EXPORTER"]}}])");
}

std::string kinds(MemoryLedger& node, const std::string& query) {
  std::string text;
  const json::object answer = parsed(get(node, "/v1/changes?" + query));
  for (const auto& item : answer.at("items").as_array()) {
    text.append(text.empty() ? "" : " ").append(item.at("author").as_string().c_str());
    text.append(":").append(item.at("kind").as_string().c_str());
  }
  return text;
}

}  // namespace

TEST_CASE("changes are what was stated since a height in the order of the log", "[routes]") {
  MemoryLedger node;
  fill_four(node);
  CHECK(kinds(node, "since=0") ==
        "BO:operator_registered BO:certificate_granted PE:recognition_activated BO:certificate_suspended "
        "CL:operator_registered CL:certificate_granted");
  CHECK(kinds(node, "since=2") == "BO:certificate_suspended CL:operator_registered CL:certificate_granted");
  CHECK(kinds(node, "since=1&known_at=3") == "PE:recognition_activated BO:certificate_suspended");
  CHECK(kinds(node, "since=4").empty());
  const json::object answer = parsed(get(node, "/v1/changes?since=2"));
  CHECK(answer.at("height") == 4);
  CHECK(answer.at("since") == 2);
  const json::object& row = answer.at("items").as_array().at(0).as_object();
  CHECK(row.at("height") == 3);
  CHECK(row.at("operator") == "BO/BO-1");
  CHECK(row.at("tin") == "BO1001");
  CHECK(row.at("certificate") == "BO/OEA-1");
  CHECK(row.at("effective_from") == "2026-01-01");
  CHECK_FALSE(row.contains("late"));
  CHECK(row.at("statement").at("certificate_suspended").at("until") == "2026-06-01");
  const json::object& late = answer.at("items").as_array().at(2).as_object();
  CHECK(late.at("late") == true);
  CHECK(late.at("lag_days") == 12);
}

TEST_CASE("changes since a time begin after the last block of that time", "[routes]") {
  MemoryLedger node;
  fill_four(node);
  CHECK(kinds(node, "since=2026-01-01T00:00:03Z") == "CL:operator_registered CL:certificate_granted");
  CHECK(code_of(get(node, "/v1/changes?since=2025-12-31")) == "BEFORE_LEDGER");
  CHECK(code_of(get(node, "/v1/changes?since=2026-01-01")) == "KNOWN_AT_IN_FUTURE");
  CHECK(code_of(get(node, "/v1/changes?since=5")) == "KNOWN_AT_IN_FUTURE");
}

TEST_CASE("a recogniser hears of its own programme and of the firms it has said it recognises", "[routes]") {
  MemoryLedger node;
  fill_four(node);
  CHECK(kinds(node, "since=0&by=PE") ==
        "BO:operator_registered BO:certificate_granted PE:recognition_activated BO:certificate_suspended");
  CHECK(kinds(node, "since=0&by=PE&arrangement=ARR") == kinds(node, "since=0&by=PE"));
  CHECK(kinds(node, "since=0&by=PE&arrangement=OTHER").empty());
  CHECK(kinds(node, "since=0&by=PE&arrangement=OWN").empty());
  CHECK(kinds(node, "since=0&by=CL") == "CL:operator_registered CL:certificate_granted");
  CHECK(kinds(node, "since=0&arrangement=ARR") == "PE:recognition_activated");
}

TEST_CASE("what one recogniser denies is no change for another", "[routes]") {
  MemoryLedger node;
  fill(node);
  submit(node, "CL", 1, kEdge);
  submit(node, "PE", 2, R"([{"decision_date":"2026-01-01","reason":"X","benefits_denied":{"arrangement":"ARR",
    "issuer":"BO","subject":"BO-1"}}])");
  CHECK(kinds(node, "since=3&by=PE") == "PE:benefits_denied");
  CHECK(kinds(node, "since=3&by=CL").empty());
  const json::object answer = parsed(get(node, "/v1/changes?since=3&by=PE"));
  const json::value& row = answer.at("items").as_array().at(0);
  CHECK(row.at("operator") == "BO/BO-1");
  CHECK(row.at("arrangement") == "ARR");
}

TEST_CASE("an approval is a change of the firm whose event it approves", "[routes]") {
  MemoryLedger node;
  const Bytes grant = submit(node, "AR", 1, R"([
    {"decision_date":"2026-01-01","operator_registered":{"subject":"AR-1","tin":"AR1001","person":"LEGAL"}},
    {"decision_date":"2026-01-01","certificate_granted":{"certificate":"A-1","subject":"AR-1","scheme":"SECURITY",
     "roles":["EXPORTER"]}}])");
  ledger::v1::Event approval;
  approval.set_decision_date("2026-01-01");
  approval.mutable_event_approved()->mutable_target()->set_leaf(Bytes(crypto::leaf_hash(grant).view()));
  approval.mutable_event_approved()->mutable_target()->set_index(1);
  submit(node, "AR", 1, "[" + ledger::event_to_json(approval) + "]", "approver");
  const json::object answer = parsed(get(node, "/v1/changes?since=1"));
  const json::value& row = answer.at("items").as_array().at(0);
  CHECK(row.at("kind") == "event_approved");
  CHECK(row.at("operator") == "AR/AR-1");
  CHECK(row.at("certificate") == "AR/A-1");
}

TEST_CASE("pages of changes join without a gap or a repeat also within one submission", "[routes]") {
  MemoryLedger node;
  fill_four(node);
  std::string csv;
  std::string after;
  int pages = 0;
  do {
    const Response page =
        get(node, "/v1/changes?since=0&limit=1&format=csv" + (after.empty() ? "" : "&after=" + after));
    REQUIRE(page.status == 200);
    csv += page.body.substr(page.body.find('\n') + 1);
    after = header(page, "Quipu-Next-After");
    ++pages;
  } while (!after.empty());
  CHECK(pages == 6);
  const Response whole = get(node, "/v1/changes?since=0&format=csv");
  CHECK(csv == whole.body.substr(whole.body.find('\n') + 1));
  CHECK(header(whole, "Quipu-Height") == "4");
}

TEST_CASE("changes are refused without a start and with a page that does not exist", "[routes]") {
  MemoryLedger node;
  fill(node);
  for (const char* query : {"", "since=x", "since=0&by=PER", "since=0&after=1", "since=0&after=9999/0",
                            "since=0&limit=0", "since=0&firm=1"}) {
    CAPTURE(query);
    CHECK(code_of(get(node, "/v1/changes?" + std::string(query))) == "BAD_PARAMETER");
  }
}

}  // namespace routes_test
