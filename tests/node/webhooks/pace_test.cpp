// SPDX-License-Identifier: Apache-2.0
#include "node/webhooks/pace.h"

#include <catch2/catch.hpp>
#include <limits>

namespace webhooks_test {

using namespace quipu::webhooks;

TEST_CASE("each failure doubles the wait up to the longest", "[webhooks]") {
  CHECK(wait_ms(1, 0) == 1'000);
  CHECK(wait_ms(2, 0) == 2'000);
  CHECK(wait_ms(8, 0) == 128'000);
  CHECK(wait_ms(9, 0) == 256'000);
  CHECK(wait_ms(10, 0) == kLongestWait_ms);
  CHECK(wait_ms(std::numeric_limits<std::uint64_t>::max(), 0) == kLongestWait_ms);
}

TEST_CASE("a receiver may lengthen the wait within bounds and never shorten it", "[webhooks]") {
  CHECK(wait_ms(1, 30) == 30'000);
  CHECK(wait_ms(8, 30) == 128'000);
  CHECK(wait_ms(1, 1'000'000) == kLongestWait_ms);
  CHECK(wait_ms(1, std::numeric_limits<std::int64_t>::max()) == kLongestWait_ms);
  CHECK(wait_ms(1, -5) == 1'000);
}

}  // namespace webhooks_test
