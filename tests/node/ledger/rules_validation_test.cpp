// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "node/ledger/rules/records.h"
#include "world.h"

namespace {

namespace v1 = quipu::ledger::v1;

using namespace quipu::ledger::testing;

std::string recorded(World& world, const std::string& author, const std::string& rest) {
  return world.says(
      author,
      "validation_recorded { validation: 'V1' subject: 'S1' from: '2025-03-01' result: COMPLIANT " + rest + " }");
}

std::string recorded_as(World& world, const std::string& mode, const std::string& rest) {
  return recorded(world, "BR", "issuer: 'BR' to: '2025-03-02' mode: " + mode + " " + rest);
}

// CL's expert, accredited for that spring.
World world_with_expert() {
  World world = world_with_certificate();
  world.today("2025-02-01");
  REQUIRE(world.says("CL",
                     "expert_accredited { expert: 'E-77' languages: ['ES', 'PT'] fields: 'SECURITY' "
                     "until: '2025-06-30' }") == "OK");
  world.today("2025-03-10");
  return world;
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

TEST_CASE("a joint or a peer validation names another administration that took part", "[rules]") {
  World world = world_with_certificate();
  CHECK(recorded_as(world, "JOINT", "") == "PARTICIPANT_MISSING");
  CHECK(recorded_as(world, "PEER", "participants: 'BR'") == "PARTICIPANT_MISSING");
  CHECK(recorded_as(world, "JOINT", "participants: ['BR', 'CL']") == "OK");
}

TEST_CASE("a validation is made on site or from afar or half and half by the issuer alone", "[rules]") {
  for (const char* mode : {"ONSITE", "REMOTE", "HYBRID"}) {
    World world = world_with_certificate();
    INFO(mode);
    CHECK(recorded_as(world, mode, "") == "OK");
  }
}

TEST_CASE("experts named are accredited by whomever on every day of the validation", "[rules]") {
  World world = world_with_expert();
  CHECK(recorded_as(world, "REMOTE", "experts: 'E-78'") == "EXPERT_UNKNOWN");
  CHECK(recorded_as(world, "REMOTE", "experts: 'e'") == "ID_MALFORMED");
  CHECK(recorded_as(world, "REMOTE", "experts: ['E-77', 'E-77']") == "LIST_NOT_ASCENDING");
  const auto on = [&](const std::string& from, const std::string& to) {
    return world.says("BR", "validation_recorded { validation: 'V-" + from +
                                "' issuer: 'BR' subject: 'S1' mode: ONSITE "
                                "result: COMPLIANT experts: 'E-77' from: '" +
                                from + "' to: '" + to + "' }");
  };
  CHECK(on("2025-01-31", "2025-02-02") == "EXPERT_UNKNOWN");  // not yet
  CHECK(on("2025-06-30", "2025-07-01") == "EXPERT_UNKNOWN");  // no longer
  CHECK(on("2025-02-01", "2025-06-30") == "OK");
  REQUIRE(world.says("CL", "effective_from: '2025-04-01' expert_accreditation_ended { expert: 'E-77' }") == "OK");
  CHECK(on("2025-03-30", "2025-04-01") == "EXPERT_UNKNOWN");
  CHECK(on("2025-03-30", "2025-03-31") == "OK");
}

TEST_CASE("a validation names no more experts and participants than the ledger takes", "[rules]") {
  World world = world_with_expert();
  std::string experts, participants;
  for (int i = 0; i < 17; ++i) experts += "experts: 'E-" + std::to_string(100 + i) + "' ";
  for (int i = 0; i < 65; ++i) participants += "participants: 'CL' ";
  CHECK(recorded_as(world, "ONSITE", experts) == "TOO_MANY_NAMED");
  CHECK(recorded_as(world, "ONSITE", participants) == "TOO_MANY_NAMED");
}

TEST_CASE("an expert's id is new to every administration", "[rules]") {
  World world = world_with_expert();
  CHECK(world.says("CL", "expert_accredited { expert: 'E-77' }") == "EXPERT_TAKEN");
  CHECK(world.says("BR", "expert_accredited { expert: 'E-77' }") == "EXPERT_TAKEN");
  CHECK(world.says("BR", "expert_accredited { expert: 'e-78' }") == "ID_MALFORMED");
  CHECK(world.says("BR", "expert_accredited { expert: 'E-78' languages: 'es' }") == "CODE_MALFORMED");
  CHECK(world.says("BR", "expert_accredited { expert: 'E-78' fields: ['B', 'A'] }") == "LIST_NOT_ASCENDING");
  CHECK(world.says("BR", "expert_accredited { expert: 'E-78' until: '2025-03-09' }") == "END_BEFORE_START");
  CHECK(world.says("BR", "expert_accredited { expert: 'E-78' }") == "OK");
}

TEST_CASE("an accreditation is ended by its own administration while it lasts", "[rules]") {
  World world = world_with_expert();
  CHECK(world.says("BR", "expert_accreditation_ended { expert: 'E-77' }") == "NOT_YOUR_EXPERT");
  CHECK(world.says("CL", "expert_accreditation_ended { expert: 'E-78' }") == "NOT_YOUR_EXPERT");
  SECTION("once") {
    CHECK(world.says("CL", "expert_accreditation_ended { expert: 'E-77' }") == "OK");
    CHECK(world.says("CL", "expert_accreditation_ended { expert: 'E-77' }") == "ACCREDITATION_ENDED");
  }
  SECTION("and not after it ran out") {
    world.today("2025-07-01");
    CHECK(world.says("CL", "expert_accreditation_ended { expert: 'E-77' }") == "ACCREDITATION_ENDED");
  }
}

TEST_CASE("each participant named co-signs a validation once or notes a reservation", "[rules]") {
  World world = world_with_certificate();
  const auto cosigned = [&](const std::string& author, const std::string& rest) {
    return world.says(author, "validation_cosigned { author: 'BR' " + rest + " }");
  };
  CHECK(cosigned("CL", "validation: 'V1'") == "VALIDATION_UNKNOWN");
  REQUIRE(recorded_as(world, "JOINT", "participants: ['CL', 'PE']") == "OK");
  CHECK(cosigned("AR", "validation: 'V1'") == "NOT_A_PARTICIPANT");
  CHECK(cosigned("BR", "validation: 'V1'") == "NOT_A_PARTICIPANT");
  CHECK(cosigned("CL", "validation: 'V1' note_hash: 'x'") == "COMMITMENT_MALFORMED");
  CHECK(world.says("CL", "validation_cosigned { author: 'brazil' validation: 'V1' }") == "COUNTRY_MALFORMED");
  CHECK(cosigned("CL", "validation: 'V1'") == "OK");
  CHECK(cosigned("CL", "validation: 'V1' reservation: true") == "ALREADY_COSIGNED");
  CHECK(cosigned("PE", "validation: 'V1' reservation: true note_hash: '" + std::string(32, 'n') + "'") == "OK");
  const auto record = quipu::ledger::get<v1::ValidationRecord>(world.state(), "BR", "V1");
  REQUIRE(record);
  REQUIRE(record->cosignatures_size() == 2);
  CHECK(record->cosignatures(0).administration() == "CL");
  CHECK_FALSE(record->cosignatures(0).reservation());
  CHECK(record->cosignatures(1).reservation());
}
