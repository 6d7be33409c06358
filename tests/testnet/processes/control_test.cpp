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
int launcher(const std::filesystem::path& directory, const std::vector<std::string>& words,
             const std::filesystem::path& log) {
  std::filesystem::remove(log);
  std::vector<std::string> command{program("quipu-testnet").string()};
  command.insert(command.end(), words.begin(), words.end());
  command.insert(command.end(), {"--dir", directory.string()});
  const auto pid = spawn(command, log);
  REQUIRE(pid);
  return wait_for(*pid);
}

int launcher(LocalNetwork& network, const std::vector<std::string>& words, const std::filesystem::path& log) {
  return launcher(network.processes().directory, words, log);
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
  CHECK(launcher(network, {"pause", "CL", "--output", "json"}, log) == 0);
  const auto paused = ledger::parse_strict_json(content(log));
  REQUIRE(paused);
  CHECK(paused->at("administration") == "CL");
  CHECK(paused->at("paused").as_bool());
  CHECK(process_state(network.node("CL")) == 'T');
  CHECK(launcher(network, {"pause", "CL"}, log) == 0);
  CHECK(launcher(network, {"status"}, log) == 0);
  CHECK(content(log).find("CL    paused") != std::string::npos);
  CHECK(launcher(network, {"resume", "CL"}, log) == 0);
  CHECK(process_state(network.node("CL")) != 'T');
  CHECK(launcher(network, {"kill", "CL", "--output", "json"}, log) == 0);
  const auto killed = ledger::parse_strict_json(content(log));
  REQUIRE(killed);
  CHECK_FALSE(killed->at("running").as_bool());
  CHECK_FALSE(is_running(network.node("CL")));
  network.reload();
  for (const auto* command : {"kill", "pause", "resume"}) {
    CHECK(launcher(network, {command, "CL"}, log) == 1);
    CHECK(content(log).find("the node of CL is not running: restart it") != std::string::npos);
  }
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

TEST_CASE("a restart does not wait for what cannot be while too few others run") {
  auto& network = LocalNetwork::shared();
  const auto before = network.wait_agreed();
  const auto log = network.scratch("control") / "launcher.log";
  for (const auto* code : {"BO", "BR", "CL"}) REQUIRE(launcher(network, {"kill", code}, log) == 0);
  CHECK(launcher(network, {"restart", "BO"}, log) == 0);
  CHECK(content(log).find("The node of BO is started; 3 of 4 must run until one is ready, 2 run") != std::string::npos);
  CHECK(launcher(network, {"restart", "BR"}, log) == 0);
  CHECK(content(log).find("The node of BR is ready again") != std::string::npos);
  CHECK(launcher(network, {"restart", "CL"}, log) == 0);
  network.reload();
  CHECK(network.wait_agreed() == before);
}

TEST_CASE("a node does not count as running or ready because another network answers at its address") {
  auto& network = LocalNetwork::shared();
  auto other = network.processes();  // the same addresses
  other.chain_id = "test-other";
  other.directory = network.scratch("other");
  other.nodes.resize(1);
  CHECK_FALSE(look_at(other, other.nodes.front()));
  other.nodes.front().pid = 0;
  CHECK_FALSE(look_at(other, other.nodes.front()));
  CHECK(look_at(network.processes(), network.node("BO")));
  REQUIRE(save_network(other));
  const auto log = network.scratch("control") / "other.log";
  const auto pid =
      spawn({program("quipu-testnet").string(), "status", "--output", "json", "--dir", other.directory}, log);
  REQUIRE(pid);
  CHECK(wait_for(*pid) == 0);
  const auto status = ledger::parse_strict_json(content(log));
  REQUIRE(status);
  CHECK_FALSE(status->at("nodes").at(0).as_object().contains("height"));
}

TEST_CASE("the launcher starts no node where somebody listens") {
  auto& network = LocalNetwork::shared();
  const auto log = network.scratch("taken") / "launcher.log";
  const auto other = network.scratch("taken") / "net";
  const auto& http = network.node("BO").http;
  CHECK(launcher(other, {"up", "--members", "BO", "--port", http.substr(http.find(':') + 1), "--detach"}, log) == 1);
  CHECK(content(log).find("cannot listen on " + http) != std::string::npos);
  CHECK(load_network(other).value().nodes.front().pid == 0);
  CHECK(launcher(other, {"down"}, log) == 0);  // of what should not be there
}

TEST_CASE("the launcher founds nothing of members that are none and starts no other network than was founded") {
  auto& network = LocalNetwork::shared();
  const auto log = network.scratch("founding") / "launcher.log";
  const auto other = network.scratch("founding") / "net";
  const auto refused = [&](const std::filesystem::path& directory, const std::vector<std::string>& more,
                           const std::string& why) {
    std::vector<std::string> words{"up", "--detach"};
    words.insert(words.end(), more.begin(), more.end());
    CHECK(launcher(directory, words, log) == 1);
    INFO(content(log));
    CHECK(content(log).find(why) != std::string::npos);
    CHECK_FALSE(std::filesystem::exists(other));
  };
  refused(other, {"--members", "BO,BR,BO"}, "BO is named twice");
  refused(other, {"--members", "BO,Peru"}, "\"Peru\" is no member's code");
  refused(other, {"--members", "BO,BR", "--signers", "PE"}, "no member PE to give a signer");
  refused(other, {"--members", "BO", "--data", "nosuch", "--import"}, "nosuch/history is not there");
  refused("/dev/null", {"--members", "BO"}, "cannot make the folder");
  const auto& there = network.processes().directory;
  refused(there, {"--members", "BO,BR"}, "holds a network of BO,BR,CL,PE: found another in another folder");
  refused(there, {"--port", "1"}, "holds a network at " + network.node("BO").http);
  CHECK(launcher(there, {"up", "--detach", "--members", "BO,BR,CL,PE"}, log) == 0);
}

TEST_CASE("the launcher says which nodes there are when it is asked for another one") {
  auto& network = LocalNetwork::shared();
  const auto log = network.scratch("control") / "launcher.log";
  CHECK(launcher(network, {"kill", "AR"}, log) == 1);
  CHECK(content(log).find("there are BO, BR, CL, PE") != std::string::npos);
  CHECK(launcher(network, {"kill"}, log) == 2);
}

}  // namespace quipu::processes::trial
