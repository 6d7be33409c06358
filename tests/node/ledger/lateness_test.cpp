// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/lateness.h"

#include <catch2/catch.hpp>

#include "node/ledger/rules/records.h"
#include "node/ledger/state.pb.h"
#include "world.h"

namespace lateness_test {

using namespace quipu::ledger;
using namespace quipu::ledger::testing;

// States the event and gives its lag in the block that takes it.
std::int32_t lag_of(World& world, std::string_view author, v1::Event event, v1::KeyPurpose purpose = v1::ISSUER) {
  const Submission submission = world.prepare(author, {std::move(event)}, purpose);
  REQUIRE(world.offers(submission) == "OK");
  return lag_days(world.state(), submission, 0);
}

std::int32_t lag_of(World& world, std::string_view author, std::string_view text) {
  return lag_of(world, author, event_from_text(text));
}

v1::Event approval_of(const v1::EventRef& target) {
  v1::Event event;
  *event.mutable_event_approved()->mutable_target() = target;
  return event;
}

TEST_CASE("an event is late by the days from its effect to its block's date", "[lateness]") {
  World world = small_world();  // 2025-03-10
  const auto registration = [](const std::string& subject, const std::string& dates) {
    return dates + "operator_registered { subject: '" + subject + "' person: LEGAL tin: 'BR1234567800" + subject +
           "' }";
  };
  CHECK(lag_of(world, "BR", registration("0190", "")) == 0);
  CHECK(lag_of(world, "BR", registration("0270", "decision_date: '2025-03-09' ")) == 1);
  CHECK(lag_of(world, "BR", registration("0350", "decision_date: '2024-03-10' ")) == 365);
  CHECK(lag_of(world, "BR", registration("0430", "decision_date: '2025-03-01' effective_from: '2025-03-10' ")) == 0);
  CHECK(lag_of(world, "BR", registration("0511", "decision_date: '2025-03-01' effective_from: '2025-04-10' ")) == 0);
  CHECK(lag_of(world, "BR", registration("0600", "decision_date: '2025-03-01' effective_from: '2025-03-05' ")) == 5);
}

TEST_CASE("lateness goes by the author's own calendar", "[lateness]") {
  constexpr std::uint64_t kOneInTheMorning_ms = 1'741'568'400'000;  // 2025-03-10T01:00:00Z, in AR still the 9th
  World world = small_world();
  world.now_ms(kOneInTheMorning_ms);
  constexpr const char* kYesterday = "decision_date: '2025-03-09' operator_registered { subject: 'S9' person: LEGAL ";
  CHECK(lag_of(world, "AR", std::string(kYesterday) + "tin: 'AR30999' }") == 0);
  CHECK(lag_of(world, "CL", std::string(kYesterday) + "tin: 'CL30999' }") == 1);
}

TEST_CASE("lateness does not change when the author changes its calendar", "[lateness]") {
  constexpr std::uint64_t kOneInTheMorning_ms = 1'741'568'400'000;  // 2025-03-10T01:00:00Z, in AR still the 9th
  World world = small_world();
  world.now_ms(kOneInTheMorning_ms);
  const Submission submission =
      world.prepare("AR",
                    {event_from_text("decision_date: '2025-03-07' operator_registered { subject: 'S9' person: LEGAL "
                                     "tin: 'AR30999' }")},
                    v1::ISSUER);
  REQUIRE(world.offers(submission) == "OK");
  auto member = get<v1::MemberRecord>(world.state(), "AR", "");
  member->set_utc_offset_minutes(0);
  put(world.state_by_hand(), "AR", "", *member);
  CHECK(lag_days(world.state(), submission, 0) == 2);
}

TEST_CASE("under dual control the approval is late and what waits for it is not", "[lateness]") {
  World world = small_world();
  REQUIRE(world.says("AR", "operator_registered { subject: 'S1' person: LEGAL tin: 'AR30123' }") == "OK");
  CHECK(lag_of(world, "AR",
               "decision_date: '2025-03-08' certificate_granted { certificate: 'C1' subject: 'S1' "
               "scheme: SECURITY roles: EXPORTER }") == 0);
  const v1::EventRef grant = world.last();
  world.today("2025-03-15");
  CHECK(lag_of(world, "AR", approval_of(grant), v1::APPROVER) == 7);
}

TEST_CASE("an annulment is late by all the time since the certificate's first day", "[lateness]") {
  World world = world_with_certificate();  // granted 2024-01-10
  world.today("2025-01-10");
  CHECK(lag_of(world, "BR", "certificate_annulled { certificate: 'C1' }") == 366);
}

}  // namespace lateness_test
