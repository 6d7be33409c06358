// SPDX-License-Identifier: Apache-2.0
#include <boost/json/value.hpp>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>

#include "node/cli/json_fields.h"
#include "node/ledger/json.h"
#include "testnet/processes/children.h"
#include "testnet/processes/probe.h"
#include "tests/testnet/processes/clerk.h"
#include "tests/testnet/processes/load.h"

namespace quipu::processes::trial {

namespace {

namespace fs = std::filesystem;

std::size_t lines_with(const fs::path& log, const std::string& words) {
  std::ifstream in(log);
  std::size_t count = 0;
  for (std::string line; std::getline(in, line);) count += line.find(words) != std::string::npos ? 1 : 0;
  return count;
}

bool log_says(const fs::path& log, const std::string& words) { return lines_with(log, words) > 0; }

// The node is stopped and its ledger gone; its directory.
fs::path lose_ledger(LocalNetwork& network, NodeEntry& node) {
  const auto directory = network.directory(node.code);
  REQUIRE(terminate_node(network.processes(), node) == 0);
  fs::remove_all(directory / "ledger.lost");
  fs::rename(directory / "ledger", directory / "ledger.lost");
  return directory;
}

// Two in every test run; QUIPU_RESTORES=20 is the long form.
std::size_t restores() {
  const char* asked = std::getenv("QUIPU_RESTORES");
  return asked == nullptr ? 2 : std::strtoull(asked, nullptr, 10);
}

void put_in_place(const fs::path& from, const fs::path& directory) {
  for (const auto* part : {"ledger", "safety"}) {
    fs::remove_all(directory / part);
    fs::copy(from / part, directory / part, fs::copy_options::recursive);
  }
}

// Whether it may vote, as it says itself.
std::string sign_state(LocalNetwork& network, const std::string& code) {
  const auto status = get(network.node(code).http, "/v1/node/status");
  REQUIRE(status);
  return cli::text_at(ledger::parse_strict_json(status->body).value(), "sign_state");
}

// Becomes ready only when it votes again.
void must_recover(LocalNetwork& network, NodeEntry& node, const std::string& alarm) {
  const auto log = network.directory(node.code) / "quipud.log";
  const auto before = lines_with(log, alarm);
  const auto restarted = restart_node(network.processes(), node);
  INFO((restarted ? "" : restarted.error()));
  REQUIRE(restarted);
  CHECK(lines_with(log, alarm) == before + 1);
  CHECK(lines_with(log, "this member votes again above view") > 0);
  CHECK(sign_state(network, node.code) == "good");
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

TEST_CASE(
    "a member restored from an older copy of its whole data directory, and one without its safety file, recover") {
  auto& network = LocalNetwork::shared();
  auto& node = network.node("PE");
  const auto directory = network.directory("PE");
  const auto copy = network.scratch("older copy");
  Load load(network.processes(), {"BO", "BR", "CL"}, 50);
  for (std::size_t i = 0; i < restores(); ++i) {
    INFO("restore " << i + 1);
    REQUIRE(terminate_node(network.processes(), node) == 0);
    fs::remove_all(copy);
    fs::create_directory(copy);
    put_in_place(directory, copy);
    REQUIRE(restart_node(network.processes(), node));
    std::this_thread::sleep_for(std::chrono::seconds(2));
    REQUIRE(kill_node(network.processes(), node));
    put_in_place(copy, directory);
    must_recover(network, node, "REGRESSED");
  }
  REQUIRE(kill_node(network.processes(), node));
  fs::remove(directory / "safety" / "slots");
  must_recover(network, node, "NO SAFETY FILE WAS FOUND");
  const auto acknowledged = load.stop();
  CHECK(acknowledged.size() > 50);
  must_vote(network);
  network.wait_agreed();
  CHECK(broken_promises(network.processes(), acknowledged).empty());
  for (const auto& each : network.processes().nodes) {
    const auto status = get(each.http, "/v1/node/status");
    REQUIRE(status);
    CHECK(cli::number_at(ledger::parse_strict_json(status->body).value(), "evidence") == 0);
  }
}

}  // namespace quipu::processes::trial
