// SPDX-License-Identifier: Apache-2.0
// Whole nodes with nothing to do, or with what is not ready: a day of it is a day without a vote, a block or a message;
// and whatever wakes them then is final although the leader is dead or deaf or hears of it late.
#include <catch2/catch.hpp>

#include "testnet/sim/cluster.h"
#include "testnet/sim/laws/contents.h"

using namespace quipu;
using namespace quipu::testnet;

namespace idle {

// Four nodes that have finalized one statement of member 0's second key about OP-A, and rest.
struct Resting {
  std::unique_ptr<Cluster> cluster;

  explicit Resting(std::uint64_t seed) : cluster(std::make_unique<Cluster>(calm_options(seed, 4))) {
    cluster->boot_all();
    cluster->run_for(2 * kSecond);
    const Bytes leaf = cluster->statement(0, 1, "OP-A");
    cluster->submit_to(0, leaf);
    REQUIRE(cluster->run_until(10 * kSecond, [&] { return cluster->final_everywhere(crypto::leaf_hash(leaf)); }));
    cluster->run_for(10 * kSecond);
    REQUIRE(cluster->at_rest());
  }
  Cluster& operator*() { return *cluster; }
  Cluster* operator->() { return cluster.get(); }

  // As a peer passes it on, which says nothing about its merits.
  void pass_on(const Bytes& leaf) {
    const auto& genesis = cluster->cast().genesis;
    const Bytes frame = consensus::encode(consensus::Submissions{{leaf}}, genesis.scope(), genesis.members.size());
    for (Endpoint to = 0; to < 4; ++to) cluster->node(to).receive(static_cast<consensus::PeerId>((to + 1) % 4), frame);
  }

  // `disturb` every nine minutes of a day; nothing may come of it.
  template <class Disturb>
  void must_sleep(const Disturb& disturb) {
    const auto messages = cluster->consensus_messages();
    const auto before = cluster->furthest();
    const Micros end = cluster->now() + 24 * 3600 * kSecond;
    for (int i = 0; cluster->now() < end; ++i) {
      disturb(i);
      cluster->run_for(9 * 60 * kSecond);
      REQUIRE_FALSE(cluster->violation());
      REQUIRE(cluster->consensus_messages() == messages);
      for (Endpoint each = 0; each < 4; ++each) REQUIRE_FALSE(cluster->node(each).status().engine.awake);
    }
    CHECK(cluster->furthest().current == before.current);
    CHECK(cluster->furthest().finalized.height == before.finalized.height);
  }

  void must_still_work() {
    const auto id = cluster->submit(2);
    CHECK(cluster->run_until(2 * kSecond, [&] { return cluster->final_everywhere(id); }));
    CHECK_FALSE(cluster->violation());
  }
};

}  // namespace idle

TEST_CASE("gap_never_wakes: what waits behind a gap in its key's numbers wakes nobody for a day") {
  idle::Resting resting(31);
  Bytes waiting;
  resting.must_sleep([&](int i) {
    if (i % 60 == 0) waiting = resting->statement(0, 7, "OP-GAP");
    for (Endpoint each = 0; each < 4; ++each) resting->submit_to(each, waiting);
    resting->run_for(kSecond);
    for (Endpoint each = 0; each < 4; ++each) REQUIRE(resting->node(each).status().pool == 1);
  });
  resting.must_still_work();
}

TEST_CASE("invalid_never_wakes: what is invalid in its turn wakes nobody for a day") {
  idle::Resting resting(32);
  Bytes again;
  resting.must_sleep([&](int i) {
    if (i % 60 == 0) again = resting->statement(0, 2, "OP-A");  // registered already
    resting.pass_on(again);
    resting->run_for(kSecond);
    for (Endpoint each = 0; each < 4; ++each) REQUIRE(resting->node(each).status().pool == 0);  // REJECTED
  });
  resting.must_still_work();
}

TEST_CASE("what is issued in the future wakes nobody and is offered to nobody until its time comes") {
  idle::Resting resting(33);
  const Bytes early = resting->statement(0, 2, "OP-B", 68 * kSecond);  // may be in a block from 60 s before that on
  const auto messages = resting->consensus_messages();
  resting.pass_on(early);
  resting->run_for(5 * kSecond);
  CHECK(resting->consensus_messages() == messages);
  for (Endpoint each = 0; each < 4; ++each) CHECK(resting->node(each).status().pool == 1);
  CHECK(resting->run_until(20 * kSecond, [&] { return resting->final_everywhere(crypto::leaf_hash(early)); }));
  CHECK_FALSE(resting->violation());
}

TEST_CASE("what is issued in the far future is taken from no peer and bars no number") {
  idle::Resting resting(35);
  const auto messages = resting->consensus_messages();
  resting.pass_on(resting->statement(0, 2, "OP-B", 3600 * kSecond));
  resting->run_for(300 * kSecond);
  CHECK(resting->consensus_messages() == messages);
  for (Endpoint each = 0; each < 4; ++each) CHECK(resting->node(each).status().pool == 0);
  const Bytes now = resting->statement(0, 2, "OP-B");
  resting->submit_to(0, now);
  CHECK(resting->run_until(2 * kSecond, [&] { return resting->final_everywhere(crypto::leaf_hash(now)); }));
  CHECK_FALSE(resting->violation());
}

TEST_CASE("T1 happy: a statement that enters one node only is final everywhere and cosigned a moment later") {
  idle::Resting resting(34);
  const auto leader = leader_of(resting->furthest().current, resting->cast());
  const Endpoint entry = (leader + 1) % 4;
  const Bytes leaf = resting->statement(1, 1, "OP-C");
  resting->submit_to(entry, leaf);
  // Four one-way delays of up to 20 ms and the disks'.
  CHECK(resting->run_until(200 * kMillisecond, [&] { return resting->final_everywhere(crypto::leaf_hash(leaf)); }));
  resting->run_for(300 * kMillisecond);
  const auto now_s = static_cast<std::uint64_t>(kStartUtc_ms / 1000 + resting->now() / kSecond);
  for (Endpoint each = 0; each < 4; ++each) {
    const auto status = resting->node(each).status();
    REQUIRE(status.cosigned_s.has_value());
    CHECK(*status.cosigned_s + 2 >= now_s);
    CHECK_FALSE(status.engine.awake);
    CHECK(status.engine.nullified_views == 0);
  }
}

TEST_CASE("after an idle hour a statement that reached one node only is offered to the others and final") {
  idle::Resting resting(35);
  resting->run_for(3600 * kSecond);
  const Endpoint entry = (leader_of(resting->furthest().current, resting->cast()) + 1) % 4;
  for (Endpoint to = 0; to < 4; ++to)
    if (to != entry) resting->network().cut(entry, to);
  const Bytes leaf = resting->statement(1, 1, "OP-C");
  resting->submit_to(entry, leaf);
  resting->run_for(2 * kSecond);
  CHECK(resting->furthest().finalized.height.value == 1);
  for (Endpoint to = 0; to < 4; ++to)
    if (to != entry) resting->network().join(entry, to);
  CHECK(resting->run_until(30 * kSecond, [&] { return resting->final_everywhere(crypto::leaf_hash(leaf)); }));
  CHECK_FALSE(resting->violation());
}

TEST_CASE("after an idle hour a statement is final although the leader is dead") {
  idle::Resting resting(36);
  const Endpoint dead = leader_of(resting->furthest().current, resting->cast());
  resting->keep_down(dead);
  resting->run_for(3600 * kSecond);
  const Bytes leaf = resting->statement(1, 1, "OP-C");
  resting->submit_to((dead + 1) % 4, leaf);
  CHECK(resting->run_until(5 * kSecond, [&] { return resting->final_everywhere(crypto::leaf_hash(leaf)); }));
  CHECK_FALSE(resting->violation());
}

TEST_CASE("after an idle hour a statement is final although the leader hears nothing") {
  idle::Resting resting(37);
  const Endpoint deaf = leader_of(resting->furthest().current, resting->cast());
  for (Endpoint from = 0; from < 4; ++from)
    if (from != deaf) resting->network().cut(from, deaf);
  resting->run_for(3600 * kSecond);
  const Bytes leaf = resting->statement(1, 1, "OP-C");
  resting->submit_to((deaf + 1) % 4, leaf);
  const auto final_at = [&](Endpoint each) {
    return resting->node(each).place_of(crypto::leaf_hash(leaf)).has_value();
  };
  CHECK(resting->run_until(5 * kSecond, [&] {
    for (Endpoint each = 0; each < 4; ++each)
      if (each != deaf && !final_at(each)) return false;
    return true;
  }));
  resting->heal(false);
  CHECK(resting->run_until(120 * kSecond, [&] { return final_at(deaf); }));
  CHECK_FALSE(resting->violation());
}
