// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "node/ledger/timeline.h"
#include "world.h"

namespace rules_appeal_test {

using namespace quipu::ledger;
using namespace quipu::ledger::testing;

// World::says with a target: TARGET in the text becomes the event's name.
std::string says_of(World& world, const v1::EventRef& target, std::string text, std::string_view author = "BR") {
  v1::Event event = event_from_text(text);
  if (event.has_appeal_lodged()) *event.mutable_appeal_lodged()->mutable_target() = target;
  if (event.has_appeal_decided()) *event.mutable_appeal_decided()->mutable_target() = target;
  return world.states(author, {event});
}

v1::EventRef stated(World& world, std::string_view text) {
  REQUIRE(world.says("BR", text) == "OK");
  return world.last();
}

constexpr const char* kSuspended = "certificate_suspended { certificate: 'C1' ground: CURE }";
constexpr const char* kRevoked = "certificate_revoked { certificate: 'C1' reapply_not_before: '2026-06-01' }";
constexpr const char* kAnnulled = "certificate_annulled { certificate: 'C1' }";
constexpr const char* kStay = "appeal_lodged { stay: true }";
constexpr const char* kAppeal = "appeal_lodged { }";
constexpr const char* kUpheld = "appeal_decided { outcome: UPHELD }";
constexpr const char* kFromNowOn = "appeal_decided { outcome: OVERTURNED effect: EX_NUNC }";
constexpr const char* kFromTheStart = "appeal_decided { outcome: OVERTURNED effect: EX_TUNC }";
constexpr const char* kOwnMotion = "legal_basis: 'OWN_MOTION' appeal_decided { outcome: OVERTURNED effect: EX_TUNC }";

// C1 was revoked on 2025-03-10.
struct Revoked {
  World world = world_with_certificate();
  v1::EventRef revocation = stated(world, kRevoked);
  std::string on(std::string_view day) { return world.status("BR", "C1", day); }
};

TEST_CASE("an appeal names an event of the author's own", "[rules]") {
  Revoked seen;
  CHECK(says_of(seen.world, {}, kAppeal) == "EVENT_UNKNOWN");
  v1::EventRef none = seen.revocation;
  none.set_index(1);
  CHECK(says_of(seen.world, none, kAppeal) == "EVENT_UNKNOWN");
  none = seen.revocation;
  none.mutable_leaf()->back() ^= 1;
  CHECK(says_of(seen.world, none, kAppeal) == "EVENT_UNKNOWN");
  CHECK(says_of(seen.world, seen.revocation, kAppeal, "CL") == "EVENT_UNKNOWN");
  CHECK(says_of(seen.world, seen.revocation, kAppeal) == "OK");
}

TEST_CASE("only suspensions and revocations and annulments are appealed against", "[rules]") {
  World world = world_with_certificate();
  const auto amendment = stated(world, "certificate_amended { certificate: 'C1' level: 'A' }");
  CHECK(says_of(world, amendment, kAppeal) == "NOT_ADVERSE");
  CHECK(says_of(world, amendment, kOwnMotion) == "NOT_ADVERSE");
  const auto suspension = stated(world, kSuspended);
  CHECK(says_of(world, suspension, kAppeal) == "OK");
  const auto revocation = stated(world, kRevoked);
  CHECK(says_of(world, revocation, kAppeal) == "OK");
  const auto annulment = stated(world, kAnnulled);
  CHECK(says_of(world, annulment, kAppeal) == "OK");
}

TEST_CASE("nobody appeals against a surrender but the administration may undo its own slip", "[rules]") {
  World world = world_with_certificate();
  const auto surrender = stated(world, "certificate_surrendered { certificate: 'C1' }");
  CHECK(says_of(world, surrender, kAppeal) == "NOT_ADVERSE");
  CHECK(says_of(world, surrender, kFromTheStart) == "NO_APPEAL_OPEN");
  CHECK(says_of(world, surrender, kOwnMotion) == "OK");
  CHECK(world.status("BR", "C1", "2025-03-10") == "ACTIVE");
}

TEST_CASE("one appeal against an event is open at a time and another may follow its decision", "[rules]") {
  Revoked seen;
  REQUIRE(says_of(seen.world, seen.revocation, kAppeal) == "OK");
  CHECK(appeal_open(seen.world.certificate("BR", "C1")));
  CHECK(says_of(seen.world, seen.revocation, kStay) == "APPEAL_IS_OPEN");
  REQUIRE(says_of(seen.world, seen.revocation, kUpheld) == "OK");
  CHECK_FALSE(appeal_open(seen.world.certificate("BR", "C1")));
  CHECK(says_of(seen.world, seen.revocation, kStay) == "OK");  // to the next instance
}

TEST_CASE("appeals take their place in the order of decisions", "[rules]") {
  Revoked seen;
  CHECK(says_of(seen.world, seen.revocation, std::string("decision_date: '2025-03-09' ") + kAppeal) ==
        "DECISION_OUT_OF_ORDER");
  CHECK(says_of(seen.world, seen.revocation, std::string("effective_from: '2025-03-09' ") + kStay) == "BACKDATED");
  REQUIRE(says_of(seen.world, seen.revocation, kAppeal) == "OK");
  CHECK(says_of(seen.world, seen.revocation, std::string("decision_date: '2025-03-09' ") + kUpheld) ==
        "DECISION_OUT_OF_ORDER");
}

TEST_CASE("a decision says how the appeal ended and how far back", "[rules]") {
  Revoked seen;
  REQUIRE(says_of(seen.world, seen.revocation, kAppeal) == "OK");
  CHECK(says_of(seen.world, seen.revocation, "appeal_decided { }") == "FIELD_MISSING");
  CHECK(says_of(seen.world, seen.revocation, "appeal_decided { outcome: OVERTURNED }") == "FIELD_MISSING");
  CHECK(says_of(seen.world, seen.revocation, std::string("effective_from: '2025-03-01' ") + kFromNowOn) == "BACKDATED");
  CHECK(says_of(seen.world, seen.revocation, std::string("effective_from: '2025-03-01' ") + kUpheld) == "BACKDATED");
  CHECK(says_of(seen.world, seen.revocation, std::string("effective_from: '2025-03-10' ") + kFromTheStart) == "OK");
}

TEST_CASE("without an appeal only the administration's own motion overturns", "[rules]") {
  Revoked seen;
  CHECK(says_of(seen.world, seen.revocation, kUpheld) == "NO_APPEAL_OPEN");
  CHECK(says_of(seen.world, seen.revocation, kFromTheStart) == "NO_APPEAL_OPEN");
  CHECK(says_of(seen.world, seen.revocation, "legal_basis: 'OWN_MOTION' appeal_decided { outcome: UPHELD }") ==
        "NO_APPEAL_OPEN");
  CHECK(says_of(seen.world, seen.revocation, kOwnMotion, "CL") == "EVENT_UNKNOWN");
  CHECK(says_of(seen.world, seen.revocation, kOwnMotion) == "OK");
  CHECK(seen.on("2025-03-10") == "ACTIVE");
  CHECK(says_of(seen.world, seen.revocation, kOwnMotion) == "ALREADY_UNDONE");
  CHECK(says_of(seen.world, seen.revocation, kAppeal) == "ALREADY_UNDONE");
}

TEST_CASE("a stay freezes a revocation from its own effect until the decision's", "[rules]") {
  Revoked seen;
  seen.world.today("2025-03-20");
  REQUIRE(says_of(seen.world, seen.revocation, std::string("effective_from: '2025-03-22' ") + kStay) == "OK");
  CHECK(seen.on("2025-03-10") == "REVOKED");
  CHECK(seen.on("2025-03-21") == "REVOKED");
  CHECK(seen.on("2025-03-22") == "ACTIVE");
  CHECK(seen.on("2026-12-31") == "ACTIVE");
  CHECK(seen.on("2027-01-01") == "EXPIRED");  // a stay gives back no more than there was
  seen.world.today("2025-05-05");
  REQUIRE(says_of(seen.world, seen.revocation, std::string("effective_from: '2025-05-10' ") + kUpheld) == "OK");
  CHECK(seen.on("2025-03-22") == "ACTIVE");
  CHECK(seen.on("2025-05-09") == "ACTIVE");
  CHECK(seen.on("2025-05-10") == "REVOKED");
}

TEST_CASE("an appeal without a stay freezes nothing", "[rules]") {
  Revoked seen;
  REQUIRE(says_of(seen.world, seen.revocation, kAppeal) == "OK");
  CHECK(seen.on("2025-03-10") == "REVOKED");
  CHECK(seen.on("2025-06-01") == "REVOKED");
}

TEST_CASE("a stay that comes before the revocation's effect keeps it from beginning", "[rules]") {
  World world = world_with_certificate();
  const auto revocation = stated(world, "effective_from: '2025-06-01' certificate_revoked { certificate: 'C1' }");
  REQUIRE(says_of(world, revocation, kStay) == "OK");
  CHECK(world.status("BR", "C1", "2025-06-01") == "ACTIVE");
  world.today("2025-08-01");
  REQUIRE(says_of(world, revocation, kUpheld) == "OK");
  CHECK(world.status("BR", "C1", "2025-07-31") == "ACTIVE");
  CHECK(world.status("BR", "C1", "2025-08-01") == "REVOKED");
}

TEST_CASE("an appeal decided ex tunc makes the history as though the event had never been", "[rules]") {
  Revoked seen;
  seen.world.today("2025-05-01");
  REQUIRE(says_of(seen.world, seen.revocation, kStay) == "OK");
  REQUIRE(says_of(seen.world, seen.revocation, kFromTheStart) == "OK");
  CHECK(seen.on("2025-03-10") == "ACTIVE");
  CHECK(seen.on("2025-05-01") == "ACTIVE");
  SECTION("the certificate takes what it took before") {
    CHECK(seen.world.says("BR", "certificate_renewed { certificate: 'C1' valid_to: '2029-12-31' }") == "OK");
    const auto again = stated(seen.world, kRevoked);
    CHECK(seen.on("2025-04-30") == "ACTIVE");
    CHECK(seen.on("2025-05-01") == "REVOKED");
    CHECK(says_of(seen.world, again, kStay) == "OK");
  }
  SECTION("the ban on applying again is gone") {
    CHECK(seen.world.says(
              "BR", "certificate_granted { certificate: 'C2' subject: 'S1' scheme: BASIC roles: EXPORTER }") == "OK");
  }
}

TEST_CASE("an appeal decided ex nunc leaves the days before it", "[rules]") {
  Revoked seen;
  seen.world.today("2025-05-01");
  REQUIRE(says_of(seen.world, seen.revocation, kAppeal) == "OK");
  REQUIRE(says_of(seen.world, seen.revocation, std::string("effective_from: '2025-05-10' ") + kFromNowOn) == "OK");
  CHECK(seen.on("2025-03-09") == "ACTIVE");
  CHECK(seen.on("2025-05-09") == "REVOKED");
  CHECK(seen.on("2025-05-10") == "ACTIVE");
  CHECK(seen.world.says("BR", kSuspended) == "NOT_ACTIVE");  // not before the day from which it stands again
  seen.world.today("2025-05-10");
  CHECK(seen.world.says("BR", kSuspended) == "OK");
  SECTION("and a further instance may undo those too") {
    REQUIRE(says_of(seen.world, seen.revocation, kAppeal) == "OK");
    REQUIRE(says_of(seen.world, seen.revocation, kFromTheStart) == "OK");
    CHECK(seen.on("2025-05-09") == "ACTIVE");
  }
}

TEST_CASE("of two ends that act on a day the one that began first is the status", "[rules]") {
  World world = world_with_certificate();
  const auto revocation = stated(world, "effective_from: '2026-01-01' certificate_revoked { certificate: 'C1' }");
  REQUIRE(says_of(world, revocation, kAppeal) == "OK");
  REQUIRE(says_of(world, revocation, std::string("effective_from: '2026-03-01' ") + kFromNowOn) == "OK");
  REQUIRE(world.says("BR", "effective_from: '2025-06-01' certificate_surrendered { certificate: 'C1' }") == "OK");
  CHECK(world.status("BR", "C1", "2025-05-31") == "ACTIVE");
  CHECK(world.status("BR", "C1", "2025-06-01") == "SURRENDERED");
  CHECK(world.status("BR", "C1", "2026-02-01") == "SURRENDERED");
}

TEST_CASE("of two decisions from some day on the earlier day counts", "[rules]") {
  Revoked seen;
  const auto overturned_from = [&](const std::string& day) {
    return says_of(seen.world, seen.revocation, "effective_from: '" + day + "' " + kFromNowOn);
  };
  REQUIRE(says_of(seen.world, seen.revocation, kAppeal) == "OK");
  REQUIRE(overturned_from("2025-06-01") == "OK");
  REQUIRE(says_of(seen.world, seen.revocation, kAppeal) == "OK");
  REQUIRE(overturned_from("2025-05-01") == "OK");
  CHECK(seen.on("2025-05-01") == "ACTIVE");
  REQUIRE(says_of(seen.world, seen.revocation, kAppeal) == "OK");
  REQUIRE(overturned_from("2025-07-01") == "OK");
  CHECK(seen.on("2025-04-30") == "REVOKED");
  CHECK(seen.on("2025-05-01") == "ACTIVE");
}

TEST_CASE("a stayed revocation lets the certificate work but not be changed", "[rules]") {
  Revoked seen;
  REQUIRE(says_of(seen.world, seen.revocation, kStay) == "OK");
  CHECK(seen.world.says("BR", "certificate_renewed { certificate: 'C1' valid_to: '2029-12-31' }") == "ALREADY_REVOKED");
  CHECK(seen.world.says("BR", kSuspended) == "ALREADY_REVOKED");
  CHECK(seen.world.says("BR", "certificate_granted { certificate: 'C2' subject: 'S1' scheme: SECURITY roles: PORT }") ==
        "OK");  // the ban is frozen too
  CHECK(seen.world.says("BR",
                        "certificate_granted { certificate: 'C3' subject: 'S1' scheme: SECURITY roles: EXPORTER }") ==
        "LIVE_CERTIFICATE_EXISTS");
  CHECK(seen.world.says("BR", kAnnulled) == "OK");
  CHECK(seen.on("2025-03-10") == "ANNULLED");
}

TEST_CASE("a stayed suspension is neither reinstated nor prolonged and another may be stated", "[rules]") {
  World world = world_with_certificate();
  const auto suspension = stated(world, kSuspended);
  REQUIRE(says_of(world, suspension, kStay) == "OK");
  CHECK(world.status("BR", "C1", "2025-03-10") == "ACTIVE");
  CHECK(world.says("BR", "certificate_reinstated { certificate: 'C1' effect: EX_NUNC }") == "NOT_SUSPENDED");
  CHECK(world.says("BR", "suspension_prolonged { certificate: 'C1' until: '2025-09-01' }") == "NOT_SUSPENDED");
  CHECK(world.says("BR", "certificate_suspended { certificate: 'C1' ground: INVESTIGATION }") == "OK");
  CHECK(world.status("BR", "C1", "2025-03-10") == "SUSPENDED");
}

TEST_CASE("a suspension that is over may still be overturned for the days it took", "[rules]") {
  World world = world_with_certificate();
  const auto suspension = stated(world, kSuspended);
  world.today("2025-03-20");
  REQUIRE(world.says("BR", "certificate_reinstated { certificate: 'C1' effect: EX_NUNC }") == "OK");
  REQUIRE(says_of(world, suspension, kStay) == "OK");
  CHECK(world.status("BR", "C1", "2025-03-15") == "SUSPENDED");
  REQUIRE(says_of(world, suspension, kFromTheStart) == "OK");
  CHECK(world.status("BR", "C1", "2025-03-15") == "ACTIVE");
}

TEST_CASE("nothing is left to appeal against in a suspension reinstated ex tunc", "[rules]") {
  World world = world_with_certificate();
  const auto suspension = stated(world, kSuspended);
  SECTION("before the appeal") {
    REQUIRE(world.says("BR", "certificate_reinstated { certificate: 'C1' effect: EX_TUNC }") == "OK");
    CHECK(says_of(world, suspension, kAppeal) == "ALREADY_UNDONE");
  }
  SECTION("while an appeal is open that is decided all the same") {
    REQUIRE(says_of(world, suspension, kAppeal) == "OK");
    REQUIRE(world.says("BR", "certificate_reinstated { certificate: 'C1' effect: EX_TUNC }") == "OK");
    CHECK(says_of(world, suspension, kUpheld) == "OK");
    CHECK(world.status("BR", "C1", "2025-03-10") == "ACTIVE");
  }
}

TEST_CASE("appeals against two events of a certificate go their own ways", "[rules]") {
  World world = world_with_certificate();
  const auto suspension = stated(world, kSuspended);
  world.today("2025-03-20");
  const auto revocation = stated(world, kRevoked);
  REQUIRE(says_of(world, suspension, kAppeal) == "OK");
  REQUIRE(says_of(world, revocation, kStay) == "OK");
  CHECK(world.status("BR", "C1", "2025-03-20") == "SUSPENDED");  // what the revocation covered shows again
  REQUIRE(says_of(world, suspension, kFromTheStart) == "OK");
  CHECK(world.status("BR", "C1", "2025-03-20") == "ACTIVE");
  REQUIRE(says_of(world, revocation, kUpheld) == "OK");
  CHECK(world.status("BR", "C1", "2025-03-19") == "ACTIVE");
  CHECK(world.status("BR", "C1", "2025-03-20") == "REVOKED");
}

TEST_CASE("an annulment may be stayed and overturned like the rest", "[rules]") {
  World world = world_with_certificate();
  const auto annulment = stated(world, kAnnulled);
  world.today("2025-04-01");
  REQUIRE(says_of(world, annulment, kStay) == "OK");
  CHECK(world.status("BR", "C1", "2025-03-31") == "ANNULLED");
  CHECK(world.status("BR", "C1", "2025-04-01") == "ACTIVE");
  CHECK(world.says("BR", kAnnulled) == "ALREADY_ANNULLED");
  world.today("2025-05-01");
  SECTION("upheld") {
    REQUIRE(says_of(world, annulment, kUpheld) == "OK");
    CHECK(world.status("BR", "C1", "2025-04-30") == "ACTIVE");
    CHECK(world.status("BR", "C1", "2025-05-01") == "ANNULLED");
  }
  SECTION("overturned as if it had never been") {
    REQUIRE(says_of(world, annulment, kFromTheStart) == "OK");
    CHECK(world.status("BR", "C1", "2024-01-10") == "ACTIVE");
    CHECK(world.says("BR", kAnnulled) == "OK");
    CHECK(world.status("BR", "C1", "2024-01-10") == "ANNULLED");
  }
}

TEST_CASE("a role suspended alone comes back while its suspension is stayed", "[rules]") {
  World world = world_with_certificate();
  const auto suspension = stated(world, "certificate_suspended { certificate: 'C1' ground: CURE roles: EXPORTER }");
  const auto suspended = [&](std::string_view day) {
    return suspended_roles_on(world.certificate("BR", "C1"), *Date::parse(day));
  };
  world.today("2025-03-20");
  REQUIRE(says_of(world, suspension, kStay) == "OK");
  CHECK(suspended("2025-03-19") == std::vector<int>{v1::EXPORTER});
  CHECK(suspended("2025-03-20").empty());
  CHECK(world.reason("CL", "BR12345678000190", "2025-03-19") == "SUSPENDED");
  CHECK(world.reason("CL", "BR12345678000190", "2025-03-20") == "RECOGNISED");
}

TEST_CASE("an event that waits for approval or lapsed is not appealed against", "[rules]") {
  World world = small_world();
  REQUIRE(world.says("AR", {"operator_registered { subject: 'S1' person: LEGAL tin: 'AR30123' }",
                            "certificate_granted { certificate: 'C1' subject: 'S1' scheme: BASIC roles: PORT }"}) ==
          "OK");
  v1::EventRef grant = world.last();
  grant.set_index(1);
  REQUIRE(world.approves("AR", grant) == "OK");
  REQUIRE(world.says("AR", kRevoked) == "OK");
  const v1::EventRef revocation = world.last();
  CHECK(says_of(world, revocation, kAppeal, "AR") == "EVENT_WITHOUT_EFFECT");
  CHECK(says_of(world, revocation, kOwnMotion, "AR") == "EVENT_WITHOUT_EFFECT");
  REQUIRE(world.approves("AR", revocation) == "OK");
  const v1::EventRef approval = world.last();
  CHECK(says_of(world, approval, kAppeal, "AR") == "EVENT_UNKNOWN");  // the appeal names what was approved
  CHECK(says_of(world, revocation, kStay, "AR") == "OK");
  CHECK(world.status("AR", "C1", "2025-03-10") == "ACTIVE");
}

}  // namespace rules_appeal_test
