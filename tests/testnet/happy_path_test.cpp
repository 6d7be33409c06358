// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "testnet/sim/cluster.h"

using namespace quipu::testnet;

TEST_CASE("a submission becomes final everywhere within a second of calm network time") {
  const auto members = GENERATE(std::size_t{1}, std::size_t{4}, std::size_t{7});
  Cluster cluster(calm_options(1, members));
  cluster.boot_all();
  cluster.run_for(2 * kSecond);
  const auto id = cluster.submit(0);
  CHECK(cluster.run_until(kSecond, [&] { return cluster.final_everywhere(id); }));
  INFO(cluster.unrest());
  CHECK(cluster.run_until(10 * kSecond, [&] { return cluster.at_rest(); }));
  INFO((cluster.violation() ? cluster.violation()->law + ": " + cluster.violation()->what : "no violation"));
  CHECK_FALSE(cluster.violation());
}
