// SPDX-License-Identifier: Apache-2.0
// A network goes on with another version of the protocol, and nobody stops for it.
#include <algorithm>
#include <catch2/catch.hpp>

#include "testnet/sim/cluster.h"
#include "testnet/sim/government.h"

using namespace quipu;
using namespace quipu::testnet;

namespace upgrade {

constexpr Endpoint kPeru = 3;

struct Rehearsal {
  std::unique_ptr<Cluster> cluster;
  Government government;

  explicit Rehearsal(std::uint64_t seed) : cluster(std::make_unique<Cluster>(options(seed))), government(*cluster) {}
  static Options options(std::uint64_t seed) {
    Options calm = calm_options(seed, 4);
    calm.training = true;
    return calm;
  }
  void begin() {
    cluster->boot_all();
    cluster->run_for(2 * kSecond);
  }
  Cluster* operator->() { return cluster.get(); }

  std::uint32_t version_of(Endpoint endpoint) { return cluster->node(endpoint).membership().protocol_version; }
  std::uint64_t height_of(Endpoint endpoint) { return cluster->node(endpoint).status().engine.finalized.height.value; }
  bool halted(Endpoint endpoint) { return cluster->node(endpoint).status().engine.halted; }
  void lawful() const {
    if (cluster->violation()) FAIL(cluster->violation()->law << ": " << cluster->violation()->what);
  }
  // A statement through member 0 becomes final on all of these.
  void must_finish(const std::vector<Endpoint>& nodes) {
    const auto id = cluster->submit(0);
    CHECK(cluster->run_until(30 * kSecond, [&] {
      return std::ranges::all_of(nodes, [&](Endpoint each) { return cluster->node(each).place_of(id).has_value(); });
    }));
    lawful();
  }
};

}  // namespace upgrade

TEST_CASE("a network goes from version to version of the protocol without a stop") {
  using namespace upgrade;
  Rehearsal net(71);
  net.begin();
  for (std::uint32_t version = 1; version <= 4; ++version) {
    net.must_finish({0, 1, 2, 3});
    for (Endpoint each = 0; each < 4; ++each) CHECK(net.version_of(each) == version);
    if (version < 4) REQUIRE(net.government.upgrade(60 * kSecond));
  }
  net->run_for(5 * kSecond);
  net.lawful();
}

TEST_CASE("a node with an older program votes no more and keeps what is final and goes on with a newer program") {
  using namespace upgrade;
  Rehearsal net(72);
  net->node(kPeru).install(1);
  net.begin();
  net.must_finish({0, 1, 2, 3});
  REQUIRE(net.government.upgrade(60 * kSecond));
  net.must_finish({0, 1, 2});
  CHECK(net.halted(kPeru));
  const auto stood_at = net.height_of(kPeru);
  CHECK(stood_at > 0);
  SECTION("also when it starts again as it is") {
    net->keep_down(kPeru);
    net->let_boot(kPeru);
    net.must_finish({0, 1, 2});
    CHECK(net.halted(kPeru));
    CHECK(net.height_of(kPeru) == stood_at);
  }
  net->keep_down(kPeru);
  net->node(kPeru).install(2);
  net->let_boot(kPeru);
  net.must_finish({0, 1, 2, 3});
  CHECK_FALSE(net.halted(kPeru));
  // With another one down every block needs its vote.
  net->keep_down(1);
  net.must_finish({0, 2, 3});
}

TEST_CASE("a node that does not know the version takes no yes to it from its officer") {
  using namespace upgrade;
  Rehearsal net(73);
  for (Endpoint each = 0; each < 4; ++each) net->node(each).install(1);
  net.begin();
  net.must_finish({0, 1, 2, 3});
  CHECK_FALSE(net.government.upgrade(30 * kSecond));
  CHECK(net.version_of(0) == 1);
  for (Endpoint each = 0; each < 4; ++each) CHECK_FALSE(net.halted(each));
  net.must_finish({0, 1, 2, 3});
}
