// SPDX-License-Identifier: Apache-2.0
#include "node/net/mesh.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>

#include "consensus/limits.h"
#include "node/net/frame.h"
#include "tests/node/net/world.h"

namespace quipu::net::test {

using consensus::Class;

namespace {

// Both hear what the other says now.
bool they_talk(World& world, MemberIndex a, MemberIndex b, const Bytes& word) {
  world.node(a).mesh().send(b, frame_of(word), Class::kVotes);
  world.node(b).mesh().send(a, frame_of(word), Class::kVotes);
  const auto heard = [&](MemberIndex who, MemberIndex from) {
    const auto& frames = world.node(who).received[from];
    return !frames.empty() && frames.back() == word;
  };
  return world.until([&] { return heard(a, b) && heard(b, a); });
}

bool said(const Node& node, const Bytes& part) {
  for (const std::string& line : node.lines)
    if (line.find(part) != std::string::npos) return true;
  return false;
}

}  // namespace

TEST_CASE("two meshes connect and both hear each other") {
  World world(2);
  world.start_all();
  REQUIRE(world.until([&] { return world.all_up(); }));
  CHECK(they_talk(world, 0, 1, "hear me"));
  const PeerState state = world.node(0).state(1);
  CHECK(state.up);
  CHECK(state.sent_bytes > 0);
  CHECK(state.received_bytes > 0);
  CHECK(state.refused_frames + state.dropped_frames + state.queued_bytes == 0);
}

TEST_CASE("four meshes connect every pair") {
  World world(4);
  world.start_all();
  REQUIRE(world.until([&] { return world.all_up(); }));
  for (MemberIndex a = 0; a < 4; ++a)
    for (MemberIndex b = 0; b < a; ++b) CHECK(they_talk(world, a, b, std::to_string(a) + std::to_string(b)));
}

TEST_CASE("simultaneous dials settle on one connection") {
  World world(3);
  world.start_all();
  REQUIRE(world.until([&] { return world.all_up(); }));
  for (int round = 0; round < 10; ++round) {
    for (MemberIndex i = 0; i < 3; ++i) world.kill(i);
    for (MemberIndex i = 0; i < 3; ++i) world.start(i);  // all addresses are known now: everybody dials everybody
    REQUIRE(world.until([&] { return world.all_up(); }));
  }
  world.settle();
  const auto ups = [&] {
    int sum = 0;
    for (MemberIndex i = 0; i < 3; ++i)
      for (const auto& [peer, count] : world.node(i).ups) sum += count;
    return sum;
  };
  const int before = ups();
  CHECK(before <= 12);
  world.settle();
  CHECK(ups() == before);
  CHECK(they_talk(world, 0, 1, "a"));
  CHECK(they_talk(world, 1, 2, "b"));
  CHECK(they_talk(world, 0, 2, "c"));
}

TEST_CASE("a block of a mebibyte and more arrives whole") {
  World world(2);
  world.start_all();
  REQUIRE(world.until([&] { return world.all_up(); }));
  Bytes block(1'100'000, '\0');
  for (std::size_t i = 0; i < block.size(); ++i) block[i] = static_cast<char>(i * 2'654'435'761U >> 13);
  world.node(0).mesh().send(1, frame_of(block), Class::kBlocks);
  REQUIRE(world.until([&] { return world.node(1).received[0].size() == 1; }));
  CHECK(world.node(1).received[0][0] == block);
}

TEST_CASE("votes overtake blocks and a class keeps its order") {
  World world(2);
  world.start_all();
  REQUIRE(world.until([&] { return world.all_up(); }));
  std::vector<Bytes> expected;
  for (int i = 0; i < 5; ++i)
    world.node(0).mesh().send(1, frame_of(std::to_string(i) + Bytes(1'000'000, 'b')), Class::kBlocks);
  for (int i = 0; i < 100; ++i) world.node(0).mesh().send(1, frame_of("vote " + std::to_string(i)), Class::kVotes);
  for (int i = 0; i < 100; ++i) expected.push_back("vote " + std::to_string(i));
  for (int i = 0; i < 5; ++i) expected.push_back(std::to_string(i) + Bytes(1'000'000, 'b'));
  REQUIRE(world.until([&] { return world.node(1).received[0].size() == expected.size(); }));
  CHECK((world.node(1).received[0] == expected));
}

TEST_CASE("a frame too long for its class is not sent") {
  World world(2);
  world.start_all();
  REQUIRE(world.until([&] { return world.all_up(); }));
  world.node(0).mesh().send(1, frame_of(Bytes(limits::kUnaskedFrameBytes + 1, 'v')), Class::kVotes);
  CHECK(world.node(0).state(1).dropped_frames == 1);
  CHECK(said(world.node(0), "too long for its class"));
  CHECK(they_talk(world, 0, 1, "still here"));
}

TEST_CASE("an answer asked for may be four mebibytes") {
  World world(2);
  world.start_all();
  REQUIRE(world.until([&] { return world.all_up(); }));
  world.node(1).mesh().expect_answer(0);
  world.node(0).mesh().send(1, frame_of(Bytes(limits::kSyncFrameBytes, 's')), Class::kSync);
  REQUIRE(world.until([&] { return world.node(1).received[0].size() == 1; }));
  CHECK(world.node(1).received[0][0].size() == limits::kSyncFrameBytes);
  world.node(0).mesh().send(1, frame_of(Bytes(limits::kUnaskedFrameBytes + 1, 's')), Class::kSync);
  CHECK(world.until([&] { return world.node(1).state(0).refused_frames == 1; }));
  CHECK(world.until(
      [&] { return world.all_up() && world.node(1).ups[0] >= 2; }));  // the connection ended; they meet again
  CHECK(world.node(1).received[0].size() == 1);
}

TEST_CASE("a peer that does not read costs a bounded queue and votes still go first") {
  World world(2);
  world.start_all();
  REQUIRE(world.until([&] { return world.all_up(); }));
  world.node(1).frozen = true;
  Node& sender = world.node(0);
  for (int i = 0; i < 20; ++i) {
    sender.mesh().send(1, frame_of(Bytes(1'000'000, 'b')), Class::kBlocks);
    world.until([&] { return !sender.turn(); });
  }
  CHECK(sender.state(1).dropped_frames > 0);
  CHECK(sender.state(1).queued_bytes <= limits::kOutboundQueueBytes);
  const std::uint64_t dropped = sender.state(1).dropped_frames;
  sender.mesh().send(1, frame_of("vote"), Class::kVotes);
  world.node(1).frozen = false;
  auto& received = world.node(1).received[0];
  REQUIRE(world.until([&] { return received.size() + sender.state(1).dropped_frames == 21; }));
  CHECK(sender.state(1).dropped_frames <= dropped + 1);
  CHECK(received.back() != "vote");
  CHECK(std::find(received.begin(), received.end(), "vote") != received.end());
}

TEST_CASE("more votes than the budget are dropped and counted and the peer stays") {
  World world(2);
  world.start_all();
  REQUIRE(world.until([&] { return world.all_up(); }));
  const std::size_t sent = 20 * limits::kInboundVotesPerSecond;
  for (std::size_t i = 0; i < sent; ++i) world.node(0).mesh().send(1, frame_of("vote"), Class::kVotes);
  Node& receiver = world.node(1);
  REQUIRE(world.until([&] { return receiver.received[0].size() + receiver.state(0).refused_frames == sent; }));
  CHECK(receiver.state(0).refused_frames > 0);
  CHECK(receiver.received[0].size() >= limits::kInboundVotesPerSecond);
  CHECK(receiver.ups[0] == 1);
  CHECK(receiver.is_up(0));
}

TEST_CASE("a killed peer is down after the grace and up again when it is back") {
  for (const MemberIndex victim : {MemberIndex{0}, MemberIndex{1}}) {
    World world(2);
    world.start_all();
    REQUIRE(world.until([&] { return world.all_up(); }));
    const MemberIndex other = 1 - victim;
    world.kill(victim);
    REQUIRE(world.until([&] { return !world.node(other).is_up(victim); }));
    CHECK(world.node(other).downs[victim] == 1);
    CHECK_FALSE(world.node(other).state(victim).up);
    world.node(other).mesh().send(victim, frame_of("lost"), Class::kVotes);
    world.start(victim);
    REQUIRE(world.until([&] { return world.all_up(); }));
    CHECK(they_talk(world, 0, 1, "back"));
    CHECK(world.node(victim).received[other] == std::vector<Bytes>{"back"});
  }
}

TEST_CASE("a peer back within the grace was never down but is announced again") {
  World world(2);
  world.timing.down_grace_ms = 60'000;
  world.start_all();
  REQUIRE(world.until([&] { return world.all_up(); }));
  world.kill(1);
  world.start(1);
  REQUIRE(world.until([&] { return world.node(0).ups[1] == 2 && world.all_up(); }));
  CHECK(world.node(0).downs[1] == 0);
}

TEST_CASE("a silent peer is down without any grace and idle peers ping") {
  World world(2);
  world.timing.ping_ms = 50;
  world.timing.silent_ms = 800;
  world.timing.down_grace_ms = 60'000;
  world.start_all();
  REQUIRE(world.until([&] { return world.all_up(); }));
  const std::uint64_t before = world.node(0).state(1).received_bytes;
  REQUIRE(world.until([&] { return world.node(0).state(1).received_bytes >= before + 20 * kFrameHeaderBytes; }));
  CHECK(world.node(0).downs[1] == 0);
  world.node(1).frozen = true;
  REQUIRE(world.until([&] { return world.node(0).downs[1] == 1; }));
  CHECK(said(world.node(0), "nothing heard"));
  world.node(1).frozen = false;
  CHECK(world.until([&] { return world.all_up(); }));
}

TEST_CASE("a half-open connection is replaced by the peer's next process") {
  for (const MemberIndex victim : {MemberIndex{0}, MemberIndex{1}}) {
    World world(2);
    world.start_all();
    REQUIRE(world.until([&] { return world.all_up(); }));
    world.abandon(victim);
    world.start(victim);
    REQUIRE(world.until([&] { return world.all_up(); }));
    CHECK(they_talk(world, 0, 1, "again"));
    CHECK(world.node(1 - victim).downs[victim] == 0);
  }
}

TEST_CASE("a member of another chain or version is never up") {
  World world(2);
  world.start(0);
  MeshConfig other = world.config(1);
  SECTION("chain") { other.chain = chain(2); }
  SECTION("version") { other.protocol_version = 2; }
  world.start(other, transport_key(1));
  world.settle();
  CHECK(world.node(0).ups.empty());
  CHECK(world.node(1).ups.empty());
  CHECK((said(world.node(0), "on another chain") || said(world.node(0), "protocol version 2")));
}

TEST_CASE("a member of another epoch is up and the log says so") {
  World world(2);
  world.start(0);
  MeshConfig other = world.config(1);
  other.epoch = 4;
  world.start(other, transport_key(1));
  REQUIRE(world.until([&] { return world.all_up(); }));
  CHECK(said(world.node(0), "epoch 4"));
}

TEST_CASE("a mesh with a key that is not in the table is never up") {
  World world(2);
  world.start(0);
  world.start(world.config(1), transport_key(7));
  world.settle();
  CHECK(world.node(0).ups.empty());
  CHECK(world.node(1).ups.empty());
  CHECK_FALSE(world.node(0).lines.empty());
}

TEST_CASE("another member at a peer's address is not taken for it") {
  World world(3);
  world.start(2);
  MeshConfig config = world.config(0);
  config.peers[0].address = config.peers[1].address;  // where 1 should be, 2 answers
  world.start(config, transport_key(0));
  REQUIRE(world.until([&] { return world.node(0).is_up(2) && said(world.node(0), "another member"); }));
  CHECK_FALSE(world.node(0).is_up(1));
}

TEST_CASE("a peer whose address makes no sense may still dial us") {
  World world(2);
  MeshConfig config = world.config(0);
  config.peers[0].address = "nowhere";
  world.start(config, transport_key(0));
  REQUIRE(world.until([&] { return said(world.node(0), "is not host:port"); }));
  world.settle();  // several attempts
  world.start(1);
  REQUIRE(world.until([&] { return world.all_up(); }));
  CHECK(they_talk(world, 0, 1, "here"));
}

TEST_CASE("an address that is taken is an error with a next step") {
  World world(2);
  world.start(0);
  MeshConfig config = world.config(1);
  config.listen = "127.0.0.1:" + std::to_string(world.port(0));
  CHECK_THROWS_WITH(world.start(config, transport_key(1)), Catch::Contains("change the peer listener's address"));
  config.listen = "nonsense";
  CHECK_THROWS_WITH(world.start(config, transport_key(1)), Catch::Contains("not host:port"));
}

TEST_CASE("a stopped mesh says goodbye and calls nobody and leaves no work") {
  World world(2);
  world.start_all();
  REQUIRE(world.until([&] { return world.all_up(); }));
  world.node(0).mesh().send(1, frame_of("too late"), Class::kVotes);
  const auto lines = world.node(0).lines.size();
  world.node(0).mesh().stop();
  world.node(0).mesh().stop();
  CHECK(world.until([&] { return world.node(1).downs[0] == 1; }));
  CHECK(world.node(0).downs.empty());
  CHECK(world.node(0).lines.size() == lines);
  world.node(1).mesh().stop();
  CHECK(world.node(0).runs_out_of_work());
  CHECK(world.node(1).runs_out_of_work());
}

TEST_CASE("a mesh may be stopped from inside its own callback") {
  World world(2);
  world.start_all();
  REQUIRE(world.until([&] { return world.all_up(); }));
  Node& node = world.node(1);
  node.on_received = [&] { node.mesh().stop(); };
  for (int i = 0; i < 10; ++i) world.node(0).mesh().send(1, frame_of("stop"), Class::kVotes);
  REQUIRE(world.until([&] { return world.node(0).downs[1] == 1; }));
  CHECK(node.received[0].size() == 1);
}

TEST_CASE("a member that is kept out loses its connection and comes back by itself when the time is over") {
  World world(2);
  world.timing.keep_out_first_ms = 400;
  world.timing.keep_out_cap_ms = 800;
  world.start_all();
  REQUIRE(world.until([&] { return world.all_up(); }));
  CHECK(world.node(0).mesh().keep_out(1));
  CHECK_FALSE(world.node(0).mesh().keep_out(1));  // it is out already
  REQUIRE(world.until([&] { return world.node(0).downs[1] == 1; }));
  CHECK(said(world.node(0), "kept out"));
  REQUIRE(world.until([&] { return world.all_up(); }));
  CHECK(they_talk(world, 0, 1, "again"));
  CHECK(world.node(0).mesh().keep_out(1));
  REQUIRE(world.until([&] { return world.all_up() && world.node(0).ups[1] >= 2; }));
}

TEST_CASE("a member is kept out alone and the others stay") {
  World world(3);
  world.start_all();
  REQUIRE(world.until([&] { return world.all_up(); }));
  CHECK(world.node(0).mesh().keep_out(2));
  CHECK_FALSE(world.node(0).mesh().keep_out(7));  // nobody
  REQUIRE(world.until([&] { return world.node(0).downs[2] == 1; }));
  CHECK(they_talk(world, 0, 1, "we go on"));
  CHECK(they_talk(world, 1, 2, "so do we"));
  CHECK_FALSE(world.node(0).is_up(2));
  CHECK(world.node(0).downs[1] == 0);
}

TEST_CASE("what a fast sender sends beyond the pace arrives later and whole") {
  World world(2);
  world.start_all();
  REQUIRE(world.until([&] { return world.all_up(); }));
  std::size_t sent = 0;
  const std::size_t all = 3 * limits::kInboundPaceBytesPerSecond / limits::kUnaskedFrameBytes / 2;
  const auto from = std::chrono::steady_clock::now();
  while (sent < all) {
    for (; sent < all && world.node(1).state(0).queued_bytes < limits::kOutboundQueueBytes / 2; ++sent)
      world.node(1).mesh().send(0, frame_of(Bytes(limits::kUnaskedFrameBytes, 'x')), Class::kSync);
    world.until([&] { return world.node(1).state(0).queued_bytes < limits::kOutboundQueueBytes / 2; });
  }
  const auto bytes = all * limits::kUnaskedFrameBytes;
  CHECK(world.until([&] { return world.node(0).state(1).received_bytes > bytes; }));
  CHECK(std::chrono::steady_clock::now() - from > std::chrono::milliseconds(400));
  CHECK(world.node(1).state(0).dropped_frames == 0);
  CHECK(world.node(0).state(1).up);
}

}  // namespace quipu::net::test
