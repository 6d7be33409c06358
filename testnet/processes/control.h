// SPDX-License-Identifier: Apache-2.0
// Trouble for one node of a local network: what a power cut, a hung machine and an operator do. Its data directory is
// never touched. Every change of a process id is saved at once. One thread.
#pragma once

#include "testnet/processes/network.h"

namespace quipu::processes {

// The node of that code; the error names the codes there are.
std::expected<NodeEntry*, std::string> find_node(Network& network, const std::string& code);

// SIGKILL, like a power cut, to all of them at once; returns when the processes are gone. Fine when one was not
// running.
std::expected<void, std::string> kill_nodes(Network& network, const std::vector<NodeEntry*>& nodes);
std::expected<void, std::string> kill_node(Network& network, NodeEntry& node);
// SIGSTOP: the process stays, with its connections open, and does nothing.
std::expected<void, std::string> pause_node(const NodeEntry& node);
// SIGCONT.
std::expected<void, std::string> resume_node(const NodeEntry& node);
// SIGTERM and the exit code, 0 for a clean end; at most ten seconds. The code is 0, too, for a process that another
// program started, because only a parent learns it.
std::expected<int, std::string> terminate_node(Network& network, NodeEntry& node);
// Kills, starts, and waits until it is ready: connected to a quorum and caught up.
std::expected<void, std::string> restart_node(Network& network, NodeEntry& node);

}  // namespace quipu::processes
