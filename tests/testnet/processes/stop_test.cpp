// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <chrono>
#include <iostream>

#include "tests/testnet/processes/clerk.h"

namespace quipu::processes::trial {

TEST_CASE("asked to end a node ends cleanly within seconds and starts again with the same log") {
  auto& network = LocalNetwork::shared();
  const auto before = network.wait_agreed();
  for (auto& node : network.processes().nodes) {
    const auto from = std::chrono::steady_clock::now();
    const auto code = terminate_node(network.processes(), node);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - from;
    INFO((code ? "" : code.error()));
    REQUIRE(code);
    CHECK(*code == 0);
    std::cout << "  " << node.code << " ended within " << took.count() << " s" << std::endl;
  }
  REQUIRE(start_nodes(network.processes()));
  CHECK(network.wait_agreed() == before);
}

}  // namespace quipu::processes::trial
