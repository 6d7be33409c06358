// SPDX-License-Identifier: Apache-2.0
#include "tests/node/http/asking.h"

namespace routes_test {

TEST_CASE("after an annulment each recogniser sees on which days it relied on the certificate", "[routes]") {
  MemoryLedger node;
  submit(node, "BO", 1, R"([
    {"decision_date":"2025-01-01","operator_registered":{"subject":"BO-1","tin":"BO1001","person":"LEGAL"}},
    {"decision_date":"2025-01-01","certificate_granted":{"certificate":"OEA-1","subject":"BO-1","scheme":"SECURITY",
     "roles":["EXPORTER"]}}])");
  submit(node, "PE", 1, R"([{"decision_date":"2025-03-01","recognition_activated":{"arrangement":"ARR","issuer":"BO",
    "schemes":["SECURITY"],"benefits":["PRIORITY"]}}])");
  submit(node, "BO", 2, R"([
    {"decision_date":"2025-05-01","certificate_suspended":{"certificate":"OEA-1","ground":"CURE"}},
    {"decision_date":"2025-06-01","certificate_reinstated":{"certificate":"OEA-1","effect":"EX_NUNC"}}])");
  CHECK(code_of(get(node, "/v1/certificates/BO/OEA-1/exposure")) == "NOT_FOUND");
  submit(node, "BO", 3,
         R"([{"decision_date":"2026-01-01","reason":"FALSE_DATA","certificate_annulled":{"certificate":"OEA-1"}}])");
  const json::object answer = parsed(get(node, "/v1/certificates/BO/OEA-1/exposure"));
  CHECK(answer.at("granted_from") == "2025-01-01");
  CHECK(answer.at("annulled_on") == "2026-01-01");
  CHECK(answer.at("known_from_height") == 4);
  const Response csv = get(node, "/v1/certificates/BO/OEA-1/exposure?format=csv");
  CHECK(csv.body ==
        "recogniser,from,to,arrangements\r\n"
        "PE,2025-03-01,2025-04-30,ARR\r\n"
        "PE,2025-06-01,2026-01-01,ARR\r\n");
  CHECK(code_of(get(node, "/v1/certificates/BO/OEA-1/exposure?known_at=3")) == "NOT_FOUND");
  CHECK(code_of(get(node, "/v1/certificates/BO/OEA-2/exposure")) == "NOT_FOUND");
}

}  // namespace routes_test
