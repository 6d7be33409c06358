// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "node/ledger/rules/records.h"
#include "world.h"

namespace {

using namespace quipu::ledger;
using namespace quipu::ledger::testing;

constexpr const char* kGrant =
    "certificate_granted { certificate: 'C1' subject: 'S1' scheme: SECURITY roles: EXPORTER }";
constexpr const char* kSuspension = "certificate_suspended { certificate: 'C1' ground: CURE }";
constexpr const char* kRevocation = "certificate_revoked { certificate: 'C1' }";

// AR, which works under dual control, has registered S1.
World world_under_dual_control() {
  World world = small_world();
  REQUIRE(world.says("AR", "operator_registered { subject: 'S1' person: LEGAL tin: 'AR30123' }") == "OK");
  return world;
}

World world_with_approved_certificate() {
  World world = world_under_dual_control();
  REQUIRE(world.says("AR", kGrant) == "OK");
  const v1::EventRef grant = world.last();
  REQUIRE(world.approves("AR", grant) == "OK");
  return world;
}

}  // namespace

TEST_CASE("a grant waits until it is approved", "[rules]") {
  World world = world_under_dual_control();
  REQUIRE(world.says("AR", kGrant) == "OK");
  const v1::EventRef grant = world.last();
  CHECK(world.status("AR", "C1", "2025-03-10") == "PENDING_APPROVAL");
  CHECK(world.says("AR", kSuspension) == "NOT_GRANTED");
  CHECK(world.says("AR", "certificate_annulled { certificate: 'C1' }") == "NOT_GRANTED");
  CHECK(world.says("AR", kGrant) == "NUMBER_TAKEN");
  CHECK(world.says("AR", "certificate_granted { certificate: 'C2' subject: 'S1' scheme: SECURITY roles: EXPORTER }") ==
        "LIVE_CERTIFICATE_EXISTS");
  CHECK(world.approves("AR", grant) == "OK");
  CHECK(world.status("AR", "C1", "2025-03-10") == "ACTIVE");
  CHECK(world.approves("AR", grant) == "ALREADY_APPROVED");
}

TEST_CASE("a pending event changes nothing and takes effect from its own date when approved", "[rules]") {
  World world = world_with_approved_certificate();
  REQUIRE(world.says("AR", kSuspension) == "OK");
  const v1::EventRef suspension = world.last();
  CHECK(world.certificate("AR", "C1").has_pending());
  CHECK(world.status("AR", "C1", "2025-03-12") == "ACTIVE");
  world.today("2025-03-15");
  CHECK(world.approves("AR", suspension) == "OK");
  CHECK_FALSE(world.certificate("AR", "C1").has_pending());
  CHECK(world.status("AR", "C1", "2025-03-12") == "SUSPENDED");
}

TEST_CASE("one event of a certificate is pending at a time", "[rules]") {
  World world = world_with_approved_certificate();
  REQUIRE(world.says("AR", kSuspension) == "OK");
  CHECK(world.says("AR", kRevocation) == "HAS_PENDING");
  CHECK(world.says("AR", "certificate_annulled { certificate: 'C1' }") == "HAS_PENDING");
  CHECK(world.says("AR", "certificate_amended { certificate: 'C1' level: 'A' }") == "OK");  // needs no approval
}

TEST_CASE("a pending event lapses after thirty days", "[rules]") {
  World world = world_with_approved_certificate();
  REQUIRE(world.says("AR", kRevocation) == "OK");
  const v1::EventRef revocation = world.last();
  SECTION("on the last moment it can be approved") {
    world.now_ms(world.origin().block_time_ms + 30 * 86'400'000ULL - 1);
    CHECK(world.approves("AR", revocation) == "OK");
  }
  SECTION("then no more and another takes its place") {
    world.now_ms(world.origin().block_time_ms + 30 * 86'400'000ULL);
    CHECK(world.approves("AR", revocation) == "PENDING_LAPSED");
    CHECK(world.says("AR", kSuspension) == "OK");
    CHECK(world.approves("AR", revocation) == "PENDING_LAPSED");
    CHECK(world.status("AR", "C1", "2025-05-01") == "ACTIVE");
  }
}

TEST_CASE("the number of a lapsed grant may be granted to the same operator again", "[rules]") {
  World world = world_under_dual_control();
  REQUIRE(world.says("AR", "operator_registered { subject: 'S2' person: LEGAL tin: 'AR30999' }") == "OK");
  REQUIRE(world.says("AR", kGrant) == "OK");
  world.today("2025-04-10");
  CHECK(world.says("AR", "certificate_granted { certificate: 'C1' subject: 'S2' scheme: SECURITY roles: EXPORTER }") ==
        "NUMBER_TAKEN");
  CHECK(world.says("AR", kGrant) == "OK");
  CHECK(world.approves("AR", v1::EventRef(world.last())) == "OK");
  CHECK(world.status("AR", "C1", "2025-04-09") == "NOT_YET_EFFECTIVE");
  CHECK(world.status("AR", "C1", "2025-04-10") == "ACTIVE");
  CHECK(get<v1::OperatorRecord>(world.state(), "AR", "S1")->certificates_size() == 1);
}

TEST_CASE("what an event needs must hold again when it is approved", "[rules]") {
  World world = world_with_approved_certificate();
  REQUIRE(world.says("AR", kSuspension) == "OK");
  const v1::EventRef suspension = world.last();
  REQUIRE(world.says("AR", "certificate_surrendered { certificate: 'C1' }") == "OK");
  CHECK(world.approves("AR", suspension) == "ALREADY_SURRENDERED");
}

TEST_CASE("an approval names a pending event of its own administration", "[rules]") {
  World world = world_with_approved_certificate();
  REQUIRE(world.says("AR", "certificate_amended { certificate: 'C1' level: 'A' }") == "OK");
  const v1::EventRef amendment = world.last();
  CHECK(world.approves("AR", amendment) == "TARGET_UNKNOWN");
  REQUIRE(world.says("AR", kSuspension) == "OK");
  const v1::EventRef suspension = world.last();
  CHECK(world.approves("BR", suspension) == "TARGET_UNKNOWN");
  CHECK(world.approves("AR", v1::EventRef{}) == "TARGET_UNKNOWN");
  CHECK(world.approves("AR", suspension, "2025-03-09") == "DECISION_OUT_OF_ORDER");
  CHECK(world.approves("AR", suspension) == "OK");
}

TEST_CASE("without dual control events act at once", "[rules]") {
  World world = world_with_certificate();
  REQUIRE(world.says("BR", kSuspension) == "OK");
  const v1::EventRef suspension = world.last();
  CHECK(world.status("BR", "C1", "2025-03-10") == "SUSPENDED");
  CHECK(world.approves("BR", suspension) == "TARGET_UNKNOWN");
}
