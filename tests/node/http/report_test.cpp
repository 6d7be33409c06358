// SPDX-License-Identifier: Apache-2.0
// What a data subject is told: compared with a dumb twin that looks at every event of the log.
#include <algorithm>
#include <set>

#include "node/http/record_desk.h"
#include "node/ledger/canonical.h"
#include "tests/node/http/asking.h"

namespace routes_test {

namespace {

class ReportDesk final : public RecordDesk {
 public:
  void hand_in(HandIn, std::function<void(HandInAnswer)> done) override { done(HandInAnswer::kKept); }
  HeldRecords records_of(const std::string&, const std::string&) override { return holds; }
  std::vector<ErasureNote> erasures() const override { return notes; }

  HeldRecords holds;
  std::vector<ErasureNote> notes;
};

std::string dated(const std::string& statement) { return R"([{"decision_date":"2026-01-01",)" + statement + "}]"; }

// Two firms in one life: everything that can be said of one is said of both. Returns how many statements that were.
void live(MemoryLedger& node) {
  fill(node);
  submit(node, "BO", 2, R"([
    {"decision_date":"2026-01-01","operator_registered":{"subject":"BO-2","tin":"BO2002","person":"LEGAL"}},
    {"decision_date":"2026-01-01","certificate_granted":{"certificate":"OEA-2","subject":"BO-2","scheme":"SECURITY",
     "roles":["EXPORTER"]}}])");
  std::uint64_t bo = 3, pe = 2;
  for (const std::string n : {"1", "2"}) {
    const std::string firm = R"("issuer":"BO","subject":"BO-)" + n + R"(")";
    submit(node, "BO", bo++, dated(R"("operator_amended":{"subject":"BO-)" + n + R"(","cover":{"prefix_length":4}})"));
    submit(node, "BO", bo++,
           dated(R"("tin_replaced":{"subject":"BO-)" + n + R"(","tin":"BO900)" + n + R"(","kind":"RENUMBERED"})"));
    submit(node, "BO", bo++, dated(R"("consent_granted":{"subject":"BO-)" + n + R"("})"));
    submit(node, "PE", pe++,
           dated(R"("alias_set":{)" + firm + R"(,"recogniser":"PE","kind":"MID","alias":"A)" + n + R"("})"));
    submit(node, "PE", pe++, dated(R"("benefits_denied":{"arrangement":"ARR",)" + firm + "}"));
    submit(node, "PE", pe++, dated(R"("benefits_restored":{"arrangement":"ARR",)" + firm + "}"));
    submit(node, "PE", pe++,
           dated(R"("irregularity_reported":{"case":"C-)" + n + R"(",)" + firm + R"(,"answer_due":"2026-02-01"})"));
    submit(node, "PE", pe++,
           dated(R"("validation_recorded":{"validation":"V-)" + n + R"(",)" + firm +
                 R"(,"mode":"PEER","from":"2026-01-01","to":"2026-01-01","participants":["PE"],
                                   "result":"COMPLIANT"})"));
    const Bytes suspension = submit(
        node, "BO", bo++, dated(R"("certificate_suspended":{"certificate":"OEA-)" + n + R"(","ground":"CURE"})"));
    submit(node, "BO", bo++,
           dated(R"("appeal_lodged":{"target":{"leaf":")" + crypto::to_base64(crypto::leaf_hash(suspension).view()) +
                 R"("}})"));
  }
  // The first one's alias comes to mean the second.
  submit(node, "PE", pe++, dated(R"("alias_removed":{"issuer":"BO","subject":"BO-1","recogniser":"PE","kind":"MID",
    "alias":"A1"})"));
  submit(node, "PE", pe++, dated(R"("alias_set":{"issuer":"BO","subject":"BO-2","recogniser":"PE","kind":"MID",
    "alias":"A1"})"));
}

std::set<std::string> events_in(const json::object& report) {
  std::set<std::string> places;
  for (const auto& item : report.at("items").as_array()) {
    places.insert(std::to_string(item.at("index").to_number<int>()) + "/" +
                  std::to_string(item.at("event").to_number<int>()));
  }
  return places;
}

// Every event of the log that is about the firm, by what each says.
std::set<std::string> all_about(MemoryLedger& node, const std::string& firm) {
  std::set<std::string> places;
  const json::object all = parsed(get(node, "/v1/changes?since=0&limit=5000"));
  for (const auto& item : all.at("items").as_array()) {
    const auto* about = item.as_object().if_contains("operator");
    if (!about || about->as_string().c_str() != firm) continue;
    places.insert(std::to_string(item.at("index").to_number<int>()) + "/" +
                  std::to_string(item.at("event").to_number<int>()));
  }
  return places;
}

}  // namespace

TEST_CASE("a data subject's report has every event about it and no other", "[routes]") {
  MemoryLedger node;
  live(node);
  for (const std::string firm : {"BO/BO-1", "BO/BO-2"}) {
    const auto events = events_in(parsed(get(node, "/v1/operators/" + firm + "/report")));
    CHECK(events.size() == 13);
    CHECK(events == all_about(node, firm));
  }
}

TEST_CASE("a report's pages together are the report", "[routes]") {
  MemoryLedger node;
  live(node);
  const auto whole = events_in(parsed(get(node, "/v1/operators/BO/BO-1/report")));
  std::set<std::string> together;
  std::string after;
  do {
    const json::object page =
        parsed(get(node, "/v1/operators/BO/BO-1/report?limit=4" + (after.empty() ? "" : "&after=" + after)));
    const auto events = events_in(page);
    CHECK(events.size() <= 4);
    together.insert(events.begin(), events.end());
    const auto* next = page.if_contains("next_after");
    after = next ? next->as_string().c_str() : "";
  } while (!after.empty());
  CHECK(together == whole);
  const Response csv = get(node, "/v1/operators/BO/BO-1/report?format=csv");
  CHECK(static_cast<std::size_t>(std::ranges::count(csv.body, '\n')) == whole.size() + 1);
  CHECK(header(csv, "Cache-Control") == "no-store");
}

TEST_CASE("a report says what the node holds and who may hold it and what was erased", "[routes]") {
  MemoryLedger node;
  fill(node);
  ReportDesk desk;
  node.desk = &desk;
  ledger::v1::IdentityRecord identity;
  identity.set_salt(std::string(32, 's'));
  identity.set_legal_name("Acme");
  desk.holds = {
      .kind = HeldRecords::Kind::kHeld, .identity = ledger::canonical_bytes(identity), .entitled = {"BO", "PE"}};
  const auto beside = [&] {
    return parsed(get(node, "/v1/operators/BO/BO-1/report")).at("beside_the_ledger").as_object();
  };
  const json::object held = beside();
  CHECK(held.at("state") == "HELD");
  CHECK(held.at("identity").at("legal_name") == "Acme");
  CHECK(held.at("may_be_held_by").as_array().size() == 2);
  CHECK(held.at("lookups_recorded") == false);
  CHECK_FALSE(held.contains("erased_here"));
  desk.holds = {.kind = HeldRecords::Kind::kErased, .erased_on = "2026-01-02"};
  desk.notes.push_back({"BO", "BO-9", "2026-01-02", 17, 9, 1'767'312'000'000, 2});
  CHECK_FALSE(beside().contains("erased_here"));  // somebody else's
  desk.notes.push_back({"BO", "BO-1", "2026-01-02", 18, 9, 1'767'312'000'000, 2});
  CHECK(beside().at("state") == "ERASED");
  CHECK(beside().at("erased_here").at("records") == 2);
  node.desk = nullptr;
  CHECK(beside().at("state") == "KEEPS_NONE");
}

TEST_CASE("a report is of an operator that there is", "[routes]") {
  MemoryLedger node;
  fill(node);
  CHECK(code_of(get(node, "/v1/operators/BO/BO-7/report")) == "NOT_FOUND");
  CHECK(code_of(get(node, "/v1/operators/bo/BO-1/report")) == "NOT_FOUND");
  CHECK(code_of(get(node, "/v1/operators/BO/BO-1/report?after=1")) == "BAD_PARAMETER");
}

}  // namespace routes_test
