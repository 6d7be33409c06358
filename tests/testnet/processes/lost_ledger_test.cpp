// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <fstream>

#include "testnet/processes/children.h"
#include "tests/testnet/processes/clerk.h"

namespace quipu::processes::trial {

namespace {

namespace fs = std::filesystem;

bool log_says(const fs::path& log, const std::string& words) {
  std::ifstream in(log);
  for (std::string line; std::getline(in, line);)
    if (line.find(words) != std::string::npos) return true;
  return false;
}

// The node is stopped and its ledger gone; its directory.
fs::path lose_ledger(LocalNetwork& network, NodeEntry& node) {
  const auto directory = network.directory(node.code);
  REQUIRE(terminate_node(network.processes(), node) == 0);
  fs::remove_all(directory / "ledger.lost");
  fs::rename(directory / "ledger", directory / "ledger.lost");
  return directory;
}

// Three of four must vote, so with another one away every block needs this one.
void must_vote(LocalNetwork& network) {
  REQUIRE(kill_node(network.processes(), network.node("BR")));
  Clerk clerk(network, "CL", "CL");
  CHECK(clerk.state(clerk.good_leaf()) < 30);
  REQUIRE(restart_node(network.processes(), network.node("BR")));
}

}  // namespace

TEST_CASE("a member that lost its ledger begins a new one by itself and is refilled by the others and votes again") {
  auto& network = LocalNetwork::shared();
  network.import_samples();
  const auto before = network.wait_agreed();
  auto& node = network.node("PE");
  const auto directory = lose_ledger(network, node);
  const bool empty_folder = GENERATE(false, true);
  if (empty_folder) fs::create_directory(directory / "ledger");
  REQUIRE(restart_node(network.processes(), node));
  CHECK(network.wait_agreed() == before);
  CHECK(log_says(directory / "quipud.log", "NO LEDGER WAS FOUND"));
  must_vote(network);
  CHECK(network.wait_agreed().size > before.size);
}

TEST_CASE("a member that lost its ledger may be given an empty one before it starts") {
  auto& network = LocalNetwork::shared();
  network.import_samples();
  const auto before = network.wait_agreed();
  auto& node = network.node("PE");
  const auto directory = lose_ledger(network, node);
  const auto log = network.scratch("lost") / "init.log";
  const auto made = run({program("quipud").string(), "init", "--again", "--dir", directory.string()}, log);
  INFO((made ? "" : made.error()));
  REQUIRE(made);
  REQUIRE(restart_node(network.processes(), node));
  CHECK(network.wait_agreed() == before);
}

}  // namespace quipu::processes::trial
