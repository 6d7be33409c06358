// SPDX-License-Identifier: Apache-2.0
#include "node/webhooks/signature.h"

#include <catch2/catch.hpp>

namespace webhooks_test {

using namespace quipu;
using namespace quipu::webhooks;

// Those that the specification's own libraries check themselves by.
constexpr const char* kSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
constexpr const char* kSignature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
constexpr const char* kOther = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

std::string sign_published(const std::string& secrets) {
  return sign(parse_secrets(secrets).value(), "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, R"({"test": 2432232314})");
}

TEST_CASE("a signature is the one that Standard Webhooks publishes", "[webhooks]") {
  CHECK(sign_published(kSecret) == kSignature);
}

TEST_CASE("while secrets are exchanged each signs in the order of the file", "[webhooks]") {
  const std::string by_other = sign_published(kOther);
  CHECK(by_other != kSignature);
  CHECK(sign_published(std::string("# the new one\n\n") + kOther + "\r\n  " + kSecret + " \n") ==
        by_other + " " + kSignature);
}

TEST_CASE("the id and the time and the body are all signed", "[webhooks]") {
  const auto secrets = parse_secrets(kSecret).value();
  const auto one = sign(secrets, "msg_1", 1, "body");
  CHECK(sign(secrets, "msg_1", 1, "body") == one);
  CHECK(sign(secrets, "msg_2", 1, "body") != one);
  CHECK(sign(secrets, "msg_1", 2, "body") != one);
  CHECK(sign(secrets, "msg_1", 1, "Body") != one);
}

TEST_CASE("a file is refused without a secret or with one out of form or with too many", "[webhooks]") {
  for (const std::string text : {"", "\n# nothing\n", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_",
                                 "whsec_c2hvcnQ=", "whsec_no base64", "WHSEC_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_secrets(text).has_value());
  }
  const std::string line = std::string(kSecret) + "\n";
  CHECK(parse_secrets(line + line + line + line).has_value());
  CHECK_FALSE(parse_secrets(line + line + line + line + line).has_value());
}

TEST_CASE("what is wrong with a secret is told without it", "[webhooks]") {
  const auto refused = parse_secrets("whsec_MfKQ9r8GKYqrTw");
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().find("MfKQ") == std::string::npos);
}

}  // namespace webhooks_test
