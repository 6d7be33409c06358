// SPDX-License-Identifier: Apache-2.0
// Three hundred seeds, each at n = 1, 4 and 7, in parts that run side by side.
#include <catch2/catch.hpp>
#include <sstream>

#include "testnet/sim/campaign.h"

using namespace quipu::testnet;

namespace seeds {

void hold_every_law(std::uint64_t first, std::uint64_t last, std::size_t members, std::size_t candidates = 0,
                    bool by_reference = false) {
  Campaign campaign;
  campaign.candidates = candidates;
  campaign.by_reference = by_reference;
  campaign.first_seed = first;
  campaign.last_seed = last;
  campaign.members = {members};
  std::ostringstream out;
  const int exit_code = simulate(campaign, out);
  INFO(out.str());
  CHECK(exit_code == 0);
}

}  // namespace seeds

TEST_CASE("300 seeds at n = 1 hold every law") { seeds::hold_every_law(1, 300, 1); }
TEST_CASE("300 seeds at n = 4 hold every law: first half") { seeds::hold_every_law(1, 150, 4); }
TEST_CASE("300 seeds at n = 4 hold every law: second half") { seeds::hold_every_law(151, 300, 4); }
TEST_CASE("300 seeds at n = 7 hold every law: first third") { seeds::hold_every_law(1, 100, 7); }
TEST_CASE("300 seeds at n = 7 hold every law: second third") { seeds::hold_every_law(101, 200, 7); }
TEST_CASE("300 seeds at n = 7 hold every law: last third") { seeds::hold_every_law(201, 300, 7); }
TEST_CASE("some seeds at sizes that are not 3f + 1 hold every law") {
  seeds::hold_every_law(1, 30, 5);
  seeds::hold_every_law(1, 20, 6);
  seeds::hold_every_law(1, 10, 9);
}

TEST_CASE("seeds in which members come and go hold every law") {
  seeds::hold_every_law(1, 60, 4, 3);
  seeds::hold_every_law(1, 15, 7, 2);
}

TEST_CASE("seeds in which every proposal names its submissions hold every law") {
  seeds::hold_every_law(1, 60, 4, 0, true);
  seeds::hold_every_law(1, 10, 7, 2, true);
}

TEST_CASE("seeds that once broke a law hold every law now") {
  // What a disk had forgotten before was taken for what an image put back on it does not show.
  seeds::hold_every_law(1607, 1607, 7);
  // A member whose database was put back voted on in a view without what had let it in.
  seeds::hold_every_law(8107, 8107, 4);
  // The trouble went on after its end: a disk was harmed when everything was well.
  seeds::hold_every_law(6527, 6527, 4);
  // A repeat of what had become final was answered again in every step.
  seeds::hold_every_law(799, 799, 7);
  // An observer looked for votes of its own to greet with.
  seeds::hold_every_law(1, 8, 7, 3);
  // A block missing below held ones was never found again.
  seeds::hold_every_law(50, 50, 4);
  seeds::hold_every_law(49, 49, 10);
  seeds::hold_every_law(61, 61, 10);
  // The notarization that FINALIZE votes rested on was lost with the power of those who cast them.
  seeds::hold_every_law(356, 356, 4);
  // f hostile nullifiers and a member's own old vote kept that member awake for ever.
  seeds::hold_every_law(135, 135, 7);
  // A second pause of a process shortened the first one and left its inputs waiting for the end of that.
  seeds::hold_every_law(849, 849, 4);
}

TEST_CASE("equal seeds give equal traces and different seeds do not") {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    for (const std::size_t members : {1, 4, 7}) {
      const auto once = run_once(swarm_options(seed, members));
      CHECK(once.trace == run_once(swarm_options(seed, members)).trace);
      CHECK(once.trace != run_once(swarm_options(seed + 1, members)).trace);
    }
  }
}

TEST_CASE("a broken law is told with the one command that runs it again") {
  Options options = swarm_options(17, 4);
  CHECK(replay_command(options) == "quipu-testnet simulate --seeds 17..17 --members 4");
  options.candidates = 3;
  CHECK(replay_command(options) == "quipu-testnet simulate --seeds 17..17 --members 4 --candidates 3");
  options.candidates = 0;
  options.by_reference = true;
  CHECK(replay_command(options) == "quipu-testnet simulate --seeds 17..17 --members 4 --by-reference");
  options.by_reference = false;
  options.trouble = 30 * kSecond;
  CHECK(replay_command(options) == "quipu-testnet simulate --seeds 17..17 --members 4 --hours 0.00847222");
}
