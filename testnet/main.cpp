// SPDX-License-Identifier: Apache-2.0
// quipu-testnet: local networks for developers, of real processes and simulated.
#include <signal.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <iostream>
#include <sstream>
#include <thread>

#include "testnet/processes/network.h"
#include "testnet/sim/campaign.h"

namespace {

namespace json = boost::json;
using namespace quipu::processes;

struct Options {
  std::string directory;
  std::string members;
  bool all = false;
  std::string data;
  bool import = false;
  bool detach = false;
  unsigned short port = 8480;
  std::string output = "text";
  std::string seeds;
  std::vector<std::size_t> sizes;
  double hours = 0;
  bool verbose = false;
};

int fail(const std::string& why) {
  std::cerr << "quipu-testnet: " << why << "\n";
  return 1;
}

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> parts;
  std::istringstream in(list);
  for (std::string part; std::getline(in, part, ',');) parts.push_back(part);
  return parts;
}

void print_table(const Network& network) {
  std::cout << "NODE  PID      HEIGHT   SIZE      ROOT              VIEW     LEADER  PEERS  POOL  API\n";
  for (const auto& node : network.nodes) {
    const auto view = is_running(node) ? look_at(node) : std::nullopt;
    char line[256];
    if (view) {
      std::snprintf(line, sizeof line, "%-5s %-8d %-8llu %-9llu %-17.16s %-8llu %-7s %-6llu %-5llu %s",
                    node.code.c_str(), node.pid, static_cast<unsigned long long>(view->height),
                    static_cast<unsigned long long>(view->size), view->root.c_str(),
                    static_cast<unsigned long long>(view->view), view->leader.c_str(),
                    static_cast<unsigned long long>(view->peers_up), static_cast<unsigned long long>(view->pool),
                    network.url(node).c_str());
    } else {
      std::snprintf(line, sizeof line, "%-5s %s", node.code.c_str(),
                    is_running(node) ? "does not answer" : "not running");
    }
    std::cout << line << "\n";
  }
}

void print_json(const Network& network) {
  json::array nodes;
  for (const auto& node : network.nodes) {
    json::object entry{
        {"administration", node.code}, {"url", network.url(node)}, {"pid", node.pid}, {"running", is_running(node)}};
    if (const auto view = look_at(node)) {
      entry["height"] = view->height;
      entry["size"] = view->size;
      entry["root"] = view->root;
      entry["view"] = view->view;
      entry["leader"] = view->leader;
      entry["peers_up"] = view->peers_up;
      entry["pool"] = view->pool;
      entry["ready"] = view->ready;
    }
    nodes.push_back(std::move(entry));
  }
  std::cout << json::serialize(json::object{{"chain_id", network.chain_id}, {"nodes", nodes}}) << "\n";
}

void wait_for_interrupt() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  int signal = 0;
  sigwait(&signals, &signal);
}

int down(const std::string& directory) {
  auto network = load_network(directory);
  if (!network) return fail(network.error());
  const int killed = stop_nodes(*network);
  std::cout << "Stopped" << (killed > 0 ? ", " + std::to_string(killed) + " by force" : "") << ".\n";
  return 0;
}

int up(const Options& options) {
  std::expected<Network, std::string> network = load_network(options.directory);
  if (!network) {
    FoundingPlan plan{
        options.directory, options.all ? std::vector<std::string>{} : split(options.members), {}, options.port};
    if (!options.data.empty()) plan.data = options.data;
    std::cout << "Founding a network in " << options.directory << std::endl;
    network = found_network(plan);
  }
  if (!network) return fail(network.error());
  if (!options.detach) {
    // Before any thread or child: they must not die of the terminal's interrupt.
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigprocmask(SIG_BLOCK, &signals, nullptr);
  }
  if (const auto started = start_nodes(*network); !started) return fail(started.error());
  if (options.import) {
    std::cout << "Importing the histories, each through its own node" << std::endl;
    if (const auto imported = import_histories(*network, options.data); !imported) return fail(imported.error());
  }
  print_table(*network);
  if (options.detach) {
    std::cout << "Stop it: quipu-testnet down --dir " << options.directory << "\n";
    return 0;
  }
  std::cout << "Running; Ctrl-C stops it." << std::endl;
  wait_for_interrupt();
  return down(options.directory);
}

int status(const Options& options) {
  const auto network = load_network(options.directory);
  if (!network) return fail(network.error());
  options.output == "json" ? print_json(*network) : print_table(*network);
  return 0;
}

int simulate(const Options& options) {
  quipu::testnet::Campaign campaign;
  const auto dots = options.seeds.find("..");
  try {
    campaign.first_seed = std::stoull(options.seeds);
    campaign.last_seed = dots == std::string::npos ? campaign.first_seed : std::stoull(options.seeds.substr(dots + 2));
  } catch (const std::exception&) {
    std::cerr << "quipu-testnet: --seeds takes A..B, e.g. 1..300\n";
    return 2;
  }
  if (!options.sizes.empty()) campaign.members = options.sizes;
  if (options.hours > 0) campaign.trouble = static_cast<std::int64_t>(options.hours * 3600) * quipu::testnet::kSecond;
  campaign.verbose = options.verbose;
  return quipu::testnet::simulate(campaign, std::cout);
}

int not_yet(const std::string& command) { return fail("`" + command + "` is not there yet"); }

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app{"Local Quipu networks: real processes and simulated ones."};
  app.require_subcommand(1);
  app.footer(
      "Examples:\n"
      "  quipu-testnet up --dir net --data testnet/sample --import --detach\n"
      "  quipu-testnet status --dir net\n"
      "  quipu-testnet down --dir net\n"
      "  quipu-testnet simulate --seeds 1..300");
  const auto directory = [&](CLI::App* command) {
    command->add_option("--dir", options.directory, "The network's directory")->required();
  };
  auto* up_command = app.add_subcommand("up", "Found a network, or start the one that is there");
  directory(up_command);
  auto* members =
      up_command->add_option("--members", options.members, "Codes in the order of their ports, e.g. BO,BR,CL,PE");
  up_command->add_flag("--all", options.all, "Every member of the data's members.json")->excludes(members);
  auto* data = up_command->add_option("--data", options.data, "Folder with members.json, arrangements.json, history/");
  up_command->add_flag("--import", options.import, "Import the histories; returns when all is final everywhere")
      ->needs(data);
  up_command->add_option("--port", options.port, "Of the first node's API; each node takes two [8480]");
  up_command->add_flag("--detach", options.detach, "Return and leave the network running");
  auto* down_command = app.add_subcommand("down", "Stop all nodes");
  directory(down_command);
  auto* status_command = app.add_subcommand("status", "What each node shows");
  directory(status_command);
  status_command->add_option("--output", options.output, "text or json")->check(CLI::IsMember({"text", "json"}));
  auto* simulate_command = app.add_subcommand("simulate", "Run simulated networks and check them from outside");
  simulate_command->add_option("--seeds", options.seeds, "A..B")->required();
  simulate_command->add_option("--members", options.sizes, "Sizes of the network [1 4 7]")->delimiter(',');
  simulate_command->add_option("--hours", options.hours, "Virtual hours of trouble per seed");
  simulate_command->add_flag("--verbose", options.verbose, "A line per seed");
  for (const auto* later : {"kill", "pause", "resume", "restart", "load", "run"}) {
    app.add_subcommand(later, "(not yet)")->allow_extras();
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (up_command->parsed()) return up(options);
  if (down_command->parsed()) return down(options.directory);
  if (status_command->parsed()) return status(options);
  if (simulate_command->parsed()) return simulate(options);
  return not_yet(app.get_subcommands().front()->get_name());
}
