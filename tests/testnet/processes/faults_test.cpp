// SPDX-License-Identifier: Apache-2.0
// What goes wrong between members, on real processes that reach each other through the fault proxy. Every case leaves
// healthy links behind.
#include <catch2/catch.hpp>
#include <fstream>
#include <iostream>
#include <random>
#include <sstream>
#include <thread>

#include "testnet/processes/children.h"
#include "testnet/processes/patience.h"
#include "testnet/processes/proxy_process.h"
#include "tests/testnet/processes/kept.h"
#include "tests/testnet/processes/observing.h"

namespace quipu::processes::trial {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr const char* kCodes[] = {"BO", "BR", "CL", "PE"};
constexpr auto kPatience = milliseconds(30'000);

void require(const std::expected<void, std::string>& done) {
  INFO((done ? "" : done.error()));
  REQUIRE(done);
}

// Healthy at the end, however the case ends.
class Trouble {
 public:
  explicit Trouble(LocalNetwork& network) : network_(network.processes()) {
    for (const auto& node : network_.nodes) pids_.push_back(node.pid);
  }
  ~Trouble() { static_cast<void>(set_all_links(network_, {})); }

  void everywhere(const LinkFaults& faults) const { require(set_all_links(network_, faults)); }
  void from(const std::string& one, const LinkFaults& faults) const {
    for (const auto* other : kCodes) {
      if (other != one) require(set_link(network_, one, other, faults));
    }
  }
  void to(const std::string& one, const LinkFaults& faults) const {
    for (const auto* other : kCodes) {
      if (other != one) require(set_link(network_, other, one, faults));
    }
  }
  void heal() const { everywhere({}); }
  // The same processes as before, and nobody is accused of anything.
  void check_unharmed() const {
    for (std::size_t i = 0; i < pids_.size(); ++i) {
      const auto& node = network_.nodes[i];
      CHECK(node.pid == pids_[i]);
      CHECK(is_running(node));
      CHECK(metric(node, "quipu_evidence_total") == 0.0);
      CHECK(metric(node, "quipu_halted") == 0.0);
    }
  }

 private:
  const Network& network_;
  std::vector<int> pids_;
};

// Milliseconds until final, through each of these in turn.
std::vector<double> state_through(LocalNetwork& network, const std::vector<std::string>& codes, int each) {
  std::vector<double> took_ms;
  for (const auto& code : codes) {
    Clerk clerk(network, code, code);
    for (int i = 0; i < each; ++i) {
      const auto took = final_after_ms(clerk, clerk.good_leaf(), kPatience);
      REQUIRE(took);
      took_ms.push_back(*took);
    }
  }
  return took_ms;
}

void tell(const char* what, const std::vector<double>& took_ms) {
  std::cout << "  " << what << ": median " << percentile(took_ms, 0.5) << " ms, worst " << percentile(took_ms, 1)
            << " ms" << std::endl;
}

// The number behind `word` in the proxy's line of that link.
std::uint64_t counted(const Network& network, const std::string& from, const std::string& to, const std::string& what) {
  const auto shown = show_links(network);
  REQUIRE(shown);
  std::istringstream lines(*shown);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(from + " -> " + to + " ")) continue;
    return std::stoull(line.substr(line.find(" " + what + " ") + what.size() + 2));
  }
  return 0;
}

std::uint64_t dialled_between(const Network& network, const std::string& one, const std::string& other) {
  return counted(network, one, other, "dialled") + counted(network, other, one, "dialled");
}

}  // namespace

TEST_CASE("statements become final when every message takes two hundred milliseconds and more") {
  auto& network = LocalNetwork::proxied();
  const Trouble trouble(network);
  trouble.everywhere({.delay_ms = 200, .jitter_ms = 50});
  tell("200 to 250 ms on every link", state_through(network, {"BO", "CL"}, 1));
  trouble.heal();
  network.wait_agreed();
  trouble.check_unharmed();
}

TEST_CASE("one member whom nobody hears holds up nobody and takes part again when it is heard") {
  auto& network = LocalNetwork::proxied();
  const Trouble trouble(network);
  const auto before = network.wait_agreed();
  trouble.from("PE", {.cut = true});
  tell("nobody hears one of four", state_through(network, {"BO", "BR", "CL"}, 3));
  CHECK(counted(network.processes(), "PE", "BO", "swallowed") > 0);
  trouble.heal();
  CHECK(network.wait_agreed().size > before.size);
  // Three of four must vote: with another one unheard, every block needs the one that is heard again.
  trouble.from("BR", {.cut = true});
  tell("heard again while another is not", state_through(network, {"PE"}, 1));
  trouble.heal();
  network.wait_agreed();
  trouble.check_unharmed();
}

TEST_CASE("one member that reads and sends nothing on open connections does not hold up the others") {
  auto& network = LocalNetwork::proxied();
  const Trouble trouble(network);
  tell("before the stall", state_through(network, {"BO", "BR", "CL"}, 5));
  trouble.from("PE", {.stall = true});
  trouble.to("PE", {.stall = true});
  tell("one of four stalled", state_through(network, {"BO", "BR", "CL"}, 5));
  trouble.heal();
  network.wait_agreed();
  trouble.check_unharmed();
}

TEST_CASE("turned bits end sessions and nothing else") {
  auto& network = LocalNetwork::proxied();
  const Trouble trouble(network);
  network.wait_agreed();
  const auto& processes = network.processes();
  const auto dialled = dialled_between(processes, "BO", "BR");
  require(set_link(processes, "BO", "BR", {.corrupt_every_bytes = 20'000}));
  require(set_link(processes, "BR", "BO", {.corrupt_every_bytes = 20'000}));
  Load load(network.processes(), {"BO"});
  const bool came_back = poll(seconds(30), [&] { return dialled_between(processes, "BO", "BR") >= dialled + 3; });
  const auto acknowledged = load.stop();
  CHECK(came_back);
  CHECK(acknowledged.size() > 0);
  CHECK(counted(processes, "BO", "BR", "corrupted") + counted(processes, "BR", "BO", "corrupted") > 0);
  std::cout << "  " << dialled_between(processes, "BO", "BR") - dialled << " sessions after turned bits, "
            << acknowledged.size() << " called final meanwhile" << std::endl;
  trouble.heal();
  network.wait_agreed();
  check_kept(network, acknowledged);
  trouble.check_unharmed();
}

TEST_CASE("a storm of resets loses nothing that was called final") {
  auto& network = LocalNetwork::proxied();
  const Trouble trouble(network);
  network.wait_agreed();
  std::mt19937 random(23);
  Load load(network.processes(), {"CL"});
  for (int i = 0; i < 150; ++i) {
    const auto one = random() % 4;
    const auto other = (one + 1 + random() % 3) % 4;
    require(reset_link(network.processes(), kCodes[one], kCodes[other]));
    std::this_thread::sleep_for(milliseconds(20));
  }
  const auto meanwhile = load.acknowledged();
  // A slow machine may come to nothing before.
  CHECK(poll(seconds(30), [&] { return load.acknowledged() > meanwhile; }));
  const auto acknowledged = load.stop();
  std::cout << "  150 resets in three seconds, " << meanwhile << " called final meanwhile" << std::endl;
  network.wait_agreed();
  check_kept(network, acknowledged);
  trouble.check_unharmed();
}

TEST_CASE("the launcher tells the proxy what is wrong with a link and shows it") {
  auto& network = LocalNetwork::proxied();
  const Trouble trouble(network);
  const auto log = network.scratch("link") / "launcher.log";
  const auto launcher = [&](std::vector<std::string> words) {
    std::filesystem::remove(log);
    words.insert(words.begin(),
                 {program("quipu-testnet").string(), "link", "--dir", network.processes().directory.string()});
    const auto pid = spawn(words, log);
    REQUIRE(pid);
    return wait_for(*pid);
  };
  const auto shown = [&](const std::string& line) { return show_links(network.processes()).value().find(line); };
  CHECK(launcher({"BO", "PE", "--delay", "5ms", "--jitter", "2ms"}) == 0);
  CHECK(shown("BO -> PE  delay_ms=5 jitter_ms=2 ") != std::string::npos);
  CHECK(shown("PE -> BO  delay_ms=5 jitter_ms=2 ") != std::string::npos);
  CHECK(launcher({"BO", "PE", "--cut-one-way"}) == 0);
  CHECK(shown("BO -> PE  cut=1 ") != std::string::npos);
  CHECK(shown("PE -> BO  delay_ms=5 jitter_ms=2 ") != std::string::npos);
  CHECK(launcher({"all", "all", "--heal", "--reset"}) == 0);
  CHECK(shown("BO -> PE  healthy ") != std::string::npos);
  CHECK(launcher({"BO", "AR", "--cut"}) == 1);
  CHECK(launcher({"BO", "PE", "--delay", "soon"}) == 1);
  network.wait_agreed();
}

}  // namespace quipu::processes::trial
