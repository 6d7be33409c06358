// SPDX-License-Identifier: Apache-2.0
// A node that was away for a second or an hour, or that lost its whole database but not its safety file, joins again by
// itself and votes.
#include <catch2/catch.hpp>

#include "testnet/sim/cluster.h"
#include "testnet/sim/laws/contents.h"
#include "tests/testnet/resting.h"

using namespace quipu::testnet;

namespace rejoin {

std::unique_ptr<Cluster> with_history(std::uint64_t seed, std::size_t members, std::size_t blocks) {
  auto cluster = std::make_unique<Cluster>(calm_options(seed, members));
  cluster->boot_all();
  cluster->run_for(2 * kSecond);
  for (std::size_t i = 0; i < blocks; ++i) {
    cluster->submit(i % members);
    cluster->run_for(300 * kMillisecond);
  }
  REQUIRE(cluster->run_until(60 * kSecond, [&] { return cluster->at_rest(); }));
  return cluster;
}

// With f others down nothing becomes final without those that came back.
void must_vote(Cluster& cluster, const std::vector<Endpoint>& back) {
  const std::size_t members = cluster.cast().members();
  std::size_t down = (members - 1) / 3;
  for (Endpoint each = members; each-- > 0 && down > 0;) {
    if (std::ranges::find(back, each) != back.end()) continue;
    cluster.keep_down(each);
    --down;
  }
  const auto id = cluster.submit(back.front());
  CHECK(cluster.run_until(60 * kSecond, [&] { return cluster.final_everywhere(id); }));
  CHECK_FALSE(cluster.violation());
}

}  // namespace rejoin

TEST_CASE("a node that comes back after a second or an hour joins again by itself and votes") {
  const auto away = GENERATE(1 * kSecond, 3600 * kSecond);
  const auto members = GENERATE(std::size_t{4}, std::size_t{7});
  auto cluster = rejoin::with_history(41, members, 10);
  cluster->keep_down(1);
  for (int i = 0; i < 12; ++i) {
    if (away > kSecond) cluster->submit(0);
    cluster->run_for(away / 12);
  }
  cluster->let_boot(1);
  must_rest(*cluster, 60 * kSecond);
  rejoin::must_vote(*cluster, {1});
}

TEST_CASE("restart_k_of_n_empty: any k up to f nodes that lost their databases are refilled and vote again") {
  const auto members = GENERATE(std::size_t{4}, std::size_t{7}, std::size_t{10});
  for (std::size_t lost = 1; lost <= (members - 1) / 3; ++lost) {
    INFO(lost << " of " << members);
    auto cluster = rejoin::with_history(42 + lost, members, 100);
    std::vector<Endpoint> back;
    for (Endpoint each = 0; each < lost; ++each) {
      cluster->keep_down(each);
      cluster->lose_database(each);
      back.push_back(each);
    }
    cluster->run_for(30 * kSecond);
    for (const Endpoint each : back) cluster->let_boot(each);
    must_rest(*cluster, 120 * kSecond);
    rejoin::must_vote(*cluster, back);
  }
}

TEST_CASE("a node that lost its database is refilled while the others work and while it dies again and again") {
  auto cluster = rejoin::with_history(46, 4, 150);
  cluster->keep_down(2);
  cluster->lose_database(2);
  cluster->let_boot(2);
  for (int i = 0; i < 12; ++i) {
    cluster->submit(0);
    cluster->run_for(400 * kMillisecond);
    if (i % 3 == 0) cluster->cut_power(2);
  }
  must_rest(*cluster, 300 * kSecond);
  rejoin::must_vote(*cluster, {2});
}

TEST_CASE("a node that lost its database is refilled from the one peer that it reaches") {
  auto cluster = rejoin::with_history(47, 4, 100);
  cluster->keep_down(0);
  cluster->lose_database(0);
  for (Endpoint other : {Endpoint{1}, Endpoint{2}}) {
    cluster->network().cut(0, other);
    cluster->network().cut(other, 0);
  }
  cluster->let_boot(0);
  CHECK(cluster->run_until(120 * kSecond, [&] {
    return cluster->node(0).alive() && cluster->node(0).status().engine.finalized == cluster->furthest().finalized;
  }));
  CHECK_FALSE(cluster->node(0).status().engine.syncing);
  cluster->heal(false);
  must_rest(*cluster, 60 * kSecond);
}

TEST_CASE("a node that lost its database signs nothing while nobody refills it") {
  auto cluster = rejoin::with_history(48, 4, 20);
  cluster->keep_down(0);
  cluster->lose_database(0);
  cluster->keep_down(3);
  for (Endpoint other : {Endpoint{1}, Endpoint{2}}) {
    cluster->network().cut(0, other);
    cluster->network().cut(other, 0);
  }
  cluster->let_boot(0);
  const auto id = cluster->submit(1);
  cluster->run_for(600 * kSecond);
  CHECK(cluster->node(0).status().engine.finalized.height.value == 0);
  CHECK_FALSE(cluster->node(1).place_of(id).has_value());
  cluster->heal(false);
  must_rest(*cluster, 300 * kSecond);
}
