// SPDX-License-Identifier: Apache-2.0
// Catching up: what is asked of whom, several at a time, and that no peer sets the target, feeds a lie or holds the
// others up.
#include <catch2/catch.hpp>

#include <algorithm>
#include <functional>

#include "bench.h"
#include "consensus/limits.h"
#include "consensus/range_fetch.h"
#include "messages.h"
#include "network.h"

namespace quipu::consensus::net {

namespace {

// A member at the genesis block that hears of a finalization far above, and peers that answer as a test says. Block h
// is final in view h.
struct Far : Bench {
  using Reply = std::function<std::optional<BlockResponse>(PeerId peer, const BlockRequest& request)>;

  std::vector<Block> chain{genesis_block()};
  std::int64_t delay_us = 20'000;
  std::map<PeerId, std::int64_t> delay_of;
  std::map<std::pair<std::int64_t, std::uint64_t>, std::pair<PeerId, BlockResponse>> under_way;
  std::uint64_t sequence = 0;
  std::vector<std::pair<PeerId, BlockRequest>> requests;
  std::map<PeerId, std::size_t> open;  // requests of each peer that it has not answered yet
  std::size_t most_open_at_one = 0;
  std::size_t most_open = 0;
  std::size_t most_held = 0;
  std::size_t most_bytes = 0;
  std::set<BlockId> judged;
  std::vector<Vote> votes;
  Reply reply;

  explicit Far(std::uint64_t heights, std::size_t payload_bytes = 8) : Bench(follower_of(1)) {
    for (std::uint64_t h = 1; h <= heights; ++h)
      chain.push_back(net.make_block(chain.back(), Bytes(payload_bytes, static_cast<char>('a' + h % 26)),
                                     static_cast<std::int64_t>(1'000 + h)));
    reply = [this](PeerId, const BlockRequest& request) { return honest(request); };
    handle(start());
    for (PeerId id = 0; id < 4; ++id) handle(step(PeerUp{id}));
  }

  QuorumProof f(std::uint64_t height) const {
    return net.proof(VoteKind::kFinalize, about(chain[height], height, height - 1), {0, 1, 2});
  }
  std::uint64_t top() const { return chain.size() - 1; }

  // What a member with blocks up to `tip` says, of which each `every`-th is proven by itself.
  BlockResponse honest(const BlockRequest& request, std::uint64_t tip = UINT64_MAX, std::size_t room = 64,
                       std::uint64_t every = 1) const {
    BlockResponse answer;
    tip = std::min(tip, top());
    for (std::uint64_t h = request.first.value; h <= tip && answer.finalized.size() < 64; ++h) {
      const bool full = answer.finalized.size() < room;
      if (!full && answer.finalization) break;
      answer.finalized.push_back({full ? chain[h] : Block{chain[h].header, {}}, {}});
      if (h % every != 0 && h != top()) continue;
      answer.finalization = f(h);
      if (h >= request.last.value) break;
    }
    while (!answer.finalized.empty() &&
           (!answer.finalization || answer.finalized.back().block.header.height != answer.finalization->subject.height))
      answer.finalized.pop_back();
    return answer;
  }

  void handle(Effects effects) {
    for (auto& effect : effects) {
      if (const auto* send = std::get_if<Send>(&effect); send && is<BlockRequest>(send->message)) asked(*send);
      if (auto* verify = std::get_if<RequestVerify>(&effect)) {
        const BlockId id = block_id(net.scope().chain, verify->block.header);
        judged.insert(id);
        const auto& known = chain[std::min<std::uint64_t>(verify->block.header.height.value, top())];
        const bool forged = known.header == verify->block.header && known.leaves != verify->block.leaves;
        handle(step(BlockVerdict{id, forged ? Verdict::kForged : Verdict::kValid, 5, {}}));
      }
      if (const auto* commit = std::get_if<Commit>(&effect)) handle(step(Committed{commit->tip.height}));
      if (const auto* persist = std::get_if<Persist>(&effect)) handle(step(Persisted{persist->ticket}));
      if (const auto* sign = std::get_if<Sign>(&effect)) {
        votes.push_back(net.vote(sign->slot.kind, sign->subject, self));
        handle(step(signed_by_me(*sign)));
      }
    }
    const auto status = engine->status();
    most_held = std::max(most_held, status.blocks_held);
    most_bytes = std::max(most_bytes, status.bytes_held);
  }

  void asked(const Send& send) {
    const auto& request = std::get<BlockRequest>(send.message);
    requests.emplace_back(send.to, request);
    most_open_at_one = std::max(most_open_at_one, ++open[send.to]);
    std::size_t all_open = 0;
    for (const auto& [peer, count] : open) all_open += count;
    most_open = std::max(most_open, all_open);
    const auto answer = reply(send.to, request);
    const std::int64_t delay = delay_of.contains(send.to) ? delay_of[send.to] : delay_us;
    if (answer) under_way[{clock_us + delay, sequence++}] = {send.to, *answer};
  }

  // Answers and deadlines in their order until this height is final; false when the time is up first.
  bool reaches(std::uint64_t height, std::int64_t limit_ms = 120'000) {
    const std::int64_t end_us = clock_us + limit_ms * 1000;
    while (engine->status().finalized.height.value < height) {
      const auto due = engine->next_deadline_us();
      const bool answer_first = !under_way.empty() && (!due || under_way.begin()->first.first <= *due);
      const std::int64_t next_us = answer_first ? under_way.begin()->first.first : due.value_or(end_us + 1);
      if (next_us > end_us) return false;
      clock_us = std::max(clock_us, next_us);
      if (!answer_first) {
        handle(step(Tick{}));
        continue;
      }
      auto [peer, answer] = std::move(under_way.extract(under_way.begin()).mapped());
      --open[peer];
      handle(receive(peer, std::move(answer)));
    }
    return true;
  }
  bool catches_up(std::int64_t limit_ms = 120'000) {
    handle(receive(other(), f(top())));
    return reaches(top(), limit_ms);
  }
  std::vector<PeerId> others() const {
    std::vector<PeerId> list;
    for (PeerId id = 0; id < 4; ++id)
      if (id != self) list.push_back(id);
    return list;
  }
  std::size_t asked_of(PeerId peer) const {
    return static_cast<std::size_t>(std::ranges::count(requests, peer, &std::pair<PeerId, BlockRequest>::first));
  }
  // Nothing but blocks of the chain was ever looked at, and nothing was voted for on the way.
  void check_clean() const {
    std::set<BlockId> ours;
    for (const auto& block : chain) ours.insert(block_id(net.scope().chain, block.header));
    CHECK(std::ranges::includes(ours, judged));
    CHECK(votes.empty());
    CHECK_FALSE(engine->status().halted);
  }
};

constexpr std::size_t kRuns = 10;  // of 64 heights

}  // namespace

TEST_CASE("2.11 runs of heights are fetched from all peers at once and each peer has one request at a time") {
  Far far(kRuns * 64);
  CHECK(far.catches_up());
  CHECK(far.most_open == 3);
  CHECK(far.most_open_at_one == 1);
  CHECK(far.requests.size() == kRuns);  // nothing was asked for twice
  for (const auto peer : far.others()) CHECK(far.asked_of(peer) > 0);
  std::set<std::uint64_t> heights;
  for (const auto& [peer, request] : far.requests) {
    CHECK(request.ids.empty());
    CHECK(request.last.value - request.first.value < 64);
    for (auto h = request.first.value; h <= request.last.value; ++h) CHECK(heights.insert(h).second);
  }
  CHECK(far.most_held <= limits::kHeightsAhead);
  CHECK_FALSE(far.engine->status().syncing);
  far.check_clean();
}

TEST_CASE("2.11 fetching from three peers at once takes a third of the time that one needs") {
  const auto time_with = [](std::size_t peers) {
    Far far(kRuns * 64);
    far.delay_us = 100'000;
    const auto others = far.others();
    for (std::size_t i = peers; i < others.size(); ++i) far.handle(far.step(PeerDown{others[i]}));
    far.handle(far.receive(others[0], far.f(far.top())));
    CHECK(far.reaches(far.top()));
    return far.clock_us;
  };
  CHECK(time_with(1) == kRuns * 100'000);
  CHECK(time_with(3) == (kRuns + 2) / 3 * 100'000);
}

TEST_CASE("2.11 a peer that is silent costs one wait and is asked no more while others answer") {
  Far far(kRuns * 64);
  const PeerId silent = far.others()[1];
  far.reply = [&](PeerId peer, const BlockRequest& request) {
    return peer == silent ? std::nullopt : std::optional(far.honest(request));
  };
  CHECK(far.catches_up(10'000));
  CHECK(far.asked_of(silent) == 1);
  far.check_clean();
}

TEST_CASE("2.11 a peer that tells of another chain or another range or of nothing is believed nothing") {
  for (int lie = 0; lie < 5; ++lie) {
    INFO("lie " << lie);
    Far far(kRuns * 64);
    const PeerId liar = far.others()[0];
    Far other(0);
    other.chain = far.chain;
    for (std::size_t h = 30; h < other.chain.size(); ++h)
      other.chain[h] = far.net.make_block(other.chain[h - 1], "rival", static_cast<std::int64_t>(1'000 + h));
    far.reply = [&](PeerId peer, const BlockRequest& request) -> std::optional<BlockResponse> {
      if (peer != liar) return far.honest(request);
      BlockResponse answer = lie == 0 || lie == 1 ? other.honest(request) : far.honest(request);
      if (lie == 0 && answer.finalization) answer.finalization->signatures[0].bytes[0] ^= 1;  // a forged F for it
      if (lie == 1) answer.finalization.reset();                                              // no F for it
      if (lie == 2) answer = far.honest({{}, {request.first.value + 7}, {request.last.value + 7}});
      if (lie == 3) answer = {};
      if (lie == 4) std::ranges::reverse(answer.finalized);
      return answer;
    };
    CHECK(far.catches_up(10'000));
    CHECK(far.asked_of(liar) <= 2);
    far.check_clean();
  }
}

TEST_CASE("2.11 a peer that hangs other leaves under true headers is found out and its runs are fetched elsewhere") {
  Far far(kRuns * 64);
  const PeerId forger = far.others()[2];
  far.reply = [&](PeerId peer, const BlockRequest& request) {
    auto answer = far.honest(request);
    if (peer == forger) answer.finalized[answer.finalized.size() / 2].block.leaves.front() = "forged";
    return answer;
  };
  CHECK(far.catches_up(20'000));
  CHECK(far.asked_of(forger) <= 4);  // as far ahead as anything is fetched
  far.check_clean();
}

TEST_CASE("2.11 an answer that comes late is taken and a slow network is not flooded with requests") {
  Far far(kRuns * 64);
  far.delay_us = 8'000'000;  // beyond the patience of any first request
  CHECK(far.catches_up(400'000));
  CHECK(far.requests.size() <= 3 * kRuns);
  far.check_clean();
}

TEST_CASE("2.11 one slow peer among quick ones holds nobody up") {
  Far far(kRuns * 64);
  far.delay_of[far.others()[0]] = 60'000'000;
  CHECK(far.catches_up(10'000));
  CHECK(far.asked_of(far.others()[0]) == 1);
}

TEST_CASE("2.11 answers that hold a few blocks only are followed by requests for the rest") {
  Far far(200);
  far.reply = [&](PeerId, const BlockRequest& request) { return far.honest(request, UINT64_MAX, 3); };
  CHECK(far.catches_up());
  CHECK(far.most_open_at_one == 1);
  far.check_clean();
}

TEST_CASE("2.11 where leaves have no room headers lead up to the proof and are believed for what they are") {
  Far far(200);
  far.reply = [&](PeerId, const BlockRequest& request) { return far.honest(request, UINT64_MAX, 3, 20); };
  CHECK(far.catches_up());
  far.check_clean();
  // With a break in the headers nothing before it is proven.
  Far broken(60);
  broken.reply = [&](PeerId, const BlockRequest& request) {
    auto answer = broken.honest(request, UINT64_MAX, 3, 20);
    if (answer.finalized.size() > 5) answer.finalized[5].block.header.tree_size += 1;
    return answer;
  };
  broken.handle(broken.receive(broken.other(), broken.f(60)));
  CHECK_FALSE(broken.reaches(1, 60'000));
}

TEST_CASE("2.11 members that are behind themselves give what they have") {
  Far far(kRuns * 64);
  const auto others = far.others();
  const std::map<PeerId, std::uint64_t> tips{{others[0], 100}, {others[1], 300}, {others[2], kRuns * 64}};
  far.reply = [&](PeerId peer, const BlockRequest& request) { return far.honest(request, tips.at(peer)); };
  CHECK(far.catches_up());
  far.check_clean();
}

TEST_CASE("2.11 large blocks are held within bytes and not only within heights") {
  constexpr std::size_t kPayload = 256 << 10;
  Far far(300, kPayload);
  far.reply = [&](PeerId, const BlockRequest& request) { return far.honest(request, UINT64_MAX, 12); };
  CHECK(far.catches_up());
  CHECK(far.most_bytes <= limits::kHeldBlockBytes + 3 * 13 * kPayload);
  far.check_clean();
}

TEST_CASE("2.11 status_height_is_believed_by_nobody: without a finalization no number moves the target") {
  Far far(20);
  Status boast{.finalized = genesis_tip(), .current = {1'000'000}};
  boast.finalized.height = {1'000'000};
  boast.finalized.view = {999'999};
  boast.finalized.block.bytes[0] = 7;
  boast.finalization = far.f(20);
  boast.finalization->subject.height = {1'000'000};  // and so no signature fits
  for (const auto peer : far.others()) far.handle(far.receive(peer, boast));
  far.pass(60'000);
  CHECK(far.requests.empty());
  CHECK_FALSE(far.engine->status().syncing);
  CHECK(far.engine->status().current == View{1});
}

TEST_CASE("2.11 what was not asked for is not taken however true it is") {
  Far far(20);
  for (const auto peer : far.others()) far.handle(far.receive(peer, far.honest({{}, {1}, {20}})));
  CHECK(far.judged.empty());
  CHECK(far.engine->status().blocks_held == 0);
}

// ---- the planner of runs alone

namespace {

std::vector<HeightRun> runs_of(const std::set<std::uint64_t>& missing) {
  std::vector<HeightRun> runs;
  for (const auto height : missing) {
    if (!runs.empty() && runs.back().last + 1 == height && (height - 1) % 8 != 0)
      runs.back().last = height;
    else
      runs.push_back({height, height});
  }
  return runs;
}

enum class Manner { kQuick, kSlow, kSilent, kUseless, kStingy };

}  // namespace

TEST_CASE("2.11 lower runs go out first and a peer that answered gets the next") {
  RangeFetch fetch(500, 30'000);
  Jitter jitter(1);
  const std::vector<HeightRun> missing{{1, 64}, {65, 128}, {129, 192}, {193, 256}};
  const auto first = fetch.plan(missing, {1, 2, 3}, 0, jitter);
  REQUIRE(first.size() == 3);
  std::set<MemberIndex> to;
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(first[i].run == missing[i]);
    to.insert(first[i].to);
    CHECK(fetch.asked_of(first[i].to) == missing[i]);
  }
  CHECK(to.size() == 3);
  CHECK(fetch.plan(missing, {1, 2, 3}, 1'000, jitter).empty());
  fetch.answered(first[1].to, true);
  const auto next = fetch.plan({{1, 64}, {129, 192}, {193, 256}}, {1, 2, 3}, 2'000, jitter);
  REQUIRE(next.size() == 1);
  CHECK(next[0].to == first[1].to);
  CHECK(next[0].run == HeightRun{193, 256});
}

TEST_CASE("2.11 when nobody helps everybody is asked again later and later and that is known") {
  RangeFetch fetch(500, 30'000);
  Jitter jitter(1);
  std::int64_t now_us = 0;
  std::vector<std::int64_t> rounds;
  for (int i = 0; i < 20; ++i) {
    const auto requests = fetch.plan({{1, 1}}, {1, 2}, now_us, jitter);
    if (requests.empty()) {
      CHECK(fetch.in_vain());
      REQUIRE(fetch.next_us().has_value());
      rounds.push_back(*fetch.next_us() - now_us);
      now_us = *fetch.next_us();
    } else {
      fetch.answered(requests[0].to, false);
    }
  }
  REQUIRE(rounds.size() >= 5);
  for (std::size_t i = 1; i < rounds.size(); ++i) CHECK(rounds[i] > rounds[i - 1]);
  CHECK(fetch.plan({}, {1, 2}, now_us, jitter).empty());
  CHECK_FALSE(fetch.next_us().has_value());
  fetch.rest();
  CHECK_FALSE(fetch.in_vain());
  CHECK_FALSE(fetch.next_us().has_value());
}

TEST_CASE("2.11 fetch_answer_matrix: whatever manners peers have all heights come if one of them is honest") {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    INFO("seed " << seed);
    Jitter dice(seed);
    RangeFetch fetch(500, 30'000);
    std::set<std::uint64_t> missing;
    for (std::uint64_t h = 1; h <= 100; ++h) missing.insert(h);
    std::vector<MemberIndex> peers{1, 2, 3, 4, 5};
    std::map<MemberIndex, Manner> manner;
    for (const auto peer : peers) manner[peer] = static_cast<Manner>(dice.next() % 5);
    manner[peers[dice.next() % peers.size()]] = dice.next() % 2 == 0 ? Manner::kQuick : Manner::kSlow;
    std::map<std::pair<std::int64_t, std::uint64_t>, RangeRequest> answers;
    std::uint64_t sequence = 0;
    std::int64_t now_us = 0;
    std::size_t asked = 0;
    while (!missing.empty() && ++asked < 5'000) {
      for (const auto& request : fetch.plan(runs_of(missing), peers, now_us, dice)) {
        REQUIRE(missing.contains(request.run.first));
        const auto manners = manner[request.to];
        const std::int64_t delay = manners == Manner::kSlow ? 5'000'000 : 20'000;
        if (manners != Manner::kSilent) answers[{now_us + delay, sequence++}] = request;
      }
      const auto due = fetch.next_us();
      const bool answer_first = !answers.empty() && (!due || answers.begin()->first.first <= *due);
      REQUIRE((answer_first || due.has_value()));
      now_us = std::max(now_us, answer_first ? answers.begin()->first.first : *due);
      if (!answer_first) continue;
      const RangeRequest request = answers.extract(answers.begin()).mapped();
      const bool current = fetch.asked_of(request.to) == request.run;
      std::uint64_t last = request.run.last;
      if (manner[request.to] == Manner::kStingy) last = request.run.first;
      const bool useful = current && manner[request.to] != Manner::kUseless;
      for (std::uint64_t h = request.run.first; useful && h <= last; ++h) missing.erase(h);
      if (fetch.asked_of(request.to)) fetch.answered(request.to, useful);
      if (dice.next() % 20 == 0) fetch.peer_gone(peers[dice.next() % peers.size()]);
      if (dice.next() % 20 == 0) fetch.peer_came(peers[dice.next() % peers.size()]);
    }
    CHECK(missing.empty());
  }
}

TEST_CASE("2.11 syncing_never_votes_below_known_F and takes no block but one that the finalization names") {
  Bench bench(follower_of(1));
  bench.start();
  for (PeerId i = 0; i < 4; ++i) bench.step(PeerUp{i});
  const Block second = bench.net.make_block(bench.first, "second", 6);
  const auto effects =
      bench.receive(bench.other(), bench.net.proof(VoteKind::kFinalize, bench.about(second, 5, 1), {0, 1, 2}));
  CHECK(bench.engine->status().syncing);
  CHECK(bench.engine->status().current == View{6});
  const auto sends = only<Send>(effects);
  REQUIRE(sends.size() == 1);
  REQUIRE(std::holds_alternative<BlockRequest>(sends[0].message));
  const PeerId asked = sends[0].to;
  const auto& request = std::get<BlockRequest>(sends[0].message);
  CHECK(request.ids.empty());
  CHECK(request.first == Height{1});
  CHECK(request.last == Height{2});
  // Somebody else's block is not taken.
  const Block stranger = bench.net.make_block(genesis_block(), "stranger", 7);
  CHECK(only<RequestVerify>(bench.receive(asked, BlockResponse{{stranger}, {}, {}})).empty());
  std::size_t verified = 0;
  for (PeerId i = 0; i < 4; ++i)
    verified += only<RequestVerify>(bench.receive(i, BlockResponse{{}, {{bench.first, {}}, {second, {}}}, {}})).size();
  CHECK(verified == 1);
  bench.step(bench.valid(bench.first));
  const auto commits = only<Commit>(bench.step(bench.valid(second)));
  REQUIRE(commits.size() == 1);
  CHECK(commits[0].blocks.size() == 2);
  CHECK(commits[0].blocks[0].block == bench.first);
  CHECK(commits[0].tip.view == View{5});
  CHECK(only<Commit>(bench.step(Tick{})).empty());
  bench.step(Committed{{2}});
  CHECK(bench.engine->status().finalized.height == Height{2});
  CHECK_FALSE(bench.engine->status().syncing);
}

TEST_CASE("2.11 a run by height is believed up to the block that a held and finalized one has as its parent") {
  Bench bench(follower_of(1));
  bench.start();
  for (PeerId i = 0; i < 4; ++i) bench.step(PeerUp{i});
  const Block second = bench.net.make_block(bench.first, "second", 6);
  const auto notarization = bench.net.proof(VoteKind::kNotarize, bench.about(second, 5, 1), {0, 1, 2});
  auto sends = only<Send>(bench.receive(bench.other(), notarization));
  REQUIRE(sends.size() == 1);
  CHECK(std::get<BlockRequest>(sends[0].message).ids.size() == 1);  // it is not final
  bench.receive(sends[0].to, BlockResponse{{second}, {}, {}});
  // Now it is, and so is its parent.
  const auto finalization = bench.net.proof(VoteKind::kFinalize, bench.about(second, 5, 1), {0, 1, 2});
  bench.receive(bench.other(), finalization);
  std::optional<PeerId> by_height;
  for (int i = 0; i < 20 && !by_height; ++i)
    for (const auto& send : only<Send>(bench.pass(300)))
      if (const auto* request = std::get_if<BlockRequest>(&send.message); request && request->ids.empty())
        by_height = send.to;
  REQUIRE(by_height.has_value());
  const Block stranger = bench.net.make_block(genesis_block(), "stranger", 7);
  CHECK(only<RequestVerify>(bench.receive(*by_height, BlockResponse{{}, {{stranger, {}}}, {}})).empty());
  std::size_t verified = 0;
  for (int i = 0; i < 20 && verified == 0; ++i) {
    for (PeerId from = 0; from < 4; ++from)
      verified += only<RequestVerify>(bench.receive(from, BlockResponse{{}, {{bench.first, {}}}, {}})).size();
    bench.pass(300);
  }
  CHECK(verified == 1);
}

TEST_CASE("2.11 what no peer has by height is fetched by id from the finalization back however far it is") {
  Bench bench(follower_of(1));
  bench.start();
  for (PeerId i = 0; i < 4; ++i) bench.step(PeerUp{i});
  std::vector<Block> chain{bench.first};
  for (int i = 0; i < 12; ++i) chain.push_back(bench.net.make_block(chain.back(), "next", 6 + i));
  const auto about = bench.about(chain.back(), 30, 29);
  auto effects = bench.receive(bench.other(), bench.net.proof(VoteKind::kFinalize, about, {0, 1, 2}));
  bool committed = false;
  for (int i = 0; i < 300 && !committed; ++i) {
    std::vector<Effects> next;
    for (const auto& send : only<Send>(effects)) {
      if (std::holds_alternative<ProofRequest>(send.message)) next.push_back(bench.receive(send.to, ProofResponse{}));
      const auto* request = std::get_if<BlockRequest>(&send.message);
      if (request == nullptr) continue;
      if (request->ids.empty()) {
        next.push_back(bench.receive(send.to, BlockResponse{}));
        continue;
      }
      CHECK(request->first == request->last);  // where the block stands, for those who committed it
      next.push_back(bench.receive(send.to, BlockResponse{{chain.at(request->first.value - 1)}, {}, {}}));
    }
    for (const auto& verify : only<RequestVerify>(effects)) next.push_back(bench.step(bench.valid(verify.block)));
    next.push_back(bench.pass(100));
    effects.clear();
    for (auto& some : next)
      for (auto& effect : some) effects.push_back(std::move(effect));
    for (const auto& commit : only<Commit>(effects)) committed = commit.blocks.size() == chain.size();
  }
  CHECK(committed);
}

TEST_CASE("R8 wrong leaves under a right header convict their sender and not the block") {
  Bench bench(follower_of(1));
  bench.start();
  for (PeerId i = 0; i < 4; ++i) bench.step(PeerUp{i});
  const PeerId forger = bench.net.leader(1);
  Block junk = bench.first;
  junk.leaves.front() = "junk";
  auto effects = bench.receive(forger, bench.proposal(junk, 1, 0));
  REQUIRE(only<RequestVerify>(effects).size() == 1);
  BlockVerdict verdict = bench.valid(bench.first);
  verdict.verdict = Verdict::kForged;
  effects = bench.step(verdict);
  REQUIRE(only<Sign>(effects).size() == 1);  // the view is given up
  CHECK(only<Sign>(effects)[0].slot.kind == VoteKind::kNullify);
  const auto finalization = bench.net.proof(VoteKind::kFinalize, bench.about(bench.first, 1, 0), {0, 1, 2});
  effects = bench.receive(bench.other(), finalization);
  CHECK(only<Halt>(effects).empty());
  // The block is asked for elsewhere, never of the forger again; another forger only costs time.
  std::set<PeerId> asked;
  const auto note_asked = [&](const Effects& happened) {
    for (const auto& send : only<Send>(happened))
      if (std::holds_alternative<BlockRequest>(send.message)) asked.insert(send.to);
  };
  note_asked(effects);
  for (int i = 0; i < 20; ++i) note_asked(bench.pass(300));
  CHECK_FALSE(asked.empty());
  CHECK_FALSE(asked.contains(forger));
  const PeerId second = *asked.begin();
  CHECK(only<RequestVerify>(bench.receive(forger, BlockResponse{{bench.first}, {}, {}})).empty());
  CHECK(only<RequestVerify>(bench.receive(second, BlockResponse{{junk}, {{junk, {}}}, {}})).size() == 1);
  CHECK(only<Halt>(bench.step(verdict)).empty());
  asked.clear();
  for (int i = 0; i < 20; ++i) note_asked(bench.pass(300));
  REQUIRE(asked.size() == 1);
  const PeerId honest = *asked.begin();
  CHECK(honest != forger);
  CHECK(honest != second);
  effects = bench.receive(honest, BlockResponse{{bench.first}, {{bench.first, {}}}, {}});
  CHECK(only<RequestVerify>(effects).size() == 1);
  const auto commits = only<Commit>(bench.step(bench.valid(bench.first)));
  REQUIRE(commits.size() == 1);
  CHECK(commits[0].blocks[0].block == bench.first);
}

TEST_CASE("R7 missing_block_after_F: a member that never saw the proposal fetches the finalized block") {
  Network net(4);
  net.start();
  net.run_for(10);
  const PeerId blind = net.leader(3);
  net.pass = [&](PeerId, PeerId to, const Message& message) { return !(to == blind && is<Proposal>(message)); };
  net.submit("a");
  CHECK(net.run_until([&] { return net.all_have("a"); }, 2'000));
  check_laws(net);
}

TEST_CASE("2.11 a member that was away for a hundred blocks catches up and votes again") {
  Network net(4);
  net.start();
  net.run_for(10);
  const PeerId away = net.leader(4);
  net.crash(away);
  for (int i = 0; i < 100; ++i) net.submit("item " + std::to_string(i));
  REQUIRE(net.run_until([&] { return net.engine(net.leader(1)).status().finalized.height.value == 100; }, 600'000));
  net.restart(away);
  CHECK(net.run_until([&] { return net.engine(away).status().finalized.height.value == 100; }, 10'000));
  CHECK(net.all_have("item 7"));
  net.submit("after");
  CHECK(net.run_until([&] { return net.all_have("after"); }, 10'000));
  const auto votes = net.host(away).signed_votes;
  CHECK(std::ranges::any_of(votes, [](const Vote& vote) { return vote.kind == VoteKind::kFinalize; }));
  check_laws(net);
}

}  // namespace quipu::consensus::net
