// SPDX-License-Identifier: Apache-2.0
#include "programmes.h"

#include <catch2/catch.hpp>
#include <iostream>

namespace {

using namespace quipu::ledger;
using namespace quipu::ledger::testing;

bool whole_set_missing() {
  if (std::filesystem::exists(whole_programmes() / "history")) return false;
  std::cout << "SKIPPED: no data set at " << whole_programmes() << "\n";
  return true;
}

}  // namespace

TEST_CASE("the sample programmes replay without a refusal", "[programmes]") {
  const auto history = read_history(sample_programmes());
  REQUIRE(history.size() > 100);
  World world = world_of(sample_programmes());
  replay_all(world, history);
}

TEST_CASE("all eleven programmes and the cross file replay without a refusal", "[programmes]") {
  if (whole_set_missing()) return;
  const auto history = read_history(whole_programmes());
  REQUIRE(history.size() == 18'842);
  World world = world_of(whole_programmes());
  replay_all(world, history);
}
