// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/membership.h"

#include <catch2/catch.hpp>

#include "tests/node/ledger/governance.h"

namespace quipu::ledger {
namespace membership_test {

using namespace testing;
using Codes = std::vector<std::string>;

const Codes kFive = {"BO", "BR", "CL", "CO", "PE"};

// What a node that starts on this state would find.
Membership restored(const GovernedChain& chain, const crypto::Digest& anchor) {
  return membership_of(*chain.tip().state, anchor);
}

TEST_CASE("In epoch 0 the members of the genesis file vote and nothing was handed over") {
  const GovernedChain chain;
  CHECK(chain.tip().membership->epoch.value == 0);
  CHECK(chain.tip().membership->anchor == chain.genesis().chain);
  CHECK(chain.tip().membership->members.hash() == chain.genesis().members.hash());
  CHECK_FALSE(chain.tip().handover);
  CHECK(restored(chain, chain.genesis().chain).members.all() == chain.genesis().members.all());
}

TEST_CASE("The vote that removes a member ends the epoch with its block") {
  GovernedChain chain(kFive);
  chain.accepted("OUT-1", "member_remove: 'CO'");
  const auto& header = chain.block().block.header;
  CHECK(header.epoch.value == 0);
  CHECK(chain.tip().handover);
  CHECK(chain.voters() == Codes{"BO", "BR", "CL", "PE"});
  CHECK(header.next_members_hash == chain.tip().membership->members.hash());
  CHECK(chain.tip().membership->epoch.value == 1);
  CHECK(chain.tip().membership->anchor == chain.tip().block);
  const auto seal = decode_seal_leaf(chain.block().block.leaves.back());
  REQUIRE(seal);
  CHECK(seal->epoch.value == 0);
  CHECK(seal->membership_hash == chain.genesis().members.hash());
  CHECK(restored(chain, chain.tip().block).members.all() == chain.tip().membership->members.all());
  CHECK(restored(chain, chain.tip().block).epoch.value == 1);

  SECTION("and the next block belongs to the new epoch") {
    const auto handover = chain.tip().block;
    REQUIRE(chain.says("BR", "operator_registered { subject: 'S1' person: LEGAL tin: 'BR123456' }") == "OK");
    CHECK(chain.block().block.header.epoch.value == 1);
    CHECK(chain.block().block.header.parent_id == handover);
    CHECK(chain.block().block.header.next_members_hash.is_zero());
    const auto next_seal = decode_seal_leaf(chain.block().block.leaves.back());
    CHECK(next_seal->epoch.value == 1);
    CHECK(next_seal->membership_hash == chain.tip().membership->members.hash());
    CHECK_FALSE(chain.tip().handover);
    CHECK(chain.tip().membership->anchor == handover);
  }
  SECTION("and the member that left states nothing more while its record stays") {
    CHECK(chain.says("CO", "operator_registered { subject: 'S1' person: LEGAL tin: 'CO123456' }") ==
          "NOT_A_VOTING_MEMBER");
    CHECK(chain.member("CO").left_height() == chain.tip().height.value + 1);
    const auto key = get<v1::KeyRecord>(*chain.tip().state, "CO", crypto::to_hex(sample::public_key("CO", "issuer")));
    CHECK(key->revoked_height() == chain.tip().height.value + 1);
  }
}

TEST_CASE("A member that brings a vote key enters once it is ready, not with the votes") {
  GovernedChain chain;
  chain.accepted("IN-1", GovernedChain::adding(sample::member("UY")));
  CHECK_FALSE(chain.tip().handover);
  CHECK(chain.proposal("BO", "IN-1").state() == v1::PROPOSAL_ACCEPTED);
  CHECK(chain.voters() == sample::kCodes);
  REQUIRE(chain.is_ready("BO", "IN-1", sample::key("UY", "vote")) == "OK");
  CHECK(chain.tip().handover);
  CHECK(chain.voters() == Codes{"BO", "BR", "CL", "PE", "UY"});
  CHECK(chain.block().block.header.next_members_hash == chain.tip().membership->members.hash());
  CHECK(chain.proposal("BO", "IN-1").state() == v1::PROPOSAL_IN_FORCE);
  CHECK(chain.member("UY").joined_height() == chain.tip().height.value + 1);
  CHECK(chain.says("UY", "operator_registered { subject: 'S1' person: LEGAL tin: 'UY123456' }") == "OK");
}

TEST_CASE("Readiness counts for one proposal in one epoch and for heights that the member can have seen") {
  GovernedChain chain(kFive);
  chain.accepted("IN-1", GovernedChain::adding(sample::member("UY")));
  const auto key = sample::key("UY", "vote");
  const auto height = chain.tip().height;
  const auto offered = [&](const std::string& proposal, const Bytes& possession, consensus::Height at) {
    return chain.takes({chain.ready("CL", "BO", proposal, possession, at)});
  };
  CHECK(offered("IN-1", chain.possession("IN-2", key, height), height) == "BAD_POSSESSION");
  CHECK(offered("IN-1", chain.possession("IN-1", sample::key("PE", "vote"), height), height) == "BAD_POSSESSION");
  CHECK(offered("IN-1", Bytes(63, 'x'), height) == "BAD_POSSESSION");
  CHECK(offered("IN-1", chain.possession("IN-1", key, height), {height.value + 1}) == "READY_HEIGHT");
  CHECK(offered("IN-1", chain.possession("IN-1", key, {height.value - 1}), {height.value - 1}) == "READY_HEIGHT");
  CHECK(offered("IN-2", chain.possession("IN-2", key, height), height) == "PROPOSAL_UNKNOWN");

  const Bytes of_this_epoch = chain.possession("IN-1", key, height);
  chain.accepted("OUT-1", "member_remove: 'CO'");
  CHECK(offered("IN-1", of_this_epoch, height) == "BAD_POSSESSION");
  CHECK(offered("IN-1", chain.possession("IN-1", key, height), height) == "OK");
  CHECK(chain.tip().membership->epoch.value == 2);
  CHECK(offered("IN-1", chain.possession("IN-1", key, height), height) == "PROPOSAL_NOT_WAITING");
}

TEST_CASE("A change of members is the last submission of its block and the last event of its submission") {
  GovernedChain chain(kFive);
  REQUIRE(chain.opens("BO", "OUT-1", "member_remove: 'CO'") == "OK");
  REQUIRE(chain.opens("BO", "OUT-2", "member_remove: 'PE'") == "OK");
  for (const char* code : {"BO", "BR", "CL"}) {
    REQUIRE(chain.says(code, {GovernedChain::vote_text("BO", "OUT-1"), GovernedChain::vote_text("BO", "OUT-2")}) ==
            "OK");
  }
  CHECK(chain.says("PE", {GovernedChain::vote_text("BO", "OUT-1"), GovernedChain::vote_text("BO", "OUT-2")}) ==
        "EPOCH_ENDED");
  const auto deciding = chain.submission("PE", GovernedChain::vote_text("BO", "OUT-1"));
  const auto after = chain.submission("BR", "operator_registered { subject: 'S1' person: LEGAL tin: 'BR123456' }");

  BlockBuilder builder(chain.genesis(), chain.tip(), "BO", chain.next_time_ms());
  CHECK_FALSE(builder.closed());
  REQUIRE(builder.add(*deciding));
  CHECK(builder.closed());
  const auto refused = builder.add(*after);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Code::kEpochEnded);
  CHECK(builder.size() == 1);

  CHECK(chain.takes({deciding, after}) == "EPOCH_ENDED");
  CHECK(chain.takes({after, deciding}) == "OK");
  CHECK(chain.tip().handover);
}

TEST_CASE("A voter refuses a handover block that says another thing about what comes next") {
  GovernedChain chain(kFive);
  chain.accepted("OUT-1", "member_remove: 'CO'");
  const Position& parent = chain.before_tip();
  const auto executes = [&](const consensus::Block& block) {
    const auto done = execute_block(chain.genesis(), parent, block, chain.in_block());
    return done ? "OK" : done.error().detail;
  };
  CHECK(executes(chain.block().block) == "OK");
  auto block = chain.block().block;
  block.header.next_members_hash = {};
  CHECK(executes(block) == "header: next members hash");
  block.header.next_members_hash = parent.membership->members.hash();
  CHECK(executes(block) == "header: next members hash");
  block = chain.block().block;
  block.header.epoch.value = 1;
  CHECK(executes(block) == "header: epoch");
}

TEST_CASE("No block of the old epoch stands on a handover") {
  GovernedChain chain(kFive);
  chain.accepted("OUT-1", "member_remove: 'CO'");
  const auto submission = chain.submission("BR", "operator_registered { subject: 'S1' person: LEGAL tin: 'BR123456' }");
  Position old = chain.tip();
  old.membership = chain.before_tip().membership;
  BlockBuilder builder(chain.genesis(), old, "BO", chain.next_time_ms());
  REQUIRE(builder.add(*submission));
  const auto stray = std::move(builder).seal();
  CHECK(stray.block.header.epoch.value == 0);
  const auto done = execute_block(chain.genesis(), chain.tip(), stray.block, Submissions{submission});
  REQUIRE_FALSE(done);
  CHECK(done.error().detail == "header: epoch");
}

TEST_CASE("Only who votes in the epoch proposes its blocks") {
  GovernedChain chain(kFive);
  chain.accepted("OUT-1", "member_remove: 'CO'");
  REQUIRE(chain.says("BR", "operator_registered { subject: 'S1' person: LEGAL tin: 'BR123456' }") == "OK");
  auto block = chain.block().block;
  auto seal = decode_seal_leaf(block.leaves.back());
  REQUIRE(seal);
  seal->proposer = "CO";
  block.leaves.back() = encode_seal_leaf(*seal);
  const auto done = execute_block(chain.genesis(), chain.before_tip(), block, chain.in_block());
  REQUIRE_FALSE(done);
  CHECK(done.error().detail == "seal: the proposer is no voting member of the epoch");
}

TEST_CASE("READY is made of the bytes that docs/formats.md says") {
  const auto key =
      *crypto::PublicKey::from(*crypto::from_hex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"));
  const consensus::Scope scope{crypto::sha256("genesis"), {1}, *crypto::Digest::from(Bytes(32, '\x22'))};
  CHECK(crypto::to_hex(ready_bytes(scope, {9}, key, "IN-1")) ==
        "71756970752d72656164792d763100"
        "aeebad4a796fcc2e15dc4c6061b45ed9b373f26adfc798ca7d2d8cc58182718e"
        "0000000000000001"
        "2222222222222222222222222222222222222222222222222222222222222222"
        "0000000000000009"
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
        "494e2d31");
}

}  // namespace membership_test
}  // namespace quipu::ledger
