// SPDX-License-Identifier: Apache-2.0
#include "testnet/processes/control.h"

#include <signal.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "testnet/processes/children.h"
#include "testnet/processes/patience.h"

namespace quipu::processes {

namespace {

constexpr auto kEndPatience = std::chrono::seconds(10);

std::expected<void, std::string> send_signal(const NodeEntry& node, int signal) {
  if (!is_running(node)) return std::unexpected("the node of " + node.code + " is not running: restart it");
  if (kill(node.pid, signal) == 0) return {};
  return std::unexpected("cannot signal the node of " + node.code + ": " + strerror(errno));
}

}  // namespace

std::expected<NodeEntry*, std::string> find_node(Network& network, const std::string& code) {
  const auto found = std::ranges::find(network.nodes, code, &NodeEntry::code);
  if (found != network.nodes.end()) return &*found;
  std::string known;
  for (const auto& node : network.nodes) known += (known.empty() ? "" : ", ") + node.code;
  return std::unexpected("no node of " + code + " here; there are " + known);
}

std::expected<void, std::string> kill_nodes(Network& network, const std::vector<NodeEntry*>& nodes) {
  for (const auto* node : nodes) {
    if (!is_running(*node)) continue;
    if (const auto sent = send_signal(*node, SIGKILL); !sent) return sent;
  }
  for (auto* node : nodes) {
    if (!poll(kEndPatience, [&] { return !is_running(*node); })) {
      return std::unexpected("the node of " + node->code + " does not end: process " + std::to_string(node->pid));
    }
    node->pid = 0;
  }
  return save_network(network);
}

std::expected<void, std::string> kill_node(Network& network, NodeEntry& node) { return kill_nodes(network, {&node}); }

std::expected<void, std::string> pause_node(const NodeEntry& node) { return send_signal(node, SIGSTOP); }

std::expected<void, std::string> resume_node(const NodeEntry& node) { return send_signal(node, SIGCONT); }

std::expected<int, std::string> terminate_node(Network& network, NodeEntry& node) {
  if (const auto sent = send_signal(node, SIGTERM); !sent) return std::unexpected(sent.error());
  int status = 0;
  const bool ended = poll(kEndPatience, [&] {
    const int gone = waitpid(node.pid, &status, WNOHANG);
    return gone == node.pid || (gone < 0 && !is_running(node));
  });
  if (!ended) return std::unexpected("the node of " + node.code + " did not end within ten seconds");
  node.pid = 0;
  if (const auto saved = save_network(network); !saved) return std::unexpected(saved.error());
  return exit_code(status);
}

std::expected<void, std::string> restart_node(Network& network, NodeEntry& node) {
  if (const auto killed = kill_node(network, node); !killed) return killed;
  if (const auto started = start_node(network, node); !started) return started;
  return wait_ready(network, node);
}

}  // namespace quipu::processes
