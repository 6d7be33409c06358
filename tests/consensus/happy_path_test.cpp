// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "network.h"

namespace quipu::consensus::net {

TEST_CASE("a lone member finalizes its own submissions") {
  Network net(1);
  net.start();
  net.submit("a");
  REQUIRE(net.run_until([&] { return net.all_have("a"); }, 100));
  net.submit("b");
  REQUIRE(net.run_until([&] { return net.all_have("b"); }, 100));
  net.run_for(1'000);
  CHECK(net.engine(0).status().finalized.height.value == 2);
  CHECK(net.host(0).sent == 0);
  CHECK_FALSE(net.engine(0).next_deadline_us().has_value());
  INFO(net.broken_law);
  CHECK_FALSE(net.laws_broken);
}

TEST_CASE("T1 four members finalize a submission without waiting for any timer") {
  Network net(4);
  net.start();
  net.run_for(10);
  net.submit("a");
  // Three one-way delays of a millisecond each, and the syncs.
  REQUIRE(net.run_until([&] { return net.all_have("a"); }, 6));
  INFO(net.broken_law);
  CHECK_FALSE(net.laws_broken);
}

TEST_CASE("T1 blocks follow each other at network speed while work lasts") {
  Network net(4);
  net.start();
  for (int i = 0; i < 50; ++i) net.submit("item " + std::to_string(i));
  REQUIRE(net.run_until(
      [&] {
        for (int i = 0; i < 50; ++i)
          if (!net.all_have("item " + std::to_string(i))) return false;
        return true;
      },
      400));
  INFO(net.broken_law);
  CHECK_FALSE(net.laws_broken);
}

TEST_CASE("T2 a dead leader is nullified and the next one proposes") {
  Network net(4);
  net.start();
  net.run_for(10);
  net.crash(net.leader(1));
  net.submit("a");
  REQUIRE(net.run_until([&] { return net.all_have("a"); }, 2'000));
  INFO(net.broken_law);
  CHECK_FALSE(net.laws_broken);
}

}  // namespace quipu::consensus::net
