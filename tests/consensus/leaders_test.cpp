// SPDX-License-Identifier: Apache-2.0
// Leaders that are up and say nothing, and peers that send what is false.
#include <catch2/catch.hpp>

#include <algorithm>

#include "crypto/digest.h"

#include "bench.h"
#include "network.h"

namespace quipu::consensus::net {

namespace {

constexpr std::int64_t kPropose_ms = 1'080;  // the least it may be, with jitter

// From submission until it is final on everybody who may speak, in virtual milliseconds.
std::int64_t final_after_ms(Network& net, const std::string& payload, PeerId mute) {
  const auto from_us = net.now_us();
  net.submit(payload);
  const bool final_ = net.run_until(
      [&] {
        for (PeerId i = 0; i < net.size(); ++i)
          if (i != mute && !net.has(i, payload)) return false;
        return true;
      },
      60'000);
  REQUIRE(final_);
  const auto took_ms = (net.now_us() - from_us) / 1000;
  net.run_for(50);
  return took_ms;
}

// Nobody hears it, but it is not down: as a transport's pings would have it.
void silence(Network& net, PeerId mute) {
  net.pass = [mute](PeerId from, PeerId, const Message&) { return from != mute; };
}

std::size_t slow_ones(Network& net, PeerId mute, int count, const std::string& name) {
  std::size_t slow = 0;
  for (int i = 0; i < count; ++i) slow += final_after_ms(net, name + std::to_string(i), mute) >= kPropose_ms ? 1 : 0;
  return slow;
}

// X proofs of the first views, each as soon as the one before has been entered.
struct Watcher {
  Network net;
  PeerId self;
  Engine engine;
  std::int64_t clock_us = 0;

  explicit Watcher(PeerId who)
      : net(4),
        self(who),
        engine(Config{.scope = net.scope(), .members = net.members(), .self = who, .verify = &fake_verify},
               Restored{.finalized = genesis_tip()}) {
    engine.start({0, 0});
    for (PeerId i = 0; i < 4; ++i)
      if (i != who) step(PeerUp{i});
    for (PeerId i = 0; i < 4; ++i)
      if (i != who) step(Received{i, Status{.current = {1}, .question = first_question()}});
    step(WorkChanged{true});
  }
  Effects step(Input input) { return engine.step(std::move(input), {clock_us, clock_us / 1000}); }
  std::vector<MemberIndex> others() const {
    std::vector<MemberIndex> list;
    for (MemberIndex i = 0; i < 4; ++i)
      if (i != self) list.push_back(i);
    return list;
  }
  // Whether it gives up on the view that this proof of the one before brings it to, without waiting.
  bool gives_up_at_once_after(std::uint64_t view, VoteKind kind = VoteKind::kNullify) {
    Subject subject{.view = {view}};
    if (kind != VoteKind::kNullify) subject = {{view}, {view - 1}, {view}, crypto::sha256(std::to_string(view))};
    auto effects = step(Received{others().front(), net.proof(kind, subject, others())});
    bool gives_up = false;
    while (!effects.empty()) {
      Effects next;
      for (auto& effect : effects) {
        if (const auto* persist = std::get_if<Persist>(&effect)) {
          auto more = step(Persisted{persist->ticket});
          std::ranges::move(more, std::back_inserter(next));
        }
        const auto* sign = std::get_if<Sign>(&effect);
        gives_up =
            gives_up || (sign != nullptr && sign->slot.kind == VoteKind::kNullify && sign->slot.view.value == view + 1);
      }
      effects = std::move(next);
    }
    return gives_up;
  }
};

std::size_t blamed_for(const Effects& effects, PeerId peer) {
  std::size_t checks = 0;
  for (const auto& effect : effects)
    if (const auto* blame = std::get_if<Blame>(&effect); blame != nullptr && blame->peer == peer)
      checks += blame->checks;
  return checks;
}

}  // namespace

TEST_CASE("2.8 a leader that is up and says nothing is waited for three turns and then no more") {
  Network net(4);
  net.start();
  net.run_for(10);
  const PeerId mute = net.leader(2);
  silence(net, mute);
  CHECK(slow_ones(net, mute, 12, "first ") == 3);
  CHECK(slow_ones(net, mute, 60, "then ") == 0);
  CHECK_FALSE(net.laws_broken);
}

TEST_CASE("2.8 a mute leader gets one more chance after ten minutes and leads again when it takes it") {
  Network net(4);
  net.start();
  net.run_for(10);
  const PeerId mute = net.leader(2);
  silence(net, mute);
  slow_ones(net, mute, 20, "first ");
  net.run_for(601'000);
  CHECK(slow_ones(net, mute, 20, "still ") == 1);
  net.run_for(601'000);
  net.pass = [](PeerId, PeerId, const Message&) { return true; };
  net.run_for(61'000);  // a STATUS brings it up to date
  const auto nullified = [&] { return net.engine(net.leader(1)).status().nullified_views; };
  const auto before = nullified();
  CHECK(slow_ones(net, mute, 20, "again ") == 0);
  CHECK(nullified() == before);
  CHECK_FALSE(net.laws_broken);
}

TEST_CASE("2.8 a mute leader that connects anew is waited for again but not each time") {
  Network net(4);
  net.start();  // everybody comes up: the first new start
  net.run_for(10);
  const PeerId mute = net.leader(2);
  const auto connect_anew = [&] {
    for (PeerId i = 0; i < 4; ++i)
      if (i != mute) net.input(i, PeerUp{mute});
    net.run_for(10);
  };
  silence(net, mute);
  CHECK(slow_ones(net, mute, 20, "first ") == 3);
  connect_anew();
  CHECK(slow_ones(net, mute, 20, "soon ") == 0);
  net.run_for(601'000);
  connect_anew();
  CHECK(slow_ones(net, mute, 20, "later ") == 3);
  connect_anew();
  CHECK(slow_ones(net, mute, 20, "soon again ") == 0);
}

TEST_CASE("2.8 a mute leader is waited for when nothing has been final for long") {
  for (const bool final_meanwhile : {true, false}) {
    Network probe(4);
    Watcher watcher(probe.leader(1));
    // Views 2, 6 and 10 are one leader's and end without a block; those of others end with one.
    for (std::uint64_t view = 1; view <= 12; ++view) {
      const auto kind = view == 9 && final_meanwhile ? VoteKind::kFinalize : VoteKind::kNotarize;
      watcher.gives_up_at_once_after(view, view % 4 == 2 ? VoteKind::kNullify : kind);
    }
    CHECK(watcher.gives_up_at_once_after(13, VoteKind::kNotarize) == final_meanwhile);
  }
}

TEST_CASE("2.9 false votes and proofs are blamed on who sent them and true ones on nobody") {
  Network probe(4);
  const PeerId self = probe.leader(3);
  Watcher watcher(self);
  const auto others = watcher.others();
  const Subject subject{{1}, {0}, {1}, block_id(watcher.net.scope().chain, genesis_block().header)};
  auto vote = watcher.net.vote(VoteKind::kNotarize, subject, others[0]);
  CHECK(blamed_for(watcher.step(Received{others[0], vote}), others[0]) == 0);
  CHECK(blamed_for(watcher.step(Received{others[1], vote}), others[1]) == 0);  // carried, and true
  vote.signer = others[2];
  CHECK(blamed_for(watcher.step(Received{others[1], vote}), others[1]) == 1);
  auto proof = watcher.net.proof(VoteKind::kNotarize, subject, others);
  proof.signatures.back().bytes[0] ^= 1;
  CHECK(blamed_for(watcher.step(Received{others[0], proof}), others[0]) == proof.signers.size());
  Status status{.finalized = genesis_tip(), .current = {2}, .finalization = {}, .entry = proof, .your_votes = {}};
  CHECK(blamed_for(watcher.step(Received{others[1], status}), others[1]) == proof.signers.size());
  const Evidence made_up{watcher.net.vote(VoteKind::kNotarize, subject, others[2]), vote};
  CHECK(blamed_for(watcher.step(Received{others[0], made_up}), others[0]) <= 1);
}

TEST_CASE("2.9 junk that a member sends in its own name is blamed on it once a quorum is in reach") {
  Network probe(4);
  const PeerId self = probe.leader(3);
  Watcher watcher(self);
  const auto others = watcher.others();
  auto junk = watcher.net.vote(VoteKind::kNullify, {.view = {1}}, others[0]);
  junk.signature.bytes[0] ^= 1;
  CHECK(blamed_for(watcher.step(Received{others[0], junk}), others[0]) == 0);
  watcher.step(Received{others[1], watcher.net.vote(VoteKind::kNullify, {.view = {1}}, others[1])});
  const auto effects =
      watcher.step(Received{others[2], watcher.net.vote(VoteKind::kNullify, {.view = {1}}, others[2])});
  CHECK(blamed_for(effects, others[0]) == 1);
  CHECK(blamed_for(effects, others[1]) == 0);
}

TEST_CASE("2.9 a request for proofs is looked through as far as it may be answered") {
  Network probe(4);
  Watcher watcher(probe.leader(3));
  for (std::uint64_t view = 1; view <= 200; ++view) watcher.gives_up_at_once_after(view);
  for (const std::uint64_t first : {std::uint64_t{1}, std::uint64_t{100}, std::uint64_t{5'000}, UINT64_MAX}) {
    const auto effects = watcher.step(Received{watcher.others()[0], ProofRequest{{first}, {UINT64_MAX}}});
    REQUIRE(effects.size() == 1);
    const auto& answer = std::get<ProofResponse>(std::get<Send>(effects[0]).message);
    CHECK(answer.proofs.size() <= 64);
    CHECK(answer.proofs.empty() == (first > 200));
  }
}

}  // namespace quipu::consensus::net
