// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "testnet/sim/campaign.h"

using namespace quipu::testnet;

TEST_CASE("f attackers of every kind neither break a law nor stop the honest members") {
  const auto kind = GENERATE(AttackerKind::kTwin, AttackerKind::kEquivocatingLeader, AttackerKind::kNullifyAlways,
                             AttackerKind::kReplayer, AttackerKind::kForger, AttackerKind::kDeafLeader,
                             AttackerKind::kCredulous, AttackerKind::kLeafForger);
  const auto members = GENERATE(std::size_t{4}, std::size_t{7});
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    Options options = swarm_options(seed, members);
    options.attack = kind;
    options.attackers = (members - 1) / 3;
    const RunResult result = run_once(options);
    INFO("seed " << seed << ", " << describe(options));
    INFO((result.violation ? result.violation->law + ": " + result.violation->what : ""));
    REQUIRE_FALSE(result.violation);
    CHECK(result.height.value > 0);
  }
}

TEST_CASE("attackers of every kind go on through changes of members and break no law") {
  const auto kind = GENERATE(AttackerKind::kTwin, AttackerKind::kEquivocatingLeader, AttackerKind::kNullifyAlways,
                             AttackerKind::kReplayer, AttackerKind::kForger, AttackerKind::kDeafLeader,
                             AttackerKind::kCredulous, AttackerKind::kLeafForger);
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    Options options = swarm_options(seed, 5);
    options.candidates = 2;
    options.attack = kind;
    options.attackers = 1;
    const RunResult result = run_once(options);
    INFO("seed " << seed << ", " << describe(options));
    INFO((result.violation ? result.violation->law + ": " + result.violation->what : ""));
    REQUIRE_FALSE(result.violation);
    CHECK(result.epoch.value > 0);
  }
}
