// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <fstream>

#include "testnet/processes/importing.h"
#include "tests/testnet/processes/clerk.h"

namespace quipu::processes::trial {

TEST_CASE("four programmes are imported with no line rejected and all nodes show the same") {
  auto& network = LocalNetwork::shared();
  const auto before = network.wait_agreed();
  REQUIRE_NOTHROW(network.import_samples());
  const auto after = network.wait_agreed();
  CHECK(after.size > before.size);
  CHECK(after.root != before.root);
}

TEST_CASE("importing again does nothing") {
  auto& network = LocalNetwork::shared();
  network.import_samples();
  const auto before = network.wait_agreed();
  const auto again = import_histories(network.processes(), sample_data());
  INFO((again ? "" : again.error()));
  REQUIRE(again);
  CHECK(again->events == 0);
  CHECK(again->before > 0);
  CHECK(network.wait_agreed() == before);
}

TEST_CASE("the same bytes again give the same id and stay final") {
  auto& network = LocalNetwork::shared();
  Clerk clerk(network, "CL", "CL");
  const auto leaf = clerk.good_leaf();
  const auto first = clerk.post(leaf);
  const auto second = clerk.post(leaf);
  REQUIRE(first.status == 202);
  CHECK(second.status == 202);
  CHECK(second.id == first.id);
  clerk.state(leaf);
  const auto settled = network.wait_agreed();
  for (const auto* through : {"BO", "BR", "CL", "PE"}) {
    Clerk other(network, "CL", through);
    const auto late = other.post(leaf);
    CHECK(late.status == 202);
    CHECK(late.id == first.id);
    CHECK(other.node().submission(crypto::Digest::from(*crypto::from_hex(first.id)).value())->status == "FINAL");
  }
  CHECK(network.wait_agreed() == settled);
}

}  // namespace quipu::processes::trial
