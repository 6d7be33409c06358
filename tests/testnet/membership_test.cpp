// SPDX-License-Identifier: Apache-2.0
// Members join and leave a network that goes on working.
#include <catch2/catch.hpp>

#include "consensus/votes.h"
#include "testnet/sim/attackers/attacker.h"
#include "testnet/sim/cluster.h"
#include "testnet/sim/government.h"
#include "testnet/sim/laws/contents.h"

using namespace quipu;
using namespace quipu::testnet;

namespace membership {

struct Governed {
  std::unique_ptr<Cluster> cluster;
  Government government;

  Governed(std::uint64_t seed, std::size_t members, std::size_t candidates)
      : cluster(std::make_unique<Cluster>(options(seed, members, candidates))), government(*cluster) {
    cluster->boot_all();
    cluster->run_for(2 * kSecond);
  }
  static Options options(std::uint64_t seed, std::size_t members, std::size_t candidates) {
    Options calm = calm_options(seed, members);
    calm.candidates = candidates;
    return calm;
  }
  Cluster* operator->() { return cluster.get(); }

  std::uint64_t epoch_of(Endpoint endpoint) { return cluster->node(endpoint).membership().epoch.value; }
  bool votes(Endpoint endpoint) { return cluster->node(endpoint).votes(); }
  // All nodes in the same epoch, and a statement through member 0 is final everywhere.
  void must_work_in(std::uint64_t epoch) {
    const auto id = cluster->submit(0);
    CHECK(cluster->run_until(20 * kSecond, [&] { return cluster->final_everywhere(id); }));
    for (Endpoint each = 0; each < cluster->endpoints(); ++each) CHECK(epoch_of(each) == epoch);
    CHECK_FALSE(cluster->violation());
    if (cluster->violation()) FAIL(cluster->violation()->law << ": " << cluster->violation()->what);
  }
};

}  // namespace membership

TEST_CASE("a member is let in: its node follows before that, and votes from the next epoch on") {
  membership::Governed net(41, 4, 1);
  net.must_work_in(0);
  CHECK_FALSE(net.votes(4));
  REQUIRE(net.government.admit(4, 60 * kSecond));
  net->run_for(5 * kSecond);
  CHECK(net.votes(4));
  CHECK(net->node(0).membership().members.size() == 5);
  net.must_work_in(1);
}

TEST_CASE("a member leaves, the others go on, and it follows them") {
  membership::Governed net(42, 5, 0);
  net.must_work_in(0);
  REQUIRE(net.government.dismiss(2, 60 * kSecond));
  net->run_for(5 * kSecond);
  CHECK_FALSE(net.votes(2));
  CHECK(net->node(0).membership().members.size() == 4);
  net.must_work_in(1);
}

TEST_CASE("an attacker votes in the epoch that its node lives in, by its place there") {
  membership::Governed net(43, 5, 0);
  REQUIRE(net.government.dismiss(1, 60 * kSecond));
  const auto& members = net->newest_members();
  const auto cast = cast_of(5);
  const auto attacker = make_attacker(AttackerKind::kNullifyAlways, {cast, 4, Random(43, "attacker")});
  attacker->enters(members);
  REQUIRE(attacker->votes());
  std::vector<consensus::Vote> said;
  const auto say = [&](std::optional<consensus::PeerId>, const consensus::Message& message) {
    said.push_back(std::get<consensus::Vote>(message));
  };
  attacker->hears(0, consensus::Vote{consensus::VoteKind::kNullify, {.view = {1}}, 0, {}}, say);
  REQUIRE(said.size() == 1);
  CHECK(said[0].signer == 3);
  const auto scope = members.scope(cast->genesis.chain);
  CHECK(scope.epoch.value == 1);
  CHECK(crypto::verify(members.members[3].vote, consensus::vote_bytes(scope, said[0].kind, said[0].subject),
                       said[0].signature));
  const auto dismissed = make_attacker(AttackerKind::kNullifyAlways, {cast, 1, Random(43, "attacker")});
  dismissed->enters(members);
  CHECK_FALSE(dismissed->votes());
}
