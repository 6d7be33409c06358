// SPDX-License-Identifier: Apache-2.0
// Some scenarios on real processes, and the command's manners.
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "testnet/processes/children.h"

namespace {

namespace fs = std::filesystem;
using namespace quipu::processes;

struct Said {
  int code = 0;
  std::string text;
};

// A folder that goes when the case ends; whatever still runs in it is stopped.
class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "quipu-scenario-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~Folder() {
    if (fs::exists(net() / "testnet.json"))
      static_cast<void>(run({program("quipu-testnet"), "down", "--dir", net()}, path_ / "down.log"));
    fs::remove_all(path_);
  }
  fs::path net() const { return path_ / "net"; }
  fs::path file(const std::string& name) const { return path_ / name; }

 private:
  fs::path path_;
};

Said testnet(const Folder& folder, std::vector<std::string> words) {
  words.insert(words.begin(), program("quipu-testnet"));
  const auto log = folder.file("said");
  fs::remove(log);
  const auto pid = spawn(words, log);
  REQUIRE(pid);
  const int code = wait_for(*pid);
  std::ostringstream text;
  text << std::ifstream(log).rdbuf();
  return {code, text.str()};
}

std::string story(const std::string& name) {
  return fs::path(QUIPU_SOURCE_DIR) / "tests" / "scenarios" / (name + ".scenario");
}

Said on_processes(const Folder& folder, const std::string& file) {
  return testnet(folder, {"run", file, "--processes", "--dir", folder.net(), "--port", "24480", "--quiet"});
}

}  // namespace

TEST_CASE("these scenarios are kept on real processes and their exports are verified") {
  const std::string name = GENERATE("dead-leader", "t8-handover", "paused-leader", "cut-one-way", "lost-ledger",
                                    "t7-rollback", "leaders-fall-in-turn");
  const Folder folder;
  const auto said = on_processes(folder, story(name));
  INFO(said.text);
  REQUIRE(said.code == 0);
  CHECK(said.text.find("is VERIFIED") != std::string::npos);
  std::cout << "  " << name << ": " << said.text.substr(said.text.rfind("kept")) << std::flush;
}

TEST_CASE("a scenario that is not kept on real processes says where and exits with one") {
  const Folder folder;
  std::ofstream(folder.file("wrong.scenario"))
      << "scenario Two of four decide\nmembers 4\nkill BO BR\nsubmit 1 through CL\nwait final within 3s\n";
  const auto said = on_processes(folder, folder.file("wrong.scenario"));
  INFO(said.text);
  CHECK(said.code == 1);
  CHECK(said.text.find("wrong.scenario:5: `wait final within 3s`: after 3 s: of 1 statements of CL 0 are FINAL") !=
        std::string::npos);
  CHECK(said.text.find("replay    quipu-testnet run ") != std::string::npos);
}

TEST_CASE("what only the simulator can play and what is no scenario exits with two and says why") {
  const Folder folder;
  std::ofstream(folder.file("torn.scenario"))
      << "scenario Torn\nmembers 4\ncrash BO within a slot\nwait rest within 9s\n";
  const auto torn = on_processes(folder, folder.file("torn.scenario"));
  CHECK(torn.code == 2);
  CHECK(torn.text.find("torn.scenario:3: only simulated: `crash BO within a slot`: ") != std::string::npos);
  std::ofstream(folder.file("no.scenario")) << "scenario No\nmembers 4\nkil BO\n";
  const auto no = testnet(folder, {"run", folder.file("no.scenario"), "--simulated"});
  CHECK(no.code == 2);
  CHECK(no.text.find("no.scenario:3: `kil` begins no line") != std::string::npos);
  CHECK(testnet(folder, {"run", story("dead-leader")}).code == 2);
  CHECK(testnet(folder, {"run", story("dead-leader"), "--processes"}).code == 2);
}

TEST_CASE("a broken simulated scenario prints the command that plays it again") {
  const Folder folder;
  const auto file = folder.file("wrong.scenario").string();
  std::ofstream(file) << "scenario Wrong\nmembers 4\nexpect height 3\n";
  const auto said = testnet(folder, {"run", file, "--simulated", "--seed", "9"});
  CHECK(said.code == 1);
  CHECK(said.text.find("replay    quipu-testnet run " + file + " --simulated --seed 9") != std::string::npos);
  const auto json = testnet(folder, {"run", file, "--simulated", "--output", "json"});
  CHECK(json.text.find(R"("kept":false)") != std::string::npos);
}
