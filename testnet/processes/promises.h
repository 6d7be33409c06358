// SPDX-License-Identifier: Apache-2.0
// Do the nodes of a network keep what was called final? One thread.
#pragma once

#include <string>
#include <vector>

#include "crypto/digest.h"
#include "testnet/processes/network.h"

namespace quipu::processes {

struct Acknowledged {
  crypto::Digest id;
  std::uint64_t height = 0;
  std::uint64_t index = 0;
};

// One line for each that is not final at the very place where it was acknowledged, on any node.
std::vector<std::string> broken_promises(const Network& network, const std::vector<Acknowledged>& acknowledged);

}  // namespace quipu::processes
