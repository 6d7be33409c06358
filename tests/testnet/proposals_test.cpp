// SPDX-License-Identifier: Apache-2.0
// Proposals made by hand for a leader that is away: what real replicas make of them.
#include <catch2/catch.hpp>

#include "node/ledger/block.h"
#include "testnet/sim/cluster.h"
#include "testnet/sim/laws/contents.h"

using namespace quipu;
using namespace quipu::testnet;

namespace proposals {

struct Absent {
  std::unique_ptr<Cluster> cluster;
  Endpoint leader;

  explicit Absent(std::uint64_t seed) : cluster(std::make_unique<Cluster>(calm_options(seed, 4))) {
    cluster->boot_all();
    cluster->run_for(2 * kSecond);
    leader = leader_of({1}, cluster->cast());
    cluster->keep_down(leader);
    cluster->run_for(5 * kSecond);
  }

  // One submission on the genesis block, sealed in the name of `maker`.
  consensus::Block block(Endpoint maker) {
    const auto& genesis = cluster->cast().genesis;
    const auto submission = *ledger::decode_submission(cluster->statement(0, 1, "OP-1"), genesis.chain_id);
    const auto now_ms = static_cast<std::uint64_t>(kStartUtc_ms + cluster->now() / kMillisecond);
    ledger::BlockBuilder builder(genesis, ledger::genesis_block(genesis).after, cluster->cast().code(maker), now_ms);
    REQUIRE(builder.add(submission));
    return std::move(builder).seal().block;
  }

  void propose(const consensus::Block& block) {
    const auto& genesis = cluster->cast().genesis;
    const consensus::Subject subject{{1}, {0}, {1}, consensus::block_id(genesis.chain, block.header)};
    consensus::Proposal proposal{.view = {1}, .block = block};
    proposal.signature = cluster->cast().vote[leader]->sign(
        consensus::vote_bytes(genesis.scope(), consensus::VoteKind::kNotarize, subject));
    for (Endpoint to = 0; to < 4; ++to)
      if (to != leader)
        cluster->node(to).receive(static_cast<consensus::PeerId>(leader),
                                  consensus::encode(proposal, genesis.scope(), genesis.members.size()));
  }
};

}  // namespace proposals

TEST_CASE("a block sealed in another's name is given up at once although all else about it is good") {
  for (const bool own_name : {true, false}) {
    proposals::Absent absent(21);
    auto& cluster = *absent.cluster;
    absent.propose(absent.block(own_name ? absent.leader : (absent.leader + 1) % 4));
    // Long before any deadline; what the refused block held is final with the next leader's.
    cluster.run_for(400 * kMillisecond);
    CHECK(cluster.furthest().finalized.height.value == 1);
    CHECK(cluster.furthest().current.value == (own_name ? 2 : 3));
    CHECK(cluster.furthest().nullified_views == (own_name ? 0 : 1));
    CHECK_FALSE(cluster.violation());
  }
}
