// SPDX-License-Identifier: Apache-2.0
// Forks made on purpose, by members that collude: every one of them that can be named is, and nobody else.
#include "consensus/accountability.h"

#include <catch2/catch.hpp>
#include <random>
#include <set>

#include "consensus/guard.h"
#include "consensus/votes.h"
#include "crypto/digest.h"
#include "network.h"

namespace quipu::consensus::net {

namespace fork_test {

using Members = std::vector<MemberIndex>;

constexpr VoteKind kN = VoteKind::kNotarize;
constexpr VoteKind kX = VoteKind::kNullify;
constexpr VoteKind kF = VoteKind::kFinalize;

BlockId block_of(std::size_t branch, std::uint64_t height) {
  return crypto::sha256("block " + std::to_string(branch) + " " + std::to_string(height));
}

Members names(const std::vector<Evidence>& guilty) {
  Members out;
  for (const auto& pair : guilty) out.push_back(pair.first.signer);
  return out;
}

// Two branches from the block of height 3 on, written step by step.
struct Case {
  explicit Case(std::size_t members) : net(members) {
    fork.height = {3};
    for (std::size_t branch : {0u, 1u})
      for (std::uint64_t height = 3; height < 9; ++height)
        fork.branches[branch].blocks.push_back(block_of(branch, height));
  }

  // A step of a branch; blocks below the fork are common. `skipped` are the views whose X it brings, by `skippers`.
  void step(std::size_t branch, VoteKind kind, std::uint64_t view, std::uint64_t parent, std::uint64_t height,
            const Members& signers, const std::vector<std::uint64_t>& skipped = {}, const Members& skippers = {}) {
    const Subject subject{{view}, {parent}, {height}, block_of(height < 3 ? 7 : branch, height)};
    LinkProof link{net.proof(kind, subject, signers), {}};
    for (const auto skip : skipped) link.skipped.push_back(net.proof(kX, {.view = {skip}}, skippers));
    fork.branches[branch].links.push_back(std::move(link));
  }
  Judgement judged() const { return judge(fork, net.scope(), net.members(), &fake_verify); }

  Network net;
  Fork fork;
};

void check_pairs(const Judgement& judgement, const Case& c) {
  for (const auto& pair : judgement.guilty) {
    CHECK(contradict(pair.first, pair.second));
    for (const auto& vote : {pair.first, pair.second})
      CHECK(fake_verify(c.net.members()[vote.signer].vote, vote_bytes(c.net.scope(), vote.kind, vote.subject),
                        vote.signature));
  }
}

Contradiction kind_of(const Judgement& judgement) { return contradiction_of(judgement.guilty.at(0)); }

// Every vote that a member is shown to have cast, on both sides, each against each, by the words of the rule.
std::set<MemberIndex> twin(const Fork& fork, const Network& net) {
  std::vector<Vote> all;
  const auto list = [&](const QuorumProof& proof) {
    for (std::size_t i = 0; i < proof.signers.size(); ++i)
      if (fake_verify(net.members()[proof.signers[i]].vote, vote_bytes(net.scope(), proof.kind, proof.subject),
                      proof.signatures[i]))
        all.push_back({proof.kind, proof.subject, proof.signers[i], proof.signatures[i]});
  };
  for (const auto& branch : fork.branches)
    for (const auto& link : branch.links) {
      list(link.step);
      for (const auto& skip : link.skipped) list(skip);
    }
  std::set<MemberIndex> guilty;
  for (const auto& a : all)
    for (const auto& b : all) {
      if (a.signer != b.signer || a.subject.view != b.subject.view) continue;
      const bool e1 = a.kind == kN && b.kind == kN && a.subject != b.subject;
      const bool e2 = a.kind == kF && b.kind == kF && a.subject != b.subject;
      const bool e3 = a.kind == kN && b.kind == kF && a.subject != b.subject;
      const bool e4 = a.kind == kX && b.kind == kF;
      if (e1 || e2 || e3 || e4) guilty.insert(a.signer);
    }
  return guilty;
}

// A fork of random shape. Colluders sign whatever a branch needs; the others are honest, each of them on one branch
// first, and sign for the other too wherever the guard lets them.
class RandomFork {
 public:
  RandomFork(std::size_t members, std::uint64_t seed) : random_(seed), c_(members) {
    const std::size_t n = members, q = c_.net.members().quorum();
    Members order(n);
    for (std::size_t i = 0; i < n; ++i) order[i] = static_cast<MemberIndex>(i);
    std::ranges::shuffle(order, random_);
    const std::size_t colluding = 2 * q - n + below(2 * (n - q) + 1);
    for (std::size_t i = 0; i < n; ++i) {
      if (i < colluding) {
        colluders.insert(order[i]);
      } else {
        SafetyRecord record;
        record.chain = c_.net.scope().chain;
        honest_.emplace(order[i], Honest{(i - colluding) % 2, record});
      }
    }
    plan();
    vote();
  }

  Fork& fork() { return c_.fork; }
  const Case& made() const { return c_; }
  Judgement judged() const { return c_.judged(); }

  std::set<MemberIndex> colluders;
  std::size_t on_both_sides = 0;  // votes of honest members for the branch that is not theirs

 private:
  struct Honest {
    std::size_t side;
    SafetyRecord record;
  };

  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }

  // View steps and skips, without votes yet.
  void plan() {
    const std::uint64_t common = 1 + below(3);  // the view of the common block below the fork
    for (std::size_t branch : {0u, 1u}) {
      std::uint64_t parent = common, height = 2;
      LinkProof link;
      const std::uint64_t steps = 1 + below(6);
      std::uint64_t left = steps;
      for (std::uint64_t view = common + 1; left > 0; ++view) {
        if (below(3) == 0) {
          link.skipped.push_back({kX, {.view = {view}}, {}, {}});
          continue;
        }
        const bool repeat = left > 1 && below(3) == 0;
        if (!repeat || (left == 1 && height == 2)) ++height;
        --left;
        const bool last = left == 0;
        const VoteKind kind = last || below(3) == 0 ? kF : kN;
        link.step = {kind, {{view}, {parent}, {height}, block_of(height < 3 ? 7 : branch, height)}, {}, {}};
        c_.fork.branches[branch].links.push_back(std::exchange(link, {}));
        parent = view;
      }
    }
  }

  struct Needed {
    std::size_t branch;
    QuorumProof* proof;
  };
  // View by view, as the members would: first each honest one for its own side, then for the other.
  void vote() {
    std::map<View, std::vector<Needed>> by_view;
    for (std::size_t branch : {0u, 1u})
      for (auto& link : c_.fork.branches[branch].links) {
        by_view[link.step.subject.view].push_back({branch, &link.step});
        for (auto& skip : link.skipped) by_view[skip.subject.view].push_back({branch, &skip});
      }
    for (auto& [view, needed] : by_view) {
      std::map<QuorumProof*, std::set<MemberIndex>> signers;
      for (const bool own : {true, false})
        for (auto& [branch, proof] : needed)
          for (auto& [member, honest] : honest_)
            if ((honest.side == branch) == own && (own || below(2) == 0) && lets(honest, *proof)) {
              signers[proof].insert(member);
              on_both_sides += own ? 0 : 1;
            }
      for (auto& [branch, proof] : needed) {
        signers[proof].insert(colluders.begin(), colluders.end());
        *proof = c_.net.proof(proof->kind, proof->subject, {signers[proof].begin(), signers[proof].end()});
      }
    }
  }
  static bool lets(Honest& honest, const QuorumProof& proof) {
    auto after = guard(honest.record, {{0}, proof.subject.view, proof.kind}, proof.subject);
    if (after) honest.record = *after;
    return after.has_value();
  }

  std::mt19937_64 random_;
  Case c_;
  std::map<MemberIndex, Honest> honest_;
};

constexpr std::size_t kSizes[] = {4, 5, 6, 7, 10};

TEST_CASE("T9 two of four finalize one block and nullify its view beside another: E4 for the two and nobody else") {
  Case c(4);
  c.step(0, kF, 5, 4, 3, {0, 1, 3});
  c.step(1, kF, 6, 4, 3, {0, 2, 3}, {5}, {0, 2, 3});
  const auto judgement = c.judged();
  CHECK(names(judgement.guilty) == Members{0, 3});
  CHECK(kind_of(judgement) == Contradiction::kNullified);
  REQUIRE(judgement.clash);
  CHECK(judgement.clash->finalized_in == 0);
  CHECK_FALSE(judgement.gap);
  check_pairs(judgement, c);
}

TEST_CASE("Two blocks finalized in one view convict by E2 whoever finalized both") {
  Case c(4);
  c.step(0, kF, 5, 4, 3, {0, 1, 3});
  c.step(1, kF, 5, 4, 3, {0, 2, 3});
  const auto judgement = c.judged();
  CHECK(names(judgement.guilty) == Members{0, 3});
  CHECK(kind_of(judgement) == Contradiction::kTwoFinalized);
}

TEST_CASE("A block notarized in the view that finalized another convicts by E3") {
  Case c(7);
  c.step(0, kF, 5, 4, 3, {0, 1, 2, 3, 4});
  c.step(1, kN, 5, 4, 3, {2, 3, 4, 5, 6});
  c.step(1, kF, 6, 5, 4, {2, 3, 4, 5, 6});
  const auto judgement = c.judged();
  CHECK(names(judgement.guilty) == Members{2, 3, 4});
  CHECK(kind_of(judgement) == Contradiction::kNotarizedAnother);
}

TEST_CASE("Two blocks notarized in one view convict by E1 even where the fork needed more votes to be seen") {
  Case c(4);
  c.step(0, kN, 5, 4, 3, {0, 1, 3});
  c.step(1, kN, 5, 4, 3, {0, 2, 3});
  const auto judgement = c.judged();
  CHECK(names(judgement.guilty) == Members{0, 3});
  CHECK(kind_of(judgement) == Contradiction::kTwoNotarized);
  REQUIRE(judgement.gap);
  CHECK(judgement.gap->what == Gap::What::kFinalization);
}

TEST_CASE("The views that were skipped are found among many and past repeats of the parent") {
  Case c(4);
  c.step(0, kN, 3, 2, 3, {0, 1, 3});
  c.step(0, kN, 4, 3, 4, {0, 1, 3});
  c.step(0, kF, 9, 4, 5, {0, 1, 3}, {5, 6, 7, 8}, {0, 1, 3});
  c.step(1, kN, 7, 2, 2, {0, 2, 3}, {3, 4, 5, 6}, {0, 2, 3});  // the common block once more
  c.step(1, kN, 11, 7, 3, {0, 2, 3}, {8, 9, 10}, {0, 2, 3});
  c.step(1, kF, 12, 11, 3, {0, 2, 3});  // and its child, repeated
  const auto judgement = c.judged();
  CHECK(names(judgement.guilty) == Members{0, 3});
  CHECK(kind_of(judgement) == Contradiction::kNullified);
  REQUIRE(judgement.clash);
  CHECK(judgement.clash->other.subject.view == View{9});
}

TEST_CASE("A side without a valid finalization is what is missing") {
  Case c(4);
  c.step(0, kF, 5, 4, 3, {0, 1, 3});
  c.step(1, kF, 6, 4, 3, {0, 3});  // no quorum
  auto gap = c.judged().gap;
  REQUIRE(gap);
  CHECK(gap->what == Gap::What::kFinalization);
  CHECK(gap->branch == 1);
  c.fork.branches[0].links[0].step.signatures[1].bytes[0] ^= 1;
  gap = c.judged().gap;
  REQUIRE(gap);
  CHECK(gap->branch == 0);
  c.fork.branches[0].links.clear();
  c.step(0, kF, 4, 3, 2, {0, 1, 3});  // final, but below the fork
  gap = c.judged().gap;
  REQUIRE(gap);
  CHECK(gap->branch == 0);
}

TEST_CASE("A skipped view without its nullification is missing and the signers of the step are told") {
  Case c(4);
  c.step(0, kF, 5, 4, 3, {0, 1, 3});
  c.step(1, kN, 7, 3, 3, {0, 2, 3}, {4, 6}, {0, 2, 3});
  c.step(1, kF, 8, 7, 4, {0, 2, 3});
  const auto judgement = c.judged();
  CHECK(judgement.guilty.empty());
  REQUIRE(judgement.gap);
  CHECK(judgement.gap->what == Gap::What::kNullification);
  CHECK(judgement.gap->branch == 1);
  CHECK(judgement.gap->view == View{5});
  CHECK(judgement.gap->above == View{7});
  CHECK(judgement.gap->signers == Members{0, 2, 3});
}

TEST_CASE("A step that the walk needs is missing by its view") {
  Case c(4);
  c.step(0, kF, 5, 4, 3, {0, 1, 3});
  c.step(1, kF, 9, 7, 4, {0, 2, 3}, {8}, {0, 2, 3});
  auto gap = c.judged().gap;
  REQUIRE(gap);
  CHECK(gap->what == Gap::What::kStep);
  CHECK(gap->view == View{7});
  // The other branch built on the very view, but does not show on what.
  c.fork.branches[1].links.clear();
  c.step(1, kF, 9, 5, 4, {0, 2, 3}, {6, 7, 8}, {0, 2, 3});
  gap = c.judged().gap;
  REQUIRE(gap);
  CHECK(gap->what == Gap::What::kStep);
  CHECK(gap->view == View{5});
}

TEST_CASE("Proofs that are about another branch or another scope or nobody convict nobody") {
  Case c(4);
  c.step(0, kF, 5, 4, 3, {0, 1, 3});
  c.step(1, kF, 6, 4, 3, {0, 2, 3}, {5}, {0, 2, 3});
  CHECK(c.judged().clash);
  std::swap(c.fork.branches[1].links, c.fork.branches[0].links);  // each about the other's blocks
  CHECK_FALSE(c.judged().clash);
  CHECK(c.judged().gap->what == Gap::What::kFinalization);

  Case strange(4);
  strange.step(0, kF, 5, 4, 3, {0, 1, 3});
  strange.step(1, kF, 5, 4, 3, {0, 2, 3});
  for (auto& branch : strange.fork.branches) branch.links[0].step.signers[2] = 900;  // nobody has that index
  CHECK(names(strange.judged().guilty) == Members{0});
  strange.fork.branches[1].links[0].step.signers = {0};  // fewer than signatures
  CHECK(names(strange.judged().guilty) == Members{0});
  Scope other = fake_scope();
  other.epoch = {1};
  CHECK(judge(strange.fork, other, strange.net.members(), &fake_verify).guilty.empty());
  strange.fork.branches = {};
  CHECK(strange.judged().gap);
}

TEST_CASE("A vote moved from one member to another accuses neither") {
  Case c(4);
  c.step(0, kF, 5, 4, 3, {0, 1, 2});
  c.step(1, kF, 5, 4, 3, {1, 2, 3});
  auto& proof = c.fork.branches[1].links[0].step;
  proof.signers = {0, 2, 3};  // member 1's signature now stands under 0
  const auto judgement = c.judged();
  CHECK(names(judgement.guilty) == Members{2});
  CHECK(judgement.gap);
}

TEST_CASE("A flood of false votes about a view hides nobody") {
  Case c(4);
  for (std::uint8_t i = 0; i < 40; ++i) {
    c.step(0, kX, 5, 0, 0, {0, 1, 2, 3});
    auto& junk = c.fork.branches[0].links.back().step;
    junk.subject = {.view = {5}};
    for (auto& signature : junk.signatures) signature.bytes[3] ^= static_cast<std::uint8_t>(i + 1);
  }
  c.step(0, kF, 5, 4, 3, {0, 1, 3});
  c.step(1, kF, 6, 4, 3, {0, 2, 3}, {5}, {0, 2, 3});
  CHECK(names(c.judged().guilty) == Members{0, 3});
}

TEST_CASE("Forks of random shape name f + 1 or more colluders and never an honest member and what a dumb twin finds") {
  std::size_t honest_on_both = 0;
  std::set<Contradiction> kinds;
  for (const std::size_t members : kSizes)
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
      RandomFork random(members, seed);
      const auto judgement = random.judged();
      INFO(members << " members, seed " << seed);
      REQUIRE(judgement.clash);
      REQUIRE_FALSE(judgement.gap);
      REQUIRE(judgement.guilty.size() >= max_faulty(members) + 1);
      const Members guilty = names(judgement.guilty);
      REQUIRE(std::set<MemberIndex>(guilty.begin(), guilty.end()) == twin(random.fork(), random.made().net));
      for (const auto member : guilty) REQUIRE(random.colluders.contains(member));
      check_pairs(judgement, random.made());
      for (const auto& pair : judgement.guilty) kinds.insert(contradiction_of(pair));
      honest_on_both += random.on_both_sides;
    }
  CHECK(honest_on_both > 1'000);
  CHECK(kinds.size() == 4);
}

TEST_CASE("Forks whose material is damaged at random name nobody whom the twin does not and say what is missing") {
  std::size_t gaps = 0;
  for (const std::size_t members : kSizes)
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
      RandomFork random(members, seed);
      std::mt19937_64 damage(seed);
      for (auto& branch : random.fork().branches)
        for (auto& link : branch.links) {
          if (damage() % 3 == 0) link.step.signatures[damage() % link.step.signatures.size()].bytes[5] ^= 1;
          if (damage() % 3 == 0) link.skipped.clear();
          for (auto& skip : link.skipped)
            if (damage() % 3 == 0) skip.subject.view.value += damage() % 2;
          if (damage() % 5 == 0) std::swap(link.step.signers.front(), link.step.signers.back());
        }
      const auto judgement = random.judged();
      INFO(members << " members, seed " << seed);
      REQUIRE(judgement.clash.has_value() != judgement.gap.has_value());
      gaps += judgement.gap ? 1 : 0;
      const Members guilty = names(judgement.guilty);
      REQUIRE(std::set<MemberIndex>(guilty.begin(), guilty.end()) == twin(random.fork(), random.made().net));
      for (const auto member : guilty) REQUIRE(random.colluders.contains(member));
    }
  CHECK(gaps > 100);
}

}  // namespace fork_test

}  // namespace quipu::consensus::net
