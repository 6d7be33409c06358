// SPDX-License-Identifier: Apache-2.0
#include "node/runtime/api_tls.h"

#include <catch2/catch.hpp>

#include "tests/node/http/test_ca.h"

namespace api_tls_test {

using namespace quipu::runtime;

TEST_CASE("a configuration is judged by its certificate and by how long that is good") {
  const test_ca::Folder folder("api-tls");
  const test_ca::Authority authority(folder, "ca");
  const quipu::http::TlsFiles files{folder / "node.pem", folder / "node.key", ""};
  CHECK(judge_certificate({})->empty());
  CHECK(judge_certificate(files).error().find("node.pem") != std::string::npos);
  authority.sign(files.certificate, files.key, {.until_s = 40LL * 86'400 + 3'600});
  CHECK(judge_certificate(files)->find("in 40 days") != std::string::npos);
  authority.sign(files.certificate, files.key, {.from_s = -7'200, .until_s = -3'600});
  CHECK(judge_certificate(files).error().find("expired on") != std::string::npos);
}

TEST_CASE("an expired certificate does not keep a node from starting") {
  const test_ca::Folder folder("api-tls");
  const test_ca::Authority authority(folder, "ca");
  const quipu::http::TlsFiles files{folder / "node.pem", folder / "node.key", ""};
  authority.sign(files.certificate, files.key, {.from_s = -7'200, .until_s = -3'600});
  const auto identity = open_identity(files);
  REQUIRE(identity);
  CHECK(*seconds_left(identity->get()) < -3'000);
  CHECK(open_identity({}).value() == nullptr);
  CHECK_FALSE(seconds_left(nullptr));
}

}  // namespace api_tls_test
