// SPDX-License-Identifier: Apache-2.0
// A member attacks the three others with its own keys while they work. Latency is shown, not judged: hostile_trial
// measures it.
#include <catch2/catch.hpp>
#include <iostream>
#include <thread>

#include "testnet/processes/children.h"
#include "testnet/processes/patience.h"
#include "tests/testnet/hostile/attacks.h"
#include "tests/testnet/hostile/steady_load.h"
#include "tests/testnet/hostile/watching.h"
#include "tests/testnet/processes/observing.h"

namespace quipu::hostile {

using processes::trial::LocalNetwork;
using processes::trial::percentile;

namespace {

constexpr double kPerSecond = 30;
constexpr double kMostGrowth_MiB = 32;

void tell(const std::string& what, const LoadFigures& load, double growth_MiB) {
  std::cout << "  " << what << ": p50 " << percentile(load.latency_ms, 0.5) << " ms, p99 "
            << percentile(load.latency_ms, 0.99) << " ms of " << load.latency_ms.size() << ", memory +" << growth_MiB
            << " MiB" << std::endl;
}

LoadFigures load_for(LocalNetwork& network, std::chrono::milliseconds time) {
  SteadyLoad load(network, {"BO", "BR", "CL"}, kPerSecond);
  std::this_thread::sleep_for(time);
  return load.stop();
}

// How often each of the others has let the attacker in, and said so.
std::vector<std::size_t> let_in(LocalNetwork& network) {
  std::vector<std::size_t> times;
  for (const auto* code : {"BO", "BR", "CL"})
    times.push_back(processes::trial::times_logged(network.processes(), network.node(code), "peer PE is up"));
  return times;
}

int start_attack(LocalNetwork& network, const std::string& attack) {
  const auto pid =
      processes::spawn({processes::program("hostile_member").string(), "--dir", network.processes().directory.string(),
                        "--attack", attack, "--seconds", "2.5", "--nice", "5"},
                       network.scratch("hostile") / (attack + ".log"));
  REQUIRE(pid);
  return *pid;
}

}  // namespace

TEST_CASE("a hostile member with its own keys neither stops nor bloats nor separates the others") {
  auto& network = LocalNetwork::proxied();
  network.wait_agreed();
  const auto before = look_at(network.node("BO")).value().size;
  REQUIRE(kill_node(network.processes(), network.node("PE")));
  tell("one of four dead", load_for(network, std::chrono::seconds(2)), 0);
  const auto greeted = let_in(network);
  for (const auto& attack : attack_names()) {
    INFO(attack);
    Watch watch(network, "PE");
    const int attacker = start_attack(network, attack);
    const auto load = load_for(network, std::chrono::seconds(2));
    const auto harm = watch.look();
    CHECK(processes::wait_for(attacker) == 0);
    tell(attack, load, harm.most_growth_MiB);
    CHECK(load.latency_ms.size() > 0);
    CHECK(load.unfinished == 0);
    CHECK(load.refused == 0);
    CHECK(harm.none());
    CHECK(harm.most_growth_MiB < kMostGrowth_MiB);
  }
  const auto greeted_since = let_in(network);
  for (std::size_t i = 0; i < greeted.size(); ++i) CHECK(greeted_since[i] > greeted[i]);
  // Its key was used behind its back: its node follows, and signs again only if nobody signed beyond what it was told.
  REQUIRE(start_node(network.processes(), network.node("PE")));
  const auto after = look_at(network.node("BO")).value().size;
  CHECK(after > before);
  CHECK(processes::poll(std::chrono::seconds(60), [&] {
    const auto view = look_at(network.node("PE"));
    return view && view->size >= after;
  }));
}

}  // namespace quipu::hostile
