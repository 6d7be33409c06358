// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "crypto/merkle.h"
#include "node/ledger/programme.h"
#include "node/ledger/rules/programmes.h"
#include "node/ledger/rules/records.h"
#include "world.h"

namespace rules_programme_test {

using namespace quipu::ledger;
using namespace quipu::ledger::testing;
using quipu::crypto::Digest;
using quipu::crypto::leaf_hash;
using quipu::crypto::node_hash;

v1::Event attestation(std::string as_of, std::uint64_t active, const Digest& root) {
  v1::Event event;
  event.mutable_list_attested()->set_as_of(std::move(as_of));
  event.mutable_list_attested()->set_active(active);
  event.mutable_list_attested()->set_list_root(quipu::Bytes(root.view()));
  return event;
}

// BR has C1 for S1 from 2024-01-10, and C10 and C2 for S2 from 2025-02-01; C10 is suspended from 2025-03-01.
World world_with_three() {
  World world = world_with_certificate();
  world.today("2025-02-01");
  REQUIRE(world.says("BR", {"operator_registered { subject: 'S2' person: LEGAL tin: 'BR99999999000190' }",
                            "certificate_granted { certificate: 'C10' subject: 'S2' scheme: BASIC roles: PORT }",
                            "certificate_granted { certificate: 'C2' subject: 'S2' scheme: SECURITY roles: PORT }"}) ==
          "OK");
  world.today("2025-03-01");
  REQUIRE(world.says("BR", "certificate_suspended { certificate: 'C10' ground: CURE }") == "OK");
  world.today("2025-03-10");
  return world;
}

std::uint64_t noon_of(std::string_view day) {
  return static_cast<std::uint64_t>(Date::parse(day)->days) * 86'400'000 + 43'200'000;
}

TEST_CASE("a list is attested by its count and the root over its numbers in order", "[rules]") {
  World world = world_with_three();
  const Digest two = node_hash(leaf_hash("C1"), leaf_hash("C2"));
  const Digest three = node_hash(node_hash(leaf_hash("C1"), leaf_hash("C10")), leaf_hash("C2"));
  CHECK(world.states("BR", {attestation("2025-03-10", 3, three)}) == "LIST_COUNT_DIFFERS");
  CHECK(world.states("BR", {attestation("2025-03-10", 2, three)}) == "LIST_ROOT_DIFFERS");
  CHECK(world.states("BR", {attestation("2025-03-10", 2, two)}) == "OK");
  CHECK(world.states("BR", {attestation("2025-02-28", 3, three)}) == "OK");
  CHECK(world.states("BR", {attestation("2024-06-01", 1, leaf_hash("C1"))}) == "OK");
  CHECK(world.states("PE", {attestation("2025-03-10", 0, quipu::crypto::empty_root())}) == "OK");
}

TEST_CASE("a list is attested for a real day that is no later than the decision", "[rules]") {
  World world = world_with_three();
  const Digest two = node_hash(leaf_hash("C1"), leaf_hash("C2"));
  CHECK(world.states("BR", {attestation("", 2, two)}) == "DATE_MALFORMED");
  CHECK(world.states("BR", {attestation("2025-03-11", 2, two)}) == "AS_OF_IN_FUTURE");
  v1::Event odd = attestation("2025-03-10", 2, two);
  odd.mutable_list_attested()->clear_list_root();
  CHECK(world.states("BR", {odd}) == "FIELD_MISSING");
  odd.mutable_list_attested()->set_list_root("x");
  CHECK(world.states("BR", {odd}) == "COMMITMENT_MALFORMED");
}

TEST_CASE("a list is compared with what the events before it left", "[rules]") {
  World world = world_with_three();
  const v1::Event revocation = event_from_text("certificate_revoked { certificate: 'C2' }");
  const v1::Event two = attestation("2025-03-10", 2, node_hash(leaf_hash("C1"), leaf_hash("C2")));
  const v1::Event one = attestation("2025-03-10", 1, leaf_hash("C1"));
  CHECK(world.states("BR", {revocation, two}) == "LIST_COUNT_DIFFERS");
  CHECK(world.states("BR", {two, revocation, one}) == "OK");
}

TEST_CASE("a block counts an issuer's certificates a few times only", "[rules]") {
  World world = world_with_three();
  const v1::Event one = attestation("2024-06-01", 1, leaf_hash("C1"));
  const std::vector<v1::Event> as_many(kMostCountsInBlock, one);
  std::vector<v1::Event> more = as_many;
  more.push_back(event_from_text("programme_statistics { month: '2025-02' }"));
  CHECK(world.states("BR", more) == "COUNTED_TOO_OFTEN");
  CHECK(world.states("BR", as_many) == "OK");
  CHECK(world.states("BR", as_many) == "OK");  // in the next block
}

TEST_CASE("an issuer that attested no list for seven days is stale", "[rules]") {
  World world = world_with_three();
  CHECK(issuer_stale(world.state(), "BR", noon_of("2025-03-10")));
  const Digest two = node_hash(leaf_hash("C1"), leaf_hash("C2"));
  REQUIRE(world.states("BR", {attestation("2025-03-10", 2, two)}) == "OK");
  CHECK_FALSE(issuer_stale(world.state(), "BR", noon_of("2025-03-17")));
  CHECK(issuer_stale(world.state(), "BR", noon_of("2025-03-18")));
  CHECK(issuer_stale(world.state(), "CL", noon_of("2025-03-10")));
  SECTION("and an old list does not make it fresh nor take freshness away") {
    REQUIRE(world.states("BR", {attestation("2024-06-01", 1, leaf_hash("C1"))}) == "OK");
    CHECK_FALSE(issuer_stale(world.state(), "BR", noon_of("2025-03-17")));
  }
}

TEST_CASE("figures are stated for a month that is over", "[rules]") {
  World world = world_with_three();
  CHECK(world.says("BR", "programme_statistics { }") == "MONTH_MALFORMED");
  CHECK(world.says("BR", "programme_statistics { month: '2025-13' }") == "MONTH_MALFORMED");
  CHECK(world.says("BR", "programme_statistics { month: '2025-03' }") == "MONTH_NOT_OVER");
  CHECK(world.says("BR", "decision_date: '2025-02-28' programme_statistics { month: '2025-02' }") == "MONTH_NOT_OVER");
  CHECK(world.says("BR", "decision_date: '2025-03-01' programme_statistics { month: '2025-02' }") == "OK");
}

TEST_CASE("figures that differ from the ledger's are taken and flagged", "[rules]") {
  World world = world_with_three();
  const auto record = [&] { return *get<v1::StatisticsRecord>(world.state(), "BR", "2025-02"); };
  REQUIRE(world.says("BR", "programme_statistics { month: '2025-02' active: 3 granted: 3 applications: 9 }") == "OK");
  CHECK(record().mismatch());
  CHECK(record().derived().active() == 3);
  CHECK(record().derived().granted() == 2);
  REQUIRE(world.says("BR", "programme_statistics { month: '2025-02' active: 3 granted: 2 applications: 9 }") == "OK");
  CHECK_FALSE(record().mismatch());  // the log keeps the first figures
  CHECK(record().history().events_size() == 2);
}

TEST_CASE("figures of applications are compared where the network keeps applications", "[rules]") {
  World world = world_with_three();
  world.sets("application_profile", "1");
  const std::string applicant(32, 'a');
  REQUIRE(world.says("BR", "application_filed { application: 'A1' applicant_commitment: '" + applicant +
                               "' scheme: SECURITY roles: IMPORTER filed_on: '2025-02-27' }") == "OK");
  REQUIRE(world.says("BR",
                     "application_accepted { application: 'A1' accepted_on: '2025-03-05' "
                     "decision_due: '2025-07-01' }") == "OK");
  REQUIRE(world.says("BR", "application_closed { application: 'A1' outcome: REFUSED }") == "OK");
  CHECK(programme_figures(world.state(), "BR", "2025-02").applications == 1);
  CHECK(programme_figures(world.state(), "BR", "2025-02").refused == 0);
  CHECK(programme_figures(world.state(), "BR", "2025-03").refused == 1);
  const auto mismatch = [&](const std::string& applications) {
    REQUIRE(world.says("BR", "programme_statistics { month: '2025-02' active: 3 granted: 2 " + applications + " }") ==
            "OK");
    return get<v1::StatisticsRecord>(world.state(), "BR", "2025-02")->mismatch();
  };
  CHECK(mismatch("applications: 9"));
  CHECK_FALSE(mismatch("applications: 1"));
}

TEST_CASE("a month's figures follow from the statuses at its two ends", "[rules]") {
  World world = world_with_three();
  const auto figures = [&](std::string_view month) { return programme_figures(world.state(), "BR", month); };
  CHECK(figures("2024-01").granted == 1);
  CHECK(figures("2024-01").active == 1);
  CHECK(figures("2025-03").active == 2);
  CHECK(figures("2025-03").suspended == 1);
  CHECK(figures("2025-03").granted == 0);
  CHECK(figures("2025-03").ended == 0);
  CHECK(figures("2027-01").ended == 1);  // C1 expired after the last day of 2026
  CHECK(figures("2026-12").ended == 0);
  REQUIRE(world.says("BR", "certificate_revoked { certificate: 'C2' }") == "OK");
  REQUIRE(world.says("BR", "certificate_annulled { certificate: 'C10' }") == "OK");
  CHECK(figures("2025-03").ended == 1);
  CHECK(figures("2025-02").granted == 1);  // the annulled one never came into effect
}

TEST_CASE("a month's last day is known", "[rules]") {
  CHECK(last_day_of("2024-02")->text() == "2024-02-29");
  CHECK(last_day_of("2025-02")->text() == "2025-02-28");
  CHECK(last_day_of("2025-12")->text() == "2025-12-31");
  CHECK_FALSE(last_day_of("2025-2"));
  CHECK_FALSE(last_day_of("2025-02-"));
}

}  // namespace rules_programme_test
