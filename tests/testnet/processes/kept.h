// SPDX-License-Identifier: Apache-2.0
// Do the nodes keep what they acknowledged? As a check of a test case.
#pragma once

#include <catch2/catch.hpp>

#include "tests/testnet/processes/load.h"
#include "tests/testnet/processes/local_network.h"

namespace quipu::processes::trial {

// At that very place, on every node.
inline void check_kept(LocalNetwork& network, const std::vector<Acknowledged>& acknowledged) {
  for (const auto& broken : broken_promises(network.processes(), acknowledged)) FAIL_CHECK(broken);
}

}  // namespace quipu::processes::trial
