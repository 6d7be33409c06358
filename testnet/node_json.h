// SPDX-License-Identifier: Apache-2.0
// A node of a local network as `status --output json` and the commands that act on one tell of it. One thread.
#pragma once

#include <boost/json/object.hpp>

#include "testnet/processes/network.h"

namespace quipu::testnet {

// With what the node itself shows, when it answers.
boost::json::object node_json(const processes::Network& network, const processes::NodeEntry& node);

}  // namespace quipu::testnet
