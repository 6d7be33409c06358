// SPDX-License-Identifier: Apache-2.0
// An idle network and a leader that is gone, in small; idle_trial is the long version.
#include <catch2/catch.hpp>
#include <iostream>
#include <map>
#include <thread>

#include "testnet/processes/proxy_process.h"
#include "tests/testnet/processes/observing.h"

namespace quipu::processes::trial {

namespace {

constexpr auto kIdle = std::chrono::seconds(8);
constexpr auto kPatience = std::chrono::milliseconds(20'000);

// What an idle network must not do.
std::map<std::string, double> deeds(const Network& network) {
  std::map<std::string, double> counts;
  for (const auto& node : network.nodes) {
    for (const auto* name : {"quipu_votes_signed_total", "quipu_blocks_total", "quipu_view", "quipu_tree_size"}) {
      const auto value = metric(node, name);
      REQUIRE(value);
      counts[node.code + " " + name] = *value;
    }
  }
  return counts;
}

std::string leader_of(LocalNetwork& network) { return look_at(network.node("BO")).value().leader; }

// Through another node than the leader's.
double state_past(LocalNetwork& network, const std::string& leader) {
  const std::string through = leader == "BO" ? "CL" : "BO";
  Clerk clerk(network, through, through);
  const auto took = final_after_ms(clerk, clerk.good_leaf(), kPatience);
  REQUIRE(took);
  return *took;
}

}  // namespace

TEST_CASE("a network without work signs no vote and makes no block") {
  auto& network = LocalNetwork::proxied();
  network.wait_agreed();
  std::this_thread::sleep_for(std::chrono::seconds(1));
  const auto before = deeds(network.processes());
  std::this_thread::sleep_for(kIdle);
  CHECK(deeds(network.processes()) == before);
  Clerk clerk(network, "CL", "CL");
  CHECK(final_after_ms(clerk, clerk.good_leaf(), kPatience));
}

TEST_CASE("after a rest the leader may be cut off or paused or dead and the next statement is final all the same") {
  auto& network = LocalNetwork::proxied();
  auto& processes = network.processes();
  network.wait_agreed();
  std::string leader = leader_of(network);
  SECTION("cut off") {
    for (const auto& node : processes.nodes) {
      if (node.code == leader) continue;
      REQUIRE(set_link(processes, leader, node.code, {.cut = true}));
      REQUIRE(set_link(processes, node.code, leader, {.cut = true}));
    }
    std::cout << "  leader cut off: final after " << state_past(network, leader) << " ms" << std::endl;
    REQUIRE(set_all_links(processes, {}));
  }
  SECTION("paused") {
    REQUIRE(pause_node(network.node(leader)));
    std::cout << "  leader paused: final after " << state_past(network, leader) << " ms" << std::endl;
    REQUIRE(resume_node(network.node(leader)));
  }
  SECTION("dead") {
    REQUIRE(kill_node(processes, network.node(leader)));
    std::cout << "  leader dead: final after " << state_past(network, leader) << " ms" << std::endl;
    REQUIRE(restart_node(processes, network.node(leader)));
  }
  network.wait_agreed();
}

}  // namespace quipu::processes::trial
