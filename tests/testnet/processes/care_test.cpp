// SPDX-License-Identifier: Apache-2.0
// What an operator does about a node, on real processes: backups while it runs and while it does not, a machine that is
// lost wholly, indexes made anew.
#include <algorithm>
#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>
#include <fstream>

#include "testnet/processes/children.h"
#include "testnet/processes/control.h"
#include "testnet/processes/patience.h"
#include "tests/testnet/processes/clerk.h"
#include "tests/testnet/processes/kept.h"
#include "tests/testnet/processes/load.h"
#include "tests/testnet/processes/observing.h"

namespace quipu::processes::trial {

namespace care {

namespace fs = std::filesystem;
using Words = std::vector<std::string>;

void require(const std::expected<void, std::string>& done) {
  INFO((done ? "" : done.error()));
  REQUIRE(done);
}

class Operator {
 public:
  explicit Operator(LocalNetwork& network) : network_(network), folder_(network.scratch("care")) {}

  // `quipu`, which hands over to quipud.
  std::expected<void, std::string> quipu(Words words) const {
    words.insert(words.begin(), program("quipu").string());
    return run(words, folder_ / "care.log");
  }
  // Its exit code; what it says replaces what was said before.
  int doctor(Words more = {}) const {
    fs::remove(folder_ / "care.log");
    more.insert(more.begin(), {program("quipud").string(), "doctor", "--config", config()});
    const auto pid = spawn(more, folder_ / "care.log");
    REQUIRE(pid);
    return wait_for(*pid);
  }
  void must_back_up() const { require(quipu({"backup", "--config", config(), "--out", backup().string()})); }
  std::expected<void, std::string> restore() const {
    return quipu({"restore", backup().string(), "--dir", directory().string(), "--genesis", genesis()});
  }
  std::string said() const {
    std::ifstream in(folder_ / "care.log");
    return {std::istreambuf_iterator<char>(in), {}};
  }
  fs::path backup() const { return folder_ / "backup"; }
  fs::path keys() const { return folder_ / "keys"; }
  fs::path directory() const { return network_.directory("PE"); }
  std::string config() const { return (directory() / "quipud.toml").string(); }
  std::string genesis() const { return (network_.processes().directory / "genesis.json").string(); }

 private:
  LocalNetwork& network_;
  fs::path folder_;
};

void replace_in(const fs::path& file, const std::string& from, const std::string& to) {
  std::ifstream in(file);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  std::ofstream(file) << text.replace(at, from.size(), to);
}

// With the samples imported, and all nodes at one height.
LocalNetwork& agreed_network() {
  auto& network = LocalNetwork::shared();
  network.import_samples();
  network.wait_agreed();
  return network;
}

// Of four three must vote, so with another one away every block needs PE.
void must_vote(LocalNetwork& network) {
  require(kill_node(network.processes(), network.node("BR")));
  Clerk clerk(network, "CL", "CL");
  CHECK(clerk.state(clerk.good_leaf()) < 30);
  require(restart_node(network.processes(), network.node("BR")));
}

}  // namespace care

TEST_CASE("a node is backed up while it runs and while it does not and it shows when that was verified") {
  using namespace care;
  auto& network = agreed_network();
  const Operator officer(network);
  auto& node = network.node("PE");
  CHECK(metric(node, "quipu_backup_verified_time_seconds") == 0);
  officer.must_back_up();
  CHECK(metric(node, "quipu_backup_verified_time_seconds") > 1'700'000'000);
  REQUIRE(terminate_node(network.processes(), node) == 0);
  officer.must_back_up();
  require(restart_node(network.processes(), node));
  require(officer.quipu({"backup", "--verify", officer.backup().string(), "--genesis", officer.genesis()}));
}

TEST_CASE("the doctor finds a healthy node well and a peer that is away and an open key and a node that hangs") {
  using namespace care;
  auto& network = agreed_network();
  const Operator officer(network);
  officer.must_back_up();
  CHECK(officer.doctor() <= 1);  // nobody may keep this machine's clock
  for (const char* line : {"OK    node         answers", "OK    ready        yes", "OK    peers        all 4 members",
                           "OK    version", "not behind the newest block", "OK    keys", "OK    backup"}) {
    INFO(line);
    CHECK(officer.said().find(line) != std::string::npos);
  }
  const auto finds = [&](int code, const std::string& words) {
    const bool found = poll(std::chrono::seconds(10), [&] {
      return officer.doctor() == code && officer.said().find(words) != std::string::npos;
    });
    INFO(words << " in\n" << officer.said());
    CHECK(found);
  };
  require(kill_node(network.processes(), network.node("BR")));
  finds(1, "3 of 4 members connected; not BR");
  require(restart_node(network.processes(), network.node("BR")));
  const auto key = officer.directory() / "keys/vote.key";
  fs::permissions(key, fs::perms::others_read, fs::perm_options::add);
  finds(2, "others may read " + key.string());
  fs::permissions(key, fs::perms::others_read, fs::perm_options::remove);
  require(pause_node(network.node("PE")));
  finds(2, "and does not answer");
  CHECK(officer.said().find("runs as process " + std::to_string(network.node("PE").pid)) != std::string::npos);
  require(resume_node(network.node("PE")));
}

TEST_CASE("the doctor ends with 0 on a healthy node and says as JSON what it says as text") {
  using namespace care;
  auto& network = agreed_network();
  const Operator officer(network);
  officer.must_back_up();
  REQUIRE(poll(std::chrono::seconds(90),
               [&] { return metric(network.node("PE"), "quipu_clock_offset_seconds").has_value(); }));
  const int code = officer.doctor({"--output", "json"});
  INFO(officer.said());
  const auto said = boost::json::parse(officer.said()).as_object();
  int expected = 0;
  std::string lines;
  for (const auto& check : said.at("checks").as_array()) {
    const std::string name(check.at("check").as_string());
    const std::string verdict(check.at("verdict").as_string());
    lines += name + ": " + std::string(check.at("what").as_string()) + "\n";
    // What lies with the machine that runs this test, not with the node.
    const bool machine = name == "clock" || name == "disk" || name == "sync";
    if (!machine) CHECK(verdict == "OK");
    if (verdict != "OK") expected = std::max(expected, verdict == "WARN" ? 1 : 2);
    CHECK(check.as_object().contains("next") == (verdict != "OK"));
  }
  CHECK(code == expected);
  CHECK(said.at("verdict") == (expected == 0 ? "OK" : expected == 1 ? "WARN" : "FAIL"));
  CHECK(lines.find(", not behind the others\n") != std::string::npos);
  CHECK(lines.find("most other members' clocks") != std::string::npos);
}

TEST_CASE("a node whose disk is nearly full takes no submissions and votes on and takes them again") {
  using namespace care;
  auto& network = agreed_network();
  const auto reserve = [&](const std::string& before, const std::string& mib) {
    replace_in(network.directory("PE") / "quipud.toml", "disk_reserve_mib = " + before + "\n",
               "disk_reserve_mib = " + mib + "\n");
    require(restart_node(network.processes(), network.node("PE")));
  };
  reserve("1024", "1000000000");
  Clerk clerk(network, "PE", "PE");
  const auto refused = clerk.post(clerk.good_leaf());
  CHECK(refused.status == 503);
  CHECK(refused.code == "NOT_ACCEPTING");
  CHECK(refused.detail.find("disk is nearly full") != std::string::npos);
  CHECK(times_logged(network.processes(), network.node("PE"), "no submissions are taken until there are") >= 1);
  must_vote(network);
  reserve("1000000000", "1024");
  CHECK(clerk.state(clerk.good_leaf()) < 30);
}

TEST_CASE("the doctor tells what a stopped node lacks and leaves it as it is") {
  using namespace care;
  auto& network = agreed_network();
  const Operator officer(network);
  REQUIRE(terminate_node(network.processes(), network.node("PE")) == 0);
  const auto finds = [&](const std::string& words) {
    CHECK(officer.doctor() == 2);
    INFO(words << " in\n" << officer.said());
    CHECK(officer.said().find(words) != std::string::npos);
  };
  finds("does not run");
  const auto without = [&](const fs::path& file, const std::string& words) {
    fs::rename(file, file.string() + ".away");
    finds(words);
    CHECK_FALSE(fs::exists(file));
    fs::rename(file.string() + ".away", file);
  };
  without(officer.directory() / "keys/vote.key", "would not start");
  without(officer.directory() / "ledger", "no ledger in");
  without(officer.directory() / "safety/slots", "no safety file");
  const auto key = officer.directory() / "keys/log.key";
  fs::rename(key, key.string() + ".away");
  fs::copy_file(network.directory("CL") / "keys/log.key", key);
  finds("log.key is a log key of CL");
  fs::rename(key.string() + ".away", key);
  require(restart_node(network.processes(), network.node("PE")));
  network.wait_agreed();
}

TEST_CASE("the doctor takes no lock file that a killed node left for a node that runs and tells an old backup") {
  using namespace care;
  auto& network = LocalNetwork::shared();
  const Operator officer(network);
  officer.must_back_up();
  const auto mark = officer.directory() / "last_backup.json";
  // Without its first digit it is of the last century.
  replace_in(mark, "\"verified_ms\":1", "\"verified_ms\":");
  require(kill_node(network.processes(), network.node("PE")));
  REQUIRE(fs::exists(officer.directory() / "ledger/LOCK"));
  CHECK(officer.doctor() == 2);
  INFO(officer.said());
  CHECK(officer.said().find("does not run: ") != std::string::npos);
  CHECK(officer.said().find("runs as ") == std::string::npos);
  CHECK(officer.said().find("WARN  backup       verified ") != std::string::npos);
  require(restart_node(network.processes(), network.node("PE")));
  network.wait_agreed();
}

TEST_CASE("the doctor asks for a token where the node wants one and does not call it dead") {
  using namespace care;
  auto& network = LocalNetwork::shared();
  const Operator officer(network);
  const auto guests = [&](const std::string& from, const std::string& to) {
    REQUIRE(terminate_node(network.processes(), network.node("PE")) == 0);
    replace_in(officer.config(), "guests = \"" + from + "\"", "guests = \"" + to + "\"");
    require(restart_node(network.processes(), network.node("PE")));
  };
  guests("auto", "none");
  CHECK(officer.doctor() == 1);
  INFO(officer.said());
  CHECK(officer.said().find("WARN  node         runs, and tells its state to nobody without a token") !=
        std::string::npos);
  CHECK(officer.said().find("give --token-file") != std::string::npos);
  guests("none", "auto");
  network.wait_agreed();
}

TEST_CASE(
    "a member whose disk is lost wholly is restored from its backup and votes again and never contradicts itself") {
  using namespace care;
  auto& network = LocalNetwork::shared();
  network.import_samples();
  const Operator officer(network);
  auto& node = network.node("PE");
  Load load(network.processes(), {"BO", "BR", "CL"}, 30);
  officer.must_back_up();
  CHECK_FALSE(officer.restore());
  fs::copy(officer.directory() / "keys", officer.keys(), fs::copy_options::recursive);
  require(kill_node(network.processes(), node));
  fs::remove_all(officer.directory());
  require(officer.restore());
  CHECK_FALSE(fs::exists(officer.directory() / "safety" / "slots"));
  fs::copy(officer.keys(), officer.directory() / "keys", fs::copy_options::recursive);
  require(restart_node(network.processes(), node));
  CHECK(times_logged(network.processes(), node, "NO SAFETY FILE WAS FOUND") == 1);
  CHECK(times_logged(network.processes(), node, "this member votes again above view") == 1);
  const auto acknowledged = load.stop();
  CHECK(acknowledged.size() > 0);
  network.wait_agreed();
  must_vote(network);
  network.wait_agreed();
  check_kept(network, acknowledged);
  for (const auto& each : network.processes().nodes) CHECK(metric(each, "quipu_evidence_total") == 0);
}

TEST_CASE("a stopped node is reindexed and a running one is not") {
  using namespace care;
  auto& network = LocalNetwork::shared();
  network.import_samples();
  const auto before = network.wait_agreed();
  const Operator officer(network);
  auto& node = network.node("PE");
  CHECK_FALSE(officer.quipu({"reindex", "--config", officer.config()}));
  REQUIRE(terminate_node(network.processes(), node) == 0);
  require(officer.quipu({"reindex", "--config", officer.config()}));
  CHECK(fs::exists(officer.directory() / "ledger.before-reindex"));
  require(restart_node(network.processes(), node));
  CHECK(network.wait_agreed() == before);
  must_vote(network);
}

}  // namespace quipu::processes::trial
