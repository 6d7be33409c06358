// SPDX-License-Identifier: Apache-2.0
// What several scenario tests require at their end.
#pragma once

#include <catch2/catch.hpp>

#include "testnet/sim/cluster.h"

namespace quipu::testnet {

// Everything valid is final everywhere and nobody is awake; if not, the failure says who or what is not at rest.
inline void must_rest(Cluster& cluster, Micros within) {
  const bool rests = cluster.run_until(within, [&] { return cluster.at_rest(); });
  INFO((cluster.violation() ? cluster.violation()->law + ": " + cluster.violation()->what : cluster.unrest()));
  CHECK_FALSE(cluster.violation());
  CHECK(rests);
}

}  // namespace quipu::testnet
