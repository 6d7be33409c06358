// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "testnet/processes/children.h"
#include "tests/testnet/processes/clerk.h"

namespace quipu::processes::trial {

TEST_CASE("a member that lost its ledger is refilled by the others and votes again") {
  auto& network = LocalNetwork::shared();
  network.import_samples();
  const auto before = network.wait_agreed();
  auto& node = network.node("PE");
  const auto directory = network.directory("PE");
  REQUIRE(terminate_node(network.processes(), node) == 0);
  std::filesystem::rename(directory / "ledger", directory / "ledger.lost");
  const auto log = network.scratch("lost") / "init.log";
  const auto made = run({program("quipud").string(), "init", "--again", "--dir", directory.string()}, log);
  INFO((made ? "" : made.error()));
  REQUIRE(made);
  REQUIRE(restart_node(network.processes(), node));
  CHECK(network.wait_agreed() == before);
  // Three of four must vote, so with another one away every block needs the refilled one.
  REQUIRE(kill_node(network.processes(), network.node("BR")));
  Clerk clerk(network, "CL", "CL");
  CHECK(clerk.state(clerk.good_leaf()) < 30);
  REQUIRE(restart_node(network.processes(), network.node("BR")));
  CHECK(network.wait_agreed().size > before.size);
}

}  // namespace quipu::processes::trial
