// SPDX-License-Identifier: Apache-2.0
#include "node/replica/hearsay.h"

#include <catch2/catch.hpp>

#include "tests/node/replica/lone_node.h"

namespace quipu::replica {

namespace hearsay_test {

using consensus::CosignatureMessage;
using consensus::Instant;
using consensus::VoteKind;

constexpr Instant kNow{5'000'000, 1'790'000'000'500};
constexpr OwnPlace kHere{{40}, 100};

consensus::Status status_at(std::uint64_t height) {
  consensus::Status status;
  status.finalized.height = {height};
  return status;
}

consensus::Status knowing(std::uint64_t version) {
  consensus::Status status = status_at(7);
  status.newest_protocol_version = version;
  return status;
}

// Of what the node has sent to that peer, in the order of its sending.
std::vector<std::uint64_t> versions_told(const testing::LoneNode& node, PeerId to) {
  const auto& genesis = node.genesis();
  std::vector<std::uint64_t> told;
  for (const auto& send : node.sent) {
    const auto message = consensus::decode_message(*send.frame, genesis.scope(), genesis.members.size());
    const auto* status = message ? std::get_if<consensus::Status>(&*message) : nullptr;
    if (send.to == to && status != nullptr) told.push_back(status->newest_protocol_version);
  }
  return told;
}

consensus::Vote vote(VoteKind kind, consensus::MemberIndex signer, std::uint64_t height) {
  return {.kind = kind, .subject = {.height = {height}}, .signer = signer};
}

CosignatureMessage cosigned(std::uint64_t size, std::int64_t time_s) {
  return {.size = size, .time_s = static_cast<std::uint64_t>(time_s)};
}

PeerNews news_of(const Hearsay& hearsay, std::size_t peer, std::int64_t now_us = kNow.steady_us) {
  return hearsay.news(now_us).at(peer);
}

std::vector<PeerNews> offsets(const std::vector<std::int64_t>& all_ms) {
  std::vector<PeerNews> news(1);  // of this node itself nothing is known
  for (const auto offset_ms : all_ms) news.push_back({.clock_offset_ms = offset_ms});
  return news;
}

}  // namespace hearsay_test

TEST_CASE("of members who have said nothing nothing is known") {
  using namespace hearsay_test;
  const Hearsay hearsay(4);
  REQUIRE(hearsay.news(kNow.steady_us).size() == 4);
  CHECK_FALSE(news_of(hearsay, 1).height);
  CHECK_FALSE(news_of(hearsay, 1).clock_offset_ms);
  CHECK_FALSE(clock_offset_ms(hearsay.news(kNow.steady_us)));
}

TEST_CASE("a member is as far as it says when it greets or as it votes since") {
  using namespace hearsay_test;
  Hearsay hearsay(4);
  hearsay.heard(1, status_at(7), kHere, kNow);
  CHECK(news_of(hearsay, 1).height == consensus::Height{7});
  hearsay.heard(1, vote(VoteKind::kFinalize, 1, 12), kHere, kNow);
  CHECK(news_of(hearsay, 1).height == consensus::Height{12});
  hearsay.heard(1, vote(VoteKind::kFinalize, 1, 11), kHere, kNow);
  CHECK(news_of(hearsay, 1).height == consensus::Height{12});
  hearsay.heard(1, status_at(0), kHere, kNow);  // it has lost its ledger
  CHECK(news_of(hearsay, 1).height == consensus::Height{0});
}

TEST_CASE("other votes and those that others signed say nothing of a member") {
  using namespace hearsay_test;
  Hearsay hearsay(4);
  hearsay.heard(1, vote(VoteKind::kNotarize, 1, 12), kHere, kNow);
  hearsay.heard(1, vote(VoteKind::kFinalize, 2, 12), kHere, kNow);
  CHECK_FALSE(news_of(hearsay, 1).height);
  CHECK_FALSE(news_of(hearsay, 2).height);
  hearsay.heard(9, status_at(7), kHere, kNow);  // not among the members
}

TEST_CASE("a member that cosigns what is this node's tip is where this node is") {
  using namespace hearsay_test;
  Hearsay hearsay(4);
  hearsay.heard(1, status_at(7), kHere, kNow);
  hearsay.heard(1, cosigned(99, kNow.utc_ms / 1'000), kHere, kNow);
  CHECK(news_of(hearsay, 1).height == consensus::Height{7});
  hearsay.heard(1, cosigned(100, kNow.utc_ms / 1'000), kHere, kNow);
  CHECK(news_of(hearsay, 1).height == consensus::Height{40});
}

TEST_CASE("a cosignature tells by how much this clock is ahead of its member's and is forgotten in five minutes") {
  using namespace hearsay_test;
  Hearsay hearsay(4);
  hearsay.heard(1, cosigned(3, kNow.utc_ms / 1'000 - 12), kHere, kNow);
  CHECK(news_of(hearsay, 1).clock_offset_ms == 12'000);
  hearsay.heard(1, cosigned(3, kNow.utc_ms / 1'000 + 3), kHere, kNow);
  CHECK(news_of(hearsay, 1).clock_offset_ms == -3'000);
  CHECK(news_of(hearsay, 1, kNow.steady_us + 300'000'000).clock_offset_ms);
  CHECK_FALSE(news_of(hearsay, 1, kNow.steady_us + 300'000'001).clock_offset_ms);
}

TEST_CASE("a member may say any time and none is too large") {
  using namespace hearsay_test;
  Hearsay hearsay(4);
  hearsay.heard(1, cosigned(3, -1), kHere, kNow);
  REQUIRE(news_of(hearsay, 1).clock_offset_ms);
  CHECK(*news_of(hearsay, 1).clock_offset_ms < -1'000'000'000'000);
}

TEST_CASE("a member's program knows the version that it says until another program of it says otherwise or nothing") {
  using namespace hearsay_test;
  Hearsay hearsay(4);
  hearsay.heard(1, knowing(2), kHere, kNow);
  CHECK(news_of(hearsay, 1).newest_protocol_version == 2);
  hearsay.heard(1, vote(VoteKind::kFinalize, 1, 12), kHere, kNow);
  CHECK(news_of(hearsay, 1).newest_protocol_version == 2);
  hearsay.heard(1, knowing(1), kHere, kNow);
  CHECK(news_of(hearsay, 1).newest_protocol_version == 1);
  hearsay.heard(1, knowing(0), kHere, kNow);  // as programs do that are older than the telling of it
  CHECK_FALSE(news_of(hearsay, 1).newest_protocol_version);
}

TEST_CASE("what no version can be says nothing of a member's program and its height counts all the same") {
  using namespace hearsay_test;
  Hearsay hearsay(4);
  for (const std::uint64_t nonsense : {std::uint64_t{65'536}, std::uint64_t{1} << 32 | 2, UINT64_MAX}) {
    hearsay.heard(1, knowing(2), kHere, kNow);
    hearsay.heard(1, knowing(nonsense), kHere, kNow);
    CHECK_FALSE(news_of(hearsay, 1).newest_protocol_version);
    CHECK(news_of(hearsay, 1).height == consensus::Height{7});
  }
  hearsay.heard(1, knowing(65'535), kHere, kNow);
  CHECK(news_of(hearsay, 1).newest_protocol_version == 65'535);
}

TEST_CASE("the median of the clocks counts so that one that is wrong does not") {
  using namespace hearsay_test;
  CHECK(clock_offset_ms(offsets({70})) == 70);
  CHECK(clock_offset_ms(offsets({90'000, 20, -5})) == 20);
  CHECK(clock_offset_ms(offsets({-90'000, 90'000, 8'000})) == 8'000);
  CHECK(clock_offset_ms(offsets({90'000, 20})) == 20);
  CHECK(clock_offset_ms(offsets({-90'000, -20, -10, 0})) == -10);
}

TEST_CASE("a node tells what it has heard of the members it is connected with") {
  using namespace hearsay_test;
  testing::LoneNode node(sample::genesis());
  const auto time_s = node.now.utc_ms / 1'000 - 30;
  node.hear(2, status_at(5));
  node.hear(3, cosigned(1, time_s));
  const auto peers = node.replica().status().peers;
  REQUIRE(peers.size() == 4);
  CHECK(peers[2].height == consensus::Height{5});
  CHECK_FALSE(peers[0].clock_offset_ms);
  CHECK(peers[3].clock_offset_ms == node.now.utc_ms - time_s * 1'000 - 500);
}

TEST_CASE("a node tells members and guests the newest version that its program knows") {
  using namespace hearsay_test;
  testing::LoneNode member(sample::genesis());
  member.feed(PeerUp{2});
  CHECK(versions_told(member, 2) == std::vector<std::uint64_t>{1});
  testing::LoneNode alone;
  const auto guest = static_cast<PeerId>(alone.genesis().members.size());
  alone.submit(testing::registration(1, 1, alone.now.utc_ms));
  alone.feed(PeerUp{guest});
  alone.hear(guest, consensus::Status{});
  CHECK(versions_told(alone, guest) == std::vector<std::uint64_t>{1});
}

}  // namespace quipu::replica
