// SPDX-License-Identifier: Apache-2.0
// A local network in one directory: founded once, its processes started, watched and stopped. One thread.
#pragma once

#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace quipu::processes {

struct NodeEntry {
  std::string code;
  std::string http;    // host:port
  std::string peers;   // host:port
  int pid = 0;         // 0: not started
  int signer_pid = 0;  // of its quipu-signer, when it has one
};

// The process through which all nodes reach each other (proxy_process.h).
struct ProxyEntry {
  unsigned short first_port = 0;  // of one for every ordered pair of nodes
  int pid = 0;
};

// What `<dir>/testnet.json` keeps.
struct Network {
  std::filesystem::path directory;
  std::string chain_id;
  std::vector<NodeEntry> nodes;
  std::optional<ProxyEntry> proxy{};  // only when it was founded with one

  std::filesystem::path node_directory(const NodeEntry& node) const { return directory / node.code; }
  std::filesystem::path key(const NodeEntry& node, const std::string& purpose) const {
    return node_directory(node) / "keys" / (purpose + ".key");
  }
  std::string url(const NodeEntry& node) const { return "http://" + node.http; }
};

std::expected<Network, std::string> load_network(const std::filesystem::path& directory);
std::expected<void, std::string> save_network(const Network& network);

struct FoundingPlan {
  std::filesystem::path directory;
  std::vector<std::string> members;                  // in the order of their ports
  std::optional<std::filesystem::path> data;         // members.json, arrangements.json
  unsigned short first_port = 8480;                  // node i: HTTP first_port + 2 i, peers one above
  bool proxy = false;                                // nodes dial each other through a fault proxy, whose ports follow
  std::string timing = "local";                      // or wan
  std::vector<std::string> candidates{};             // nodes that follow, not in the genesis; not behind the proxy
  std::optional<std::filesystem::path> distances{};  // distances.h: how far they are; with a proxy
  std::vector<std::string> signers{};                // members whose keys a quipu-signer holds
};

// Keys, member cards' content, genesis file and an initialised data directory per member, by the programs beside this
// one.
std::expected<Network, std::string> found_network(const FoundingPlan& plan);

// What a node says of itself; nothing when it does not answer.
struct NodeView {
  std::string chain_id;
  std::uint64_t epoch = 0;
  std::uint64_t members = 0;
  std::uint64_t height = 0;
  std::uint64_t size = 0;
  std::string root;
  std::uint64_t view = 0;
  std::string leader;
  std::uint64_t pool = 0;
  std::uint64_t peers_up = 0;
  std::uint64_t nullified_views = 0;
  std::uint64_t evidence = 0;
  std::uint64_t received_bytes = 0;  // from all peers
  std::uint64_t sent_bytes = 0;
  bool ready = false;  // said elsewhere: look_at asks for it, too
};
// What /v1/node/status answered; nothing when that is no such answer.
std::optional<NodeView> read_view(std::string_view status);
std::optional<NodeView> look_at(const NodeEntry& node);
// Nothing, too, when this network's node does not run: another network's may answer at the same address.
std::optional<NodeView> look_at(const Network& network, const NodeEntry& node);

// Starts the node's program and saves its process id; wait_ready then waits until it is connected to a quorum and
// caught up.
std::expected<void, std::string> start_node(Network& network, NodeEntry& node);
std::expected<void, std::string> wait_ready(const Network& network, const NodeEntry& node);
// Starts the proxy, if there is one, and every node that is not running; waits until all are ready. Starts nothing when
// somebody else listens where one of them would.
std::expected<void, std::string> start_nodes(Network& network);
// SIGTERM, then after ten seconds SIGKILL. How many had to be killed.
int stop_nodes(Network& network);
bool is_running(const NodeEntry& node);
// By a SIGSTOP: it runs, but does nothing.
bool is_paused(const NodeEntry& node);
bool is_running(int pid);
// All nodes answer, show the same size and root, and have nothing pending.
bool all_agree(const Network& network);

}  // namespace quipu::processes
