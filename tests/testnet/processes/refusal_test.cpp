// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "testnet/processes/children.h"
#include "tests/testnet/processes/local_network.h"

namespace quipu::processes::trial {

namespace fs = std::filesystem;

namespace {

struct Ended {
  int code = 0;
  std::string said;
};

Ended quipud(const std::vector<std::string>& arguments, const fs::path& log) {
  fs::remove(log);
  std::vector<std::string> command{program("quipud").string()};
  command.insert(command.end(), arguments.begin(), arguments.end());
  const auto pid = spawn(command, log);
  REQUIRE(pid);
  Ended ended{wait_for(*pid), {}};
  std::ifstream in(log);
  for (std::string line; std::getline(in, line);) ended.said += line;
  return ended;
}

Ended start(const fs::path& directory) {
  return quipud({"--config", (directory / "quipud.toml").string()}, directory / "refusal.log");
}

void check_refused(const Ended& ended, const std::string& fault, const std::string& next_step) {
  INFO(ended.said);
  CHECK(ended.code == 1);
  CHECK(ended.said.find(fault) != std::string::npos);
  CHECK(ended.said.find(next_step) != std::string::npos);
}

// A network that is founded and not running.
const Network& strangers() {
  static const auto network = LocalNetwork::shared().found_another("refusals");
  return network;
}

fs::path fresh_copy() {
  const auto directory = LocalNetwork::shared().scratch("refused") / "BO";
  fs::remove_all(directory);
  fs::copy(strangers().node_directory(strangers().nodes[0]), directory, fs::copy_options::recursive);
  return directory;
}

// One line of its quipud.toml, by its beginning, becomes another.
void set_line(const fs::path& directory, const std::string& beginning, const std::string& line) {
  const auto file = directory / "quipud.toml";
  std::ostringstream text;
  std::ifstream in(file);
  for (std::string old; std::getline(in, old);) text << (old.starts_with(beginning) ? line : old) << "\n";
  std::ofstream(file) << text.str();
}

}  // namespace

TEST_CASE("quipud refuses what is not in order and says what to do") {
  auto& shared = LocalNetwork::shared();
  const auto& other = strangers();
  const auto& node = other.nodes[0];
  const auto directory = fresh_copy();
  const auto keys = directory / "keys";

  SECTION("another network's genesis") {
    fs::copy_file(shared.processes().directory / "genesis.json", directory / "genesis.json",
                  fs::copy_options::overwrite_existing);
    check_refused(start(directory), "another chain", "check the genesis file");
  }
  SECTION("a safety file that others may read") {
    fs::permissions(directory / "safety" / "slots", fs::perms::group_read, fs::perm_options::add);
    check_refused(start(directory), "others may read", "chmod 600");
  }
  SECTION("another network's safety file") {
    fs::copy_file(shared.directory("BO") / "safety" / "slots", directory / "safety" / "slots",
                  fs::copy_options::overwrite_existing);
    check_refused(start(directory), "safety file", "another chain");
  }
  SECTION("a key that others may read") {
    fs::permissions(keys / "vote.key", fs::perms::owner_read | fs::perms::owner_write | fs::perms::group_read);
    check_refused(start(directory), "vote.key", "chmod");
  }
  SECTION("a key of another member") {
    fs::copy_file(other.key(other.nodes[1], "vote"), keys / "vote.key", fs::copy_options::overwrite_existing);
    check_refused(start(directory), "vote.key is a vote key of BR", "put BO's own vote key there");
  }
  SECTION("a signer that is not there") {
    set_line(directory, "socket", "socket = \"signer/socket\"");
    fs::rename(directory / "safety", directory / "safety.moved");
    check_refused(start(directory), "cannot connect", "start quipu-signer there");
  }
  SECTION("a safety file beside a signer that has one") {
    set_line(directory, "socket", "socket = \"signer/socket\"");
    check_refused(start(directory), "slots is there although [signer]", "move the other away");
  }
  SECTION("a directory that another quipud uses") {
    check_refused(start(shared.directory("BO")), "in use by another process", "stop that quipud first");
  }
  SECTION("a directory initialised before") {
    const auto again = quipud({"init", "--dir", directory.string(), "--genesis",
                               (other.directory / "genesis.json").string(), "--administration", node.code},
                              directory / "refusal.log");
    check_refused(again, "initialised before", "start the node");
  }
}

TEST_CASE("quipud begins no ledger where something else stands or nothing can or beside a strange safety file") {
  const auto directory = fresh_copy();
  fs::rename(directory / "ledger", directory / "ledger.lost");

  SECTION("something else in the ledger's place") {
    fs::create_directory(directory / "ledger");
    std::ofstream(directory / "ledger" / "photographs.txt") << "of another disk";
    check_refused(start(directory), "cannot open", "ledger");
    CHECK(fs::exists(directory / "ledger" / "photographs.txt"));
    CHECK(std::distance(fs::directory_iterator(directory / "ledger"), fs::directory_iterator()) == 1);
  }
  SECTION("a ledger whose disk is not mounted") {
    set_line(directory, "ledger", "ledger = \"elsewhere/disk/ledger\"");
    check_refused(start(directory), "is not there", "is the disk mounted");
    CHECK_FALSE(fs::exists(directory / "elsewhere"));
  }
  SECTION("no ledger and another network's safety file") {
    fs::copy_file(LocalNetwork::shared().directory("BO") / "safety" / "slots", directory / "safety" / "slots",
                  fs::copy_options::overwrite_existing);
    check_refused(start(directory), "safety file", "another chain");
    CHECK_FALSE(fs::exists(directory / "ledger"));
  }
}

}  // namespace quipu::processes::trial
