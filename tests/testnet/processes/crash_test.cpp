// SPDX-License-Identifier: Apache-2.0
#include <boost/json/value.hpp>
#include <catch2/catch.hpp>
#include <fstream>
#include <iostream>

#include "node/cli/json_fields.h"
#include "node/ledger/json.h"
#include "testnet/processes/children.h"
#include "testnet/processes/patience.h"
#include "testnet/processes/probe.h"
#include "tests/testnet/processes/clerk.h"
#include "tests/testnet/processes/kept.h"

namespace quipu::processes::trial {

namespace {

constexpr int kOutages = 10;
constexpr int kImported = 4'000;
constexpr auto kFirstFinalPatience = std::chrono::seconds(60);

void require(const std::expected<void, std::string>& done) {
  INFO((done ? "" : done.error()));
  REQUIRE(done);
}

std::uint64_t shown(const NodeEntry& node, const char* number) {
  const auto status = get(node.http, "/v1/node/status");
  REQUIRE(status);
  return cli::number_at(ledger::parse_strict_json(status->body).value(), number).value();
}

void check_no_evidence(LocalNetwork& network) {
  for (const auto& node : network.processes().nodes) CHECK(shown(node, "evidence") == 0);
}

std::filesystem::path invented_history(LocalNetwork& network, const std::string& code, const char* name) {
  const auto path = network.scratch("history") / (std::string(name) + ".jsonl");
  std::ofstream out(path);
  for (int i = 0; i < kImported; ++i) {
    out << R"({"recorded_on":"2024-01-02","administration":")" << code << R"(","event":)"
        << ledger::event_to_json(new_operator(code)) << "}\n";
  }
  return path;
}

int begin_import(LocalNetwork& network, const std::filesystem::path& history, const std::string& code) {
  const auto& node = network.node(code);
  const auto pid = spawn({program("quipu").string(), "import", "history", history.string(), "--key",
                          network.processes().key(node, "issuer").string(), "--node", network.processes().url(node)},
                         network.scratch("history") / "import.log");
  REQUIRE(pid);
  return *pid;
}

// How many of the file's operators the node knows.
int registered_of(Clerk& clerk, const std::filesystem::path& history) {
  std::ifstream in(history);
  int known = 0;
  for (std::string line; std::getline(in, line);) {
    const auto at = line.find("\"tin\":\"") + 7;
    known += clerk.get("/v1/operators/" + line.substr(at, line.find('"', at) - at)).status == 200 ? 1 : 0;
  }
  return known;
}

void wait_size(LocalNetwork& network, const std::string& code, std::uint64_t size) {
  for (int i = 0; i < 3'000; ++i) {
    const auto view = look_at(network.node(code));
    if (view && view->size >= size) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  FAIL("the log of " << code << " does not grow");
}

// Kills in the midst of the load, once it has an answer FINAL, however slow the disk is.
std::vector<Acknowledged> outage(LocalNetwork& network) {
  Load load(network.processes(), {});
  REQUIRE(poll(kFirstFinalPatience, [&] { return load.acknowledged() > 0; }));
  std::this_thread::sleep_for(std::chrono::milliseconds(400));
  std::vector<NodeEntry*> all;
  for (auto& node : network.processes().nodes) all.push_back(&node);
  require(kill_nodes(network.processes(), all));
  auto acknowledged = load.stop();
  require(start_nodes(network.processes()));
  return acknowledged;
}

}  // namespace

TEST_CASE("an import goes on while one of four is killed and that one catches up by itself") {
  auto& network = LocalNetwork::shared();
  const auto before = network.wait_agreed();
  const int import = begin_import(network, invented_history(network, "BO", "other_away"), "BO");
  Load load(network.processes(), {"CL"});
  wait_size(network, "BO", before.size + 10);
  require(kill_node(network.processes(), network.node("PE")));
  CHECK(wait_for(import) == 0);
  const auto acknowledged = load.stop();
  CHECK(acknowledged.size() > 0);
  CHECK_FALSE(is_running(network.node("PE")));
  require(restart_node(network.processes(), network.node("PE")));
  const auto after = network.wait_agreed();
  CHECK(after.size > before.size + kImported / 256);
  check_kept(network, acknowledged);
  check_no_evidence(network);
}

TEST_CASE("an import goes on by itself when its own node was killed and comes back") {
  auto& network = LocalNetwork::shared();
  const auto before = network.wait_agreed();
  const int import = begin_import(network, invented_history(network, "BO", "own_away"), "BO");
  wait_size(network, "CL", before.size + 10);
  require(restart_node(network.processes(), network.node("BO")));
  CHECK(wait_for(import) == 0);
  network.wait_agreed();
  Clerk clerk(network, "BO", "PE");
  const auto lines = network.scratch("history") / "own_away.jsonl";
  CHECK(registered_of(clerk, lines) == kImported);
  check_no_evidence(network);
}

TEST_CASE("everything called final is there after all four are killed at once during load") {
  auto& network = LocalNetwork::shared();
  std::vector<Acknowledged> acknowledged;
  for (int i = 0; i < kOutages; ++i) {
    const auto more = outage(network);
    acknowledged.insert(acknowledged.end(), more.begin(), more.end());
  }
  std::cout << "  " << kOutages << " outages of all four, " << acknowledged.size() << " called final before"
            << std::endl;
  network.wait_agreed();
  check_kept(network, acknowledged);
  check_no_evidence(network);
}

TEST_CASE("a paused leader is passed over and catches up when it goes on") {
  auto& network = LocalNetwork::shared();
  network.wait_agreed();
  const auto leader = look_at(network.node("BO")).value().leader;
  const std::string through = leader == "BO" ? "CL" : "BO";
  const auto nullified = shown(network.node(through), "nullified_views");
  require(pause_node(network.node(leader)));
  Clerk clerk(network, through, through);
  const double took_s = clerk.state(clerk.good_leaf());
  std::cout << "  with the leader paused, final after " << took_s << " s" << std::endl;
  CHECK(took_s < 30);
  CHECK(shown(network.node(through), "nullified_views") > nullified);
  require(resume_node(network.node(leader)));
  network.wait_agreed();
  check_no_evidence(network);
}

TEST_CASE("with two of four away nothing becomes final but look-ups go on and what waits is final when they are back") {
  auto& network = LocalNetwork::shared();
  network.import_samples();
  const auto before = network.wait_agreed();
  for (const auto* code : {"BR", "PE"}) require(kill_node(network.processes(), network.node(code)));
  Clerk clerk(network, "CL", "CL");
  const auto waiting = clerk.post(clerk.good_leaf());
  REQUIRE(waiting.status == 202);
  const auto id = crypto::Digest::from(*crypto::from_hex(waiting.id)).value();
  std::this_thread::sleep_for(std::chrono::seconds(3));
  CHECK(clerk.node().submission(id)->status == "PENDING");
  CHECK(look_at(network.node("CL")).value().size == before.size);
  CHECK(clerk.get("/readyz").status == 503);
  CHECK(clerk.get("/v1/operators/BO81169520002").status == 200);
  require(start_nodes(network.processes()));
  CHECK(network.wait_agreed().size > before.size);
  CHECK(clerk.node().submission(id)->status == "FINAL");
  check_no_evidence(network);
}

}  // namespace quipu::processes::trial
