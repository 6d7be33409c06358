// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "testnet/sim/cluster.h"
#include "testnet/sim/laws/contents.h"
#include "tests/testnet/resting.h"

using namespace quipu::testnet;
using quipu::crypto::Digest;

namespace scenarios {

std::unique_ptr<Cluster> calm_cluster(const Options& options) {
  auto cluster = std::make_unique<Cluster>(options);
  cluster->boot_all();
  cluster->run_for(2 * kSecond);
  return cluster;
}

Endpoint leader_now(Cluster& cluster) { return leader_of(cluster.furthest().current, cluster.cast()); }

std::vector<Digest> submit_some(Cluster& cluster, std::size_t count) {
  std::vector<Digest> ids;
  for (std::size_t i = 0; i < count; ++i) {
    ids.push_back(cluster.submit(i % cluster.cast().members()));
    cluster.run_for(500 * kMillisecond);
  }
  return ids;
}

}  // namespace scenarios

using namespace scenarios;

TEST_CASE("a dead leader costs its views and nothing else") {
  auto cluster = calm_cluster(calm_options(2, 4));
  const Endpoint dead = leader_now(*cluster);
  cluster->keep_down(dead);
  const auto before = cluster->furthest();
  for (int i = 0; i < 8; ++i) {
    const auto id = cluster->submit(0);
    CHECK(cluster->run_until(20 * kSecond, [&] { return cluster->final_everywhere(id); }));
  }
  const auto after = cluster->furthest();
  CHECK(after.current.value - before.current.value > after.finalized.height.value - before.finalized.height.value);
  cluster->let_boot(dead);
  must_rest(*cluster, 60 * kSecond);
}

TEST_CASE("more than f dead members stop the network and it goes on when they are back") {
  auto cluster = calm_cluster(calm_options(3, 4));
  cluster->keep_down(2);
  cluster->keep_down(3);
  const auto id = cluster->submit(0);
  CHECK_FALSE(cluster->run_until(120 * kSecond, [&] { return cluster->final_everywhere(id); }));
  CHECK(cluster->furthest().finalized.height.value == 0);
  cluster->let_boot(2);
  cluster->let_boot(3);
  must_rest(*cluster, 300 * kSecond);
  CHECK(cluster->final_everywhere(id));
}

TEST_CASE("lost late repeated and disordered frames delay a submission but do not lose it") {
  Options options = calm_options(4, 4);
  options.delay_most = 400 * kMillisecond;
  options.late_per_mille = 50;
  options.lost_per_mille = 300;
  options.repeated_per_mille = 200;
  auto cluster = calm_cluster(options);
  submit_some(*cluster, 12);
  must_rest(*cluster, 600 * kSecond);
}

TEST_CASE("whatever was final before all nodes lose power together is final after it") {
  Options options = calm_options(5, 4);
  options.restart_most = 5 * kSecond;
  auto cluster = calm_cluster(options);
  for (int round = 0; round < 10; ++round) {
    const auto ids = submit_some(*cluster, 3);
    cluster->run_for(round * 20 * kMillisecond);
    cluster->cut_power_of_all();
    CHECK(cluster->crashes() == 4U * static_cast<unsigned>(round + 1));
    must_rest(*cluster, 300 * kSecond);
  }
}

TEST_CASE("a member that was away for many blocks catches up") {
  const auto members = GENERATE(std::size_t{4}, std::size_t{7});
  auto cluster = calm_cluster(calm_options(6, members));
  cluster->keep_down(1);
  submit_some(*cluster, 40);
  cluster->run_for(10 * kSecond);
  cluster->let_boot(1);
  must_rest(*cluster, 120 * kSecond);
}

TEST_CASE("a minority cut off by a partition finalizes nothing and follows when it heals") {
  auto cluster = calm_cluster(calm_options(7, 7));
  for (Endpoint from : {Endpoint{0}, Endpoint{1}})
    for (Endpoint to = 2; to < 7; ++to) {
      cluster->network().cut(from, to);
      cluster->network().cut(to, from);
    }
  const auto id = cluster->submit(4);
  cluster->run_for(60 * kSecond);
  CHECK(cluster->node(0).status().engine.finalized.height.value == 0);
  CHECK(cluster->furthest().finalized.height.value == 1);
  cluster->heal(false);
  must_rest(*cluster, 120 * kSecond);
  CHECK(cluster->final_everywhere(id));
}

TEST_CASE("a member that hears nobody but is heard does no harm") {
  auto cluster = calm_cluster(calm_options(8, 4));
  for (Endpoint from : {Endpoint{1}, Endpoint{2}, Endpoint{3}}) cluster->network().cut(from, 0);
  const auto ids = submit_some(*cluster, 6);
  cluster->run_for(60 * kSecond);
  CHECK(cluster->furthest().finalized.height.value > 0);
  cluster->heal(false);
  must_rest(*cluster, 120 * kSecond);
}

TEST_CASE("a day without work is a day without consensus messages and a submission then is final at once") {
  auto cluster = calm_cluster(calm_options(9, 4));
  const auto before = cluster->submit(2);
  must_rest(*cluster, 30 * kSecond);
  const auto messages = cluster->consensus_messages();
  cluster->run_for(24 * 3600 * kSecond);
  CHECK(cluster->consensus_messages() == messages);
  CHECK(cluster->furthest().finalized.height.value == 1);
  const auto after = cluster->submit(3);
  CHECK(cluster->run_until(2 * kSecond, [&] { return cluster->final_everywhere(after); }));
  CHECK(cluster->final_everywhere(before));
  CHECK_FALSE(cluster->violation());
}

TEST_CASE("clocks that are wrong by an hour on f members do not stop the network") {
  auto cluster = calm_cluster(calm_options(10, 7));
  cluster->node(0).skew_clock(3600 * kSecond);
  cluster->node(1).skew_clock(-3600 * kSecond);
  submit_some(*cluster, 10);
  must_rest(*cluster, 300 * kSecond);
}

TEST_CASE("disks that need two seconds for a sync slow the network down and break nothing") {
  auto cluster = calm_cluster(calm_options(11, 4));
  for (Endpoint each = 0; each < 4; ++each) cluster->node(each).slow_disk(60 * kSecond);
  submit_some(*cluster, 5);
  must_rest(*cluster, 300 * kSecond);
}
