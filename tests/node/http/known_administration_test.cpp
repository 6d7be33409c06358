// SPDX-License-Identifier: Apache-2.0
#include "tests/node/http/asking.h"

namespace routes_test {

TEST_CASE("a code that is nobody's is told in place of an empty list", "[routes]") {
  MemoryLedger node;
  for (const std::string target :
       {"/v1/list?issuer=", "/v1/list?by=", "/v1/changes?since=0&by=", "/v1/cases?issuer=", "/v1/cases?reporter=",
        "/v1/worklist?issuer=", "/v1/statistics?issuer=", "/v1/stream?by="}) {
    INFO(target);
    const Response refused = get(node, target + "ZZ");
    CHECK(code_of(refused) == "BAD_PARAMETER");
    CHECK(refused.body.find(": ZZ is no member's code") != std::string::npos);
    CHECK(get(node, target + "PE").status == 200);
  }
  CHECK(code_of(get(node, "/v1/list?issuer=pe")) == "BAD_PARAMETER");
}

}  // namespace routes_test
