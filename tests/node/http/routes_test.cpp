// SPDX-License-Identifier: Apache-2.0
#include "node/http/routes.h"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "crypto/merkle.h"
#include "node/ledger/receipt.h"
#include "tests/node/http/asking.h"

namespace routes_test {

const std::string kQuestion = "/v1/recognition?tin=BO-1001&role=EXPORTER&flow=IMPORT&by=PE&on=2026-02-01";

TEST_CASE("a declaration is answered with reason and benefits and height and age", "[routes]") {
  MemoryLedger node;
  fill(node);
  const json::object answer = parsed(get(node, kQuestion));
  CHECK(answer.at("recognised") == true);
  CHECK(answer.at("reason") == "RECOGNISED");
  CHECK(answer.at("subject") == "BO/BO-1");
  CHECK(answer.at("height") == 2);
  CHECK(answer.at("age_seconds") == 1);
  CHECK_FALSE(answer.contains("stale"));
  const json::object& result = answer.at("results").as_array().at(0).as_object();
  CHECK(result.at("arrangement") == "ARR");
  CHECK(result.at("certificate") == "BO/OEA-1");
  CHECK(result.at("benefits").as_array().at(0) == "PRIORITY");
}

TEST_CASE("a look-up is answered as known at a height or a time", "[routes]") {
  MemoryLedger node;
  fill(node);
  const json::object before = parsed(get(node, kQuestion + "&known_at=1"));
  CHECK(before.at("recognised") == false);
  CHECK(before.at("reason") == "ARRANGEMENT_NOT_EFFECTIVE");
  CHECK(before.at("height") == 1);
  CHECK(before.at("newest_height") == 2);
  CHECK(parsed(get(node, kQuestion + "&known_at=0")).at("reason") == "TIN_UNKNOWN");
  CHECK(parsed(get(node, kQuestion + "&known_at=2026-01-01T00:00:01Z")).at("height") == 1);
  CHECK(parsed(get(node, kQuestion + "&known_at=2026-01-01T05:00:01+05:00")).at("height") == 1);
  CHECK(code_of(get(node, kQuestion + "&known_at=3")) == "KNOWN_AT_IN_FUTURE");
  CHECK(code_of(get(node, kQuestion + "&known_at=2027-01-01T00:00:00Z")) == "KNOWN_AT_IN_FUTURE");
  const Response today = get(node, kQuestion + "&known_at=2026-01-01");
  CHECK(code_of(today) == "KNOWN_AT_IN_FUTURE");
  CHECK(today.body.find("give an instant instead, such as 2026-01-01T00:00:0") != std::string::npos);
  CHECK(code_of(get(node, kQuestion + "&known_at=2025-12-31")) == "BEFORE_LEDGER");
  CHECK(code_of(get(node, kQuestion + "&known_at=soon")) == "BAD_PARAMETER");
  node.set_now_ms(node.now_ms() + 86'400'000);
  CHECK(parsed(get(node, kQuestion + "&known_at=2026-01-01")).at("height") == 2);
}

TEST_CASE("an old state says that it is stale", "[routes]") {
  MemoryLedger node;
  fill(node);
  node.set_age_ms(180'000);
  CHECK_FALSE(parsed(get(node, kQuestion)).contains("stale"));
  node.set_age_ms(180'001);
  CHECK(parsed(get(node, kQuestion)).at("stale") == true);
}

TEST_CASE("a wrong query is refused with the name of what is wrong", "[routes]") {
  MemoryLedger node;
  const auto detail = [&](const std::string& target) {
    const Response response = get(node, target);
    CHECK(response.status == 400);
    return std::string(parsed(response).at("detail").as_string());
  };
  CHECK(detail(kQuestion + "&colour=red") == "unknown parameter \"colour\"");
  CHECK(detail(kQuestion + "&tin=BO1") == "the parameter \"tin\" is given twice");
  CHECK(detail("/v1/recognition?tin=BO1") == "\"role\" is missing or not a string");
  CHECK(detail("/v1/recognition?tin=B&role=CLOWN&flow=IMPORT&by=PE&on=2026-01-01").find("role") != std::string::npos);
  CHECK(detail("/v1/recognition?tin=B&role=EXPORTER&flow=IMPORT&by=PE&on=2026-02-30") ==
        "\"on\" is a day that there is, YYYY-MM-DD, from 1900 to 2199");
  CHECK(detail("/v1/members?x=%ff%00") == "unknown parameter \"x\"");
  CHECK(get(node, "/v1/%zz").status == 400);
  CHECK(get(node, "http://else.where/").status == 400);
  CHECK(get(node, "/" + std::string(40, '/')).status == 400);
}

TEST_CASE("every route but the pages refuses a parameter that it does not know", "[routes]") {
  MemoryLedger node;
  fill(node);
  const std::set<std::string_view> pages = {"", "verify.html", "console/{}"};
  for (const RouteInfo& route : route_table()) {
    if (pages.contains(route.pattern)) continue;
    std::string target = "/" + std::string(route.pattern);
    for (std::size_t at; (at = target.find("{}")) != std::string::npos;) target.replace(at, 2, "BO");
    if (target.ends_with("**")) target.replace(target.size() - 2, 2, "8/0/000");
    target += "?colour=red";
    INFO(route.method << " " << target);
    Request request;
    request.method = route.method;
    request.target = target;
    request.content_type = "application/json";
    const Response response = ask(node, request);
    CHECK(response.status == 400);
    CHECK(parsed(response).at("code") == "BAD_PARAMETER");
    CHECK(parsed(response).at("detail") == "unknown parameter \"colour\"");
  }
}

TEST_CASE("a batch answers every question in its order", "[routes]") {
  MemoryLedger node;
  fill(node);
  const std::string yes = R"({"tin":"BO1001","role":"EXPORTER","flow":"IMPORT","by":"PE","on":"2026-02-01"})";
  const std::string no = R"({"tin":"BO9","role":"EXPORTER","flow":"IMPORT","by":"PE","on":"2026-02-01"})";
  const auto batch = [&](const std::string& body) { return post(node, "/v1/recognition", "application/json", body); };
  const json::object answer = parsed(batch("[" + yes + "," + no + "," + yes + "]"));
  const json::array& answers = answer.at("answers").as_array();
  REQUIRE(answers.size() == 3);
  CHECK(answers.at(0).at("reason") == "RECOGNISED");
  CHECK(answers.at(1).at("reason") == "TIN_UNKNOWN");
  CHECK(answers.at(2) == answers.at(0));
  CHECK(answer.at("height") == 2);
  CHECK(parsed(batch("[]")).at("answers").as_array().empty());
  for (const std::string& bad :
       std::vector<std::string>{"{}", "[1]", "[" + yes + ",]", R"([{"tin":"BO1"}])", "[" + no + "] x",
                                std::string(R"([{"tin":"A","tin":"B","role":"EXPORTER","flow":"IMPORT","by":"PE"}])"),
                                std::string(2'000, '[')}) {
    CAPTURE(bad);
    CHECK(code_of(batch(bad)) == "BAD_REQUEST");
  }
  std::string many = "[" + no;
  for (int i = 1; i < 3'000; ++i) many += "," + no;
  CHECK(parsed(batch(many + "]")).at("answers").as_array().size() == 3'000);
  CHECK(batch(many + "," + no + "]").status == 400);
}

TEST_CASE("operators are found by TIN and by subject with their certificates of the day", "[routes]") {
  MemoryLedger node;
  fill(node);
  const json::object by_tin = parsed(get(node, "/v1/operators/BO1001?on=2026-02-01"));
  CHECK(by_tin.at("operator") == "BO/BO-1");
  CHECK(by_tin.at("tin") == "BO1001");
  CHECK(by_tin.at("certificates").as_array().at(0).at("status") == "ACTIVE");
  CHECK(parsed(get(node, "/v1/operators/BO/BO-1?on=2026-02-01")) == by_tin);
  const json::object later = parsed(get(node, "/v1/operators/BO1001?on=2029-01-01"));
  CHECK(later.at("certificates").as_array().at(0).at("status") == "EXPIRED");
  CHECK(code_of(get(node, "/v1/operators/BO1002")) == "NOT_FOUND");
  CHECK(code_of(get(node, "/v1/operators/BO/BO-2")) == "NOT_FOUND");
  CHECK(code_of(get(node, "/v1/operators/bolivia/BO-1")) == "NOT_FOUND");
}

TEST_CASE("a certificate has a status on a day and a history with its statements", "[routes]") {
  MemoryLedger node;
  fill(node);
  submit(node, "BO", 2, R"([{"decision_date":"2026-01-01","reason":"X","effective_from":"2026-03-01",
    "certificate_revoked":{"certificate":"OEA-1"}}])");
  CHECK(parsed(get(node, "/v1/certificates/BO/OEA-1?on=2026-02-28")).at("status") == "ACTIVE");
  const json::object revoked = parsed(get(node, "/v1/certificates/BO/OEA-1?on=2026-03-01"));
  CHECK(revoked.at("status") == "REVOKED");
  CHECK(revoked.at("valid_to") == "2028-12-31");
  CHECK(revoked.at("record").at("ends").as_array().at(0).at("kind") == "REVOKED");
  const json::object known_before = parsed(get(node, "/v1/certificates/BO/OEA-1?on=2026-03-01&known_at=2"));
  CHECK(known_before.at("status") == "ACTIVE");
  const json::object history = parsed(get(node, "/v1/certificates/BO/OEA-1/history"));
  const json::array& events = history.at("events").as_array();
  REQUIRE(events.size() == 2);
  CHECK(events.at(0).at("event") == 1);
  CHECK(events.at(0).at("height") == 1);
  CHECK(events.at(0).at("author") == "BO");
  CHECK(events.at(1).at("statement").at("certificate_revoked").at("certificate") == "OEA-1");
  for (const auto& event : events) CHECK_FALSE(event.as_object().contains("late"));
  CHECK(code_of(get(node, "/v1/certificates/BO/OEA-2")) == "NOT_FOUND");
}

TEST_CASE("an event logged after its day of effect is late in the history, with its lag", "[routes]") {
  MemoryLedger node;  // 2026-01-01
  submit(node, "BO", 1, R"([
    {"decision_date":"2025-12-30","operator_registered":{"subject":"BO-2","tin":"BO1002","person":"LEGAL"}},
    {"decision_date":"2025-12-30","certificate_granted":{"certificate":"OEA-2","subject":"BO-2","scheme":"SECURITY",
     "roles":["EXPORTER"]}}])");
  submit(node, "BO", 2,
         R"([{"decision_date":"2026-01-01","reason":"X","certificate_revoked":{"certificate":"OEA-2"}}])");
  const json::object history = parsed(get(node, "/v1/certificates/BO/OEA-2/history"));
  const json::array& events = history.at("events").as_array();
  REQUIRE(events.size() == 2);
  CHECK(events.at(0).at("late") == true);
  CHECK(events.at(0).at("lag_days") == 2);
  CHECK_FALSE(events.at(1).as_object().contains("late"));
  CHECK_FALSE(events.at(1).as_object().contains("lag_days"));
}

TEST_CASE("a list gives an issuer's certificates and a recogniser's firms page by page", "[routes]") {
  MemoryLedger node;
  fill(node);
  submit(node, "BO", 2, R"([
    {"decision_date":"2026-01-01","operator_registered":{"subject":"BO-2","tin":"BO1002","person":"LEGAL"}},
    {"decision_date":"2026-01-01","certificate_granted":{"certificate":"OEA-2","subject":"BO-2","scheme":"SECURITY",
     "roles":["EXPORTER"]}}])");
  const json::object whole = parsed(get(node, "/v1/list?issuer=BO&on=2026-02-01"));
  REQUIRE(whole.at("items").as_array().size() == 2);
  CHECK(whole.at("items").as_array().at(0).at("certificate") == "BO/OEA-1");
  CHECK(whole.at("items").as_array().at(1).at("tin") == "BO1002");
  CHECK_FALSE(whole.contains("next_after"));
  const auto certificates = [&](const std::string& query) {
    return parsed(get(node, "/v1/list?issuer=BO" + query)).at("items").as_array().size();
  };
  CHECK(certificates("&on=2029-01-01") == 1);
  CHECK(certificates("&on=2029-01-01&status=ALL") == 2);
  CHECK(certificates("&on=2026-02-01&known_at=1") == 1);
  const Response csv = get(node, "/v1/list?by=PE&on=2026-02-01&format=csv");
  CHECK(csv.content_type == "text/csv; charset=utf-8");
  CHECK(csv.body ==
        "subject,tin,roles,flows,arrangements,certificates,benefits\r\n"
        "BO/BO-1,BO1001,EXPORTER,IMPORT,ARR,BO/OEA-1,PRIORITY\r\n"
        "BO/BO-2,BO1002,EXPORTER,IMPORT,ARR,BO/OEA-2,PRIORITY\r\n");
  CHECK(parsed(get(node, "/v1/list?by=CL&on=2026-02-01")).at("items").as_array().empty());
  CHECK(get(node, "/v1/list").status == 400);
  CHECK(get(node, "/v1/list?by=PE&issuer=BO").status == 400);
  CHECK(get(node, "/v1/list?by=PE&limit=0").status == 400);
  CHECK(get(node, "/v1/list?by=PE&after=BO/BO-1").status == 400);
}

// All rows of a list, asked for in pages of `limit`.
std::vector<std::string> rows_in_pages(MemoryLedger& node, const std::string& query, std::size_t limit) {
  std::vector<std::string> rows;
  std::string after;
  do {
    const Response page = get(node, "/v1/list?" + query + "&format=csv&limit=" + std::to_string(limit) +
                                        (after.empty() ? "" : "&after=" + after));
    REQUIRE(page.status == 200);
    std::istringstream lines(page.body);
    std::string line;
    std::getline(lines, line);
    std::size_t count = 0;
    for (; std::getline(lines, line); ++count) rows.push_back(line);
    CHECK(count <= limit);
    after = header(page, "Quipu-Next-After");
  } while (!after.empty());
  std::sort(rows.begin(), rows.end());
  return rows;
}

TEST_CASE("pages of a list join to the whole of it whatever their size", "[routes]") {
  MemoryLedger node;
  fill(node);
  std::string events;
  for (int i = 0; i < 120; ++i) {
    const std::string n = std::to_string(100 + i);
    events += (i == 0 ? "[" : ",") +
              std::string(R"({"decision_date":"2026-01-01","operator_registered":{"subject":"S)") + n +
              R"(","tin":"BO2)" + n + R"(","person":"LEGAL"}},{"decision_date":"2026-01-01","certificate_granted":{)" +
              R"("certificate":"N)" + n + R"(","subject":"S)" + n + R"(","scheme":"SECURITY","roles":["EXPORTER"]}})";
  }
  submit(node, "BO", 2, events + "]");
  for (const std::string query : {"issuer=BO&on=2026-02-01", "by=PE&on=2026-02-01"}) {
    const auto whole = rows_in_pages(node, query, 5'000);
    CHECK(whole.size() == 121);
    CHECK(std::adjacent_find(whole.begin(), whole.end()) == whole.end());
    CHECK(rows_in_pages(node, query, 1) == whole);
    CHECK(rows_in_pages(node, query, 7) == whole);
    CHECK(rows_in_pages(node, query, 121) == whole);
  }
}

TEST_CASE("members and the matrix of arrangements are shown on a day", "[routes]") {
  MemoryLedger node;
  fill(node);
  const json::object answer = parsed(get(node, "/v1/members"));
  const json::array& members = answer.at("members").as_array();
  REQUIRE(members.size() == 4);
  CHECK(members.at(0).at("keys").as_array().size() == 7);
  CHECK(answer.at("epoch") == 0);
  CHECK(answer.at("anchor").as_string() == crypto::to_hex(node.genesis().chain.view()));
  CHECK(answer.at("voting") == 4);
  CHECK(answer.at("quorum") == 3);
  const json::object matrix = parsed(get(node, "/v1/arrangements?on=2026-02-01"));
  const json::value& arrangement = matrix.at("arrangements").as_array().at(0);
  CHECK(arrangement.at("in_force") == true);
  REQUIRE(arrangement.at("edges").as_array().size() == 1);
  const json::value& edge = arrangement.at("edges").as_array().at(0);
  CHECK(edge.at("recogniser") == "PE");
  CHECK(edge.at("status") == "LIVE");
  CHECK(edge.at("roles").as_array().at(0) == "EXPORTER");
}

std::string proposal_opened(const std::string& id, const std::string& change, const std::string& expires) {
  return R"([{"decision_date":"2026-01-01","proposal_opened":{"proposal":")" + id + R"(","expires":")" + expires +
         R"(",)" + change + "}}]";
}
std::string voted(const std::string& opener, const std::string& id, bool accept) {
  return R"([{"decision_date":"2026-01-01","proposal_voted":{"author":")" + opener + R"(","proposal":")" + id +
         R"(","accept":)" + (accept ? "true" : "false") + "}}]";
}

TEST_CASE("proposals are shown with the votes that count until they are decided", "[routes]") {
  MemoryLedger node;
  const std::string list = R"("code_list":{"name":"level","codes":["GOLD"]})";
  submit(node, "BO", 1, proposal_opened("P-1", list, "2026-01-31"), "governance");
  submit(node, "BO", 2, proposal_opened("P-2", list, "2026-01-31"), "governance");
  submit(node, "CL", 1, voted("BO", "P-1", true), "governance");
  submit(node, "PE", 1, voted("BO", "P-1", false), "governance");
  const json::object answer = parsed(get(node, "/v1/proposals"));
  REQUIRE(answer.at("proposals").as_array().size() == 2);
  const auto named = [](const json::object& shown, const std::string& name) {
    for (const json::value& each : shown.at("proposals").as_array()) {
      if (each.at("proposal").as_string() == name) return each;
    }
    FAIL(name);
    return json::value();
  };
  const json::value first = named(answer, "BO/P-1");
  CHECK(first.at("state") == "OPEN");
  CHECK(first.at("yes") == 1);
  CHECK(first.at("no") == 1);
  CHECK(first.at("needed") == 3);
  CHECK(first.at("voters") == 4);
  CHECK(first.at("opened").at("code_list").at("name") == "level");
  CHECK(first.at("ballots").as_array().at(1).at("administration") == "PE");

  submit(node, "AR", 1, voted("BO", "P-1", false), "governance");
  CHECK(parsed(get(node, "/v1/proposals")).at("proposals").as_array().size() == 1);
  CHECK(named(parsed(get(node, "/v1/proposals?opener=BO")), "BO/P-1").at("state") == "REJECTED");
  CHECK(parsed(get(node, "/v1/proposals?opener=BO&known_at=2")).at("proposals").as_array().size() == 2);
  CHECK(parsed(get(node, "/v1/proposals?opener=CL")).at("proposals").as_array().empty());
  CHECK(code_of(get(node, "/v1/proposals?opener=Chile")) == "BAD_PARAMETER");

  for (const char* code : {"BO", "CL", "PE"}) {
    submit(node, code, code == std::string("BO") ? 3 : 2, voted("BO", "P-2", true), "governance");
  }
  const json::value second = named(parsed(get(node, "/v1/proposals?opener=BO")), "BO/P-2");
  CHECK(second.at("state") == "IN_FORCE");
  CHECK(second.at("acts_from_height").to_number<int>() == second.at("decided_height").to_number<int>() + 1);
}

TEST_CASE("a proposal that nobody decided has expired once a later day has a block", "[routes]") {
  MemoryLedger node;
  submit(node, "BO", 1, proposal_opened("P-1", R"("code_list":{"name":"level","codes":["GOLD"]})", "2026-01-01"),
         "governance");
  CHECK(parsed(get(node, "/v1/proposals")).at("proposals").as_array().size() == 1);
  node.set_now_ms((kIssuedAt_s + 86'400) * 1000);
  const auto leaf = signed_leaf("BO", 1, kFirm, "issuer", kIssuedAt_s + 86'400);
  REQUIRE(post(node, "/v1/submissions", "application/cose", leaf).status == 202);
  CHECK(parsed(get(node, "/v1/proposals")).at("proposals").as_array().empty());
  const json::object all = parsed(get(node, "/v1/proposals?opener=BO"));
  CHECK(all.at("proposals").as_array().at(0).at("state") == "EXPIRED");
}

TEST_CASE("keys that are revoked are no longer among a member's", "[routes]") {
  MemoryLedger node;
  const std::string key = crypto::to_base64(testing::test_key("AR", "issuer").public_key().view());
  submit(node, "BO", 1, proposal_opened("P-1", R"("key_revoke":")" + key + "\"", "2026-01-31"), "governance");
  for (const char* code : {"BO", "CL", "PE"}) {
    submit(node, code, code == std::string("BO") ? 2 : 1, voted("BO", "P-1", true), "governance");
  }
  const json::object answer = parsed(get(node, "/v1/members"));
  CHECK(answer.at("members").as_array().at(0).at("keys").as_array().size() == 6);
  CHECK(answer.at("members").as_array().at(1).at("keys").as_array().size() == 7);
}

TEST_CASE("a submission goes from 202 to final and its outcome is told by code", "[routes]") {
  MemoryLedger node;
  const Bytes leaf = signed_leaf("BO", 1, kFirm);
  CHECK(code_of(get(node, "/v1/submissions/" + id_of(leaf))) == "NOT_FOUND");
  node.hold();
  const Response taken = post(node, "/v1/submissions", "application/cose", leaf);
  CHECK(taken.status == 202);
  CHECK(parsed(taken).at("id").as_string() == id_of(leaf));
  CHECK(header(taken, "Location") == "/v1/submissions/" + id_of(leaf));
  CHECK(parsed(get(node, "/v1/submissions/" + id_of(leaf))).at("status") == "PENDING");
  node.release();
  const json::object state = parsed(get(node, "/v1/submissions/" + id_of(leaf)));
  CHECK(state.at("status") == "FINAL");
  CHECK(state.at("height") == 1);
  CHECK(state.at("index") == 2);
  CHECK(post(node, "/v1/submissions", "application/cose", leaf).status == 202);
  const Bytes twice = signed_leaf("BO", 2, kFirm);
  node.hold();
  CHECK(post(node, "/v1/submissions", "application/cose", twice).status == 202);
  node.release();
  const json::object rejected = parsed(get(node, "/v1/submissions/" + id_of(twice)));
  CHECK(rejected.at("status") == "REJECTED");
  CHECK(rejected.at("code") == "SUBJECT_TAKEN");
  CHECK(rejected.at("event") == 0);
}

TEST_CASE("what is wrong with a submission decides the status code", "[routes]") {
  MemoryLedger node;
  submit(node, "BO", 1, kFirm);
  const auto answer = [&](const std::string& type, Bytes body) {
    return post(node, "/v1/submissions", type, std::move(body));
  };
  CHECK(answer("application/json", "{}").status == 415);
  CHECK(answer("application/cose", "nonsense").status == 400);
  CHECK(answer("application/cose", Bytes(61'441, 'x')).status == 413);
  Bytes forged = signed_leaf("PE", 1, kEdge);
  forged.back() = static_cast<char>(forged.back() ^ 1);
  const Response refused = answer("application/cose", forged);
  CHECK(refused.status == 422);
  CHECK(code_of(refused) == "BAD_SIGNATURE");
  const Response taken = answer("application/cose", signed_leaf("BO", 1, kEdge));
  CHECK(taken.status == 409);
  CHECK(code_of(taken) == "SEQUENCE_TAKEN");
  node.be_busy(1);
  const Response busy = answer("application/cose", signed_leaf("PE", 1, kEdge));
  CHECK(busy.status == 429);
  CHECK_FALSE(header(busy, "Retry-After").empty());
}

TEST_CASE("a number that is final names the submission that holds it whatever the number and the key", "[routes]") {
  MemoryLedger node;
  std::map<std::pair<std::string, std::uint64_t>, std::string> holders;
  for (std::uint64_t sequence = 1; sequence <= 5; ++sequence) {
    for (const std::string author : {"BO", "PE"}) {
      if (author == "PE" && sequence % 2 == 0) continue;
      const std::uint64_t number = author == "PE" ? (sequence + 1) / 2 : sequence;
      const std::string n = std::to_string(number);
      const Bytes leaf = submit(node, author, number,
                                R"([{"decision_date":"2026-01-01","operator_registered":
        {"subject":"S-)" + n + R"(","tin":")" +
                                    author + "100" + n + R"(","person":"LEGAL"}}])");
      holders[{author, number}] = id_of(leaf);
    }
  }
  for (const auto& [taken, holder] : holders) {
    const Response refused =
        post(node, "/v1/submissions", "application/cose", signed_leaf(taken.first, taken.second, kEdge));
    CHECK(refused.status == 409);
    CHECK(code_of(refused) == "SEQUENCE_TAKEN");
    CHECK(parsed(refused).at("holder").as_string() == holder);
  }
}

TEST_CASE("a key's sequence counts what is final", "[routes]") {
  MemoryLedger node;
  const std::string kid = crypto::to_hex(crypto::key_id(testing::test_key("BO", "issuer").public_key()).view());
  CHECK(parsed(get(node, "/v1/keys/" + kid + "/sequence")).at("next") == 1);
  submit(node, "BO", 1, kFirm);
  const json::object answer = parsed(get(node, "/v1/keys/" + kid + "/sequence?administration=BO"));
  CHECK(answer.at("final") == 1);
  CHECK(answer.at("next") == 2);
  CHECK(answer.at("purpose") == "ISSUER");
  CHECK(code_of(get(node, "/v1/keys/" + kid + "/sequence?administration=PE")) == "NOT_FOUND");
  CHECK(get(node, "/v1/keys/xyz/sequence").status == 400);
}

TEST_CASE("an event under dual control is listed until it is approved", "[routes]") {
  MemoryLedger node;
  const Bytes grant = submit(node, "AR", 1, R"([
    {"decision_date":"2026-01-01","operator_registered":{"subject":"AR-1","tin":"AR1001","person":"LEGAL"}},
    {"decision_date":"2026-01-01","certificate_granted":{"certificate":"A-1","subject":"AR-1","scheme":"SECURITY",
     "roles":["EXPORTER"]}}])");
  const json::object list = parsed(get(node, "/v1/approvals"));
  REQUIRE(list.at("approvals").as_array().size() == 1);
  const json::value& pending = list.at("approvals").as_array().at(0);
  CHECK(pending.at("reference").as_string() == id_of(grant) + "/1");
  CHECK(pending.at("administration") == "AR");
  CHECK(parsed(get(node, "/v1/approvals?administration=BO")).at("approvals").as_array().empty());
  CHECK(parsed(get(node, "/v1/certificates/AR/A-1?on=2026-02-01")).at("status") == "PENDING_APPROVAL");
  const std::string target = crypto::to_base64(crypto::leaf_hash(grant).view());
  submit(node, "AR", 1,
         R"([{"decision_date":"2026-01-01","event_approved":{"target":{"leaf":")" + target + R"(","index":1}}}])",
         "approver");
  CHECK(parsed(get(node, "/v1/approvals")).at("approvals").as_array().empty());
  CHECK(parsed(get(node, "/v1/certificates/AR/A-1?on=2026-02-01")).at("status") == "ACTIVE");
}

TEST_CASE("an event that has waited for thirty days is listed no more and cannot be approved", "[routes]") {
  MemoryLedger node;
  const Bytes grant = submit(node, "AR", 1, R"([
    {"decision_date":"2026-01-01","operator_registered":{"subject":"AR-1","tin":"AR1001","person":"LEGAL"}},
    {"decision_date":"2026-01-01","certificate_granted":{"certificate":"A-1","subject":"AR-1","scheme":"SECURITY",
     "roles":["EXPORTER"]}}])");
  constexpr std::uint64_t kLater_s = kIssuedAt_s + 31 * 86'400;
  REQUIRE(post(node, "/v1/submissions", "application/cose", signed_leaf("BO", 1, kFirm, "issuer", kLater_s)).status ==
          202);
  CHECK(parsed(get(node, "/v1/approvals")).at("approvals").as_array().empty());
  const std::string target = crypto::to_base64(crypto::leaf_hash(grant).view());
  const std::string approval =
      R"([{"decision_date":"2026-02-01","event_approved":{"target":{"leaf":")" + target + R"(","index":1}}}])";
  const Response late =
      post(node, "/v1/submissions", "application/cose", signed_leaf("AR", 1, approval, "approver", kLater_s));
  CHECK(late.status == 422);
  CHECK(code_of(late) == "PENDING_LAPSED");
  CHECK(parsed(late).at("event") == 0);
}

TEST_CASE("a receipt verifies against the policy that the mirror serves", "[routes]") {
  MemoryLedger node;
  const Bytes leaf = submit(node, "BO", 1, kFirm);
  const Response file = get(node, "/v1/receipts/" + id_of(leaf));
  REQUIRE(file.status == 200);
  const auto receipt = ledger::Receipt::parse(file.body);
  const auto policy = ledger::TrustPolicy::parse(get(node, "/policy/0").body);
  REQUIRE(receipt.has_value());
  REQUIRE(policy.has_value());
  CHECK(receipt->extra == leaf);
  CHECK(ledger::verify_receipt(*receipt, leaf, *policy).has_value());
  CHECK_FALSE(ledger::verify_receipt(*receipt, leaf + "x", *policy).has_value());
  node.stop_publishing();
  const Bytes later = submit(node, "PE", 1, kEdge);
  CHECK(code_of(get(node, "/v1/receipts/" + id_of(later))) == "NOT_PUBLISHED");
}

TEST_CASE("blocks name their submissions and who signed", "[routes]") {
  MemoryLedger node;
  fill(node);
  const json::object block = parsed(get(node, "/v1/blocks/1"));
  CHECK(block.at("height") == 1);
  CHECK(block.at("submissions").as_array().size() == 1);
  CHECK(block.at("submissions").as_array().at(0).at("events") == 2);
  CHECK(block.at("signers").as_array().size() == 3);
  CHECK(parsed(get(node, "/v1/blocks/0")).at("submissions").as_array().empty());
  CHECK(code_of(get(node, "/v1/blocks/3")) == "NOT_FOUND");
  CHECK(get(node, "/v1/blocks/01").status == 400);
  const json::object heights = parsed(get(node, "/v1/checkpoints?from=1"));
  CHECK(heights.at("newest") == 2);
  CHECK(heights.at("heights").as_array().size() == 2);
}

TEST_CASE("the node tells its health and whether it is ready", "[routes]") {
  MemoryLedger node;
  CHECK(get(node, "/healthz").status == 200);
  CHECK(get(node, "/readyz").status == 200);
  CHECK(get(node, "/metrics").body == "quipu_height 1\n");
  const json::object status = parsed(get(node, "/v1/node/status"));
  CHECK(status.at("chain_id") == "test");
  CHECK(status.at("quorum") == 3);
  CHECK(status.at("size") == 2);
  CHECK(status.at("peers").as_array().size() == 3);
  CHECK(status.at("sign_state") == "good");
  for (const auto* state : {"checking", "recovering", "stopped"}) {
    node.sign_state = state;
    CHECK(get(node, "/readyz").status == 503);
    CHECK(parsed(get(node, "/v1/node/status")).at("sign_state") == state);
  }
}

TEST_CASE("the node tells what its peers say of heights and clocks and versions and nothing of those who have not",
          "[routes]") {
  MemoryLedger node;
  const json::object status = parsed(get(node, "/v1/node/status"));
  CHECK(status.at("clock_offset_ms") == -40);
  const auto& peers = status.at("peers").as_array();
  CHECK(peers[0].at("height") == 3);
  CHECK(peers[0].at("clock_offset_ms") == -40);
  CHECK(peers[0].at("newest_protocol_version") == 2);
  CHECK_FALSE(peers[1].as_object().contains("height"));
  CHECK_FALSE(peers[1].as_object().contains("clock_offset_ms"));
  CHECK_FALSE(peers[1].as_object().contains("newest_protocol_version"));
}

TEST_CASE("a follower names its source, is ready while it is fresh and sends statements away", "[routes]") {
  MemoryLedger node;
  node.be_follower_of("http://node.example:8480");
  const auto sources = parsed(get(node, "/v1/node/status")).at("sources").as_array();
  REQUIRE(sources.size() == 1);
  CHECK(sources[0].at("url") == "http://node.example:8480");
  CHECK(sources[0].at("state") == "good");
  CHECK(get(node, "/readyz").status == 200);
  node.set_age_ms(180'001);
  CHECK(get(node, "/readyz").status == 503);
  const Response refused = post(node, "/v1/submissions", "application/cose", signed_leaf("BO", 1, kFirm));
  CHECK(refused.status == 403);
  CHECK(code_of(refused) == "FOLLOWER");
  CHECK(parsed(refused).at("detail").as_string().find("http://node.example:8480") != std::string::npos);
  CHECK(header(refused, "Retry-After").empty());
}

TEST_CASE("other methods and other paths are told apart", "[routes]") {
  MemoryLedger node;
  const Response wrong = post(node, "/v1/members", "application/json", "");
  CHECK(wrong.status == 405);
  CHECK(header(wrong, "Allow") == "GET");
  CHECK(header(post(node, "/v1/submissions/" + std::string(64, 'a'), "application/cose", ""), "Allow") == "GET");
  CHECK(code_of(get(node, "/v1/submissions")) == "METHOD_NOT_ALLOWED");
  CHECK(code_of(get(node, "/v2/members")) == "NOT_FOUND");
  CHECK(code_of(get(node, "/v1/members/")) == "NOT_FOUND");
  for (const char* later : {"/records/x"}) {
    CAPTURE(later);
    const Response response = get(node, later);
    CHECK(response.status == 501);
    CHECK(code_of(response) == "NOT_YET");
  }
}

TEST_CASE("the API's description is served as docs/openapi.yaml has it", "[routes]") {
  MemoryLedger node;
  const Response page = get(node, "/openapi.yaml");
  CHECK(page.status == 200);
  CHECK(page.content_type == "application/yaml");
  std::ifstream file(QUIPU_SOURCE_DIR "/docs/openapi.yaml", std::ios::binary);
  CHECK((page.body == Bytes(std::istreambuf_iterator<char>(file), {})));
  CHECK(code_of(get(node, "/openapi.yaml?x=1")) == "BAD_PARAMETER");
}

TEST_CASE("look-ups per second on one thread", "[.bench]") {
  MemoryLedger node;
  fill(node);
  node.freeze();
  Request request;
  request.method = "GET";
  request.target = kQuestion;
  const auto begin = std::chrono::steady_clock::now();
  constexpr int kLookups = 100'000;
  std::size_t bytes = 0;
  for (int i = 0; i < kLookups; ++i) {
    route(node, request, [&](const Response& response) { bytes += response.body.size(); });
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  WARN("route(): " << static_cast<int>(kLookups / took.count()) << " look-ups/s, " << bytes / kLookups << " B each");
  CHECK(kLookups / took.count() > 28'000);
}

}  // namespace routes_test
