// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/recognition.h"

#include <catch2/catch.hpp>

#include "world.h"

namespace {

using namespace quipu::ledger;
using namespace quipu::ledger::testing;

constexpr const char* kTin = "BR12345678000190";
constexpr const char* kDay = "2025-03-10";

}  // namespace

TEST_CASE("a firm with a live certificate under a live recognition is recognised", "[recognition]") {
  const World world = world_with_certificate();
  const auto answer = world.asks("CL", kTin, "EXPORTER", "IMPORT", kDay);
  CHECK(answer.recognised);
  CHECK(answer.reason == Code::kRecognised);
  CHECK(answer.subject == "BR/S1");
  REQUIRE(answer.results.size() == 1);
  CHECK(answer.results[0].arrangement == "ARR");
  CHECK(answer.results[0].certificate == "BR/C1");
  CHECK(answer.results[0].benefits == std::vector<std::string>{"FEWER_INSPECTIONS"});
}

TEST_CASE("a TIN is normalised before it is looked up", "[recognition]") {
  CHECK(normalise_tin("br 12.345.678/0001-90") == "BR12345678000190");
  CHECK(normalise_tin("CL76543210k") == "CL76543210K");
  for (const std::string wrong : {"", "B", "BR", "1R123", "BR12_3", "BR1234567890123456", "BRé"}) {
    INFO(wrong);
    CHECK_FALSE(normalise_tin(wrong).has_value());
  }
  const World world = world_with_certificate();
  CHECK(world.reason("CL", "br 12.345.678/0001-90", kDay) == "RECOGNISED");
  CHECK(world.reason("CL", "12345678000190", kDay) == "TIN_MALFORMED");
  CHECK(world.reason("CL", "BR99999999000190", kDay) == "TIN_UNKNOWN");
  CHECK(world.reason("CL", "BR12345678000999", kDay) == "RECOGNISED");  // a branch under the cover
}

TEST_CASE("wrong names in a question are told", "[recognition]") {
  const World world = world_with_certificate();
  const Date day = *Date::parse(kDay);
  CHECK_FALSE(recognise(world.state(), {kTin, "SHIP", "IMPORT", "CL", day}).has_value());
  CHECK_FALSE(recognise(world.state(), {kTin, "ROLE_UNSPECIFIED", "IMPORT", "CL", day}).has_value());
  CHECK_FALSE(recognise(world.state(), {kTin, "EXPORTER", "TRANSIT", "CL", day}).has_value());
  CHECK_FALSE(recognise(world.state(), {kTin, "EXPORTER", "IMPORT", "Chile", day}).has_value());
}

TEST_CASE("a firm without certificate or without arrangement says so", "[recognition]") {
  World world = world_with_certificate();
  REQUIRE(world.says("BR", "operator_registered { subject: 'S2' person: LEGAL tin: 'BR222' }") == "OK");
  CHECK(world.reason("CL", "BR222", kDay) == "NO_CERTIFICATE");
  CHECK(world.reason("MX", "BR222", kDay) == "NO_CERTIFICATE");
  CHECK(world.reason("MX", kTin, kDay) == "NO_ARRANGEMENT");
  CHECK(world.reason("CL", kTin, "2022-05-17") == "NO_ARRANGEMENT");  // the day before it was signed
}

TEST_CASE("recognition acts between activation and suspension", "[recognition]") {
  World world = world_with_certificate();
  CHECK(world.reason("PE", kTin, kDay) == "ARRANGEMENT_NOT_EFFECTIVE");
  CHECK(world.reason("CL", kTin, "2024-01-09") == "ARRANGEMENT_NOT_EFFECTIVE");
  CHECK(world.reason("CL", kTin, "2024-01-10") == "RECOGNISED");
  REQUIRE(world.says("CL",
                     "effective_from: '2025-04-01' recognition_suspended { arrangement: 'ARR' issuer: 'BR' "
                     "emergency: true }") == "OK");
  CHECK(world.reason("CL", kTin, "2025-03-31") == "RECOGNISED");
  CHECK(world.reason("CL", kTin, "2025-04-01") == "RECOGNITION_SUSPENDED");
  world.today("2025-05-01");
  REQUIRE(world.says("CL", "recognition_resumed { arrangement: 'ARR' issuer: 'BR' }") == "OK");
  CHECK(world.reason("CL", kTin, "2025-04-30") == "RECOGNITION_SUSPENDED");
  CHECK(world.reason("CL", kTin, "2025-05-01") == "RECOGNISED");
}

TEST_CASE("a second activation replaces the terms from its effect", "[recognition]") {
  World world = world_with_certificate();
  REQUIRE(world.says("CL",
                     "effective_from: '2025-04-01' recognition_activated { arrangement: 'ARR' issuer: 'BR' "
                     "schemes: [SECURITY, BASIC] roles: IMPORTER flows: EXPORT benefits: 'PRIORITY' }") == "OK");
  CHECK(world.reason("CL", kTin, "2025-03-31") == "RECOGNISED");
  CHECK(world.reason("CL", kTin, "2025-04-01", "EXPORTER", "IMPORT") == "FLOW_OUT_OF_SCOPE");
  CHECK(world.reason("CL", kTin, "2025-04-01", "EXPORTER", "EXPORT") == "ROLE_OUT_OF_SCOPE");
  CHECK(world.asks("CL", kTin, "IMPORTER", "EXPORT", "2025-04-01").results[0].benefits ==
        std::vector<std::string>{"PRIORITY"});
}

TEST_CASE("scheme and role limit recognition", "[recognition]") {
  World world = world_with_certificate();
  CHECK(world.reason("CL", kTin, kDay, "PORT") == "ROLE_OUT_OF_SCOPE");
  REQUIRE(world.says("CL", "recognition_activated { arrangement: 'ARR' issuer: 'BR' schemes: BASIC }") == "OK");
  CHECK(world.reason("CL", kTin, kDay) == "SCHEME_OUT_OF_SCOPE");
}

TEST_CASE("the status of the day decides", "[recognition]") {
  World world = world_with_certificate();
  REQUIRE(world.says("CL",
                     "decision_date: '2023-01-01' recognition_activated { arrangement: 'ARR' issuer: 'BR' "
                     "schemes: SECURITY }") == "OK");
  REQUIRE(world.says("BR", "decision_date: '2023-01-01' consent_granted { subject: 'S1' }") == "OK");
  CHECK(world.reason("CL", kTin, "2024-01-09") == "NOT_YET_EFFECTIVE");
  CHECK(world.reason("CL", kTin, "2027-01-01") == "EXPIRED");
  SECTION("suspended") {
    REQUIRE(world.says("BR", "certificate_suspended { certificate: 'C1' ground: CURE }") == "OK");
    CHECK(world.reason("CL", kTin, kDay) == "SUSPENDED");
  }
  SECTION("one role suspended") {
    REQUIRE(world.says("BR", "certificate_suspended { certificate: 'C1' ground: CURE roles: EXPORTER }") == "OK");
    CHECK(world.reason("CL", kTin, kDay, "EXPORTER") == "SUSPENDED");
    CHECK(world.reason("CL", kTin, kDay, "IMPORTER") == "RECOGNISED");
  }
  SECTION("revoked") {
    REQUIRE(world.says("BR", "certificate_revoked { certificate: 'C1' }") == "OK");
    CHECK(world.reason("CL", kTin, kDay) == "REVOKED");
  }
  SECTION("surrendered") {
    REQUIRE(world.says("BR", "certificate_surrendered { certificate: 'C1' }") == "OK");
    CHECK(world.reason("CL", kTin, kDay) == "SURRENDERED");
  }
  SECTION("annulled") {
    REQUIRE(world.says("BR", "certificate_annulled { certificate: 'C1' }") == "OK");
    CHECK(world.reason("CL", kTin, kDay) == "ANNULLED");
  }
}

TEST_CASE("a grant that waits for approval is not recognised", "[recognition]") {
  World world = world_with_certificate();
  REQUIRE(world.says("AR", {"operator_registered { subject: 'S1' person: LEGAL tin: 'AR30123' }",
                            "consent_granted { subject: 'S1' }",
                            "certificate_granted { certificate: 'C1' subject: 'S1' scheme: SECURITY "
                            "roles: EXPORTER }"}) == "OK");
  REQUIRE(world.says("CL", "recognition_activated { arrangement: 'ARR' issuer: 'AR' schemes: SECURITY }") == "OK");
  CHECK(world.reason("CL", "AR30123", kDay) == "PENDING_APPROVAL");
}

TEST_CASE("consent is the last fact of the day that covers the arrangement", "[recognition]") {
  World world = world_with_certificate();
  CHECK(world.reason("CL", kTin, kDay) == "RECOGNISED");
  REQUIRE(
      world.says("BR", "effective_from: '2025-04-01' consent_withdrawn { subject: 'S1' arrangements: 'PACIFIC' }") ==
      "OK");
  CHECK(world.reason("CL", kTin, "2025-04-01") == "RECOGNISED");
  REQUIRE(world.says("BR", "effective_from: '2025-05-01' consent_withdrawn { subject: 'S1' }") == "OK");
  CHECK(world.reason("CL", kTin, "2025-04-30") == "RECOGNISED");
  CHECK(world.reason("CL", kTin, "2025-05-01") == "NO_CONSENT");
  REQUIRE(world.says("BR", "effective_from: '2025-05-01' consent_granted { subject: 'S1' arrangements: 'ARR' }") ==
          "OK");
  CHECK(world.reason("CL", kTin, "2025-05-01") == "RECOGNISED");
}

TEST_CASE("denied benefits end with their last day or their restoration", "[recognition]") {
  World world = world_with_certificate();
  REQUIRE(world.says("CL", "benefits_denied { arrangement: 'ARR' issuer: 'BR' subject: 'S1' until: '2025-03-31' }") ==
          "OK");
  CHECK(world.reason("CL", kTin, "2025-03-09") == "RECOGNISED");
  CHECK(world.reason("CL", kTin, "2025-03-31") == "BENEFITS_DENIED");
  CHECK(world.reason("CL", kTin, "2025-04-01") == "RECOGNISED");
  world.today("2025-03-20");
  REQUIRE(world.says("CL", "benefits_restored { arrangement: 'ARR' issuer: 'BR' subject: 'S1' }") == "OK");
  CHECK(world.reason("CL", kTin, "2025-03-19") == "BENEFITS_DENIED");
  CHECK(world.reason("CL", kTin, "2025-03-20") == "RECOGNISED");
}

TEST_CASE("an administration's own programme needs neither edge nor consent", "[recognition]") {
  World world = world_with_certificate();
  REQUIRE(world.says("BR", "consent_withdrawn { subject: 'S1' }") == "OK");
  const auto answer = world.asks("BR", kTin, "EXPORTER", "EXPORT", kDay);
  CHECK(answer.recognised);
  REQUIRE(answer.results.size() == 1);
  CHECK(answer.results[0].arrangement == "OWN");
  CHECK(world.reason("BR", kTin, kDay, "PORT") == "ROLE_OUT_OF_SCOPE");
  CHECK(world.reason("BR", kTin, "2027-01-01") == "EXPIRED");
}

TEST_CASE("the answer lists each arrangement and tells the furthest reason", "[recognition]") {
  World world = world_with_certificate();
  REQUIRE(
      world.says("CL", {"operator_registered { subject: 'S1' person: LEGAL tin: 'CL761K' }",
                        "certificate_granted { certificate: 'A' subject: 'S1' scheme: SECURITY roles: PORT }",
                        "certificate_granted { certificate: 'B' subject: 'S1' scheme: SECURITY roles: EXPORTER }"}) ==
      "OK");
  REQUIRE(world.says("PE", "recognition_activated { arrangement: 'ARR' issuer: 'CL' schemes: SECURITY }") == "OK");
  const auto before = world.asks("PE", "CL761K", "EXPORTER", "IMPORT", kDay);
  REQUIRE(before.results.size() == 2);
  CHECK(before.results[0].arrangement == "ARR");
  CHECK(before.results[0].reason == Code::kNoConsent);
  CHECK(before.results[0].certificate == "CL/B");  // the one that came further
  CHECK(before.results[1].arrangement == "PACIFIC");
  CHECK(before.results[1].reason == Code::kArrangementNotEffective);
  CHECK(before.reason == Code::kNoConsent);
  REQUIRE(world.says("PE", "recognition_activated { arrangement: 'PACIFIC' issuer: 'CL' schemes: SECURITY }") == "OK");
  CHECK(world.asks("PE", "CL761K", "EXPORTER", "IMPORT", kDay).recognised);
}
