// SPDX-License-Identifier: Apache-2.0
#include "node/webhooks/position.h"

#include "tests/node/runtime/scratch.h"

namespace webhooks_test {

using namespace quipu::webhooks;

TEST_CASE("a position is read back as it was written", "[webhooks]") {
  const Scratch scratch;
  const auto file = scratch.path / "a.position";
  for (const Position& position : {Position{.chain = "ab", .height = 7},
                                   Position{.chain = "ab", .height = 8, .after = quipu::http::Place{213, 2}}}) {
    REQUIRE(write_position(file, position));
    const auto read = read_position(file);
    REQUIRE((read.has_value() && read->has_value()));
    CHECK((**read == position));
  }
}

TEST_CASE("where there is no position there is none and where it says nothing nobody begins anew", "[webhooks]") {
  const Scratch scratch;
  const auto file = scratch.path / "a.position";
  const auto none = read_position(file);
  REQUIRE(none.has_value());
  CHECK_FALSE(none->has_value());
  for (const char* text : {"", "{}", "{\"chain\":\"ab\"}", "{\"chain\":\"ab\",\"height\":-1}", "{\"height\":3}",
                           "{\"chain\":\"ab\",\"height\":3,\"after\":\"x\"}", "{\"chain\":\"ab\",\"height\":3"}) {
    CAPTURE(text);
    std::ofstream(file) << text;
    CHECK_FALSE(read_position(file).has_value());
  }
}

TEST_CASE("a position that cannot be written is no success", "[webhooks]") {
  CHECK_FALSE(write_position("/no such/folder/a.position", {.chain = "ab", .height = 7}));
}

}  // namespace webhooks_test
