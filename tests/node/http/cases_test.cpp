// SPDX-License-Identifier: Apache-2.0
// Irregularities and appeals as the routes list them, and stated figures beside the ledger's own.
#include <boost/json/serialize.hpp>

#include "tests/node/http/asking.h"

namespace routes_test {

namespace {

std::string today(const std::string& statement) { return R"([{"decision_date":"2026-01-01",)" + statement + "}]"; }

std::string reported(const std::string& name, const std::string& due) {
  return today(R"("irregularity_reported":{"case":")" + name +
               R"(","issuer":"BO","subject":"BO-1","severity":2,"answer_due":")" + due + R"("})");
}

std::string answered(const std::string& name, const std::string& outcome) {
  return today(R"("irregularity_answered":{"reporter":"PE","case":")" + name + R"(","outcome":")" + outcome + R"("})");
}

// "STATE NAME", in the order of the answer.
std::string cases(MemoryLedger& node, const std::string& query) {
  std::string text;
  const json::object answer = parsed(get(node, "/v1/cases?" + query));
  for (const auto& item : answer.at("items").as_array()) {
    const auto& object = item.as_object();
    const auto* name = object.if_contains("case");
    text.append(text.empty() ? "" : ", ").append(object.at("state").as_string().c_str()).append(" ");
    text.append(name ? name->as_string().c_str() : object.at("certificate").as_string().c_str());
  }
  return text;
}

}  // namespace

TEST_CASE("a case is open and overdue and closed by what was answered and the day", "[routes]") {
  MemoryLedger node;
  fill(node);
  submit(node, "PE", 2, reported("C-1", "2026-02-01"));
  submit(node, "PE", 3, reported("C-2", "2026-01-15"));
  CHECK(cases(node, "on=2026-01-10") == "OPEN PE/C-2, OPEN PE/C-1");
  CHECK(cases(node, "on=2026-01-15&state=OVERDUE").empty());  // the day itself is in time
  CHECK(cases(node, "on=2026-01-16&state=OVERDUE") == "OVERDUE PE/C-2");
  CHECK(cases(node, "on=2026-01-16") == "OVERDUE PE/C-2, OPEN PE/C-1");
  submit(node, "BO", 2, answered("C-2", "UNDER_REVIEW"));
  CHECK(cases(node, "on=2026-01-16") == "OVERDUE PE/C-2, OPEN PE/C-1");
  submit(node, "BO", 3, answered("C-2", "MEASURE_TAKEN"));
  CHECK(cases(node, "on=2026-01-16") == "OPEN PE/C-1");
  CHECK(cases(node, "on=2026-01-16&state=CLOSED") == "CLOSED PE/C-2");
  CHECK(cases(node, "on=2026-01-16&state=ALL") == "CLOSED PE/C-2, OPEN PE/C-1");
  CHECK(cases(node, "on=2026-01-16&known_at=4") == "OVERDUE PE/C-2, OPEN PE/C-1");
}

TEST_CASE("cases are asked for by who answers and by who reported", "[routes]") {
  MemoryLedger node;
  fill(node);
  submit(node, "PE", 2, reported("C-1", "2026-02-01"));
  submit(node, "CL", 1, reported("C-1", "2026-02-01"));
  CHECK(cases(node, "issuer=BO") == "OPEN PE/C-1, OPEN CL/C-1");
  CHECK(cases(node, "issuer=PE").empty());
  CHECK(cases(node, "reporter=CL") == "OPEN CL/C-1");
  CHECK(cases(node, "kind=APPEAL").empty());
  const Response csv = get(node, "/v1/cases?reporter=CL&on=2026-01-30&format=csv");
  CHECK(csv.body ==
        "kind,case,state,due,days_left,reporter,issuer,operator,tin,certificate,severity,opened_on,outcome,closed_on,"
        "against_kind,against\r\n"
        "IRREGULARITY,CL/C-1,OPEN,2026-02-01,2,CL,BO,BO/BO-1,BO1001,,2,2026-01-01,,,,\r\n");
  for (const char* wrong : {"state=LATE", "kind=FRAUD", "issuer=B", "reporter=pe", "who=BO"}) {
    CHECK(code_of(get(node, std::string("/v1/cases?") + wrong)) == "BAD_PARAMETER");
  }
}

TEST_CASE("pages of cases follow on each other without a gap", "[routes]") {
  MemoryLedger node;
  fill(node);
  for (int n = 1; n <= 5; ++n) submit(node, "PE", 1 + n, reported("C-" + std::to_string(n), "2026-02-01"));
  std::string after, seen;
  do {
    const json::object page = parsed(get(node, "/v1/cases?limit=2" + (after.empty() ? "" : "&after=" + after)));
    CHECK(page.at("total") == 5);
    for (const auto& item : page.at("items").as_array()) seen.append(item.at("case").as_string().c_str()).append(" ");
    const auto* next = page.if_contains("next_after");
    after = next ? next->as_string().c_str() : "";
  } while (!after.empty());
  CHECK(seen == "PE/C-1 PE/C-2 PE/C-3 PE/C-4 PE/C-5 ");
}

TEST_CASE("one case is shown with what was said about it", "[routes]") {
  MemoryLedger node;
  fill(node);
  submit(node, "PE", 2, reported("C-1", "2026-02-01"));
  const Bytes leaf = submit(node, "BO", 2, answered("C-1", "NO_ACTION"));
  const json::object found = parsed(get(node, "/v1/cases/PE/C-1?on=2026-03-01"));
  CHECK(found.at("state") == "CLOSED");
  CHECK(found.at("record").at("report").at("severity") == 2);
  REQUIRE(found.at("events").as_array().size() == 2);
  CHECK(found.at("events").at(0).at("author") == "PE");
  CHECK(std::string(found.at("events").at(1).at("id").as_string().c_str()) == id_of(leaf));
  CHECK(parsed(get(node, "/v1/cases/PE/C-1?on=2026-03-01&known_at=3")).at("state") == "OVERDUE");
  for (const char* none : {"/v1/cases/PE/C-2", "/v1/cases/BO/C-1", "/v1/cases/pe/C-1"}) {
    CHECK(code_of(get(node, none)) == "NOT_FOUND");
  }
}

TEST_CASE("an appeal is a case from its lodging to its decision and names what it contests", "[routes]") {
  MemoryLedger node;
  fill(node);
  const Bytes revocation = submit(node, "BO", 2, today(R"("certificate_revoked":{"certificate":"OEA-1"})"));
  CHECK(cases(node, "state=ALL").empty());
  const std::string target =
      R"("target":{"leaf":")" + crypto::to_base64(crypto::leaf_hash(revocation).view()) + R"("})";
  submit(node, "BO", 3, today(R"("appeal_lodged":{)" + target + "}"));
  const json::object answer = parsed(get(node, "/v1/cases"));
  REQUIRE(answer.at("items").as_array().size() == 1);
  const json::value& open = answer.at("items").at(0);
  CHECK(open.at("kind") == "APPEAL");
  CHECK(open.at("state") == "OPEN");
  CHECK(open.at("certificate") == "BO/OEA-1");
  CHECK(open.at("against_kind") == "certificate_revoked");
  CHECK(std::string(open.at("against").as_string().c_str()) == id_of(revocation) + "/0");
  CHECK_FALSE(open.as_object().contains("due"));
  CHECK(cases(node, "state=OVERDUE&on=2030-01-01").empty());
  CHECK(cases(node, "kind=IRREGULARITY").empty());
  CHECK(cases(node, "issuer=BO") == "OPEN BO/OEA-1");
  CHECK(cases(node, "issuer=PE").empty());
  submit(node, "BO", 4, today(R"("appeal_decided":{"outcome":"UPHELD",)" + target + "}"));
  CHECK(cases(node, "on=2026-01-01").empty());
  const json::object closed = parsed(get(node, "/v1/cases?state=CLOSED"));
  CHECK(closed.at("items").at(0).at("outcome") == "UPHELD");
  CHECK(closed.at("items").at(0).at("closed_on") == "2026-01-01");
}

TEST_CASE("figures that an issuer states are shown beside the ledger's own", "[routes]") {
  MemoryLedger node;
  submit(node, "BO", 1, R"([
    {"decision_date":"2025-11-01","operator_registered":{"subject":"BO-1","tin":"BO1001","person":"LEGAL"}},
    {"decision_date":"2025-11-01","certificate_granted":{"certificate":"OEA-1","subject":"BO-1","scheme":"SECURITY",
     "roles":["EXPORTER"]}}])");
  submit(node, "BO", 2, today(R"("programme_statistics":{"month":"2025-11","active":1,"granted":1})"));
  submit(node, "BO", 3, today(R"("programme_statistics":{"month":"2025-12","active":3,"applications":9})"));
  submit(node, "BO", 4, R"([{"decision_date":"2026-01-01","list_attested":{"as_of":"2020-01-01","active":0,"list_root":
    "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="}}])");
  const json::object all = parsed(get(node, "/v1/statistics?issuer=BO"));
  REQUIRE(all.at("items").as_array().size() == 2);  // and not the attested list, which stands beside them
  CHECK(all.at("items").at(0).at("mismatch") == false);
  const json::object differ = parsed(get(node, "/v1/statistics?mismatch=1"));
  REQUIRE(differ.at("items").as_array().size() == 1);
  const json::value& month = differ.at("items").at(0);
  CHECK(month.at("month") == "2025-12");
  CHECK(month.at("stated").at("active") == 3);
  CHECK(month.at("on_ledger").at("active") == 1);
  // No applications are kept here, so there is nothing for the nine to differ from.
  CHECK(json::serialize(month.at("differs")) == R"(["active"])");
  CHECK(parsed(get(node, "/v1/statistics?from=2025-12&to=2025-12")).at("total") == 1);
  CHECK(parsed(get(node, "/v1/statistics?issuer=PE")).at("total") == 0);
  CHECK(get(node, "/v1/statistics?mismatch=1&format=csv").body ==
        "issuer,month,mismatch,active,active_on_ledger,suspended,suspended_on_ledger,granted,granted_on_ledger,ended,"
        "ended_on_ledger,applications,applications_on_ledger,refused,refused_on_ledger,differs\r\n"
        "BO,2025-12,true,3,1,0,0,0,0,0,0,9,0,0,0,active\r\n");
  for (const char* wrong : {"from=2025", "mismatch=0", "issuer=bo"}) {
    CHECK(code_of(get(node, std::string("/v1/statistics?") + wrong)) == "BAD_PARAMETER");
  }
}

TEST_CASE("a month is counted again by what came late", "[routes]") {
  MemoryLedger node;
  submit(node, "BO", 1, today(R"("programme_statistics":{"month":"2025-11","active":1,"granted":1})"));
  CHECK(parsed(get(node, "/v1/statistics/BO/2025-11")).at("mismatch") == true);
  submit(node, "BO", 2, R"([
    {"decision_date":"2025-11-01","operator_registered":{"subject":"BO-1","tin":"BO1001","person":"LEGAL"}},
    {"decision_date":"2025-11-01","certificate_granted":{"certificate":"OEA-1","subject":"BO-1","scheme":"SECURITY",
     "roles":["EXPORTER"]}}])");
  const json::object month = parsed(get(node, "/v1/statistics/BO/2025-11"));
  CHECK(month.at("on_ledger").at("active") == 0);
  CHECK(month.at("on_ledger_now").at("active") == 1);
  CHECK(month.at("events").as_array().size() == 1);
  CHECK(code_of(get(node, "/v1/statistics/BO/2025-10")) == "NOT_FOUND");
  CHECK(code_of(get(node, "/v1/statistics/BO/2025")) == "NOT_FOUND");
}

}  // namespace routes_test
