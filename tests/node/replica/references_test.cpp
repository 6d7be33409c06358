// SPDX-License-Identifier: Apache-2.0
#include "node/replica/references.h"

#include <catch2/catch.hpp>

#include "consensus/limits.h"
#include "crypto/merkle.h"

namespace quipu::replica {

namespace {

using Whole = consensus::Proposal;
using consensus::View;

constexpr std::int64_t kNow_us = 1'000'000;
const std::vector<consensus::MemberIndex> kOrder = {2, 0, 1, 3};  // member 2 leads view 1
constexpr consensus::MemberIndex kSelf = 3;

Whole whole(std::uint64_t view, const std::vector<Bytes>& leaves) {
  Whole out{.view = {view}, .parent_view = {view - 1}};
  out.block.leaves = leaves;
  return out;
}

Whole named(const Whole& proposal) { return by_reference(proposal, limits::kInlineMembers + 1, 0); }
crypto::Digest id(const Bytes& leaf) { return crypto::leaf_hash(leaf); }
const Bytes* nothing(const crypto::Digest&) { return nullptr; }

const std::vector<Bytes> kLeaves = {"one", "two", "three", "seal"};

}  // namespace

TEST_CASE("a proposal carries its leaves while members are few and leaves are short, and names them otherwise") {
  const auto proposal = whole(1, kLeaves);
  CHECK(by_reference(proposal, 16, 15).leaf_ids.empty());
  CHECK(by_reference(proposal, 16, 15).block.leaves == kLeaves);
  for (const auto& out : {by_reference(proposal, 16, 14), by_reference(proposal, 17, 1'000)}) {
    CHECK(out.leaf_ids == std::vector{id("one"), id("two"), id("three")});
    CHECK(out.block.leaves == std::vector<Bytes>{"seal"});
  }
  const Whole repeat{.view = {2}, .repeat = true};
  CHECK(by_reference(repeat, 100, 0).leaf_ids.empty());
}

TEST_CASE("what is here already makes a named proposal whole at once") {
  References references(kOrder, kSelf);
  const auto find = [](const crypto::Digest& wanted) -> const Bytes* {
    for (const auto& leaf : kLeaves)
      if (id(leaf) == wanted) return &leaf;
    return nullptr;
  };
  REQUIRE(references.add(2, named(whole(1, kLeaves)), {1}, find, kNow_us));
  const auto out = references.take_whole();
  REQUIRE(out.size() == 1);
  CHECK(out.front().first == 2);
  CHECK(out.front().second.block.leaves == kLeaves);
  CHECK(out.front().second.leaf_ids.empty());
  CHECK(references.empty());
  CHECK(references.take_whole().empty());
}

TEST_CASE("what is missing is asked for, from the leader first and then from the others in turn") {
  References references(kOrder, kSelf);
  REQUIRE(references.add(2, named(whole(1, kLeaves)), {1}, nothing, kNow_us));
  references.fill(id("two"), "two");
  std::vector<PeerId> asked;
  for (std::int64_t time_us = kNow_us; time_us < kNow_us + 1'300'000; time_us += 10'000) {
    for (const auto& ask : references.due({1}, time_us)) {
      asked.push_back(ask.to);
      CHECK(ask.ids == std::vector{id("one"), id("three")});
    }
  }
  CHECK(asked == std::vector<PeerId>{2, 0, 0, 1, 2, 0});  // never myself
  CHECK(references.take_whole().empty());
  references.fill(id("one"), "one");
  references.fill(id("other"), "other");
  CHECK(references.take_whole().empty());
  references.fill(id("three"), "three");
  REQUIRE(references.take_whole().size() == 1);
  CHECK_FALSE(references.next_deadline_us());
}

TEST_CASE("only the leader of a view that is on or near is listened to, and only for its newest") {
  References references(kOrder, kSelf);
  CHECK_FALSE(references.add(0, named(whole(1, kLeaves)), {1}, nothing, kNow_us));
  CHECK_FALSE(references.add(2, named(whole(5, kLeaves)), {2}, nothing, kNow_us));
  CHECK_FALSE(references.add(2, named(whole(1, kLeaves)), {2}, nothing, kNow_us));
  CHECK_FALSE(references.add(2, named(Whole{.view = {0}}), {0}, nothing, kNow_us));
  CHECK(references.empty());
  CHECK(references.add(2, named(whole(5, {"new", "seal"})), {3}, nothing, kNow_us));
  CHECK(references.add(2, named(whole(5, kLeaves)), {3}, nothing, kNow_us));  // a second one: the first stays
  references.fill(id("new"), "new");
  REQUIRE(references.take_whole().size() == 1);
}

TEST_CASE("what a view was about is forgotten when it is over") {
  References references(kOrder, kSelf);
  REQUIRE(references.add(2, named(whole(1, kLeaves)), {1}, nothing, kNow_us));
  CHECK(references.due({2}, kNow_us).empty());
  CHECK(references.empty());
}

TEST_CASE("a leaf named twice is put in both places") {
  References references(kOrder, kSelf);
  REQUIRE(references.add(2, named(whole(1, {"one", "one", "seal"})), {1}, nothing, kNow_us));
  references.fill(id("one"), "one");
  const auto out = references.take_whole();
  REQUIRE(out.size() == 1);
  CHECK(out.front().second.block.leaves == std::vector<Bytes>{"one", "one", "seal"});
}

}  // namespace quipu::replica
