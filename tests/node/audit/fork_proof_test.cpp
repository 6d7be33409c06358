// SPDX-License-Identifier: Apache-2.0
#include "node/audit/fork_proof.h"

#include <catch2/catch.hpp>
#include <functional>

#include "crypto/digest.h"
#include "crypto/merkle.h"
#include "node/audit/compare.h"
#include "node/audit/history.h"
#include "tests/node/audit/sample_fork.h"

namespace quipu::audit {
namespace fork_proof_test {

using sample::MemoryBundle;

const Electorate& electorate() {
  static const Electorate made = first_electorate(sample::genesis());
  return made;
}

ForkProof sample_proof() {
  static const ForkProof made = [] {
    const sample::Forked forked;
    const MemoryBundle one(forked.first.files()), two(forked.second.files());
    return compare({.name = "one", .bundle = &one}, {.name = "two", .bundle = &two}, sample::genesis())->proof;
  }();
  return made;
}

template <class F>
F filled(std::uint8_t byte) {
  F value;
  value.bytes.fill(byte);
  return value;
}

// Nothing in it is true, but every field has its place.
ForkProof worked_proof() {
  using consensus::VoteKind;
  const consensus::Subject subject{{5}, {4}, {9}, filled<consensus::BlockId>(0x22)};
  const auto signature = [](std::uint8_t byte) { return filled<crypto::Signature>(byte); };
  const consensus::QuorumProof final{
      VoteKind::kFinalize, subject, {0, 1, 3}, {signature(0xaa), signature(0xbb), signature(0xcc)}};
  consensus::Header header{.height = {9}, .parent_id = filled<consensus::BlockId>(0x22), .tree_size = 3};
  ForkProof proof;
  proof.scope = {crypto::sha256("genesis"), {0}, crypto::sha256("genesis")};
  proof.parting.emplace();
  for (std::size_t i : {0u, 1u}) {
    header.tree_root = filled<crypto::Digest>(i == 0 ? 0x11 : 0x55);
    (*proof.parting)[i] = {{header}, final};
  }
  proof.votes = {
      {{VoteKind::kNullify, {.view = {5}}, 0, signature(0xaa)}, {VoteKind::kFinalize, subject, 0, signature(0xbb)}}};
  proof.trees = {{{"small", "large"}, filled<crypto::Digest>(0x33), {filled<crypto::Digest>(0x44)}}};
  return proof;
}

// The digests were computed by an independent script from the layout in docs/formats.md.
TEST_CASE("The worked fork proof comes out byte for byte and is read back") {
  const Bytes file = encode(worked_proof(), 4);
  CHECK(file.size() == 1'110);
  CHECK(crypto::to_hex(file.substr(0, 86)) ==
        "71756970752d666f726b2d763100"
        "aeebad4a796fcc2e15dc4c6061b45ed9b373f26adfc798ca7d2d8cc58182718e"
        "0000000000000000"
        "aeebad4a796fcc2e15dc4c6061b45ed9b373f26adfc798ca7d2d8cc58182718e");
  CHECK(crypto::to_hex(file.substr(86, 51)) ==
        "01"
        "0000000000000009"
        "2222222222222222222222222222222222222222222222222222222222222222"
        "0001"
        "0000000000000003");
  CHECK(crypto::to_hex(crypto::sha256(file).view()) ==
        "c124eadf9e22f559e5ae8a1337a61fd60d91aa97a1cc37bfe06b351042bb15e5");
  const auto read = decode_fork_proof(file, 4);
  REQUIRE(read);
  CHECK(encode(*read, 4) == file);

  ForkProof votes_alone = worked_proof();
  votes_alone.parting.reset();
  votes_alone.trees.clear();
  CHECK(crypto::to_hex(crypto::sha256(encode(votes_alone, 4)).view()) ==
        "0c67046dfeb8624b3d5e44d31eb70954df0cc825ba29ed3e053609ddb22f8ba6");
}

TEST_CASE("Every changed bit of a fork proof is refused") {
  const Bytes file = encode(sample_proof(), 4);
  REQUIRE(check(sample_proof(), electorate()));
  for (std::size_t at = 0; at < file.size(); ++at) {
    Bytes changed = file;
    changed[at] = static_cast<char>(changed[at] ^ 1 << at % 8);
    const auto proof = decode_fork_proof(changed, 4);
    INFO("byte " << at);
    CHECK_FALSE((proof && check(*proof, electorate())));
  }
}

TEST_CASE("A fork proof with something missing or added or moved is refused") {
  const auto fails = [](const char* why, const std::function<void(ForkProof&)>& change) {
    ForkProof proof = sample_proof();
    change(proof);
    const auto convicted = check(proof, electorate());
    INFO(why);
    REQUIRE_FALSE(convicted);
    CHECK_THAT(convicted.error(), Catch::Matchers::Contains(why));
  };
  fails("another chain or epoch", [](auto& proof) { proof.scope.epoch = {1}; });
  fails("contains nothing", [](auto& proof) { proof = {.scope = proof.scope}; });
  fails("wrong order", [](auto& proof) { std::swap((*proof.parting)[0], (*proof.parting)[1]); });
  fails("do not part", [](auto& proof) { (*proof.parting)[1] = (*proof.parting)[0]; });
  fails("not finalized", [](auto& proof) {
    // Until it is another block that still stands first.
    const auto id = [&](std::size_t branch) {
      return block_id(proof.scope.chain, (*proof.parting)[branch].headers.front());
    };
    do (*proof.parting)[0].headers.back().tree_size += 1;
    while (id(0) >= id(1));
  });
  fails("not finalized", [](auto& proof) { (*proof.parting)[1].finalization.signers = {1, 2, 3}; });
  fails("not finalized", [](auto& proof) {
    auto& finalization = (*proof.parting)[0].finalization;
    finalization.signers.pop_back();
    finalization.signatures.pop_back();
  });
  fails("do not verify", [](auto& proof) { proof.votes[0].first.signer = 2; });
  fails("do not verify", [](auto& proof) { proof.votes[0].first.signer = 9; });
  fails("do not contradict", [](auto& proof) { proof.votes[0].second = proof.votes[0].first; });
  fails("order of members", [](auto& proof) { std::swap(proof.votes[0], proof.votes[1]); });
  fails("order of members", [](auto& proof) { proof.votes.push_back(proof.votes.back()); });
  fails("stand in the wrong order", [](auto& proof) { std::swap(proof.trees[0].notes[0], proof.trees[0].notes[1]); });
  fails("not shown to contradict", [](auto& proof) { proof.trees[0].prefix_root.bytes[0] ^= 1; });
  fails("not a checkpoint", [](auto& proof) { proof.trees[0].notes[0] += "x"; });
  fails("not the valid cosignatures", [](auto& proof) {
    auto note = *crypto::Note::parse(proof.trees[0].notes[0]);
    note.lines.pop_back();
    proof.trees[0].notes[0] = note.format();
  });
  fails("not the valid cosignatures", [](auto& proof) {
    auto note = *crypto::Note::parse(proof.trees[0].notes[0]);
    note.lines.push_back(crypto::sign_note(note.text, "stranger", sample::key("BO", "log")));
    proof.trees[0].notes[0] = note.format();
  });
  fails("pairs of notes are not in order", [](auto& proof) { proof.trees.push_back(proof.trees[0]); });
}

TEST_CASE("Two notes of one history are no contradiction whatever path is shown") {
  sample::Chain chain;
  chain.grow(2, 1);
  chain.publish();
  const Bytes early = chain.files().at("checkpoint");
  chain.grow(1, 1);
  chain.publish();
  const sample::Files files = chain.files();
  const Bytes late = files.at("checkpoint");
  const MemoryBundle bundle(files);
  const ledger::Genesis genesis = sample::genesis();
  const auto path = History(bundle, genesis, 17).consistency(12, 17);
  REQUIRE(path);
  const auto root = crypto::Checkpoint::parse(crypto::Note::parse(early)->text)->root;
  const auto late_root = crypto::Checkpoint::parse(crypto::Note::parse(late)->text)->root;
  REQUIRE(crypto::verify_consistency(12, 17, root, late_root, *path));
  for (const ForkProof::Trees& trees : {ForkProof::Trees{{early, late}, root, *path},
                                        {{early, late}, crypto::sha256("x"), *path},
                                        {{early, late}, root, {}},
                                        {{early, late}, crypto::sha256("x"), {crypto::sha256("y")}}}) {
    const auto convicted = check(trees, electorate());
    REQUIRE_FALSE(convicted);
    CHECK(convicted.error() == "the notes of a pair are not shown to contradict each other");
  }
  CHECK_FALSE(check(ForkProof::Trees{{early, early}, root, {}}, electorate()));
}

TEST_CASE("Short or long or foreign files are no fork proofs") {
  const Bytes file = encode(sample_proof(), 4);
  for (std::size_t size = 0; size < file.size(); ++size) CHECK_FALSE(decode_fork_proof(file.substr(0, size), 4));
  CHECK_FALSE(decode_fork_proof(file + "x", 4));
  CHECK_FALSE(decode_fork_proof("quipu-seal-v1", 4));
}

}  // namespace fork_proof_test
}  // namespace quipu::audit
