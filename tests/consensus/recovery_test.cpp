// SPDX-License-Identifier: Apache-2.0
// 2.13: the check before the first vote, a safety record that was lost or put back, a key that is used twice.
#include <catch2/catch.hpp>

#include "bench.h"
#include "messages.h"
#include "network.h"

namespace quipu::consensus::net {

namespace {

// Started, connected, and with a reason to vote; nobody has answered yet.
struct Started : Bench {
  explicit Started(Restored restored = {}, std::size_t members = 4) : Bench(0, std::move(restored), members) {
    Effects effects = engine->start({clock_us, 0});
    for (std::size_t i = 1; i < members; ++i)
      for (auto& effect : step(PeerUp{static_cast<PeerId>(i)})) effects.push_back(std::move(effect));
    greeting = std::move(effects);
    step(WorkChanged{true});
  }
  bool votes() { return !carry_out(pass(60'000)).empty(); }
  Standing standing() const { return engine->status().standing; }
  Vote mine(std::uint64_t view) const { return net.vote(VoteKind::kNullify, {.view = {view}}, self); }
  QuorumProof skipped(std::uint64_t view) const { return net.proof(VoteKind::kNullify, {.view = {view}}, {1, 2, 3}); }
  Effects greeting;
};

Restored with_record(SafetyRecord record) {
  record.tip = genesis_tip();
  return {.record = std::move(record), .finalized = genesis_tip()};
}

Restored lost() { return with_record(abstaining({}, kUntilTold)); }

SafetyRecord nullified(std::uint64_t view) {
  SafetyRecord record;
  record.top_view = {view};
  record.top_nullified = true;
  return record;
}

View bar_in(const Effects& effects) {
  const auto bars = only<Abstain>(effects);
  return bars.empty() ? View{0} : bars.back().until;
}

}  // namespace

TEST_CASE("2.13 nothing is signed after a start before a quorum with oneself has answered") {
  Started bench;
  CHECK(bench.standing() == Standing::kChecking);
  bench.answer(1);
  CHECK_FALSE(bench.votes());
  bench.answer(1);  // the same once more
  CHECK_FALSE(bench.votes());
  bench.answer(2);
  CHECK(bench.standing() == Standing::kGood);
  CHECK(bench.votes());
}

TEST_CASE("2.13 a lone member asks nobody") {
  Started bench({}, 1);
  CHECK(bench.standing() == Standing::kGood);
  CHECK(bench.votes());
}

TEST_CASE("2.13 everybody who comes up is asked, and those who do not answer again") {
  Started bench;
  const auto asked = [](const Effects& effects) {
    std::set<PeerId> peers;
    for (const auto& send : only<Send>(effects))
      if (const auto* status = std::get_if<Status>(&send.message))
        if (status->answer_wanted && status->question == first_question()) peers.insert(send.to);
    return peers;
  };
  CHECK(asked(bench.greeting) == std::set<PeerId>{1, 2, 3});
  bench.answer(1);
  CHECK(asked(bench.pass(2'000)) == std::set<PeerId>{2, 3});
}

TEST_CASE(
    "2.13 an answer counts only to this question, by a member that is not recovering, and as far as it is proven") {
  Started bench;
  bench.answer(1);
  bench.answer(2, {}, true);
  bench.receive(3, Status{.current = {1}, .question = first_question() + 2});
  bench.receive(3, Status{.current = {7}, .question = first_question()});
  CHECK(bench.standing() == Standing::kChecking);
  auto entry = bench.skipped(6);
  bench.receive(3, Status{.current = {7}, .entry = entry, .question = first_question()});
  CHECK(bench.standing() == Standing::kGood);
  CHECK(bench.engine->status().current == View{7});
}

TEST_CASE("2.13 a question is answered at once, and with the asker's highest votes") {
  Started bench;
  const auto vote = bench.net.vote(VoteKind::kNullify, {.view = {2}}, 1);
  bench.receive(1, vote);
  bench.clock_us += 1'000'000;
  bench.receive(1, Status{.current = {1}, .answer_wanted = true});  // answered: no other for a second
  const auto sends = only<Send>(bench.receive(1, Status{.current = {1}, .answer_wanted = true, .question = 77}));
  REQUIRE(sends.size() == 1);
  const auto& status = std::get<Status>(sends[0].message);
  CHECK(status.question == 77);
  CHECK_FALSE(status.answer_wanted);
  CHECK(status.your_votes == std::vector<Vote>{vote});
}

TEST_CASE("2.13 a vote that the record shows is no news") {
  Started bench(with_record(nullified(3)));
  bench.answer(1, {bench.mine(3)});
  bench.answer(2, {bench.mine(2)});
  CHECK(bench.standing() == Standing::kGood);
}

TEST_CASE("2.13 a record that does not show a vote was put back: it abstains until q others have told") {
  Started bench(with_record(nullified(3)));
  CHECK(bar_in(bench.answer(1, {bench.mine(9)})) == kUntilTold);
  CHECK(bench.standing() == Standing::kRecovering);
  bench.answer(2);
  CHECK_FALSE(bench.votes());
  bench.receive(2, bench.skipped(8));
  CHECK(bar_in(bench.answer(3)) == View{10});
  CHECK(bench.standing() == Standing::kRecovering);
  CHECK_FALSE(bench.votes());
  bench.receive(2, bench.skipped(9));
  CHECK_FALSE(bench.votes());
  bench.receive(2, bench.skipped(10));
  CHECK(bench.standing() == Standing::kGood);
  CHECK(bench.votes());
}

TEST_CASE("2.13 a lost record is no witness: q answers come from others") {
  Started bench(lost());
  bench.answer(1);
  bench.answer(2);
  CHECK(bench.standing() == Standing::kRecovering);
  bench.receive(1, bench.skipped(4));
  CHECK_FALSE(bench.votes());
  CHECK(bar_in(bench.answer(3)) == View{6});
}

TEST_CASE("2.13 what a member's own disk holds of its votes counts like what others hold") {
  auto restored = with_record(nullified(3));
  restored.votes = {Network(4).vote(VoteKind::kNullify, {.view = {5}}, 0)};
  Started bench(restored);
  CHECK(bar_in(bench.greeting) == kUntilTold);
  restored.votes = {Network(4).vote(VoteKind::kNullify, {.view = {3}}, 0)};
  CHECK(only<Abstain>(Started(restored).greeting).empty());
}

TEST_CASE("2.13 a vote that is forged accuses who shows it and nobody else") {
  Started bench(with_record(nullified(3)));
  auto forged = bench.mine(9);
  forged.signature.bytes[0] ^= 1;
  const auto effects = bench.answer(1, {forged});
  CHECK(only<Abstain>(effects).empty());
  REQUIRE(only<Blame>(effects).size() == 1);
  CHECK(only<Blame>(effects)[0].peer == 1);
}

TEST_CASE("2.13 a vote from before the start that turns up late stops voting and has the others asked once more") {
  Started bench(with_record(nullified(3)));
  bench.answer(1);
  bench.answer(2);
  REQUIRE(bench.standing() == Standing::kGood);
  CHECK(bar_in(bench.receive(3, bench.mine(4))) == kUntilTold);
  CHECK(bench.standing() == Standing::kRecovering);
  CHECK_FALSE(bench.votes());
}

TEST_CASE("2.13 a vote above the start bound that was not cast here is a clone's: it stops for good") {
  Started bench(with_record(nullified(3)));
  bench.answer(1);
  bench.answer(2);
  const auto how = GENERATE(0, 1, 2);
  const auto theirs = bench.mine(5);
  if (how == 0) CHECK(bar_in(bench.receive(2, theirs)) == kNeverAgain);
  if (how == 1) CHECK(bar_in(bench.receive(2, Status{.current = {1}, .your_votes = {theirs}})) == kNeverAgain);
  if (how == 2) {
    const auto contrary = bench.net.vote(VoteKind::kFinalize, {{5}, {4}, {1}, {}}, bench.self);
    CHECK(bar_in(bench.receive(2, Evidence{theirs, contrary})) == kNeverAgain);
  }
  CHECK(bench.standing() == Standing::kStopped);
  CHECK_FALSE(bench.votes());
  Started again(with_record(abstaining(nullified(3), kNeverAgain)));
  again.answer(1);
  again.answer(2);
  again.answer(3);
  CHECK(again.standing() == Standing::kStopped);
  CHECK_FALSE(again.votes());
}

TEST_CASE("2.13 every member's highest votes are kept beyond finality, its own too, and told after a restart") {
  Network net(4);
  net.start();
  net.run_for(10);
  for (const auto* payload : {"a", "b", "c"}) {
    net.submit(payload);
    REQUIRE(net.run_until([&] { return net.all_have(payload); }, 2'000));
  }
  for (PeerId of = 0; of < 4; ++of) CHECK(net.host(0).disk.votes.contains({of, VoteKind::kNotarize}));
  net.recording = true;
  net.crash(0);
  net.crash(1);
  net.restart(0);
  net.restart(1);
  net.run_for(100);
  const auto told = std::ranges::any_of(net.wire, [](const Delivery& delivery) {
    const auto* status = std::get_if<Status>(&delivery.message);
    return status != nullptr && delivery.from == 0 && delivery.to == 1 && !status->your_votes.empty() &&
           status->your_votes.front().signer == 1 && status->your_votes.front().subject.view.value >= 2;
  });
  CHECK(told);
}

TEST_CASE("2.13 a member whose record is lost, or older than its votes, follows, recovers and is needed again") {
  const bool older = GENERATE(false, true);
  Network net(4);
  net.start();
  net.run_for(10);
  const auto early = net.host(3).disk.record;
  const auto finalize = [&](const std::string& payload) {
    net.submit(payload);
    net.spread_pools();
    return net.run_until([&] { return net.all_have(payload); }, 30'000);
  };
  for (const auto* payload : {"a", "b", "c"}) REQUIRE(finalize(payload));
  net.crash(3);
  const auto tip = net.host(3).disk.tip;
  net.host(3).disk.record = older ? early : abstaining({.chain = net.scope().chain, .tip = tip}, kUntilTold);
  net.restart(3);
  REQUIRE(net.run_until([&] { return net.host(3).disk.record.abstain_until > View{0}; }, 2'000));
  for (const auto* payload : {"d", "e", "f", "g"}) REQUIRE(finalize(payload));
  CHECK(net.engine(3).status().standing == Standing::kGood);
  net.crash(2);
  CHECK(finalize("h"));
  CHECK_FALSE(net.laws_broken);
  for (PeerId id = 0; id < 4; ++id) CHECK(net.host(id).evidence.empty());
}

}  // namespace quipu::consensus::net
