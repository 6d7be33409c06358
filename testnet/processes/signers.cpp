// SPDX-License-Identifier: Apache-2.0
#include "testnet/processes/signers.h"

#include <signal.h>

#include <algorithm>

#include "testnet/processes/children.h"
#include "testnet/processes/patience.h"

namespace quipu::processes {

namespace fs = std::filesystem;

namespace {

constexpr auto kPatience = std::chrono::seconds(10);

fs::path folder_of(const Network& network, const NodeEntry& node) { return network.node_directory(node) / "signer"; }
fs::path socket_of(const Network& network, const NodeEntry& node) { return folder_of(network, node) / "socket"; }

}  // namespace

bool has_signer(const Network& network, const NodeEntry& node) { return fs::exists(folder_of(network, node)); }

std::expected<std::string, std::string> give_signer(const Network& network, const NodeEntry& node) {
  const auto folder = folder_of(network, node);
  fs::create_directories(folder / "keys");
  for (const std::string purpose : {"vote", "cosigner"}) {
    fs::rename(network.key(node, purpose), folder / "keys" / (purpose + ".key"));
  }
  const auto made = run({program("quipu-signer").string(), "init", "--dir", folder.string(), "--genesis",
                         (network.directory / "genesis.json").string(), "--administration", node.code},
                        network.node_directory(node) / "init.log");
  if (!made) return std::unexpected(made.error());
  return socket_of(network, node).string();
}

std::expected<void, std::string> start_signer(const Network& network, NodeEntry& node) {
  if (!has_signer(network, node) || is_running(node.signer_pid)) return {};
  const auto socket = socket_of(network, node);
  std::error_code none;
  fs::remove(socket, none);
  const auto log = network.node_directory(node) / "quipu-signer.log";
  const auto pid = spawn({program("quipu-signer").string(), "--dir", folder_of(network, node).string()}, log);
  if (!pid) return std::unexpected(pid.error());
  node.signer_pid = *pid;
  poll(kPatience, [&] { return fs::exists(socket) || !is_running(node.signer_pid); });
  if (fs::exists(socket)) return {};
  return std::unexpected("the signer of " + node.code + " did not start: " + last_line(log) + ": see " + log.string());
}

std::expected<void, std::string> kill_signer(Network& network, NodeEntry& node) {
  if (!is_running(node.signer_pid) || kill(node.signer_pid, SIGKILL) != 0)
    return std::unexpected("the signer of " + node.code + " is not running");
  if (!poll(kPatience, [&] { return !is_running(node.signer_pid); }))
    return std::unexpected("the signer of " + node.code + " does not end");
  node.signer_pid = 0;
  return save_network(network);
}

int stop_signers(Network& network) {
  for (const auto& node : network.nodes) {
    if (is_running(node.signer_pid)) kill(node.signer_pid, SIGTERM);
  }
  int killed = 0;
  const auto running = [](const NodeEntry& node) { return is_running(node.signer_pid); };
  if (!poll(kPatience, [&] { return std::ranges::none_of(network.nodes, running); })) {
    for (const auto& node : network.nodes) {
      if (running(node) && kill(node.signer_pid, SIGKILL) == 0) ++killed;
    }
  }
  for (auto& node : network.nodes) node.signer_pid = 0;
  return killed;
}

}  // namespace quipu::processes
