// SPDX-License-Identifier: Apache-2.0
// The quipu-signer of a node that does not hold its vote key itself: in the folder `signer` of the node's. One thread.
#pragma once

#include <expected>
#include <string>

#include "testnet/processes/network.h"

namespace quipu::processes {

bool has_signer(const Network& network, const NodeEntry& node);
// For a node that is not initialised yet: its vote and cosigner keys move there. Returns the socket's path.
std::expected<std::string, std::string> give_signer(const Network& network, const NodeEntry& node);
// Unless it runs or the node has none. It listens when this returns; the caller saves the network.
std::expected<void, std::string> start_signer(const Network& network, NodeEntry& node);
// As a power cut would; its node waits ten seconds for it.
std::expected<void, std::string> kill_signer(Network& network, NodeEntry& node);
// After their nodes. How many had to be killed.
int stop_signers(Network& network);

}  // namespace quipu::processes
