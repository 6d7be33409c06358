// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "testnet/sim/shrink.h"

using namespace quipu::testnet;

namespace shrinking {

// With every kind of trouble.
Options troubled() {
  Options options = swarm_options(7, 4);
  options.partition_every = options.clog_every = options.crash_every = options.blackout_every = 20 * kSecond;
  options.pause_every = options.slow_disk_every = options.jump_every = options.disk_harm_every = 30 * kSecond;
  options.late_per_mille = options.lost_per_mille = options.repeated_per_mille = 50;
  options.skew_most = kSecond;
  options.drift_ppm = 100;
  options.attackers = 1;
  options.attack = AttackerKind::kTwin;
  options.lonely_core = true;
  options.submissions = 40;
  return options;
}

}  // namespace shrinking

TEST_CASE("a failing run loses all trouble but what the failure needs") {
  const auto small = shrink(shrinking::troubled(), [](const Options& options) {
    return options.crash_every > 0 && options.lost_per_mille > 0 && options.submissions >= 5;
  });
  CHECK(small.options.crash_every > 0);
  CHECK(small.options.lost_per_mille > 0);
  CHECK(small.options.partition_every == 0);
  CHECK(small.options.attackers == 0);
  CHECK(small.options.submissions == 5);
  CHECK(small.options.trouble < 20 * kSecond);
  CHECK(small.without.size() == switches().size() - 2);
}

TEST_CASE("the names of what was left out and the seed give the small run again") {
  const auto small = shrink(shrinking::troubled(), [](const Options& options) { return options.pause_every > 0; });
  Options again = shrinking::troubled();
  REQUIRE(switch_off(again, small.without));
  again.trouble = small.options.trouble;
  again.submissions = small.options.submissions;
  CHECK(again == small.options);
  const auto command = replay_command(small.options, {small.without, small.options.submissions});
  CHECK(command.find("--without attackers,lonely-core,") != std::string::npos);
  CHECK(command.find("pauses") == std::string::npos);
  CHECK(command.ends_with(" --submissions 1"));
}

TEST_CASE("a failure that needs everything stays as it is and the tries are bounded") {
  const Options all = shrinking::troubled();
  CHECK(shrink(all, [&](const Options& options) { return options == all; }).options == all);
  CHECK(shrink(all, [](const Options&) { return true; }, 3).runs == 3);
  Options options;
  CHECK_FALSE(switch_off(options, {"rain"}));
}
