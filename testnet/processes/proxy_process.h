// SPDX-License-Identifier: Apache-2.0
// The fault proxy of a local network as a process of its own: `quipu-testnet proxy --dir DIR`, started and stopped with
// the nodes, told what to do by any program of the same user. One thread.
#pragma once

#include "testnet/processes/fault_proxy.h"
#include "testnet/processes/network.h"

namespace quipu::processes {

// One per ordered pair of nodes; none for a network without a proxy.
std::vector<ProxyLink> proxy_links(const Network& network);

// Does nothing for a network without a proxy, or when it runs. Returns when it has been told how far the members are
// from each other.
std::expected<void, std::string> start_proxy(Network& network);
void stop_proxy(Network& network);
// The process itself: until SIGTERM or SIGINT.
std::expected<void, std::string> serve_proxy(const Network& network);

// What is wrong from now on with what travels from one node to the other. The error names the nodes there are.
std::expected<void, std::string> set_link(const Network& network, const std::string& from, const std::string& to,
                                          const LinkFaults& faults);
// The same for every ordered pair.
std::expected<void, std::string> set_all_links(const Network& network, const LinkFaults& faults);
// Ends the connections between the two with RST.
std::expected<void, std::string> reset_link(const Network& network, const std::string& one, const std::string& other);
// A line per ordered pair: faults, connections dialled, bytes passed, swallowed, corrupted.
std::expected<std::string, std::string> show_links(const Network& network);
struct FaultyLink {
  std::string from;
  std::string to;
  LinkFaults faults;
};
// The same as values, without what was counted.
std::expected<std::vector<FaultyLink>, std::string> read_links(const Network& network);

}  // namespace quipu::processes
