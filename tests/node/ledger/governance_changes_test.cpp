// SPDX-License-Identifier: Apache-2.0
// What a proposal may change besides the members: each from the height after the deciding vote.
#include <catch2/catch.hpp>

#include "node/ledger/recognition.h"
#include "tests/node/ledger/governance.h"

namespace quipu::ledger {
namespace governance_changes_test {

using namespace testing;

const std::string kRegistered = "operator_registered { subject: 'S1' person: LEGAL tin: 'BR123456' }";
const std::string kAmended = "operator_amended { subject: 'S1' }";

// All but the last vote that a proposal of BO needs, and that vote, not yet in a block.
std::shared_ptr<const Submission> one_vote_short(GovernedChain& chain, const std::string& change) {
  REQUIRE(chain.opens("BO", "P-1", change) == "OK");
  for (const char* code : {"BO", "BR"}) REQUIRE(chain.votes(code, "BO", "P-1") == "OK");
  return chain.submission("CL", GovernedChain::vote_text("BO", "P-1"));
}

std::string with_reason(const std::string& reason) { return "reason: '" + reason + "' " + kAmended; }

TEST_CASE("A code list acts from the height after the deciding vote", "[governance]") {
  GovernedChain chain;
  REQUIRE(chain.says("BR", kRegistered) == "OK");
  const auto deciding = one_vote_short(chain, "code_list { name: 'reason' codes: ['FRAUD', 'REQUEST'] }");
  REQUIRE(chain.takes({deciding, chain.submission("BR", with_reason("WHATEVER"))}) == "OK");
  CHECK_FALSE(chain.tip().handover);
  CHECK(chain.tip().membership->epoch.value == 0);
  CHECK(chain.says("BR", with_reason("WHATEVER")) == "CODE_NOT_LISTED");
  CHECK(chain.says("BR", with_reason("FRAUD")) == "OK");

  SECTION("and while the next one is being decided, the one before is in force to the end of the block") {
    REQUIRE(chain.opens("PE", "P-2", "code_list { name: 'reason' codes: 'OTHER' }") == "OK");
    for (const char* code : {"BO", "BR"}) REQUIRE(chain.votes(code, "PE", "P-2") == "OK");
    REQUIRE(chain.takes({chain.submission("CL", GovernedChain::vote_text("PE", "P-2")),
                         chain.submission("BR", with_reason("FRAUD"))}) == "OK");
    CHECK(chain.says("BR", with_reason("FRAUD")) == "CODE_NOT_LISTED");
    CHECK(chain.says("BR", with_reason("OTHER")) == "OK");
  }
}

TEST_CASE("Two lists of one name decided in one block leave the later one", "[governance]") {
  GovernedChain chain;
  REQUIRE(chain.says("BR", kRegistered) == "OK");
  REQUIRE(one_vote_short(chain, "code_list { name: 'reason' codes: 'FRAUD' }"));
  REQUIRE(chain.opens("BR", "P-2", "code_list { name: 'reason' codes: 'REQUEST' }") == "OK");
  for (const char* code : {"BO", "CL"}) REQUIRE(chain.votes(code, "BR", "P-2") == "OK");
  const auto first = chain.submission("CL", GovernedChain::vote_text("BO", "P-1"));
  const auto second = chain.submission("PE", GovernedChain::vote_text("BR", "P-2"));
  REQUIRE(chain.takes({first, second, chain.submission("BR", with_reason("WHATEVER"))}) == "OK");
  CHECK(chain.says("BR", with_reason("FRAUD")) == "CODE_NOT_LISTED");
  CHECK(chain.says("BR", with_reason("REQUEST")) == "OK");
}

TEST_CASE("Only lists and parameters that a rule reads are taken", "[governance]") {
  GovernedChain chain;
  const auto opens = [&](const std::string& change) { return chain.opens("BO", "P-1", change); };
  CHECK(opens("code_list { name: 'reasons' codes: 'FRAUD' }") == "REGISTER_NAME_UNKNOWN");
  CHECK(opens("code_list { name: 'reason' }") == "FIELD_MISSING");
  std::string many;
  for (int i = 0; i < 1'001; ++i) many += "codes: 'C" + std::to_string(10'000 + i) + "' ";
  CHECK(opens("code_list { name: 'reason' " + many + "}") == "LIST_TOO_LONG");
  CHECK(opens("code_list { name: 'reason' codes: 'fraud' }") == "CODE_MALFORMED");
  CHECK(opens("code_list { name: 'reason' codes: ['REQUEST', 'FRAUD'] }") == "LIST_NOT_ASCENDING");
  CHECK(opens("parameter { name: 'colour' value: '1' }") == "REGISTER_NAME_UNKNOWN");
  for (const char* value : {"", "many", "-1", "3661", "30 days", " 30", "99999999999"}) {
    INFO(value);
    CHECK(opens("parameter { name: 'renewal_grace_days' value: '" + std::string(value) + "' }") ==
          "PARAMETER_MALFORMED");
  }
  CHECK(opens("parameter { name: 'renewal_grace_days' value: '3660' }") == "OK");
}

TEST_CASE("A parameter acts from the height after the deciding vote", "[governance]") {
  GovernedChain chain;  // 2026-09-21
  REQUIRE(chain.says("BR", {kRegistered,
                            "certificate_granted { certificate: 'C1' subject: 'S1' scheme: SECURITY roles: IMPORTER "
                            "valid_to: '2026-09-30' }"}) == "OK");
  chain.goes_on_until("2026-11-01");
  const auto deciding = one_vote_short(chain, "parameter { name: 'renewal_grace_days' value: '10' }");
  const std::string renewed = "certificate_renewed { certificate: 'C1' valid_to: '2027-12-31' }";
  SECTION("within the block the 90 days of before") {
    CHECK(chain.takes({deciding, chain.submission("BR", renewed)}) == "OK");
  }
  SECTION("and from the next on the ten") {
    REQUIRE(chain.takes({deciding}) == "OK");
    CHECK(chain.says("BR", renewed) == "NOT_RENEWABLE");
  }
}

TEST_CASE("An arrangement is in force once every party that is a member has voted for it", "[governance]") {
  GovernedChain chain;
  const std::string change =
      "arrangement { arrangement: 'SOUTH' title: 'South' parties: ['BO', 'CL', 'UY'] signed_on: '2026-01-01' }";
  CHECK(chain.opens("BR", "P-1", change) == "NOT_A_PARTY");
  REQUIRE(chain.opens("BO", "P-1", change) == "OK");
  CHECK(chain.votes("BR", "BO", "P-1") == "NOT_A_PARTY");
  REQUIRE(chain.votes("BO", "BO", "P-1") == "OK");
  CHECK(chain.proposal("BO", "P-1").state() == v1::PROPOSAL_OPEN);

  const std::string activated = "recognition_activated { arrangement: 'SOUTH' issuer: 'BO' schemes: SECURITY }";
  SECTION("from the next height on") {
    const auto deciding = chain.submission("CL", GovernedChain::vote_text("BO", "P-1"));
    CHECK(chain.takes({deciding, chain.submission("CL", activated)}) == "ARRANGEMENT_UNKNOWN");
    REQUIRE(chain.takes({deciding}) == "OK");
    CHECK(chain.proposal("BO", "P-1").state() == v1::PROPOSAL_IN_FORCE);
    CHECK(chain.says("CL", activated) == "OK");
    const auto index = get<v1::ArrangementIndex>(*chain.tip().state, "--", "arrangements");
    REQUIRE(index->arrangements_size() == 2);
    CHECK(index->arrangements(1).arrangement() == "SOUTH");
    CHECK(chain.opens("CL", "P-2", change) == "ARRANGEMENT_TAKEN");
  }
  SECTION("and one of them against it ends it") {
    REQUIRE(chain.votes("CL", "BO", "P-1", false) == "OK");
    CHECK(chain.proposal("BO", "P-1").state() == v1::PROPOSAL_REJECTED);
    CHECK(chain.says("CL", activated) == "ARRANGEMENT_UNKNOWN");
  }
}

TEST_CASE("An arrangement needs two members that vote when it is decided", "[governance]") {
  GovernedChain chain({"BO", "BR", "CL", "CO", "PE"});
  const std::string change = "arrangement { arrangement: 'PAIR' parties: ['BO', 'CO'] signed_on: '2026-01-01' }";
  REQUIRE(chain.opens("BO", "P-1", change) == "OK");
  REQUIRE(chain.votes("CO", "BO", "P-1") == "OK");
  chain.accepted("OUT-1", "member_remove: 'CO'");
  REQUIRE(chain.votes("BO", "BO", "P-1") == "OK");
  CHECK(chain.proposal("BO", "P-1").state() == v1::PROPOSAL_REJECTED);
  CHECK(chain.opens("BO", "P-2", change) == "PARTIES_TOO_FEW");
}

TEST_CASE("An arrangement is well formed", "[governance]") {
  GovernedChain chain;
  const auto opens = [&](const std::string& fields) {
    return chain.opens("BO", "P-1", "arrangement { " + fields + " }");
  };
  const std::string parties = "parties: ['BO', 'CL'] ";
  CHECK(opens(parties + "arrangement: 'south' signed_on: '2026-01-01'") == "ID_MALFORMED");
  CHECK(opens(parties + "arrangement: 'SOUTH' signed_on: '2026-02-30'") == "DATE_MALFORMED");
  CHECK(opens(parties + "arrangement: 'SOUTH' signed_on: '2026-01-01' notice_days: 3661") == "NOTICE_TOO_LONG");
  CHECK(opens(parties + "arrangement: 'ARR' signed_on: '2026-01-01'") == "ARRANGEMENT_TAKEN");
  CHECK(opens("parties: ['CL', 'BO'] arrangement: 'SOUTH' signed_on: '2026-01-01'") == "LIST_NOT_ASCENDING");
  CHECK(opens("parties: ['BO', 'Chile'] arrangement: 'SOUTH' signed_on: '2026-01-01'") == "COUNTRY_MALFORMED");
  CHECK(opens("parties: 'BO' arrangement: 'SOUTH' signed_on: '2026-01-01'") == "PARTIES_TOO_FEW");
  CHECK(opens(parties + "arrangement: 'SOUTH' signed_on: '2026-01-01' title: '" + std::string(101, 'x') + "'") ==
        "TEXT_MALFORMED");
}

TEST_CASE("A definition of indicators is new and acts from the next height on", "[governance]") {
  GovernedChain chain;
  CHECK(chain.opens("BO", "P-1", "indicator_definition { }") == "FIELD_MISSING");
  CHECK(chain.opens("BO", "P-1", "indicator_definition { definition: 1 }") == "DEFINITION_TAKEN");
  CHECK(chain.opens("BO", "P-1", "indicator_definition { definition: 2 text_hash: 'short' }") ==
        "COMMITMENT_MALFORMED");
  const auto deciding = one_vote_short(chain, "indicator_definition { definition: 2 minimum_declarations: 9 }");
  const auto reported = [](int declarations) {
    const std::string count = std::to_string(declarations);
    return "indicator_reported { arrangement: 'ARR' partner: 'BO' flow: IMPORT mode: SEA group: OWN_AEO month: "
           "'2026-08' "
           "definition: 2 declarations: " +
           count + " green: " + count +
           " operators: 3 "
           "minutes_histogram: [0, 0, 0, 0, 0, 0] }";
  };
  CHECK(chain.takes({deciding, chain.submission("BR", reported(9))}) == "DEFINITION_UNKNOWN");
  REQUIRE(chain.takes({deciding}) == "OK");
  CHECK(chain.says("BR", reported(8)) == "CELL_TOO_SMALL");
  CHECK(chain.says("BR", reported(9)) == "OK");
}

std::string revoking(const std::string& code, const std::string& purpose) {
  v1::ProposalOpened opened;
  opened.set_key_revoke(sample::public_key(code, purpose));
  return opened.ShortDebugString();
}

TEST_CASE("An officer's key that members revoke states nothing from the next height on", "[governance]") {
  GovernedChain chain;
  CHECK(chain.opens("BO", "P-1", "key_revoke: 'short'") == "KEY_NOT_IN_FORCE");
  CHECK(chain.opens("BO", "P-1", revoking("UY", "issuer")) == "KEY_NOT_IN_FORCE");
  for (const char* purpose : {"governance", "vote", "cosigner", "log", "transport"}) {
    INFO(purpose);
    CHECK(chain.opens("BO", "P-1", revoking("BR", purpose)) == "KEY_NOT_REVOCABLE");
  }
  const auto deciding = one_vote_short(chain, revoking("BR", "issuer"));
  REQUIRE(chain.takes({deciding, chain.submission("BR", kRegistered)}) == "OK");
  CHECK(chain.says("BR", kAmended) == "UNKNOWN_KEY");
  const auto record = get<v1::KeyRecord>(*chain.tip().state, "BR", crypto::to_hex(sample::public_key("BR", "issuer")));
  CHECK(record->revoked_height() == chain.tip().height.value + 1);
  CHECK_FALSE(chain.tip().handover);
  CHECK(chain.opens("BR", "P-2", revoking("BR", "issuer")) == "KEY_NOT_IN_FORCE");
  SECTION("and does not come back with a new description of its member") {
    CHECK(chain.opens("BR", "P-2", GovernedChain::adding(sample::member("BR"))) == "KEY_TAKEN");
    auto member = sample::member("BR");
    member.set_issuer_keys(0, sample::public_key("BR 2", "issuer"));
    chain.accepted("NEW-1", GovernedChain::adding(member));
    CHECK(chain.tip().handover);
  }
}

// A training network, on which programs know further versions.
struct Rehearsal : GovernedChain {
  Rehearsal() : GovernedChain({"AR", "BO", "BR", "CL", "PE"}, "test-1") {}

  void all_accept(const std::string& proposal, const std::string& change) {
    REQUIRE(opens("BO", proposal, change) == "OK");
    for (const auto& code : voters()) REQUIRE(votes(code, "BO", proposal) == "OK");
  }
  std::uint32_t version_sealed() const { return decode_seal_leaf(block().block.leaves.back())->protocol_version; }
};

TEST_CASE("Versions of the protocol come one after another", "[governance]") {
  Rehearsal chain;
  for (const char* version : {"0", "1", "3", "4294967295"}) {
    CHECK(chain.opens("BO", "P-1", "protocol_version: " + std::string(version)) == "PROTOCOL_VERSION_NOT_NEXT");
  }
  chain.all_accept("P-2", "protocol_version: 2");
  CHECK(chain.opens("BO", "P-3", "protocol_version: 2") == "PROTOCOL_VERSION_NOT_NEXT");
  CHECK(chain.opens("BO", "P-3", "protocol_version: 3") == "OK");
}

TEST_CASE("A version of the protocol needs every member's yes and begins with the next epoch", "[governance]") {
  Rehearsal chain;
  const auto members = chain.tip().membership->members;
  CHECK(chain.opens("BO", "P-1", "protocol_version: 2") == "OK");
  for (const auto& code : chain.voters()) {
    CHECK_FALSE(chain.tip().handover);
    CHECK(chain.tip().membership->protocol_version == 1);
    CHECK(chain.votes(code, "BO", "P-1") == "OK");
  }
  CHECK(chain.version_sealed() == 1);
  CHECK(chain.tip().handover);
  CHECK(chain.tip().membership->protocol_version == 2);
  CHECK(chain.tip().membership->epoch.value == 1);
  CHECK(chain.tip().membership->members.hash() == members.hash());
  SECTION("a later change of members keeps it") {
    chain.accepted("P-2", "member_remove: 'AR'");
    CHECK(chain.version_sealed() == 2);
    CHECK(chain.tip().membership->epoch.value == 2);
    CHECK(chain.tip().membership->protocol_version == 2);
    CHECK(membership_of(*chain.tip().state, chain.tip().block).protocol_version == 2);
  }
}

TEST_CASE("One no keeps the version as it is", "[governance]") {
  Rehearsal chain;
  CHECK(chain.opens("BO", "P-1", "protocol_version: 2") == "OK");
  CHECK(chain.votes("BO", "BO", "P-1") == "OK");
  CHECK(chain.votes("BR", "BO", "P-1", false) == "OK");
  CHECK(chain.votes("CL", "BO", "P-1") == "PROPOSAL_CLOSED");
}

}  // namespace governance_changes_test
}  // namespace quipu::ledger
