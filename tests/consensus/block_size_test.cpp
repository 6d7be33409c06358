// SPDX-License-Identifier: Apache-2.0
#include "consensus/block_size.h"

#include <catch2/catch.hpp>

#include "tests/consensus/bench.h"

namespace quipu::consensus {

namespace {

using net::Bench;
using net::only;

const Timing kTiming = Timing::wide_area();
const std::int64_t kQuick_us = kTiming.propose_ms * 1000 / 2;
const std::int64_t kSlow_us = kTiming.advance_ms * 1000 / 2 + 1;

// What the engine, leading view 1 with a block of its own, asks for when it leads again, after `end` of view 1.
std::size_t asked_after(VoteKind end, std::int64_t took_ms) {
  Bench bench(net::leader_of(1));
  bench.start();
  bench.step(WorkChanged{true});
  Block large = bench.net.make_block(net::genesis_block(), std::string(200 << 10, 'x'), 5);
  bench.step(Built{{1}, large, 5});
  bench.clock_us += took_ms * 1000;
  const bool carried = end == VoteKind::kNotarize;
  const Subject first = carried ? bench.about(large, 1, 0) : Subject{.view = {1}};
  bench.receive(bench.other(), bench.net.proof(end, first, {0, 1, 2}));
  std::vector<RequestBuild> asked;
  for (std::uint64_t view = 2; view <= 4; ++view) {
    const auto effects = bench.receive(bench.other(), bench.net.proof(VoteKind::kNullify, {.view = {view}}, {0, 1, 2}));
    for (const auto& build : only<RequestBuild>(effects)) asked.push_back(build);
  }
  REQUIRE(asked.size() == 1);
  return asked.front().most_bytes;
}

}  // namespace

TEST_CASE("blocks that fill what they may and are carried quickly let the next grow to the limit and not beyond") {
  BlockSize size;
  CHECK(size.most_bytes() == 256 << 10);
  size.carried(256 << 10, kQuick_us, kTiming);
  CHECK(size.most_bytes() == 384 << 10);
  for (int i = 0; i < 10; ++i) size.carried(size.most_bytes(), kQuick_us, kTiming);
  CHECK(size.most_bytes() == limits::kBlockLeafBytes);
}

TEST_CASE("that a small block was quick says nothing of a large one") {
  BlockSize size;
  size.carried(10 << 10, kQuick_us, kTiming);
  CHECK(size.most_bytes() == 256 << 10);
}

TEST_CASE("a block that is refused or takes more than half of ADVANCE halves the next down to the least") {
  BlockSize size;
  size.refused();
  CHECK(size.most_bytes() == 128 << 10);
  size.carried(100, kSlow_us, kTiming);
  CHECK(size.most_bytes() == 64 << 10);
  for (int i = 0; i < 10; ++i) size.refused();
  CHECK(size.most_bytes() == limits::kLeastBlockBytes);
}

TEST_CASE("one that is neither quick nor slow leaves it as it is") {
  BlockSize size;
  size.carried(256 << 10, kQuick_us + 1, kTiming);
  CHECK(size.most_bytes() == 256 << 10);
}

TEST_CASE("R2 a leader asks for larger blocks after a quick one of its own and for smaller ones after a lost view") {
  CHECK(asked_after(VoteKind::kNotarize, 100) == 384 << 10);
  CHECK(asked_after(VoteKind::kNotarize, 700) == 256 << 10);
  CHECK(asked_after(VoteKind::kNotarize, 1'000) == 128 << 10);
  CHECK(asked_after(VoteKind::kNullify, 100) == 128 << 10);
}

}  // namespace quipu::consensus
