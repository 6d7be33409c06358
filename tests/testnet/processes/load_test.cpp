// SPDX-License-Identifier: Apache-2.0
#include <boost/json/value.hpp>
#include <catch2/catch.hpp>
#include <fstream>
#include <iostream>
#include <map>
#include <set>
#include <thread>

#include "node/cli/json_fields.h"
#include "node/ledger/json.h"
#include "testnet/processes/children.h"
#include "tests/testnet/processes/clerk.h"

namespace quipu::processes::trial {

namespace {

struct Loading {
  std::filesystem::path log;
  std::filesystem::path acks;
  int pid = 0;
};

Loading begin_load(LocalNetwork& network, const std::string& name, const std::vector<std::string>& options) {
  const auto scratch = network.scratch("load");
  Loading loading{scratch / (name + ".log"), scratch / (name + ".acks"), 0};
  std::vector<std::string> command{program("quipu-testnet").string(),
                                   "load",
                                   "--dir",
                                   network.processes().directory.string(),
                                   "--acks",
                                   loading.acks.string(),
                                   "--output",
                                   "json"};
  command.insert(command.end(), options.begin(), options.end());
  const auto pid = spawn(command, loading.log);
  REQUIRE(pid);
  loading.pid = *pid;
  return loading;
}

struct Loaded {
  int code = 0;
  std::map<std::string, std::uint64_t> counts;
  std::vector<std::string> acks;
};

Loaded end_load(const Loading& loading) {
  Loaded loaded{wait_for(loading.pid), {}, {}};
  const auto answer = ledger::parse_strict_json(last_line(loading.log));
  INFO(last_line(loading.log));
  REQUIRE(answer);
  for (const auto* name : {"sent", "final", "rejected", "expired", "retries"}) {
    loaded.counts[name] = cli::number_at(*answer, name).value();
  }
  std::ifstream in(loading.acks);
  for (std::string id; std::getline(in, id);) loaded.acks.push_back(id);
  return loaded;
}

std::size_t final_at(LocalNetwork& network, const std::string& through, const std::vector<std::string>& ids) {
  Clerk clerk(network, "BO", through);
  std::size_t count = 0;
  for (const auto& id : ids) {
    const auto state = clerk.node().submission(crypto::Digest::from(*crypto::from_hex(id)).value());
    count += state && state->status == "FINAL" ? 1 : 0;
  }
  return count;
}

int quick(LocalNetwork& network, const std::vector<std::string>& words) {
  std::vector<std::string> command{program("quipu-testnet").string(), "load"};
  command.insert(command.end(), words.begin(), words.end());
  const auto pid = spawn(command, network.scratch("load") / "quick.log");
  REQUIRE(pid);
  return wait_for(*pid);
}

}  // namespace

TEST_CASE("a load at a rate is all final and acknowledged with nothing posted twice and goes on where it stopped") {
  auto& network = LocalNetwork::shared();
  for (const auto* name : {"first", "second"}) {
    const auto before = network.wait_agreed();
    const auto loaded =
        end_load(begin_load(network, name, {"--rate", "50", "--seconds", "2", "--events-per-submission", "3"}));
    CHECK(loaded.code == 0);
    CHECK(loaded.counts.at("sent") >= 95);
    CHECK(loaded.counts.at("sent") <= 101);
    CHECK(loaded.counts.at("final") == loaded.counts.at("sent"));
    CHECK(loaded.counts.at("retries") == 0);
    CHECK(loaded.acks.size() == loaded.counts.at("final"));
    CHECK(network.wait_agreed().size > before.size + loaded.counts.at("sent"));
    CHECK(final_at(network, "PE", loaded.acks) == loaded.acks.size());
  }
}

// Thousands of looks, many of them at the moment when a block becomes final.
TEST_CASE("what a node has taken it knows until and after it is final") {
  auto& network = LocalNetwork::shared();
  network.wait_agreed();
  const auto loaded = end_load(begin_load(network, "quick", {"--rate", "max", "--seconds", "5"}));
  CHECK(loaded.code == 0);
  CHECK(loaded.counts.at("final") > 100);
  CHECK(loaded.counts.at("retries") == 0);
}

TEST_CASE("a load loses and doubles nothing while every node is killed and started again") {
  auto& network = LocalNetwork::shared();
  network.wait_agreed();
  const auto loading = begin_load(network, "killed", {"--rate", "max", "--seconds", "12"});
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  for (auto& node : network.processes().nodes) REQUIRE(restart_node(network.processes(), node));
  const auto loaded = end_load(loading);
  std::cout << "  " << loaded.counts.at("sent") << " sent while every node was killed once, "
            << loaded.counts.at("retries") << " posted again" << std::endl;
  CHECK(loaded.code == 0);
  CHECK(loaded.counts.at("retries") > 0);
  CHECK(loaded.counts.at("final") == loaded.counts.at("sent"));
  CHECK(std::set<std::string>(loaded.acks.begin(), loaded.acks.end()).size() == loaded.counts.at("sent"));
  network.wait_agreed();
  for (const auto* code : {"BO", "PE"}) CHECK(final_at(network, code, loaded.acks) == loaded.acks.size());
}

TEST_CASE("a load says what is wrong with its options and where there is no network") {
  auto& network = LocalNetwork::shared();
  const auto directory = network.processes().directory.string();
  for (const auto* rate : {"0", "-5", "fast", "12x", ""}) {
    CHECK(quick(network, {"--dir", directory, "--seconds", "1", "--rate", rate}) == 2);
  }
  CHECK(quick(network, {"--dir", directory, "--seconds", "0", "--rate", "5"}) == 2);
  CHECK(quick(network, {"--dir", directory, "--rate", "5"}) == 2);
  CHECK(quick(network, {"--dir", directory + "-none", "--rate", "5", "--seconds", "1"}) == 1);
  CHECK(quick(network, {"--dir", directory, "--rate", "5", "--seconds", "1", "--acks", directory}) == 1);
}

}  // namespace quipu::processes::trial
