// SPDX-License-Identifier: Apache-2.0
#include <boost/json/serialize.hpp>

#include "tests/node/http/asking.h"

namespace routes_test {

namespace {

std::string granted(const std::string& author, int n, const std::string& valid_to) {
  const std::string number = std::to_string(n);
  return R"([{"decision_date":"2026-01-01","operator_registered":{"subject":"S-)" + number + R"(","tin":")" + author +
         "100" + number +
         R"(","person":"LEGAL"}},{"decision_date":"2026-01-01","certificate_granted":{"certificate":"N-)" + number +
         R"(","subject":"S-)" + number + R"(","scheme":"SECURITY","roles":["IMPORTER","EXPORTER"])" +
         (valid_to.empty() ? "" : R"(,"valid_to":")" + valid_to + R"(")") + "}}]";
}

std::string tasks(MemoryLedger& node, const std::string& query) {
  std::string text;
  const json::object answer = parsed(get(node, "/v1/worklist?" + query));
  for (const auto& item : answer.at("items").as_array()) {
    text.append(text.empty() ? "" : " ").append(item.at("kind").as_string().c_str()).append(":");
    text.append(item.at("certificate").as_string().c_str()).append(":").append(item.at("due").as_string().c_str());
  }
  return text;
}

}  // namespace

TEST_CASE("certificates that end within the days asked are work and others are not", "[routes]") {
  MemoryLedger node;
  submit(node, "BO", 1, granted("BO", 1, "2026-03-31"));
  submit(node, "BO", 2, granted("BO", 2, "2026-12-31"));
  submit(node, "BO", 3, granted("BO", 3, ""));
  submit(node, "CL", 1, granted("CL", 1, "2026-02-28"));
  CHECK(tasks(node, "on=2026-02-01&issuer=BO") == "EXPIRING:BO/N-1:2026-03-31");
  CHECK(tasks(node, "on=2026-02-01") == "EXPIRING:CL/N-1:2026-02-28 EXPIRING:BO/N-1:2026-03-31");
  CHECK(tasks(node, "on=2026-02-01&issuer=BO&days=57").empty());
  CHECK(tasks(node, "on=2026-02-01&issuer=BO&days=58") == "EXPIRING:BO/N-1:2026-03-31");
  CHECK(tasks(node, "on=2026-04-01&issuer=BO").empty());
  const json::object answer = parsed(get(node, "/v1/worklist?on=2026-02-01&issuer=BO"));
  const json::value& item = answer.at("items").as_array().at(0);
  CHECK(item.at("days_left") == 58);
  CHECK(item.at("operator") == "BO/S-1");
  CHECK(item.at("tin") == "BO1001");
}

TEST_CASE("a certificate that is renewed or revoked is no longer among those that end", "[routes]") {
  MemoryLedger node;
  submit(node, "BO", 1, granted("BO", 1, "2026-03-31"));
  submit(node, "BO", 2, granted("BO", 2, "2026-03-31"));
  submit(node, "BO", 3, R"([{"decision_date":"2026-01-01","effective_from":"2026-04-01","certificate_renewed":{
    "certificate":"N-1","valid_to":"2029-03-31"}}])");
  submit(node, "BO", 4, R"([{"decision_date":"2026-01-01","effective_from":"2026-03-01","reason":"X",
    "certificate_revoked":{"certificate":"N-2"}}])");
  CHECK(tasks(node, "on=2026-02-01&known_at=2") == "EXPIRING:BO/N-1:2026-03-31 EXPIRING:BO/N-2:2026-03-31");
  CHECK(tasks(node, "on=2026-02-01").empty());
  CHECK(tasks(node, "on=2029-03-01") == "EXPIRING:BO/N-1:2029-03-31");
}

TEST_CASE("a suspension past its announced last day is overdue until it is prolonged or ended", "[routes]") {
  MemoryLedger node;
  submit(node, "BO", 1, granted("BO", 1, ""));
  submit(node, "BO", 2, R"([{"decision_date":"2026-01-01","certificate_suspended":{"certificate":"N-1",
    "until":"2026-02-28","ground":"CURE","roles":["IMPORTER"]}}])");
  CHECK(tasks(node, "on=2026-02-28").empty());
  CHECK(tasks(node, "on=2026-03-01") == "SUSPENSION_OVERDUE:BO/N-1:2026-02-28");
  submit(node, "BO", 3,
         R"([{"decision_date":"2026-01-01","suspension_prolonged":{"certificate":"N-1","until":"2026-04-30"}}])");
  CHECK(tasks(node, "on=2026-03-01").empty());
  CHECK(tasks(node, "on=2026-05-01") == "SUSPENSION_OVERDUE:BO/N-1:2026-04-30");
  submit(node, "BO", 4, R"([{"decision_date":"2026-01-01","effective_from":"2026-04-20","certificate_reinstated":{
    "certificate":"N-1","effect":"EX_NUNC"}}])");
  CHECK(tasks(node, "on=2026-05-01").empty());
}

TEST_CASE("an event that waits for an approval is work with the reference to approve", "[routes]") {
  MemoryLedger node;
  const Bytes leaf = submit(node, "AR", 1, granted("AR", 1, ""));
  CHECK(tasks(node, "on=2026-01-02&issuer=AR") == "APPROVAL_WAITING:AR/N-1:2026-01-31");
  const json::object answer = parsed(get(node, "/v1/worklist?issuer=AR"));
  CHECK(answer.at("items").at(0).at("reference").as_string() == id_of(leaf) + "/1");
  CHECK(tasks(node, "on=2026-01-02&issuer=BO").empty());
}

TEST_CASE("an irregularity is work of the issuer until it is answered for good", "[routes]") {
  MemoryLedger node;
  submit(node, "BO", 1, granted("BO", 1, ""));
  submit(node, "PE", 1, R"([{"decision_date":"2026-01-01","irregularity_reported":{"case":"C-1","issuer":"BO",
    "subject":"S-1","severity":2,"answer_due":"2026-01-31"}}])");
  const auto first = [&](const std::string& query) {
    return parsed(get(node, "/v1/worklist?" + query)).at("items").as_array();
  };
  REQUIRE(first("on=2026-01-10&issuer=BO").size() == 1);
  CHECK(first("on=2026-01-10&issuer=BO")[0].at("kind") == "IRREGULARITY_UNANSWERED");
  CHECK(first("on=2026-01-10&issuer=BO")[0].at("reference") == "PE/C-1");
  CHECK(first("on=2026-02-10&issuer=BO")[0].at("days_left") == -10);
  CHECK(first("on=2026-01-10&issuer=BO&days=5").empty());
  CHECK(first("on=2026-01-10&issuer=PE").empty());
  submit(node, "BO", 2, R"([{"decision_date":"2026-01-01","irregularity_answered":{"reporter":"PE","case":"C-1",
    "outcome":"NO_ACTION"}}])");
  CHECK(first("on=2026-01-10&issuer=BO").empty());
}

TEST_CASE("issuers that have attested no list for seven days are named", "[routes]") {
  MemoryLedger node;
  submit(node, "BO", 1, granted("BO", 1, ""));
  const auto silent = [&](const std::string& query) {
    return json::serialize(parsed(get(node, "/v1/worklist?" + query)).at("silent_issuers"));
  };
  CHECK(silent("on=2026-01-02") == R"(["AR","BO","CL","PE"])");
  const auto stated = parsed(get(node, "/v1/list?issuer=BO&on=2026-01-01&attest=1")).at("attestation");
  submit(node, "BO", 2, R"([{"decision_date":"2026-01-01","list_attested":)" + json::serialize(stated) + "}]");
  CHECK(silent("on=2026-01-02") == R"(["AR","CL","PE"])");
  CHECK(silent("on=2026-01-02&issuer=BO") == "[]");
}

TEST_CASE("pages of the work list join to the whole", "[routes]") {
  MemoryLedger node;
  for (int i = 1; i <= 3; ++i) submit(node, "BO", static_cast<std::uint64_t>(i), granted("BO", i, "2026-03-31"));
  const Response whole = get(node, "/v1/worklist?on=2026-02-01&format=csv");
  CHECK(whole.body ==
        "kind,due,days_left,administration,operator,tin,certificate,reference\r\n"
        "EXPIRING,2026-03-31,58,BO,BO/S-1,BO1001,BO/N-1,\r\n"
        "EXPIRING,2026-03-31,58,BO,BO/S-2,BO1002,BO/N-2,\r\n"
        "EXPIRING,2026-03-31,58,BO,BO/S-3,BO1003,BO/N-3,\r\n");
  const Response first = get(node, "/v1/worklist?on=2026-02-01&format=csv&limit=2");
  const std::string after = header(first, "Quipu-Next-After");
  const Response second = get(node, "/v1/worklist?on=2026-02-01&format=csv&limit=2&after=" + after);
  CHECK(first.body + second.body.substr(second.body.find('\n') + 1) == whole.body);
  CHECK(header(second, "Quipu-Next-After").empty());
  for (const char* query : {"days=-1", "days=4000", "issuer=BOL", "on=today", "limit=x"}) {
    CHECK(code_of(get(node, "/v1/worklist?" + std::string(query))) == "BAD_PARAMETER");
  }
}

}  // namespace routes_test
