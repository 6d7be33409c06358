// SPDX-License-Identifier: Apache-2.0
#include "node/audit/fork_proof.h"

#include <catch2/catch.hpp>

#include "crypto/digest.h"
#include "node/audit/compare.h"
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

TEST_CASE("A fork proof's bytes are fixed") {
  const Bytes file = encode(sample_proof(), 4);
  CHECK(crypto::to_hex(file.substr(0, 14)) == "71756970752d666f726b2d763100");
  INFO(file.size() << " " << crypto::to_hex(crypto::sha256(file).view()));
  CHECK(fork_file_name(file) == crypto::to_hex(crypto::sha256(file).view()) + ".quipu-fork");
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
  fails("not finalized", [](auto& proof) { (*proof.parting)[0].headers.back().tree_size += 1; });
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
  fails("pairs of notes are not in order", [](auto& proof) { proof.trees.push_back(proof.trees[0]); });
}

TEST_CASE("Two notes of one history are no contradiction whatever path is shown") {
  sample::Chain chain;
  chain.grow(2, 1);
  chain.publish();
  const Bytes early = chain.files().at("checkpoint");
  chain.grow(1, 1);
  chain.publish();
  const Bytes late = chain.files().at("checkpoint");
  const auto root = crypto::Checkpoint::parse(crypto::Note::parse(early)->text)->root;
  CHECK_FALSE(check(ForkProof::Trees{{early, late}, root, {}}, electorate()));
  CHECK_FALSE(check(ForkProof::Trees{{early, late}, crypto::sha256("x"), {crypto::sha256("y")}}, electorate()));
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
