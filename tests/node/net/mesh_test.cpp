// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "consensus/limits.h"
#include "world.h"

namespace quipu::net::test {

using consensus::Class;

TEST_CASE("two meshes connect and both hear each other") {
  World world(2);
  world.start_all();
  REQUIRE(world.until([&] { return world.all_up(); }));
  world.node(0).mesh().send(1, frame_of("from zero"), Class::kVotes);
  world.node(1).mesh().send(0, frame_of("from one"), Class::kSync);
  REQUIRE(world.until([&] { return world.node(1).received[0].size() == 1 && world.node(0).received[1].size() == 1; }));
  CHECK(world.node(1).received[0][0] == "from zero");
  CHECK(world.node(0).received[1][0] == "from one");
}

TEST_CASE("four meshes connect every pair") {
  World world(4);
  world.start_all();
  REQUIRE(world.until([&] { return world.all_up(); }));
  for (MemberIndex from = 0; from < 4; ++from)
    for (MemberIndex to = 0; to < 4; ++to)
      if (to != from) world.node(from).mesh().send(to, frame_of(std::to_string(from)), Class::kVotes);
  const auto all_heard = [&] {
    for (MemberIndex from = 0; from < 4; ++from)
      for (MemberIndex to = 0; to < 4; ++to)
        if (to != from && world.node(to).received[from] != std::vector<Bytes>{std::to_string(from)}) return false;
    return true;
  };
  CHECK(world.until(all_heard));
}

}  // namespace quipu::net::test
