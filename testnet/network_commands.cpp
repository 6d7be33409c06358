// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <boost/json.hpp>
#include <iomanip>
#include <iostream>
#include <sstream>

#include "consensus/members.h"
#include "testnet/commands.h"
#include "testnet/node_json.h"
#include "testnet/processes/control.h"
#include "testnet/processes/importing.h"
#include "testnet/processes/signers.h"

namespace quipu::testnet {

namespace {

using namespace processes;

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> parts;
  std::istringstream in(list);
  for (std::string part; std::getline(in, part, ',');) parts.push_back(part);
  return parts;
}

sigset_t interrupts() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  return signals;
}

// A network that is there is started as it was founded, so whoever asks for another is told.
std::expected<void, std::string> check_same(const Network& network, const UpOptions& options) {
  std::string codes;
  for (const auto& node : network.nodes) codes += (codes.empty() ? "" : ",") + node.code;
  const auto another = [&](const std::string& what) {
    return std::unexpected(options.directory + " holds a network " + what + ": found another in another folder");
  };
  const bool far = !options.distances.empty();
  if ((options.proxy || far) && !network.proxy) return another("without a proxy");
  if (!options.members.empty() && options.members != codes) return another("of " + codes);
  if (!options.port || network.nodes.empty()) return {};
  const auto& first = network.nodes.front().http;
  if (!first.ends_with(":" + std::to_string(*options.port))) return another("at " + first);
  return {};
}

// Where people are told how far it is: not between what a program reads.
std::ostream& telling(const UpOptions& options) { return options.output == "json" ? std::cerr : std::cout; }

std::expected<Network, std::string> load_or_found(const UpOptions& options) {
  auto network = load_network(options.directory);
  if (network) {
    if (const auto same = check_same(*network, options); !same) return std::unexpected(same.error());
    return network;
  }
  const bool far = !options.distances.empty();
  FoundingPlan plan{.directory = options.directory,
                    .members = {},
                    .data = {},
                    .first_port = options.port.value_or(kFirstPort),
                    .proxy = options.proxy || far,
                    .timing = far ? "wan" : options.timing,
                    .signers = split(options.signers)};
  if (far) plan.distances = options.distances;
  if (!options.all) plan.members = split(options.members);
  if (!options.data.empty()) plan.data = options.data;
  telling(options) << "Founding a network in " << options.directory << std::endl;
  return found_network(plan);
}

std::expected<void, std::string> bring_in(const Network& network, const UpOptions& options) {
  std::ostream& out = telling(options);
  out << "Importing the histories, each through its own node" << std::endl;
  const auto done = import_histories(network, options.data);
  if (!done) return std::unexpected(done.error());
  out << "Imported " << done->events << " statements and " << done->approvals << " approvals in " << done->submissions
      << " submissions within " << std::fixed << std::setprecision(1) << done->seconds << " s, " << std::setprecision(0)
      << static_cast<double>(done->events) / done->seconds << " statements/s; none rejected";
  if (done->before > 0) out << "; " << done->before << " statements were there before";
  out << (done->cross_left_out ? "; cross.jsonl left out, since not all whom it is about are members" : "") << "\n";
  return {};
}

// Does one thing to one node of the network in the directory.
template <class Act>
int control(const ControlOptions& options, const std::string& done, const Act& act) {
  auto network = load_network(options.directory);
  if (!network) return fail(network.error());
  const auto node = find_node(*network, options.node);
  if (!node) return fail(node.error());
  if (const auto acted = act(*network, **node); !acted) return fail(acted.error());
  if (options.output == "json") {
    std::cout << boost::json::serialize(node_json(*network, **node)) << "\n";
  } else {
    std::cout << "The node of " << options.node << " is " << done << ".\n";
  }
  return 0;
}

}  // namespace

int up(const UpOptions& options) {
  if (options.import && !std::filesystem::is_directory(std::filesystem::path(options.data) / "history"))
    return fail(options.data + "/history is not there: nothing to import");
  auto network = load_or_found(options);
  if (!network) return fail(network.error());
  const auto signals = interrupts();
  // Before any thread or child: they must not die of the terminal's interrupt.
  if (!options.detach) sigprocmask(SIG_BLOCK, &signals, nullptr);
  if (const auto started = start_nodes(*network); !started) return fail(started.error());
  if (options.import) {
    if (const auto imported = bring_in(*network, options); !imported)
      return fail(imported.error() + "; the nodes run on: quipu-testnet down --dir " + options.directory);
  }
  if (options.watch) {
    const int shown = watch(options.directory);
    const int stopped = down({.directory = options.directory});
    return shown != 0 ? shown : stopped;
  }
  status({.directory = options.directory, .output = options.output});
  if (options.detach) {
    telling(options) << "Stop it: quipu-testnet down --dir " << options.directory << "\n";
    return 0;
  }
  telling(options) << "Running; Ctrl-C stops it." << std::endl;
  int signal = 0;
  sigwait(&signals, &signal);
  return down({.directory = options.directory, .output = options.output});
}

int down(const DownOptions& options) {
  auto network = load_network(options.directory);
  if (!network) return fail(network.error());
  const int killed = stop_nodes(*network);
  if (options.output == "json") {
    std::cout << boost::json::serialize(boost::json::object{{"stopped", network->nodes.size()}, {"by_force", killed}})
              << "\n";
    return 0;
  }
  std::cout << "Stopped" << (killed > 0 ? ", " + std::to_string(killed) + " by force" : "") << ".\n";
  return 0;
}

int kill_one(const ControlOptions& options) {
  const std::string done = options.signer ? "killed, and its signer" : "killed";
  return control(options, done, [&](Network& network, NodeEntry& node) -> std::expected<void, std::string> {
    if (!is_running(node)) return std::unexpected("the node of " + node.code + " is not running: restart it");
    if (const auto killed = kill_node(network, node); !killed || !options.signer) return killed;
    return kill_signer(network, node);
  });
}

int pause_one(const ControlOptions& options) {
  return control(options, "paused", [](const Network&, const NodeEntry& node) { return pause_node(node); });
}

int resume_one(const ControlOptions& options) {
  return control(options, "running", [](const Network&, const NodeEntry& node) { return resume_node(node); });
}

int restart_one(const ControlOptions& options) {
  std::string done = "ready again";
  return control(options, done, [&done](Network& network, NodeEntry& node) -> std::expected<void, std::string> {
    const auto running = static_cast<std::size_t>(std::ranges::count_if(
        network.nodes, [&node](const NodeEntry& other) { return &other == &node || is_running(other); }));
    const auto quorum = consensus::quorum_size(network.nodes.size());
    if (running >= quorum) return restart_node(network, node);
    done = fmt::format("started; {} of {} must run until one is ready, {} run: restart others too", quorum,
                       network.nodes.size(), running);
    if (const auto killed = kill_node(network, node); !killed) return killed;
    return start_node(network, node);
  });
}

}  // namespace quipu::testnet
