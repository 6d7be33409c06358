// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/edge.h"

#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

#include "node/ledger/state.pb.h"

namespace quipu::ledger {

namespace edge_test {

v1::EdgeRecord record(const std::vector<std::pair<std::string, v1::EdgeChange>>& facts) {
  v1::EdgeRecord edge;
  for (const auto& [day, change] : facts) {
    edge.add_facts()->set_effective_from(day);
    edge.mutable_facts()->rbegin()->set_change(change);
  }
  return edge;
}

}  // namespace edge_test

TEST_CASE("an edge is live from its activation on and not while it is suspended") {
  const auto edge = edge_test::record(
      {{"2024-02-01", v1::EDGE_ACTIVATED}, {"2024-05-01", v1::EDGE_SUSPENDED}, {"2024-06-01", v1::EDGE_RESUMED}});
  CHECK(name_of(edge_on(edge, "2024-01-31").status) == "NOT_YET_EFFECTIVE");
  CHECK(edge_on(edge, "2024-01-31").terms == nullptr);
  CHECK(name_of(edge_on(edge, "2024-02-01").status) == "LIVE");
  CHECK(name_of(edge_on(edge, "2024-05-01").status) == "SUSPENDED");
  CHECK(name_of(edge_on(edge, "2024-06-01").status) == "LIVE");
  CHECK(edge_on(edge, "2024-06-01").terms == &edge.facts(0));
}

TEST_CASE("an edge that has ended stays so and the terms are the last activation's") {
  const auto edge = edge_test::record({{"2024-02-01", v1::EDGE_ACTIVATED},
                                       {"2024-03-01", v1::EDGE_ACTIVATED},
                                       {"2024-04-01", v1::EDGE_ENDED},
                                       {"2024-05-01", v1::EDGE_ACTIVATED}});
  CHECK(edge_on(edge, "2024-03-31").terms == &edge.facts(1));
  CHECK(name_of(edge_on(edge, "2024-04-01").status) == "ENDED");
  CHECK(name_of(edge_on(edge, "2025-01-01").status) == "ENDED");
  CHECK(edge_on(edge, "2025-01-01").terms == &edge.facts(1));
}

}  // namespace quipu::ledger
