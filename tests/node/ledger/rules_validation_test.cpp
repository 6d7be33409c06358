// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "world.h"

namespace {

using namespace quipu::ledger::testing;

std::string recorded(World& world, const std::string& author, const std::string& rest) {
  return world.says(
      author,
      "validation_recorded { validation: 'V1' subject: 'S1' from: '2025-03-01' result: COMPLIANT " + rest + " }");
}

}  // namespace

TEST_CASE("a validation names a known firm its dates and its result", "[rules]") {
  World world = world_with_certificate();
  CHECK(recorded(world, "BR", "issuer: 'BR' to: '2025-03-02'") == "FIELD_MISSING");  // mode
  CHECK(recorded(world, "BR", "issuer: 'BR' mode: ONSITE") == "DATE_MALFORMED");
  CHECK(recorded(world, "BR", "issuer: 'BR' mode: ONSITE to: '2025-02-28'") == "END_BEFORE_START");
  CHECK(recorded(world, "BR", "issuer: 'BR' mode: ONSITE to: '2025-03-02' certificate: 'C9'") == "CERTIFICATE_UNKNOWN");
  CHECK(recorded(world, "BR", "issuer: 'BR' mode: ONSITE to: '2025-03-02' experts: 'E1'") == "EXPERT_UNKNOWN");
  CHECK(recorded(world, "BR", "issuer: 'BR' mode: ONSITE to: '2025-03-02' participants: 'chile'") ==
        "COUNTRY_MALFORMED");
  CHECK(recorded(world, "BR", "issuer: 'BR' mode: ONSITE to: '2025-03-02' report_hash: 'x'") == "COMMITMENT_MALFORMED");
  CHECK(recorded(world, "CL", "issuer: 'CL' mode: ONSITE to: '2025-03-02'") == "OPERATOR_UNKNOWN");
  CHECK(recorded(world, "BR", "issuer: 'BR' mode: ONSITE to: '2025-03-02' certificate: 'C1'") == "OK");
  CHECK(recorded(world, "BR", "issuer: 'BR' mode: ONSITE to: '2025-03-02'") == "VALIDATION_TAKEN");
}

TEST_CASE("a validation names a certificate of the same operator", "[rules]") {
  World world = world_with_certificate();
  REQUIRE(world.says("BR", "operator_registered { subject: 'S2' person: LEGAL tin: 'BR222' }") == "OK");
  CHECK(world.says("BR",
                   "validation_recorded { validation: 'V1' issuer: 'BR' subject: 'S2' certificate: 'C1' "
                   "mode: ONSITE result: COMPLIANT from: '2025-03-01' to: '2025-03-01' }") == "CERTIFICATE_OF_OTHER");
}

TEST_CASE("another than the issuer records peer validations only", "[rules]") {
  World world = world_with_certificate();
  CHECK(recorded(world, "CL", "issuer: 'BR' mode: JOINT to: '2025-03-02'") == "NOT_THE_ISSUER");
  CHECK(recorded(world, "CL", "issuer: 'BR' mode: PEER to: '2025-03-02'") == "OK");
}
