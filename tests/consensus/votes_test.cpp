// SPDX-License-Identifier: Apache-2.0
// The vote pool, the evidence it finds, and the small parts: proofs, fetches, deadlines.
#include <catch2/catch.hpp>
#include <random>

#include "consensus/fetches.h"
#include "consensus/proofs.h"
#include "network.h"

namespace quipu::consensus::net {

namespace {

std::size_t verify_calls = 0;
bool counting_verify(const crypto::PublicKey& key, BytesView message, const crypto::Signature& signature) {
  ++verify_calls;
  return fake_verify(key, message, signature);
}

Subject at_view(std::uint64_t view, std::uint8_t block) {
  Subject subject{{view}, {view - 1}, {view}, {}};
  subject.block.bytes[0] = block;
  return subject;
}

struct Pool {
  Network net{4};
  VotePool pool{net.scope(), net.members(), &counting_verify};
  Vote notarize(PeerId signer, std::uint8_t block) const {
    return net.vote(VoteKind::kNotarize, at_view(1, block), signer);
  }
  Vote junk(PeerId signer, std::uint8_t block) const {
    Vote vote = notarize(signer, block);
    vote.signature.bytes[0] ^= 1;
    return vote;
  }
};

}  // namespace

TEST_CASE("R6 no vote is verified before a quorum is in reach and then only what is needed") {
  Pool p;
  verify_calls = 0;
  p.pool.add(p.notarize(0, 1), Carrier::kSigner);
  p.pool.add(p.notarize(1, 1), Carrier::kSigner);
  CHECK_FALSE(p.pool.form(VoteKind::kNotarize, {1}).has_value());
  CHECK(verify_calls == 0);
  p.pool.add(p.notarize(2, 1), Carrier::kSelf);
  const auto proof = p.pool.form(VoteKind::kNotarize, {1});
  REQUIRE(proof.has_value());
  CHECK(verify_calls == 2);
  CHECK(proof->signers == std::vector<MemberIndex>{0, 1, 2});
  CHECK(verify(*proof, p.net.scope(), p.net.members(), &fake_verify));
}

TEST_CASE("a bad vote is dropped at the tally and the right one may come after it") {
  Pool p;
  p.pool.add(p.notarize(0, 1), Carrier::kSigner);
  p.pool.add(p.notarize(1, 1), Carrier::kSigner);
  p.pool.add(p.junk(3, 1), Carrier::kSigner);
  CHECK_FALSE(p.pool.form(VoteKind::kNotarize, {1}).has_value());
  CHECK(p.pool.add(p.notarize(3, 1), Carrier::kSigner).stored);
  CHECK(p.pool.form(VoteKind::kNotarize, {1}).has_value());
}

TEST_CASE("restart_tally_distinct_signers: one member's vote counts once however often it comes") {
  Pool p;
  for (int i = 0; i < 5; ++i) {
    p.pool.add(p.notarize(0, 1), Carrier::kSelf);
    p.pool.add(p.notarize(0, 1), Carrier::kOther);
    p.pool.add(p.notarize(1, 1), Carrier::kSigner);
  }
  CHECK_FALSE(p.pool.form(VoteKind::kNotarize, {1}).has_value());
}

TEST_CASE("carried_junk_never_blocks_a_slot") {
  Pool p;
  CHECK(p.pool.add(p.junk(2, 9), Carrier::kOther).bad_signature);
  CHECK(p.pool.add(p.notarize(2, 1), Carrier::kSigner).stored);
  // From the signer's own channel junk is stored unchecked; a good copy through another carrier takes its place.
  CHECK(p.pool.add(p.junk(3, 9), Carrier::kSigner).stored);
  CHECK(p.pool.add(p.notarize(3, 1), Carrier::kOther).stored);
  CHECK(p.pool.holds_verified(p.notarize(3, 1)));
}

TEST_CASE("vote_slot_immutable: a verified vote is never overwritten") {
  Pool p;
  p.pool.add(p.notarize(2, 1), Carrier::kOther);
  CHECK(p.pool.add(p.junk(2, 9), Carrier::kSigner).bad_signature);
  CHECK(p.pool.holds_verified(p.notarize(2, 1)));
  const auto added = p.pool.add(p.notarize(2, 9), Carrier::kSigner);
  CHECK(added.evidence.has_value());
  CHECK_FALSE(added.stored);
  CHECK(p.pool.find({1}, 2, VoteKind::kNotarize)->subject == at_view(1, 1));
}

TEST_CASE("2.10 each of the four contradictions is found once and nothing else is") {
  const VoteKind kN = VoteKind::kNotarize;
  const VoteKind kX = VoteKind::kNullify;
  const VoteKind kF = VoteKind::kFinalize;
  struct Case {
    VoteKind first_kind;
    std::uint8_t first;
    VoteKind second_kind;
    std::uint8_t second;
    bool guilty;
  };
  const Case cases[] = {{kN, 1, kN, 2, true},  {kF, 1, kF, 2, true},  {kN, 1, kF, 2, true},  {kX, 0, kF, 1, true},
                        {kF, 2, kN, 1, true},  {kF, 1, kX, 0, true},  {kN, 1, kN, 1, false}, {kN, 1, kX, 0, false},
                        {kN, 1, kF, 1, false}, {kX, 0, kX, 0, false}, {kF, 1, kF, 1, false}};
  for (const auto& c : cases) {
    Pool p;
    const auto subject = [](VoteKind kind, std::uint8_t block) {
      return kind == VoteKind::kNullify ? Subject{.view = {1}} : at_view(1, block);
    };
    const Vote first = p.net.vote(c.first_kind, subject(c.first_kind, c.first), 1);
    const Vote second = p.net.vote(c.second_kind, subject(c.second_kind, c.second), 1);
    CHECK(contradict(first, second) == c.guilty);
    CHECK_FALSE(p.pool.add(first, Carrier::kSigner).evidence.has_value());
    const auto added = p.pool.add(second, Carrier::kSigner);
    CHECK(added.evidence.has_value() == c.guilty);
    CHECK_FALSE(p.pool.add(second, Carrier::kSigner).evidence.has_value());
    CHECK_FALSE(p.pool.add(second, Carrier::kOther).evidence.has_value());
  }
}

TEST_CASE("2.10 a forged second vote accuses nobody") {
  Pool p;
  p.pool.add(p.notarize(1, 1), Carrier::kSigner);
  CHECK_FALSE(p.pool.add(p.junk(1, 2), Carrier::kSigner).evidence.has_value());
  CHECK_FALSE(p.pool.add(p.junk(1, 2), Carrier::kOther).evidence.has_value());
  Vote forged = p.net.vote(VoteKind::kFinalize, at_view(1, 2), 1);
  forged.signature.bytes[7] ^= 1;
  CHECK_FALSE(p.pool.add(forged, Carrier::kSigner).evidence.has_value());
}

TEST_CASE("the proof store knows contradictions and gaps and where to attach") {
  Network net(4);
  ProofStore store;
  store.add(net.proof(VoteKind::kNotarize, at_view(2, 1), {0, 1, 2}));
  store.add(net.proof(VoteKind::kNullify, {.view = {3}}, {0, 1, 2}));
  store.add(net.proof(VoteKind::kNullify, {.view = {5}}, {0, 1, 2}));
  CHECK(store.best_parent({6}, {0}) == View{2});
  CHECK(store.best_parent({2}, {0}) == View{0});
  CHECK(store.best_parent({6}, {4}) == View{4});
  CHECK(store.missing_skips({2}, {6}) == std::pair(View{4}, View{4}));
  CHECK_FALSE(store.missing_skips({2}, {4}).has_value());
  CHECK(store.skips({2}, {6}, 64, 1 << 16, 4).size() == 1);
  CHECK(store.missing_skips({5}, {500})->second.value - store.missing_skips({5}, {500})->first.value == 63);
  CHECK(store.contradiction(net.proof(VoteKind::kNotarize, at_view(2, 2), {1, 2, 3})) != nullptr);
  CHECK(store.contradiction(net.proof(VoteKind::kFinalize, at_view(2, 2), {1, 2, 3})) != nullptr);
  CHECK(store.contradiction(net.proof(VoteKind::kFinalize, at_view(3, 2), {1, 2, 3})) != nullptr);
  CHECK(store.contradiction(net.proof(VoteKind::kNullify, {.view = {2}}, {1, 2, 3})) == nullptr);
  CHECK(store.contradiction(net.proof(VoteKind::kFinalize, at_view(2, 1), {1, 2, 3})) == nullptr);
  store.add(net.proof(VoteKind::kFinalize, at_view(2, 1), {1, 2, 3}));
  CHECK(store.contradiction(net.proof(VoteKind::kNullify, {.view = {2}}, {1, 2, 3})) != nullptr);
  Subject lower = at_view(7, 5);
  lower.height = {1};
  CHECK(store.contradiction(net.proof(VoteKind::kFinalize, lower, {1, 2, 3})) != nullptr);
}

namespace {

// The first run of views strictly between that lack their X, found by looking at each.
std::optional<std::pair<View, View>> scan_for_missing(const ProofStore& store, View after, View before) {
  const auto lacks = [&](std::uint64_t view) { return store.find({view}, VoteKind::kNullify) == nullptr; };
  std::uint64_t first = after.value + 1;
  while (first < before.value && !lacks(first)) ++first;
  if (first >= before.value) return std::nullopt;
  std::uint64_t last = first;
  while (last + 1 < before.value && last + 1 < first + limits::kProofRequestViews && lacks(last + 1)) ++last;
  return std::pair{View{first}, View{last}};
}

}  // namespace

TEST_CASE("the proof store finds missing skips as a scan of all views does, whatever order they came in") {
  constexpr std::uint64_t kViews = 200;
  std::mt19937_64 random(7);
  for (int round = 0; round < 20; ++round) {
    ProofStore store;
    View forgotten{0};
    for (int i = 0; i < 300; ++i) {
      const View view{1 + random() % kViews};
      const VoteKind kind = random() % 4 == 0 ? VoteKind::kNotarize : VoteKind::kNullify;
      if (view > forgotten) store.add({.kind = kind, .subject = {.view = view}, .signers = {}, .signatures = {}});
      if (random() % 40 == 0) store.forget_through(forgotten = {forgotten.value + random() % 8});
      const View after{forgotten.value + random() % (kViews - forgotten.value)};
      const View before{after.value + 1 + random() % kViews};
      REQUIRE(store.missing_skips(after, before) == scan_for_missing(store, after, before));
    }
  }
}

TEST_CASE("the proof store hands every proof out once, unless it was found on disk") {
  Network net(4);
  ProofStore store;
  const auto nullified = [&](std::uint64_t view) { return net.proof(VoteKind::kNullify, {.view = {view}}, {0, 1, 2}); };
  const auto views_of = [](const std::vector<QuorumProof>& proofs) {
    std::vector<std::uint64_t> views;
    for (const auto& proof : proofs) views.push_back(proof.subject.view.value);
    return views;
  };
  store.add(nullified(3), 0);
  store.add(nullified(5));
  store.add(nullified(4));
  CHECK(store.only_in_memory({4}));
  CHECK_FALSE(store.only_in_memory({3}));
  CHECK_FALSE(store.only_in_memory({6}));  // nothing to keep
  CHECK(views_of(store.hand_out(1)) == std::vector<std::uint64_t>{4, 5});
  CHECK_FALSE(store.only_in_memory({4}));
  store.add(nullified(4));  // again
  store.add(nullified(6));
  store.add(nullified(7));
  store.forget_through({6});
  CHECK(views_of(store.hand_out(2)) == std::vector<std::uint64_t>{7});
  CHECK(store.hand_out(3).empty());
}

TEST_CASE("2.9 a fetch goes to one peer after the other and never floods one") {
  FetchTable table(500, 30'000);
  Jitter jitter(3);
  std::vector<Wanted> wanted;
  for (std::uint64_t i = 0; i < 6; ++i) wanted.push_back({{.kind = FetchKind::kProofs, .first = i}, i, {1, 2}});
  const auto first = table.plan(wanted, 0, jitter);
  CHECK(first.size() == 4);  // two each
  CHECK(table.plan(wanted, 100'000, jitter).empty());
  const std::vector<Wanted> one{wanted[0]};
  const auto asked = first[0].to;
  table.plan(one, 100'000, jitter);
  const auto second = table.plan(one, 700'000, jitter);
  REQUIRE(second.size() == 1);
  CHECK(second[0].to != asked);
  CHECK(table.plan({}, 800'000, jitter).empty());
  CHECK_FALSE(table.next_us().has_value());
}

TEST_CASE("2.8 back-off grows by half each time up to its cap") {
  CHECK(backed_off_ms(1'000, 0, 60'000) == 1'000);
  CHECK(backed_off_ms(1'000, 1, 60'000) == 1'501);
  CHECK(backed_off_ms(1'000, 50, 60'000) == 60'000);
  CHECK(backed_off_ms(1'000, UINT64_MAX, 60'000) == 60'000);
  CHECK(backed_off_ms(90'000, 3, 60'000) == 90'000);
}

}  // namespace quipu::consensus::net
