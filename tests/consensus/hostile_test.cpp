// SPDX-License-Identifier: Apache-2.0
// What up to f members, a replayed past or a peer's bad memory can send, by whatever way it comes in.
#include <catch2/catch.hpp>

#include <algorithm>
#include <functional>

#include "bench.h"
#include "consensus/deadlines.h"
#include "consensus/fetches.h"
#include "consensus/limits.h"
#include "messages.h"
#include "network.h"

namespace quipu::consensus::net {

namespace {

// The ways by which a proof of view 1 gets in unasked.
struct Ingress {
  const char* name;
  std::function<Effects(Bench&, const QuorumProof&)> deliver;
};

Effects in_proposal(Bench& bench, const QuorumProof& proof) {
  const Block next = bench.net.make_block(genesis_block(), "next", 9);
  Proposal proposal = bench.proposal(next, 2, 0);
  if (proof.kind == VoteKind::kNullify)
    proposal.skip_proofs = {proof};
  else
    proposal.parent_proof = proof;
  return bench.receive(bench.net.leader(2), proposal);
}

Effects in_votes(Bench& bench, const QuorumProof& proof) {
  Effects all;
  for (std::size_t i = 0; i < proof.signers.size(); ++i) {
    const Vote vote{proof.kind, proof.subject, proof.signers[i], proof.signatures[i]};
    for (auto& effect : bench.receive(bench.other(), vote)) all.push_back(std::move(effect));
  }
  return all;
}

const std::vector<Ingress>& ingresses() {
  static const std::vector<Ingress> all{
      {"a proof", [](Bench& bench, const QuorumProof& proof) { return bench.receive(bench.other(), proof); }},
      {"votes through a third", &in_votes},
      {"a proposal", &in_proposal},
      {"a status' entry",
       [](Bench& bench, const QuorumProof& proof) {
         return bench.receive(bench.other(), Status{.finalized = genesis_tip(), .current = {2}, .entry = proof});
       }},
      {"a status' finalization", [](Bench& bench, const QuorumProof& proof) {
         return bench.receive(bench.other(), Status{.finalized = genesis_tip(), .current = {2}, .finalization = proof});
       }}};
  return all;
}

// Signers that are not the bench itself where three others are enough.
std::vector<MemberIndex> others_of(const Bench& bench) {
  std::vector<MemberIndex> list;
  for (PeerId id = 0; id < 4; ++id)
    if (id != bench.self) list.push_back(id);
  return list;
}

QuorumProof proof_about_first(const Bench& bench, VoteKind kind) {
  const Subject about = kind == VoteKind::kNullify ? Subject{.view = {1}} : bench.about(bench.first, 1, 0);
  return bench.net.proof(kind, about, others_of(bench));
}

}  // namespace

TEST_CASE("every_proof_kind_from_every_ingress: N and X and F move the view wherever they come from") {
  for (const auto& ingress : ingresses())
    for (const auto kind : kAllKinds) {
      INFO(ingress.name << " and kind " << int(kind));
      Bench bench(follower_of(1));
      bench.start();
      ingress.deliver(bench, proof_about_first(bench, kind));
      CHECK(bench.engine->status().current == View{2});
      CHECK_FALSE(bench.engine->status().halted);
    }
}

TEST_CASE("proof_fuzz: a proof that does not verify moves nothing wherever it comes from") {
  using Spoil = std::function<void(const Bench&, QuorumProof&)>;
  const auto sign_all = [](QuorumProof& proof, const Bench& bench, const Scope& scope, VoteKind kind,
                           const Subject& subject) {
    for (std::size_t i = 0; i < proof.signers.size(); ++i)
      proof.signatures[i] = fake_sign(bench.net.members()[proof.signers[i]].vote, vote_bytes(scope, kind, subject));
  };
  const std::vector<std::pair<const char*, Spoil>> spoils{
      {"a flipped bit", [](const Bench&, QuorumProof& proof) { proof.signatures[2].bytes[5] ^= 1; }},
      {"a signer short",
       [](const Bench&, QuorumProof& proof) { proof.signers.pop_back(), proof.signatures.pop_back(); }},
      {"another signer's signature",
       [](const Bench&, QuorumProof& proof) { std::swap(proof.signatures[0], proof.signatures[1]); }},
      {"junk beside a good quorum",
       [](const Bench& bench, QuorumProof& proof) {
         proof = bench.net.proof(proof.kind, proof.subject, {0, 1, 2, 3});
         proof.signatures[3].bytes[0] ^= 1;
       }},
      {"another epoch",
       [&](const Bench& bench, QuorumProof& proof) {
         Scope scope = bench.net.scope();
         scope.epoch = {1};
         sign_all(proof, bench, scope, proof.kind, proof.subject);
       }},
      {"another anchor",
       [&](const Bench& bench, QuorumProof& proof) {
         Scope scope = bench.net.scope();
         scope.anchor.bytes[0] ^= 1;
         sign_all(proof, bench, scope, proof.kind, proof.subject);
       }},
      {"another chain",
       [&](const Bench& bench, QuorumProof& proof) {
         Scope scope = bench.net.scope();
         scope.chain.bytes[0] ^= 1;
         sign_all(proof, bench, scope, proof.kind, proof.subject);
       }},
      {"votes of another kind",
       [&](const Bench& bench, QuorumProof& proof) {
         const auto kind = proof.kind == VoteKind::kNotarize ? VoteKind::kFinalize : VoteKind::kNotarize;
         sign_all(proof, bench, bench.net.scope(), kind, proof.subject);
       }},
      {"one vote about something else", [](const Bench& bench, QuorumProof& proof) {
         Subject other = proof.subject;
         other.view = other.view.next();
         proof.signatures[1] = bench.net.vote(proof.kind, other, proof.signers[1]).signature;
       }}};
  for (const auto& ingress : ingresses())
    for (const auto& [what, spoil] : spoils)
      for (const auto kind : kAllKinds) {
        INFO(ingress.name << " with " << what << " and kind " << int(kind));
        Bench bench(follower_of(1));
        bench.start();
        QuorumProof proof = proof_about_first(bench, kind);
        spoil(bench, proof);
        if (std::string_view(ingress.name).starts_with("votes") && std::string_view(what).starts_with("junk")) continue;
        ingress.deliver(bench, proof);
        CHECK(bench.engine->status().current == View{1});
        CHECK_FALSE(bench.engine->status().syncing);
      }
}

TEST_CASE("proof_fuzz: an answer with a bad nullification does not let a leader pass") {
  Bench bench(leader_of(3));
  bench.start();
  for (PeerId id = 0; id < 4; ++id) bench.step(PeerUp{id});
  bench.step(WorkChanged{true});
  const auto skip = [&](std::uint64_t view) {
    return bench.net.proof(VoteKind::kNullify, {.view = {view}}, {0, 1, 2});
  };
  auto effects = bench.receive(bench.other(), skip(2));
  REQUIRE(bench.engine->status().current == View{3});
  std::optional<PeerId> asked;
  for (const auto& send : only<Send>(effects))
    if (is<ProofRequest>(send.message)) asked = send.to;
  REQUIRE(asked.has_value());
  ProofResponse bad{{skip(1)}};
  bad.proofs[0].signatures[0].bytes[0] ^= 1;
  effects = bench.receive(*asked, bad);
  CHECK(only<RequestBuild>(effects).empty());
  std::optional<PeerId> next;
  for (const auto& send : only<Send>(effects))
    if (is<ProofRequest>(send.message)) next = send.to;
  REQUIRE(next.has_value());  // somebody else, at once
  CHECK(*next != *asked);
  CHECK(only<RequestBuild>(bench.receive(*next, ProofResponse{{skip(1)}})).size() == 1);
}

TEST_CASE("R7 guard_no_finalize_after_nullify: no way of the notarization leads to a FINALIZE in a nullified view") {
  for (const auto& ingress : ingresses())
    for (const bool restart : {false, true}) {
      INFO(ingress.name << (restart ? " with a restart" : ""));
      Bench bench(follower_of(1));
      std::vector<Vote> votes;
      const auto note = [&](Effects effects) {
        for (const auto& vote : bench.carry_out(std::move(effects))) votes.push_back(vote);
      };
      bench.start();
      bench.step(WorkChanged{true});
      note(bench.pass(1'400));
      REQUIRE(votes.size() == 1);
      REQUIRE(votes[0].kind == VoteKind::kNullify);
      note(bench.receive(bench.net.leader(1), bench.proposal(bench.first, 1, 0)));
      note(bench.step(bench.valid(bench.first)));
      const QuorumProof n = proof_about_first(bench, VoteKind::kNotarize);
      note(ingress.deliver(bench, n));
      note(bench.step(bench.valid(bench.first)));
      if (restart) {
        Restored restored{.finalized = genesis_tip(), .proofs = {n}, .blocks = {bench.first}};
        restored.record.tip = genesis_tip();
        restored.record = *guard(restored.record, {{0}, {1}, VoteKind::kNullify}, {.view = {1}});
        Bench again(bench.self, restored);
        bench.engine.emplace(std::move(*again.engine));
        note(bench.start());
        note(bench.step(bench.valid(bench.first)));
      }
      for (PeerId id = 0; id < 4; ++id) note(bench.step(PeerUp{id}));
      note(bench.pass(120'000));  // R11 and R5 send again what there is
      CHECK(bench.engine->status().current >= View{2});
      for (const auto& vote : votes) CHECK_FALSE((vote.kind == VoteKind::kFinalize && vote.subject.view == View{1}));
      for (const auto& vote : broadcasts<Vote>(bench.log))
        if (vote.signer == bench.self) CHECK_FALSE((vote.kind == VoteKind::kFinalize && vote.subject.view == View{1}));
    }
}

TEST_CASE("invalid_leader: a proposal from anybody but its view's leader is ignored") {
  Bench bench(follower_of(1));
  bench.start();
  for (PeerId from = 0; from < 4; ++from) {
    if (from == bench.net.leader(1)) continue;
    CHECK(bench.receive(from, bench.proposal(bench.first, 1, 0)).empty());
  }
  auto forged = bench.proposal(bench.first, 1, 0);
  forged.signature.bytes[0] ^= 1;
  const auto blame = bench.receive(bench.net.leader(1), forged);
  REQUIRE(blame.size() == 1);
  CHECK(std::get<Blame>(blame[0]).peer == bench.net.leader(1));
  CHECK(only<RequestVerify>(bench.receive(bench.net.leader(1), bench.proposal(bench.first, 1, 0))).size() == 1);
}

TEST_CASE("R6 prune_only_below_fin: a commit takes away nothing that is above it") {
  Bench bench(follower_of(1));
  bench.start();
  const auto prove = [&](VoteKind kind, const Subject& subject) {
    bench.receive(bench.other(), bench.net.proof(kind, subject, {0, 1, 2}));
  };
  const auto held = [&](std::uint64_t view) {
    std::vector<VoteKind> kinds;
    for (const auto& send : only<Send>(bench.receive(bench.other(), ProofRequest{{view}, {view}})))
      for (const auto& proof : std::get<ProofResponse>(send.message).proofs)
        if (proof.subject.view == View{view}) kinds.push_back(proof.kind);
    return kinds;
  };
  const Block second = bench.net.make_block(bench.first, "second", 7);
  bench.receive(bench.net.leader(1), bench.proposal(bench.first, 1, 0));
  bench.step(bench.valid(bench.first));
  prove(VoteKind::kNotarize, bench.about(bench.first, 1, 0));
  prove(VoteKind::kNullify, {.view = {2}});
  prove(VoteKind::kNotarize, bench.about(second, 3, 1));
  prove(VoteKind::kNullify, {.view = {3}});
  prove(VoteKind::kNullify, {.view = {4}});
  prove(VoteKind::kFinalize, bench.about(bench.first, 1, 0));
  bench.step(Committed{{1}});
  REQUIRE(bench.engine->status().finalized.view == View{1});
  CHECK(held(2) == std::vector{VoteKind::kNullify});
  CHECK(held(3) == std::vector{VoteKind::kNotarize, VoteKind::kNullify});
  CHECK(held(4) == std::vector{VoteKind::kNullify});
  CHECK(held(1) == std::vector{VoteKind::kFinalize});  // what settled it
}

TEST_CASE("sync_races_finalization: in whatever order a block and its proofs come it is committed once") {
  std::vector<int> order{0, 1, 2, 3, 4, 5};
  do {
    for (const bool verdict_late : {false, true}) {
      Bench bench(follower_of(1));
      bench.start();
      for (PeerId id = 0; id < 4; ++id) bench.step(PeerUp{id});
      const Subject about = bench.about(bench.first, 1, 0);
      const auto n = bench.net.proof(VoteKind::kNotarize, about, {0, 1, 2});
      const auto f = bench.net.proof(VoteKind::kFinalize, about, {0, 1, 2});
      std::size_t commits = 0;
      std::vector<BlockVerdict> verdicts;
      std::function<void(Effects)> handle = [&](Effects effects) {
        for (auto& effect : effects) {
          if (const auto* verify = std::get_if<RequestVerify>(&effect)) verdicts.push_back(bench.valid(verify->block));
          if (std::holds_alternative<Halt>(effect)) FAIL("halted");
          if (!std::holds_alternative<Commit>(effect)) continue;
          ++commits;
          handle(bench.step(Committed{{1}}));
        }
        while (!verdict_late && !verdicts.empty()) {
          const auto verdict = verdicts.back();
          verdicts.pop_back();
          handle(bench.step(verdict));
        }
      };
      const BlockResponse by_height{{}, {{bench.first, {}}}, f};
      const BlockResponse by_id{{bench.first}, {}, {}};
      for (const int what : order) {
        if (what == 0) handle(bench.receive(bench.net.leader(1), bench.proposal(bench.first, 1, 0)));
        if (what == 1) handle(bench.receive(bench.other(), n));
        if (what == 2) handle(bench.receive(bench.other(), f));
        for (PeerId id = 0; id < 4; ++id) {
          if (what == 3) handle(bench.receive(id, by_height));
          if (what == 4) handle(bench.receive(id, by_id));
        }
        if (what == 5) handle(bench.pass(700));
      }
      for (const auto& verdict : std::exchange(verdicts, {})) handle(bench.step(verdict));
      for (PeerId id = 0; id < 4; ++id) handle(bench.receive(id, by_height));
      handle(bench.receive(bench.other(), f));
      for (const auto& verdict : std::exchange(verdicts, {})) handle(bench.step(verdict));
      REQUIRE(commits == 1);
      REQUIRE(bench.engine->status().finalized.height == Height{1});
      REQUIRE_FALSE(bench.engine->status().syncing);
    }
  } while (std::ranges::next_permutation(order).found);
}

TEST_CASE("sync_to_same_height: a later finality of the block held moves the view alone and voting goes on from it") {
  Bench bench(follower_of(4));
  bench.start();
  bench.receive(bench.net.leader(1), bench.proposal(bench.first, 1, 0));
  bench.carry_out(bench.step(bench.valid(bench.first)));
  bench.receive(bench.other(), bench.net.proof(VoteKind::kFinalize, bench.about(bench.first, 1, 0), {0, 1, 2}));
  bench.step(Committed{{1}});
  const auto effects =
      bench.receive(bench.other(), bench.net.proof(VoteKind::kFinalize, bench.about(bench.first, 3, 1), {0, 1, 2}));
  CHECK(only<Commit>(effects).empty());
  CHECK(only<RequestVerify>(effects).empty());
  CHECK(bench.engine->status().finalized.height == Height{1});
  CHECK(bench.engine->status().finalized.view == View{3});
  CHECK(bench.engine->status().current == View{4});
  CHECK_FALSE(bench.engine->status().syncing);
  const Block second = bench.net.make_block(bench.first, "second", 7);
  CHECK(only<RequestVerify>(bench.receive(bench.net.leader(4), bench.proposal(second, 4, 3))).size() == 1);
  const auto votes = bench.carry_out(bench.step(bench.valid(second)));
  REQUIRE(votes.size() == 1);
  CHECK(votes[0].kind == VoteKind::kNotarize);
}

TEST_CASE(
    "wrong_height_F_for_epoch: a finalization that gives a block another height commits nothing and stops the node") {
  Bench bench(follower_of(1));
  bench.start();
  bench.receive(bench.net.leader(1), bench.proposal(bench.first, 1, 0));
  bench.step(bench.valid(bench.first));
  Subject subject = bench.about(bench.first, 1, 0);
  subject.height = {2};
  const auto effects = bench.receive(bench.other(), bench.net.proof(VoteKind::kFinalize, subject, {0, 1, 2}));
  CHECK(only<Commit>(effects).empty());
  CHECK(only<Halt>(effects).size() == 1);
}

TEST_CASE("wrong_height_F_for_epoch: a message or a finality of another epoch says nothing here") {
  Bench bench(follower_of(1));
  bench.start();
  Scope elsewhere = bench.net.scope();
  elsewhere.epoch = {1};
  const auto good = bench.net.proof(VoteKind::kFinalize, bench.about(bench.first, 1, 0), {0, 1, 2});
  CHECK_FALSE(decode_message(encode(good, elsewhere, 4), bench.net.scope(), 4).has_value());
  QuorumProof foreign = good;
  for (std::size_t i = 0; i < 3; ++i)
    foreign.signatures[i] =
        fake_sign(bench.net.members()[foreign.signers[i]].vote, vote_bytes(elsewhere, foreign.kind, foreign.subject));
  bench.receive(bench.other(), foreign);
  CHECK(bench.engine->status().current == View{1});
  const Block next = [&] {
    Block block = bench.first;
    block.header.epoch = {1};
    return block;
  }();
  const auto signs = only<Sign>(bench.receive(bench.net.leader(1), bench.proposal(next, 1, 0)));
  REQUIRE(signs.size() == 1);
  CHECK(signs[0].slot.kind == VoteKind::kNullify);
}

TEST_CASE("replay_stale_any_message: nothing that was said once does anything when it is said again") {
  Network net(4);
  net.start();
  net.recording = true;
  net.run_for(10);
  net.advance_to(3);
  net.crash(net.leader(3));
  net.submit("past a dead leader");
  REQUIRE(net.run_until([&] { return net.all_have("past a dead leader"); }, 5'000));
  net.restart(net.leader(3));
  net.run_for(1'000);
  net.advance_to(8);
  net.run_for(5'000);
  const auto wire = std::exchange(net.wire, {});
  std::set<std::size_t> kinds;
  const auto votes_before = [&] {
    std::size_t count = 0;
    for (PeerId id = 0; id < 4; ++id) count += net.host(id).signed_votes.size();
    return count;
  };
  const auto votes = votes_before();
  const auto view = net.engine(0).status().current;
  const auto height = net.engine(0).status().finalized.height;
  for (const auto& delivery : wire) {
    kinds.insert(delivery.message.index());
    net.deliver(delivery.from, delivery.to, delivery.message);
    if (kinds.size() % 3 == 0) net.run_for(1);
  }
  net.run_for(120'000);
  CHECK(kinds.size() >= 4);
  CHECK(votes_before() == votes);
  for (PeerId id = 0; id < 4; ++id) {
    CHECK(net.engine(id).status().current == view);
    CHECK(net.engine(id).status().finalized.height == height);
    CHECK_FALSE(net.engine(id).status().awake);
    CHECK(net.host(id).evidence.empty());
  }
  check_laws(net);
  check_no_halt(net);
}

TEST_CASE("flood: one leader's ten thousand proposals and proofs and blocks and votes fill nothing") {
  Bench bench(follower_of(1));
  bench.start();
  for (PeerId id = 0; id < 4; ++id) bench.step(PeerUp{id});
  const PeerId hostile = bench.net.leader(1);
  std::size_t judged = 0;
  std::size_t said = 0;
  std::size_t reported = 0;
  const auto note = [&](const Effects& effects) {
    judged += only<RequestVerify>(effects).size();
    said += only<Send>(effects).size() + only<Broadcast>(effects).size();
    reported += only<ReportEvidence>(effects).size();
  };
  for (std::uint64_t i = 0; i < 10'000; ++i) {
    const Block block =
        bench.net.make_block(genesis_block(), "flood " + std::to_string(i), static_cast<std::int64_t>(5 + i % 100));
    for (const std::uint64_t view : {1, 2, 3}) {
      Proposal proposal = bench.proposal(block, view, 0);
      note(bench.receive(hostile, proposal));
    }
    QuorumProof junk = bench.net.proof(VoteKind::kNotarize, bench.about(block, 1 + i, 0), {0, 1, 2});
    junk.signatures[i % 3].bytes[0] ^= 1;
    note(bench.receive(hostile, junk));
    note(bench.receive(hostile, BlockResponse{{block}, {{block, {}}}, junk}));
    note(bench.receive(hostile, bench.net.vote(VoteKind::kNotarize, bench.about(block, 1 + i % 5, 0), hostile)));
    note(bench.receive(hostile, Status{.finalized = {{i}, {i}, {}, i, {}}, .current = {i}, .answer_wanted = true}));
  }
  CHECK(judged == 1);
  CHECK(reported <= limits::kEvidenceKept / 4);
  CHECK(said <= 20);  // no second went by
  CHECK(bench.engine->status().blocks_held <= 3);
  CHECK(bench.engine->status().current == View{1});
  // The next leader is heard as if nothing had been.
  bench.receive(bench.other(), bench.net.proof(VoteKind::kNullify, {.view = {1}}, {0, 1, 2}));
  const Block honest = bench.net.make_block(genesis_block(), "honest", 7);
  CHECK(only<RequestVerify>(bench.receive(bench.net.leader(2), bench.proposal(honest, 2, 0))).size() == 1);
  const auto votes = bench.carry_out(bench.step(bench.valid(honest)));
  REQUIRE(votes.size() == 1);
  CHECK(votes[0].kind == VoteKind::kNotarize);
}

TEST_CASE("losing_blocks_are_let_go: a leader in turn that never gets its block through fills no memory") {
  Bench bench(follower_of(1));
  bench.start();
  std::set<BlockId> executed;
  std::size_t most = 0;
  for (std::uint64_t view = 1; view <= 400; ++view) {
    const Block block =
        bench.net.make_block(genesis_block(), "of view " + std::to_string(view), static_cast<std::int64_t>(5 + view));
    Effects all = bench.receive(bench.net.leader(view), bench.proposal(block, view, 0));
    for (auto& effect : bench.step(bench.valid(block))) all.push_back(std::move(effect));
    for (auto& effect : bench.receive(bench.other(), bench.net.proof(VoteKind::kNullify, {.view = {view}}, {0, 1, 2})))
      all.push_back(std::move(effect));
    for (const auto& verify : only<RequestVerify>(all))
      executed.insert(block_id(bench.net.scope().chain, verify.block.header));
    for (const auto& forget : only<Forget>(all))
      for (const auto& id : forget.blocks) CHECK(executed.erase(id) == 1);
    most = std::max(most, executed.size());
    CHECK(executed.size() == bench.engine->status().blocks_held);
  }
  CHECK(most <= 12);
}

}  // namespace quipu::consensus::net
