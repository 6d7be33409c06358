// SPDX-License-Identifier: Apache-2.0
// One of four members has its vote key in a process of its own, which is killed, again and again, under load.
#include <signal.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <iostream>
#include <random>
#include <thread>

#include "testnet/processes/children.h"
#include "testnet/processes/patience.h"
#include "testnet/processes/signers.h"
#include "tests/testnet/processes/kept.h"
#include "tests/testnet/processes/load.h"
#include "tests/testnet/processes/signer_trial.h"

namespace quipu::processes::trial {

namespace signer_trial {

namespace fs = std::filesystem;

constexpr auto kLongerThanItsPatience = std::chrono::seconds(11);

std::size_t said(LocalNetwork& network, const std::string& text) {
  return times_logged(network.processes(), network.node("PE"), text);
}

}  // namespace signer_trial

TEST_CASE("a node whose signer has its keys holds no vote key and no safety file and votes") {
  using namespace signer_trial;
  auto& network = LocalNetwork::with_signer();
  network.wait_agreed();
  const auto directory = network.directory("PE");
  CHECK_FALSE(fs::exists(directory / "keys" / "vote.key"));
  CHECK_FALSE(fs::exists(directory / "keys" / "cosigner.key"));
  CHECK_FALSE(fs::exists(directory / "safety"));
  CHECK(fs::exists(directory / "signer" / "safety" / "slots"));
  must_vote(network);
  CHECK(metric(network.node("PE"), "quipu_votes_signed_total") > 0);
  CHECK(metric(network.node("PE"), "quipu_safety_syncs_total") > 0);
}

TEST_CASE("the doctor tells whether the signer answers and nothing is signed for that") {
  using namespace signer_trial;
  auto& network = LocalNetwork::with_signer();
  network.wait_agreed();
  auto& node = network.node("PE");
  const auto log = network.scratch("signer") / "doctor.log";
  const auto doctor = [&] {
    fs::remove(log);
    const auto config = (network.directory("PE") / "quipud.toml").string();
    const auto pid = spawn({program("quipud").string(), "doctor", "--config", config}, log);
    REQUIRE(pid);
    const int code = wait_for(*pid);
    std::ifstream in(log);
    return std::pair(code, std::string(std::istreambuf_iterator<char>(in), {}));
  };
  const auto signed_before = metric(node, "quipu_votes_signed_total");
  const auto slots = network.directory("PE") / "signer" / "safety" / "slots";
  const auto written = fs::last_write_time(slots);
  const auto well = doctor();
  INFO(well.second);
  CHECK(well.first <= 1);  // no backup was made
  CHECK(well.second.find("OK    signer       answers at ") != std::string::npos);
  CHECK(well.second.find("and serves the node") != std::string::npos);
  CHECK(fs::last_write_time(slots) == written);
  CHECK(metric(node, "quipu_votes_signed_total") == signed_before);
  require(kill_signer(network.processes(), node));
  const auto gone = doctor();
  require(start_signer(network.processes(), node));
  INFO(gone.second);
  CHECK(gone.first == 2);
  CHECK(gone.second.find("FAIL  signer       does not answer: ") != std::string::npos);
  must_vote(network);
}

TEST_CASE("a signer that is killed again and again under load costs its member no contradiction and no restart") {
  using namespace signer_trial;
  auto& network = LocalNetwork::with_signer();
  network.wait_agreed();
  auto& node = network.node("PE");
  const int pid = node.pid;
  Load load(network.processes(), {});
  std::mt19937 dice(11);
  constexpr int kKills = 15;
  for (int i = 0; i < kKills; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(dice() % 400));
    require(kill_signer(network.processes(), node));
    std::this_thread::sleep_for(std::chrono::milliseconds(dice() % 300));
    require(start_signer(network.processes(), node));
  }
  const auto acknowledged = load.stop();
  std::cout << "  " << kKills << " kills of a signer, " << acknowledged.size() << " called final meanwhile"
            << std::endl;
  CHECK(acknowledged.size() > 0);
  CHECK(is_running(node));
  CHECK(node.pid == pid);
  CHECK(said(network, "connecting again") > 0);
  network.wait_agreed();
  must_vote(network);
  network.wait_agreed();
  check_kept(network, acknowledged);
  check_no_evidence(network);
}

TEST_CASE("a node whose signer stays away stops and says so and the others go on until both are back") {
  using namespace signer_trial;
  auto& network = LocalNetwork::with_signer();
  network.wait_agreed();
  auto& node = network.node("PE");
  require(kill_signer(network.processes(), node));
  Load load(network.processes(), {"CL"});
  CHECK(poll(kLongerThanItsPatience + std::chrono::seconds(10), [&] { return !is_running(node); }));
  const auto acknowledged = load.stop();
  CHECK(acknowledged.size() > 0);
  CHECK(said(network, "does not come back") > 0);
  require(start_node(network.processes(), node));
  require(wait_ready(network.processes(), node));
  network.wait_agreed();
  must_vote(network);
  check_kept(network, acknowledged);
  check_no_evidence(network);
}

TEST_CASE("both killed at once or the node alone and what it may not sign again it does not") {
  using namespace signer_trial;
  auto& network = LocalNetwork::with_signer();
  network.wait_agreed();
  auto& node = network.node("PE");
  Load load(network.processes(), {});
  for (int i = 0; i < 4; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    if (i % 2 == 0) require(kill_signer(network.processes(), node));
    require(restart_node(network.processes(), node));
  }
  const auto acknowledged = load.stop();
  network.wait_agreed();
  check_kept(network, acknowledged);
  check_no_evidence(network);
}

TEST_CASE("a signer ends in order when asked and a second one on its folder is refused") {
  using namespace signer_trial;
  auto& network = LocalNetwork::with_signer();
  auto& node = network.node("PE");
  const auto folder = network.directory("PE") / "signer";
  const auto log = network.scratch("signer") / "second.log";
  const auto second = spawn({program("quipu-signer").string(), "--dir", folder.string()}, log);
  REQUIRE(second);
  CHECK(wait_for(*second) == 1);
  CHECK(last_line(log).find("in use by another process") != std::string::npos);
  REQUIRE(kill(node.signer_pid, SIGTERM) == 0);
  CHECK(wait_for(node.signer_pid) == 0);
  CHECK_FALSE(fs::exists(folder / "socket"));
  require(start_signer(network.processes(), node));
  network.wait_agreed();
}

}  // namespace quipu::processes::trial
