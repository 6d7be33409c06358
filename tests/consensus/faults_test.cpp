// SPDX-License-Identifier: Apache-2.0
// Crashes at every effect, and seeded storms of loss, reordering and restarts, after which a healed network must
// converge.
#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>

#include "consensus/deadlines.h"
#include "network.h"

namespace quipu::consensus::net {

namespace {

// One member of four dies at its k-th effect and comes back; everything must be final everywhere. False when the
// scenario ended before the k-th effect.
bool survives_crash_at(PeerId victim, std::size_t effect, bool& converged, std::string& law) {
  Network net(4);
  net.start();
  net.run_for(10);
  net.host(victim).effects = 0;
  net.host(victim).crash_at_effect = effect;
  for (const auto* item : {"a", "b", "c"}) net.submit(item);
  net.run_until([&] { return net.host(victim).engine == nullptr || net.all_have("c"); }, 5'000);
  const bool crashed = net.host(victim).engine == nullptr;
  net.run_for(50);
  if (crashed) net.restart(victim);
  net.submit("d");
  converged = net.run_until(
      [&] { return net.all_have("a") && net.all_have("b") && net.all_have("c") && net.all_have("d"); }, 60'000);
  law = net.broken_law;
  if (!converged) UNSCOPED_INFO(net.describe());
  return crashed;
}

// Loss, delay, crashes for a while; then quiet. True when all payloads that a living member kept became final
// everywhere.
bool weathers_storm(std::size_t members, std::uint64_t seed, std::string& law) {
  Network net(members);
  Jitter dice(seed);
  const auto roll = [&](std::uint64_t sides) { return dice.next() % sides; };
  const std::uint64_t loss = roll(40);
  bool stormy = true;
  net.pass = [&](PeerId, PeerId, const Message&) {
    net.link_us = stormy ? static_cast<std::int64_t>(200 + roll(roll(10) == 0 ? 400'000 : 4'000)) : 1'000;
    return !stormy || roll(100) >= loss;
  };
  net.start();
  const std::size_t faulty = net.members().faulty();
  for (int round = 0; round < 20; ++round) {
    net.submit("item " + std::to_string(round));
    net.run_for(static_cast<std::int64_t>(roll(1'500)));
    const auto who = static_cast<PeerId>(roll(members));
    if (net.host(who).engine == nullptr) {
      net.restart(who);
    } else if (roll(3) == 0 && members - net.living() < faulty) {
      net.crash(who, roll(2) == 0);
    } else if (roll(4) == 0) {
      net.crash(who, false);
      net.restart(who);
    }
  }
  stormy = false;
  for (std::size_t i = 0; i < members; ++i)
    if (net.host(static_cast<PeerId>(i)).engine == nullptr) net.restart(static_cast<PeerId>(i));
  net.submit("after the storm");
  net.spread_pools();
  const bool converged = net.run_until(
      [&] {
        const auto height = net.engine(0).status().finalized.height;
        for (std::size_t i = 0; i < members; ++i) {
          const auto& host = net.host(static_cast<PeerId>(i));
          if (host.told_ready || host.engine->status().finalized.height != height) return false;
        }
        return net.all_have("after the storm");
      },
      900'000);
  law = net.broken_law;
  for (std::size_t i = 0; i < members; ++i) {
    const auto& host = net.host(static_cast<PeerId>(i));
    if (!host.halts.empty()) law = host.halts.front();
    if (!host.evidence.empty()) law = "evidence against an honest member";
    if (!host.blamed.empty()) law = "an honest member blamed";
  }
  if (!converged) UNSCOPED_INFO(net.describe());
  return converged;
}

}  // namespace

TEST_CASE("2.6 a member that crashes at any effect and restarts rejoins and contradicts nothing") {
  for (PeerId victim = 0; victim < 4; victim += 1) {
    bool crashed = true;
    std::size_t effect = 0;
    for (; crashed; ++effect) {
      bool converged = false;
      std::string law;
      crashed = survives_crash_at(victim, effect, converged, law);
      INFO("victim " << victim << " effect " << effect << " law " << law);
      REQUIRE(converged);
      REQUIRE(law.empty());
    }
    CHECK(effect > 20);
  }
}

TEST_CASE("networks of one to ten members weather seeded storms of loss and crashes") {
  // QUIPU_STORMS: how many, for long runs.
  const char* storms = std::getenv("QUIPU_STORMS");
  const std::uint64_t last = storms == nullptr ? 60 : std::strtoull(storms, nullptr, 10);
  for (std::uint64_t seed = 1; seed <= last; ++seed) {
    std::string law;
    const std::size_t members = std::vector<std::size_t>{1, 4, 5, 6, 7, 10}[seed % 6];
    const bool converged = weathers_storm(members, seed, law);
    INFO("seed " << seed << " members " << members << " law " << law);
    REQUIRE((converged && law.empty()));
  }
}

}  // namespace quipu::consensus::net
