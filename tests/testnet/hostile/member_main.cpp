// SPDX-License-Identifier: Apache-2.0
// hostile_member: takes a member's place in a local network and attacks the others with its keys. The member's own node
// must not run. Ends after the time given and says what it did.
#include <sys/prctl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <fstream>
#include <iostream>
#include <sstream>
#include <thread>

#include "crypto/keyfile.h"
#include "node/ledger/genesis.h"
#include "testnet/processes/network.h"
#include "tests/testnet/hostile/assault.h"

namespace {

using namespace quipu;

struct Options {
  std::string directory;
  std::string as = "PE";
  std::string attack = "flood";
  double seconds = 10;
  std::uint64_t seed = 1;
  int niceness = 0;
  hostile::Rate rate;
};

std::string content(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

crypto::SecretKey key_of(const processes::Network& network, const processes::NodeEntry& node, const char* purpose) {
  return std::move(crypto::unlock_key_file(network.key(node, purpose), "").value().secret);
}

hostile::Identity identity_of(const processes::Network& network, const ledger::Genesis& genesis,
                              const processes::NodeEntry& node) {
  return {.scope = genesis.scope(),
          .members = genesis.members.size(),
          .self = genesis.members.index_of(node.code).value(),
          .protocol_version = static_cast<std::uint16_t>(genesis.protocol_version),
          .transport = key_of(network, node, "transport"),
          .vote = key_of(network, node, "vote")};
}

std::vector<hostile::Victim> victims_of(const processes::Network& network, const ledger::Genesis& genesis,
                                        const std::string& self) {
  std::vector<hostile::Victim> victims;
  for (const auto& node : network.nodes) {
    if (node.code == self) continue;
    const auto index = genesis.members.index_of(node.code).value();
    victims.push_back({index, node.code, node.peers, genesis.members[index].transport});
  }
  return victims;
}

hostile::Tally run(const Options& options, const hostile::Identity& identity,
                   const std::vector<hostile::Victim>& victims) {
  std::atomic<bool> stop = false;
  std::vector<hostile::Tally> tallies(victims.size());
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < victims.size(); ++i) {
    threads.emplace_back([&, i] {
      const auto attack = hostile::make_attack(options.attack, identity, options.seed + i);
      tallies[i] = hostile::assault(identity, victims[i], *attack, options.rate, stop);
    });
  }
  std::this_thread::sleep_for(std::chrono::duration<double>(options.seconds));
  stop = true;
  hostile::Tally total;
  for (std::size_t i = 0; i < victims.size(); ++i) {
    threads[i].join();
    total += tallies[i];
  }
  return total;
}

int attack(const Options& options) {
  const auto network = processes::load_network(options.directory);
  if (!network) throw std::runtime_error(network.error());
  const auto genesis = ledger::parse_genesis(content(network->directory / "genesis.json"));
  if (!genesis) throw std::runtime_error(genesis.error());
  const auto self = std::ranges::find(network->nodes, options.as, &processes::NodeEntry::code);
  if (self == network->nodes.end()) throw std::runtime_error("no member " + options.as);
  const auto identity = identity_of(*network, *genesis, *self);
  if (hostile::make_attack(options.attack, identity, 0) == nullptr) throw std::runtime_error("no such attack");
  if (::nice(options.niceness) < -20) return 1;
  const auto tally = run(options, identity, victims_of(*network, *genesis, options.as));
  std::cout << "sessions " << tally.sessions << " refused " << tally.refused << " frames " << tally.frames << " bytes "
            << tally.bytes << std::endl;
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  std::signal(SIGPIPE, SIG_IGN);
  Options options;
  CLI::App app{"A member of a local network that attacks the others."};
  app.add_option("--dir", options.directory, "The network's directory")->required();
  app.add_option("--as", options.as, "Whose keys [PE]");
  app.add_option("--attack", options.attack, "What it does [flood]")->check(CLI::IsMember(hostile::attack_names()));
  app.add_option("--seconds", options.seconds, "How long [10]");
  app.add_option("--frames", options.rate.frames_per_second, "At most so many a second, to each victim [20000]");
  app.add_option("--bytes", options.rate.bytes_per_second, "At most so many a second, to each victim [50000000]");
  app.add_option("--seed", options.seed, "Of what it invents [1]");
  app.add_option("--nice", options.niceness, "Niceness of the process [0]");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  try {
    return attack(options);
  } catch (const std::exception& error) {
    std::cerr << "hostile_member: " << error.what() << "\n";
    return 1;
  }
}
