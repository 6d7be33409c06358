// SPDX-License-Identifier: Apache-2.0
// Node 0 of two meets somebody who is, or is not, member 1.
#include <openssl/ssl.h>

#include <catch2/catch.hpp>

#include "consensus/limits.h"
#include "tests/node/net/stranger.h"
#include "tests/node/net/world.h"

namespace quipu::net::test {

using consensus::Class;
using std::chrono::milliseconds;

namespace {

// Whether anything came of it, as the client sees it: its handshake alone proves nothing in TLS 1.3.
bool got_in(Stranger& stranger, bool handshake) {
  return handshake && stranger.send(FrameKind::kPing, {}) && stranger.read(1).has_value();
}

bool stranger_shows(World& world, Stranger::Shows what, int newest_version = 0) {
  return meanwhile(world, [&] {
    Stranger stranger(world.port(0));
    const bool handshake = stranger.handshake_showing(what, newest_version);
    return got_in(stranger, handshake);
  });
}

// What follows a good hello of member 1; returns whether node 0 closed the connection.
bool closed_after(World& world, const std::function<void(Stranger&)>& deed) {
  return meanwhile(world, [&] {
    Stranger member(world.port(0));
    const crypto::SecretKey key = transport_key(1);
    if (!member.handshake_as(key) || !member.hello(key)) return false;
    deed(member);
    return member.is_closed();
  });
}

}  // namespace

TEST_CASE("no certificate or one of another kind is refused") {
  World world(2);
  world.start(0);
  CHECK_FALSE(stranger_shows(world, Stranger::Shows::kNothing));
  CHECK_FALSE(stranger_shows(world, Stranger::Shows::kP256));
  CHECK(world.node(0).ups.empty());
}

TEST_CASE("TLS 1.2 is refused in the handshake") {
  World world(2);
  world.start(0);
  CHECK_FALSE(meanwhile(
      world, [&] { return Stranger(world.port(0)).handshake_showing(Stranger::Shows::kP256, TLS1_2_VERSION); }));
}

TEST_CASE("a key that is not in the member table is refused") {
  World world(2);
  world.start(0);
  CHECK_FALSE(meanwhile(world, [&] {
    Stranger stranger(world.port(0));
    const crypto::SecretKey key = transport_key(7);
    return stranger.handshake_as(key) && stranger.hello(key);
  }));
  CHECK(world.node(0).ups.empty());
}

TEST_CASE("member one gets in whether it says hello at once or byte by byte") {
  World world(2);
  world.start(0);
  for (const bool byte_by_byte : {false, true})
    CHECK(meanwhile(world, [&] {
      Stranger member(world.port(0));
      const crypto::SecretKey key = transport_key(1);
      return member.handshake_as(key) && member.hello(key, 1, byte_by_byte) && !member.resumable();
    }));
  CHECK(world.node(0).ups[1] == 2);
}

TEST_CASE("a member that handshakes but says no hello is not up and is shown the door") {
  World world(2);
  world.timing.handshake_ms = 400;
  world.start(0);
  CHECK(meanwhile(world, [&] {
    Stranger member(world.port(0));
    return member.handshake_as(transport_key(1)) && member.is_closed();
  }));
  CHECK(world.node(0).ups.empty());
}

TEST_CASE("a hello for another chain or with another key is refused") {
  World world(2);
  world.start(0);
  for (const bool other_key : {false, true})
    CHECK_FALSE(meanwhile(world, [&] {
      Stranger member(world.port(0));
      return member.handshake_as(transport_key(1)) && member.hello(transport_key(other_key ? 2 : 1), other_key ? 1 : 2);
    }));
  CHECK(world.node(0).ups.empty());
}

TEST_CASE("frames before the hello close the connection") {
  World world(2);
  world.start(0);
  CHECK(meanwhile(world, [&] {
    Stranger member(world.port(0));
    return member.handshake_as(transport_key(1)) && member.send(FrameKind::kVotes, "early") && member.is_closed();
  }));
  CHECK(world.node(0).received.empty());
}

TEST_CASE("a frame over its limit closes the connection before its payload is read") {
  World world(2);
  world.start(0);
  const auto header_of = [](FrameKind kind, std::size_t size) {
    return [=](Stranger& member) { member.write(frame_header(kind, size)); };
  };
  CHECK(closed_after(world, header_of(FrameKind::kBlocks, limits::kFrameBytes + 1)));
  CHECK(closed_after(world, header_of(FrameKind::kVotes, limits::kUnaskedFrameBytes + 1)));
  CHECK(closed_after(world, header_of(FrameKind::kSync, limits::kUnaskedFrameBytes + 1)));
  CHECK(closed_after(world, header_of(FrameKind::kPing, 1)));
  CHECK(closed_after(world, header_of(FrameKind::kHello, kHelloBytes)));
  CHECK(closed_after(world, header_of(static_cast<FrameKind>(200), 0)));
  CHECK(world.until([&] { return world.node(0).state(1).refused_frames == 6; }));
  CHECK(world.node(0).received.empty());
}

TEST_CASE("a corrupted record ends the session") {
  World world(2);
  world.start(0);
  CHECK(closed_after(world, [](Stranger& member) {
    member.write_raw(Bytes("\x17\x03\x03\x00\x20", 5) + Bytes(32, 'x'));  // a record whose seal cannot be right
  }));
}

TEST_CASE("plain TCP garbage is refused") {
  World world(2);
  world.start(0);
  CHECK(meanwhile(world, [&] {
    Stranger stranger(world.port(0));
    return stranger.write_raw("GET / HTTP/1.1\r\n\r\n") && stranger.is_closed();
  }));
  CHECK(world.node(0).ups.empty());
}

TEST_CASE("strangers that stall are few at a time and not for long and members get in after them") {
  World world(2);
  world.timing.handshake_ms = 1'500;
  world.start(0);
  std::vector<std::unique_ptr<Stranger>> strangers;
  const std::size_t closed_at_once = meanwhile(world, [&] {
    std::size_t closed = 0;
    for (int i = 0; i < 12; ++i) strangers.push_back(std::make_unique<Stranger>(world.port(0)));
    for (const auto& stranger : strangers) closed += stranger->is_closed(milliseconds(50)) ? 1 : 0;
    return closed;
  });
  CHECK(closed_at_once == 12 - limits::kPendingHandshakesPerAddress);
  world.start(1);
  CHECK(meanwhile(world, [&] {
    bool all = true;
    for (const auto& stranger : strangers) all = stranger->is_closed() && all;
    return all;
  }));
  CHECK(world.until([&] { return world.all_up(); }));
}

}  // namespace quipu::net::test
