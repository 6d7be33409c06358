// SPDX-License-Identifier: Apache-2.0
#include <boost/json/value.hpp>
#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "node/ledger/json.h"
#include "testnet/processes/children.h"
#include "tests/testnet/processes/clerk.h"

namespace quipu::processes::trial {

namespace {

// Exit code of the launcher; its output is in `log`.
int launcher(LocalNetwork& network, const std::vector<std::string>& words, const std::filesystem::path& log) {
  std::filesystem::remove(log);
  std::vector<std::string> command{program("quipu-testnet").string()};
  command.insert(command.end(), words.begin(), words.end());
  command.insert(command.end(), {"--dir", network.processes().directory.string()});
  const auto pid = spawn(command, log);
  REQUIRE(pid);
  return wait_for(*pid);
}

std::string content(const std::filesystem::path& log) {
  std::ostringstream text;
  text << std::ifstream(log).rdbuf();
  return text.str();
}

// 'T' stopped, 'S' sleeping, 'R' running.
char process_state(const NodeEntry& node) {
  std::ifstream in("/proc/" + std::to_string(node.pid) + "/stat");
  std::string line;
  std::getline(in, line);
  return line.at(line.rfind(") ") + 2);
}

}  // namespace

TEST_CASE("the launcher pauses and resumes and restarts one node and keeps its data") {
  auto& network = LocalNetwork::shared();
  const auto before = network.wait_agreed();
  const auto log = network.scratch("control") / "launcher.log";
  CHECK(launcher(network, {"pause", "CL"}, log) == 0);
  CHECK(process_state(network.node("CL")) == 'T');
  CHECK(launcher(network, {"resume", "CL"}, log) == 0);
  CHECK(process_state(network.node("CL")) != 'T');
  CHECK(launcher(network, {"kill", "CL"}, log) == 0);
  CHECK_FALSE(is_running(network.node("CL")));
  network.reload();
  CHECK(launcher(network, {"pause", "CL"}, log) == 1);
  CHECK(content(log).find("restart it") != std::string::npos);
  CHECK(launcher(network, {"status", "--output", "json"}, log) == 0);
  const auto status = ledger::parse_strict_json(content(log));
  REQUIRE(status);
  CHECK(status->at("nodes").as_array().size() == 4);
  CHECK_FALSE(status->at("nodes").at(2).at("running").as_bool());
  CHECK(launcher(network, {"restart", "CL"}, log) == 0);
  network.reload();
  CHECK(is_running(network.node("CL")));
  CHECK(network.wait_agreed() == before);
}

TEST_CASE("the launcher says which nodes there are when it is asked for another one") {
  auto& network = LocalNetwork::shared();
  const auto log = network.scratch("control") / "launcher.log";
  CHECK(launcher(network, {"kill", "AR"}, log) == 1);
  CHECK(content(log).find("there are BO, BR, CL, PE") != std::string::npos);
  CHECK(launcher(network, {"kill"}, log) == 2);
}

}  // namespace quipu::processes::trial
