// SPDX-License-Identifier: Apache-2.0
// Members change on real processes, by the commands that an administration's people use.
#include <signal.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <catch2/catch.hpp>
#include <fstream>
#include <regex>
#include <sstream>

#include "testnet/processes/children.h"
#include "testnet/processes/patience.h"
#include "testnet/processes/probe.h"
#include "tests/testnet/processes/local_network.h"
#include "tests/testnet/processes/observing.h"

namespace quipu::processes::trial {

namespace membership {

namespace fs = std::filesystem;
using Words = std::vector<std::string>;

// Four members, and a fifth administration that wants to be one.
class Governed {
 public:
  explicit Governed(const std::string& name) : network_(LocalNetwork::shared().found_another(name)) {
    REQUIRE(start_nodes(network_));
  }
  ~Governed() {
    if (follower_.pid != 0) kill(follower_.pid, SIGKILL);
    stop_nodes(network_);
  }

  Network& network() { return network_; }
  NodeEntry& node(const std::string& code) { return *find_node(network_, code).value(); }

  // Keys and a follower's data directory, from nothing.
  void prepare_newcomer() {
    const NodeEntry newcomer{"UY", beyond(network_.nodes.back().http, 2), beyond(network_.nodes.back().peers, 2), 0};
    fs::create_directories(network_.node_directory(newcomer) / "keys");
    for (const std::string purpose : {"issuer", "approver", "governance", "vote", "cosigner", "log", "transport"}) {
      must({"key", "new", "--administration", "UY", "--purpose", purpose, "--testnet", "--out",
            network_.key(newcomer, purpose)});
    }
    must({"member", "card", "--keys", network_.node_directory(newcomer) / "keys", "--address", newcomer.peers, "--name",
          "Aduanas", "--out", file("UY.member.json")});
    must_run({program("quipud"), "init", "--dir", network_.node_directory(newcomer), "--genesis",
              network_.directory / "genesis.json", "--administration", "UY", "--http", newcomer.http, "--peers",
              newcomer.peers, "--timing", "local", "--role", "follower"});
    network_.nodes.push_back(newcomer);
    REQUIRE(start_node(network_, network_.nodes.back()));
  }

  // Three of those who vote, which is enough for four and not for five.
  void decide(const std::string& id, const Words& change, const Words& voters) {
    Words open{"proposal", "open", id, "--expires", in_two_months(), "--key", key("BO", "governance")};
    open.insert(open.end(), change.begin(), change.end());
    must(open);
    for (const auto& code : voters) must({"proposal", "vote", "BO/" + id, "--key", key(code, "governance")});
  }
  // That node's program knows versions up to this one, as it plays.
  void install(const std::string& code, int newest_version) {
    const auto path = network_.node_directory(node(code)) / "quipud.toml";
    std::stringstream config;
    config << std::ifstream(path).rdbuf();
    const auto setting = std::regex("newest_protocol_version = [0-9]+");
    REQUIRE(std::regex_search(config.str(), setting));
    const auto wish = "newest_protocol_version = " + std::to_string(newest_version);
    write(path, std::regex_replace(config.str(), setting, wish));
    REQUIRE(restart_node(network_, node(code)));
  }
  // Which version of the protocol that peer's program knows, as the peer has told the node.
  std::optional<std::int64_t> version_told(const std::string& to, const std::string& peer) {
    const auto answer = get(node(to).http, "/v1/node/status");
    if (!answer || answer->status != 200) return std::nullopt;
    const auto status = boost::json::parse(answer->body);
    for (const auto& each : status.at("peers").as_array()) {
      const auto* version = each.as_object().if_contains("newest_protocol_version");
      if (each.at("administration").as_string() == peer && version != nullptr) return version->as_int64();
    }
    return std::nullopt;
  }
  bool tells(const std::string& peer, std::int64_t version) {
    const auto all_know = [&] {
      return std::ranges::all_of(network_.nodes, [&](const NodeEntry& each) {
        return each.code == peer || version_told(each.code, peer) == version;
      });
    };
    return poll(std::chrono::seconds(30), all_know);
  }
  // What a command that must fail says.
  std::string refusal(Words words, const std::string& through) {
    words.insert(words.begin(), program("quipu"));
    words.insert(words.end(), {"--node", network_.url(node(through))});
    const auto log = fs::path(file("refused.log"));
    CHECK_FALSE(run(words, log));
    std::stringstream said;
    said << std::ifstream(log).rdbuf();
    return said.str();
  }
  static void write(const fs::path& path, const std::string& content) { std::ofstream(path) << content; }
  void show_ready(const std::string& id) {
    must({"member", "ready", "BO/" + id, "--vote-key", key("UY", "vote"), "--out", file("UY.ready.json")});
    must({"submit", file("UY.ready.json"), "--key", key("BO", "issuer"), "--wait"});
  }
  // A statement through its author's own node becomes final.
  void state(const std::string& operator_name, const std::string& author) {
    write(file("firm.json"), R"({"events":[{"decision_date":"2026-03-01","operator_registered":{"subject":")" +
                                 operator_name + R"(","tin":")" + author + "1" + operator_name +
                                 R"(","person":"LEGAL"}}]})");
    must({"submit", file("firm.json"), "--key", key(author, "issuer"), "--wait"}, author);
  }
  void must_work(const std::string& operator_name, const std::string& author) {
    state(operator_name, author);
    CHECK(poll(std::chrono::seconds(30), [this] { return all_agree(network_); }));
  }
  // As far as it is published; a handover's and the newest block's checkpoint come a moment after them.
  void must_verify(const std::string& through, const std::string& epoch) {
    const auto folder = file("export-" + through);
    const auto published = [&] {
      must({"export", "--out", folder}, through);
      return fs::exists(fs::path(folder) / "epochs" / epoch / "handover");
    };
    CHECK(poll(std::chrono::seconds(10), published));
    must_run({program("quipu-audit"), "verify", folder, "--genesis", network_.directory / "genesis.json"});
    CHECK(fs::exists(fs::path(folder) / "policy" / epoch));
  }
  // A process without membership, from the genesis on.
  void start_follower(const std::string& first, const std::string& second) {
    follower_ = {"--", beyond(network_.nodes.back().http, 4), "", 0};
    const auto pid =
        spawn({program("quipud"), "--follow", network_.url(node(first)) + "," + network_.url(node(second)), "--genesis",
               network_.directory / "genesis.json", "--dir", file("follower"), "--http", follower_.http},
              file("follower.log"));
    REQUIRE(pid);
    follower_.pid = *pid;
  }
  void must_follow(const std::string& code) {
    const auto as_they_do = [&] {
      const auto theirs = look_at(network_, node(code));
      const auto own = look_at(follower_);
      return theirs && own && own->root == theirs->root && own->epoch == theirs->epoch;
    };
    CHECK(poll(std::chrono::seconds(30), as_they_do));
  }
  bool in_epoch(const std::string& code, std::uint64_t epoch, std::uint64_t members) {
    return poll(std::chrono::seconds(30), [&] {
      const auto view = look_at(network_, node(code));
      return view && view->epoch == epoch && view->members == members;
    });
  }
  std::string key(const std::string& code, const std::string& purpose) { return network_.key(node(code), purpose); }
  std::string file(const std::string& name) { return network_.directory / name; }
  void must(Words words, const std::string& through = "BO") {
    words.insert(words.begin(), program("quipu"));
    if (words[1] != "key" && words[2] != "card") words.insert(words.end(), {"--node", network_.url(node(through))});
    must_run(words);
  }

 private:
  static std::string beyond(const std::string& address, int ports) {
    const auto colon = address.rfind(':');
    return address.substr(0, colon + 1) + std::to_string(std::stoi(address.substr(colon + 1)) + ports);
  }
  void must_run(const Words& words) {
    const auto done = run(words, network_.directory / "commands.log");
    INFO((done ? "" : done.error()));
    REQUIRE(done);
  }

  Network network_;
  NodeEntry follower_;
};

}  // namespace membership

TEST_CASE("an administration is let in and another one leaves while the nodes run, and both come back after kills") {
  membership::Governed governed("members");
  governed.must_work("ONE", "BR");
  governed.start_follower("CL", "PE");
  governed.must_follow("BO");
  governed.prepare_newcomer();
  governed.decide("IN-1", {"--card", governed.file("UY.member.json")}, {"BO", "BR", "CL"});
  governed.show_ready("IN-1");
  for (const std::string code : {"BO", "PE", "UY"}) CHECK(governed.in_epoch(code, 1, 5));
  governed.must_work("TWO", "UY");
  governed.must_follow("UY");

  governed.decide("OUT-1", {"--remove", "CL"}, {"BO", "BR", "PE", "UY"});
  for (const std::string code : {"BO", "CL", "UY"}) CHECK(governed.in_epoch(code, 2, 4));
  governed.must_work("THREE", "PE");

  // With one member away each of the others must vote, the newcomer too; who left follows.
  for (const std::string code : {"UY", "CL"}) REQUIRE(restart_node(governed.network(), governed.node(code)));
  REQUIRE(kill_node(governed.network(), governed.node("BO")));
  governed.state("FOUR", "PE");
  REQUIRE(restart_node(governed.network(), governed.node("BO")));
  governed.must_work("FIVE", "UY");
  governed.must_follow("UY");

  // Who was always there and who came give a history that an audit follows through both changes from the genesis.
  for (const std::string code : {"BO", "UY"}) governed.must_verify(code, "2");
}

TEST_CASE("the members go on with the next version of the protocol and a program that is behind stops and comes back") {
  membership::Governed governed("versions");
  governed.install("PE", 1);
  governed.must_work("ONE", "CL");
  CHECK(governed.tells("PE", 1));
  CHECK(governed.tells("BO", 4));
  governed.write(governed.file("change.json"), R"({"protocol_version":2})");
  governed.decide("V-2", {"--change", governed.file("change.json")}, {"BO", "BR", "CL"});
  const auto refusal =
      governed.refusal({"proposal", "vote", "BO/V-2", "--key", governed.key("PE", "governance")}, "PE");
  INFO(refusal);
  CHECK(refusal.find("PROTOCOL_VERSION_UNKNOWN (event 0)") != std::string::npos);
  CHECK(refusal.find("2, and this node knows 1: install a newer program here, then vote") != std::string::npos);
  governed.must_work("TWO", "PE");
  CHECK(governed.in_epoch("PE", 0, 4));

  governed.must({"proposal", "vote", "BO/V-2", "--key", governed.key("PE", "governance")});
  for (const std::string code : {"BO", "BR", "CL"}) CHECK(governed.in_epoch(code, 1, 4));
  governed.state("THREE", "CL");
  CHECK(poll(std::chrono::seconds(10), [&] { return metric(governed.node("PE"), "quipu_halted") == 1.0; }));
  CHECK(times_logged(governed.network(), governed.node("PE"), "the ledger goes on with protocol version 2") == 1);

  governed.install("PE", 2);
  CHECK(governed.tells("PE", 2));
  CHECK(governed.in_epoch("PE", 1, 4));
  REQUIRE(kill_node(governed.network(), governed.node("BO")));  // now every block needs PE
  governed.state("FOUR", "PE");
  REQUIRE(restart_node(governed.network(), governed.node("BO")));
  governed.must_work("FIVE", "BO");
  for (const std::string code : {"BO", "PE"}) governed.must_verify(code, "1");
}

}  // namespace quipu::processes::trial
