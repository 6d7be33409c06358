// SPDX-License-Identifier: Apache-2.0
#include <boost/json.hpp>
#include <chrono>
#include <iostream>
#include <thread>

#include "testnet/commands.h"
#include "testnet/node_json.h"
#include "testnet/processes/network.h"

namespace quipu::testnet {

namespace {

namespace json = boost::json;
using processes::Network;
using processes::NodeEntry;

constexpr auto kRefresh = std::chrono::seconds(1);

const char* silence_of(const NodeEntry& node) {
  if (!is_running(node)) return "not running";
  return is_paused(node) ? "paused" : "does not answer";
}

std::string row(const Network& network, const NodeEntry& node) {
  const auto view = look_at(network, node);
  char line[256];
  if (!view) {
    std::snprintf(line, sizeof line, "%-5s %s", node.code.c_str(), silence_of(node));
    return line;
  }
  const auto number = [](std::uint64_t value) { return static_cast<unsigned long long>(value); };
  std::snprintf(line, sizeof line, "%-5s %-8d %-8llu %-9llu %-17.16s %-8llu %-7s %-6llu %-5llu %s", node.code.c_str(),
                node.pid, number(view->height), number(view->size), view->root.c_str(), number(view->view),
                view->leader.c_str(), number(view->peers_up), number(view->pool), network.url(node).c_str());
  return line;
}

std::string table(const Network& network) {
  std::string text = "NODE  PID      HEIGHT   SIZE      ROOT              VIEW     LEADER  PEERS  POOL  API\n";
  for (const auto& node : network.nodes) text += row(network, node) + "\n";
  return text;
}

std::string document(const Network& network) {
  json::array nodes;
  for (const auto& node : network.nodes) nodes.push_back(node_json(network, node));
  return json::serialize(json::object{{"chain_id", network.chain_id}, {"nodes", nodes}}) + "\n";
}

}  // namespace

int status(const StatusOptions& options) {
  if (options.watch && options.output == "text") return watch(options.directory);
  for (;;) {
    const auto network = processes::load_network(options.directory);  // anew: nodes are restarted meanwhile
    if (!network) return fail(network.error());
    std::cout << (options.output == "json" ? document(*network) : table(*network)) << std::flush;
    if (!options.watch) return 0;
    std::this_thread::sleep_for(kRefresh);
  }
}

}  // namespace quipu::testnet
