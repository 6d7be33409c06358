// SPDX-License-Identifier: Apache-2.0
// Members whose safety file is lost or put back from an older image, with or without their database, and one whose key
// is used twice: none contradicts itself, and all but the last vote again by themselves.
#include <catch2/catch.hpp>

#include "testnet/sim/campaign.h"
#include "testnet/sim/cluster.h"
#include "tests/testnet/resting.h"

using namespace quipu::testnet;
using quipu::consensus::Standing;

namespace restores {

std::unique_ptr<Cluster> at_rest(std::uint64_t seed, std::size_t members, AttackerKind attack = AttackerKind::kNone) {
  auto options = calm_options(seed, members);
  options.attack = attack;
  options.attackers = attack == AttackerKind::kNone ? 0 : 1;
  auto cluster = std::make_unique<Cluster>(options);
  cluster->boot_all();
  cluster->run_for(2 * kSecond);
  return cluster;
}

void work(Cluster& cluster, std::size_t blocks) {
  for (std::size_t i = 0; i < blocks; ++i) {
    const auto id = cluster.submit(i % 3);
    REQUIRE(cluster.run_until(120 * kSecond, [&] { return cluster.final_somewhere(id); }));
  }
}

Standing standing(const Cluster& cluster, Endpoint endpoint) { return cluster.node(endpoint).status().engine.standing; }

}  // namespace restores

TEST_CASE("a member whose safety file is gone, or older than its votes, abstains and then votes again by itself") {
  const auto what = GENERATE(0, 1, 2, 3);
  INFO((what == 0 ? "lost" : what == 1 ? "an older safety file" : what == 2 ? "an older database" : "both older"));
  auto cluster = restores::at_rest(61, 4);
  restores::work(*cluster, 3);
  const auto image = cluster->node(1).disk().image();
  restores::work(*cluster, 6);
  cluster->keep_down(1);
  if (what == 0) cluster->node(1).lose_safety_file();
  if (what > 0) cluster->node(1).put_back(image, what >= 2, what != 2);
  cluster->let_boot(1);
  cluster->run_for(5 * kSecond);
  CHECK(restores::standing(*cluster, 1) == (what == 2 ? Standing::kGood : Standing::kRecovering));
  restores::work(*cluster, 3);
  must_rest(*cluster, 120 * kSecond);
  CHECK(cluster->node(1).votes_again());
  cluster->keep_down(3);  // now nothing becomes final without it
  restores::work(*cluster, 1);
  CHECK_FALSE(cluster->violation());
}

TEST_CASE("a member that forgot its votes is counted among the f: with one more down nothing becomes final") {
  auto cluster = restores::at_rest(62, 4);
  restores::work(*cluster, 3);
  cluster->keep_down(1);
  cluster->node(1).lose_safety_file();
  cluster->keep_down(3);
  cluster->let_boot(1);
  const auto id = cluster->submit(0);
  cluster->run_for(600 * kSecond);
  CHECK_FALSE(cluster->final_somewhere(id));
  CHECK(restores::standing(*cluster, 1) == Standing::kRecovering);
  cluster->let_boot(3);
  must_rest(*cluster, 300 * kSecond);
  CHECK_FALSE(cluster->violation());
}

TEST_CASE("more than f that forgot their votes do not fork: the network stands still and goes on serving") {
  auto cluster = restores::at_rest(63, 4);
  restores::work(*cluster, 3);
  for (const Endpoint each : {Endpoint{1}, Endpoint{2}}) {
    cluster->keep_down(each);
    cluster->node(each).lose_safety_file();
    cluster->let_boot(each);
  }
  const auto id = cluster->submit(0);
  cluster->run_for(600 * kSecond);
  CHECK_FALSE(cluster->final_somewhere(id));
  CHECK_FALSE(cluster->violation());
}

TEST_CASE("two processes with one vote key: each that sees the other's votes stops for good, also after a restart") {
  auto cluster = restores::at_rest(64, 4, AttackerKind::kClone);
  const Endpoint first = 3;
  const Endpoint second = 4;
  const auto stopped = [&](Endpoint each) { return restores::standing(*cluster, each) == Standing::kStopped; };
  for (int i = 0; i < 40 && !stopped(first) && !stopped(second); ++i) {
    restores::work(*cluster, 1);
    cluster->run_for(30 * kSecond);
  }
  const Endpoint one = stopped(first) ? first : second;
  REQUIRE(stopped(one));
  cluster->keep_down(one);
  cluster->let_boot(one);
  restores::work(*cluster, 3);
  CHECK(stopped(one));
  CHECK_FALSE(cluster->violation());
}

TEST_CASE("a hundred disks harmed at random break no law, and their members vote again") {
  std::uint64_t count = 0;
  for (std::uint64_t seed = 1; count < 100; ++seed) {
    auto options = swarm_options(seed, seed % 3 == 0 ? 7 : 4);
    harm_disks(options, 6 * kSecond);
    const auto result = run_once(options);
    INFO(replay_command(options) << ": " << (result.violation ? result.violation->what : ""));
    REQUIRE_FALSE(result.violation);
    count += result.restores;
  }
}
