// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/timeline.h"

#include <catch2/catch.hpp>

#include "world.h"

namespace {

using namespace quipu::ledger;
using namespace quipu::ledger::testing;

std::vector<int> roles(const World& world, std::string_view day) {
  return roles_on(world.certificate("BR", "C1"), *Date::parse(day));
}

std::vector<int> suspended_roles(const World& world, std::string_view day) {
  return suspended_roles_on(world.certificate("BR", "C1"), *Date::parse(day));
}

}  // namespace

TEST_CASE("a certificate is active from its first to its last day", "[timeline]") {
  const World world = world_with_certificate();
  CHECK(world.status("BR", "C1", "2024-01-09") == "NOT_YET_EFFECTIVE");
  CHECK(world.status("BR", "C1", "2024-01-10") == "ACTIVE");
  CHECK(world.status("BR", "C1", "2026-12-31") == "ACTIVE");
  CHECK(world.status("BR", "C1", "2027-01-01") == "EXPIRED");
}

TEST_CASE("a renewal after a gap leaves the gap expired", "[timeline]") {
  World world = world_with_certificate();
  world.today("2027-02-01");
  REQUIRE(world.says("BR", "certificate_renewed { certificate: 'C1' valid_to: '2029-12-31' }") == "OK");
  CHECK(world.status("BR", "C1", "2026-12-31") == "ACTIVE");
  CHECK(world.status("BR", "C1", "2027-01-15") == "EXPIRED");
  CHECK(world.status("BR", "C1", "2027-02-01") == "ACTIVE");
  CHECK(world.status("BR", "C1", "2030-01-01") == "EXPIRED");
}

TEST_CASE("the end comes before expiry and expiry before suspension", "[timeline]") {
  World world = world_with_certificate();
  REQUIRE(world.says("BR", "certificate_suspended { certificate: 'C1' ground: INVESTIGATION }") == "OK");
  CHECK(world.status("BR", "C1", "2026-12-31") == "SUSPENDED");
  CHECK(world.status("BR", "C1", "2027-01-01") == "EXPIRED");
  REQUIRE(world.says("BR", "effective_from: '2026-02-01' certificate_revoked { certificate: 'C1' }") == "OK");
  CHECK(world.status("BR", "C1", "2026-01-31") == "SUSPENDED");
  CHECK(world.status("BR", "C1", "2026-02-01") == "REVOKED");
  CHECK(world.status("BR", "C1", "2027-01-01") == "REVOKED");
  REQUIRE(world.says("BR", "certificate_annulled { certificate: 'C1' }") == "OK");
  CHECK(world.status("BR", "C1", "2024-01-09") == "ANNULLED");
}

TEST_CASE("a surrender ends from its effect", "[timeline]") {
  World world = world_with_certificate();
  REQUIRE(world.says("BR", "certificate_surrendered { certificate: 'C1' requested_on: '2025-03-01' }") == "OK");
  CHECK(world.status("BR", "C1", "2025-03-09") == "ACTIVE");
  CHECK(world.status("BR", "C1", "2025-03-10") == "SURRENDERED");
}

TEST_CASE("roles follow the amendments by their effect and not by their order in the log", "[timeline]") {
  World world = world_with_certificate();
  REQUIRE(world.says("BR",
                     "effective_from: '2025-06-01' certificate_amended { certificate: 'C1' "
                     "roles_removed: EXPORTER }") == "OK");
  REQUIRE(
      world.says("BR", "effective_from: '2025-05-01' certificate_amended { certificate: 'C1' roles_added: PORT }") ==
      "OK");
  CHECK(roles(world, "2020-01-01") == std::vector<int>{v1::IMPORTER, v1::EXPORTER});
  CHECK(roles(world, "2025-04-30") == std::vector<int>{v1::IMPORTER, v1::EXPORTER});
  CHECK(roles(world, "2025-05-01") == std::vector<int>{v1::IMPORTER, v1::EXPORTER, v1::PORT});
  CHECK(roles(world, "2025-06-01") == std::vector<int>{v1::IMPORTER, v1::PORT});
}

TEST_CASE("of two amendments with one day of effect the later in the log wins", "[timeline]") {
  World world = world_with_certificate();
  REQUIRE(world.says("BR", "certificate_amended { certificate: 'C1' roles_added: PORT }") == "OK");
  REQUIRE(world.says("BR", "certificate_amended { certificate: 'C1' roles_removed: PORT }") == "OK");
  CHECK(roles(world, "2025-03-10") == std::vector<int>{v1::IMPORTER, v1::EXPORTER});
}

TEST_CASE("a role suspended alone leaves the certificate active", "[timeline]") {
  World world = world_with_certificate();
  REQUIRE(world.says("BR", "certificate_suspended { certificate: 'C1' ground: CURE roles: EXPORTER }") == "OK");
  CHECK(world.status("BR", "C1", "2025-03-10") == "ACTIVE");
  CHECK(suspended_roles(world, "2025-03-09").empty());
  CHECK(suspended_roles(world, "2025-03-10") == std::vector<int>{v1::EXPORTER});
  world.today("2025-03-20");
  REQUIRE(world.says("BR", "certificate_reinstated { certificate: 'C1' effect: EX_NUNC }") == "OK");
  CHECK(suspended_roles(world, "2025-03-19") == std::vector<int>{v1::EXPORTER});
  CHECK(suspended_roles(world, "2025-03-20").empty());
}

TEST_CASE("statuses have the names of the documents", "[timeline]") {
  CHECK(name_of(CertificateStatus::kNotYetEffective) == "NOT_YET_EFFECTIVE");
  CHECK(name_of(CertificateStatus::kPendingApproval) == "PENDING_APPROVAL");
}
