// SPDX-License-Identifier: Apache-2.0
// What the cases about a member with a quipu-signer ask of its network. One thread.
#pragma once

#include <catch2/catch.hpp>

#include "tests/testnet/processes/clerk.h"
#include "tests/testnet/processes/observing.h"

namespace quipu::processes::trial::signer_trial {

inline void require(const std::expected<void, std::string>& done) {
  INFO((done ? "" : done.error()));
  REQUIRE(done);
}

inline void check_no_evidence(LocalNetwork& network) {
  for (const auto& node : network.processes().nodes) CHECK(metric(node, "quipu_evidence_total") == 0);
}

// With another one away every block needs PE.
inline void must_vote(LocalNetwork& network) {
  require(kill_node(network.processes(), network.node("BR")));
  Clerk clerk(network, "CL", "CL");
  CHECK(clerk.state(clerk.good_leaf()) < 30);
  require(restart_node(network.processes(), network.node("BR")));
}

}  // namespace quipu::processes::trial::signer_trial
