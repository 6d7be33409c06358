// SPDX-License-Identifier: Apache-2.0
// The worked values of docs/formats.md that no other test has. The hex was computed by an independent script from the
// layouts in that page.
#include <catch2/catch.hpp>

#include "consensus/quorum_proof.h"
#include "crypto/digest.h"
#include "crypto/merkle.h"
#include "node/ledger/block.h"
#include "node/ledger/key_possession.h"
#include "node/ledger/ledger.pb.h"
#include "node/ledger/mirror.h"
#include "node/ledger/state_view.h"

namespace quipu::worked_bytes {

template <class F>
F filled(std::uint8_t byte) {
  F value;
  value.bytes.fill(byte);
  return value;
}

std::string hex(BytesView bytes) { return crypto::to_hex(bytes); }

ledger::SealInfo worked_seal() {
  ledger::SealInfo seal;
  seal.chain_id = "andes-1";
  seal.height = {1};
  seal.proposer = "PE";
  seal.block_time_ms = 1'700'000'000'000;
  seal.first_index = 2;
  seal.submissions = 1;
  seal.previous_size = 2;
  seal.previous_root = filled<crypto::Digest>(0x11);
  seal.state_root = filled<crypto::Digest>(0x22);
  seal.membership_hash = filled<crypto::Digest>(0x33);
  seal.protocol_version = 1;
  return seal;
}

consensus::QuorumProof worked_proof(consensus::VoteKind kind) {
  consensus::QuorumProof proof;
  proof.kind = kind;
  proof.subject = {.view = {5}};
  if (kind != consensus::VoteKind::kNullify) proof.subject = {{5}, {4}, {9}, filled<consensus::BlockId>(0x22)};
  proof.signers = {0, 1, 3};
  for (const int byte : {0xaa, 0xbb, 0xcc}) {
    proof.signatures.push_back(filled<crypto::Signature>(static_cast<std::uint8_t>(byte)));
  }
  return proof;
}

TEST_CASE("the leaf of a genesis file is its tag and digest") {
  const Bytes leaf = ledger::genesis_leaf(crypto::sha256("genesis"));
  CHECK(hex(leaf) ==
        "71756970752d67656e657369732d763100aeebad4a796fcc2e15dc4c6061b45ed9b373f26adfc798ca7d2d8cc58182718e");
  CHECK(hex(crypto::leaf_hash(leaf).view()) == "1517c43fa452517a8a7fb7a4be38edfd91904f0df0eb18bd322ccfe3f8184e1a");
}

TEST_CASE("the worked seal comes out byte for byte and is read back") {
  const Bytes leaf = ledger::encode_seal_leaf(worked_seal());
  CHECK(
      hex(leaf) ==
      "71756970752d7365616c2d7631000a07616e6465732d311001220250452880d095ffbc313002380140024a20111111111111111111111111"
      "11111111111111111111111111111111111111115220222222222222222222222222222222222222222222222222222222222222222"
      "25a2033333333333333333333333333333333333333333333333333333333333333336001");
  CHECK(hex(crypto::leaf_hash(leaf).view()) == "7de58ea997f9e8f96b187c259732ba64d6ec4357bdfb38909ab7dd3adefd1d7c");
  const auto read = ledger::decode_seal_leaf(leaf);
  REQUIRE(read);
  CHECK(read->block_time_ms == 1'700'000'000'000);
  CHECK(read->proposer == "PE");
}

TEST_CASE("map keys are a type and an administration and a digest") {
  using ledger::RecordType;
  CHECK(hex(ledger::map_key(RecordType::kCertificate, "PE", "PE-2024-0001").view()) ==
        "015045563c3aaff443df71cfde932bf820b9bb3839cdb6a8eb29034d09fd3254d1d07e");
  CHECK(hex(ledger::map_key(RecordType::kEdge, "PE", "ARR/CL").view()) ==
        "045045c806685b8dc18ca4e3862b1cf373652476cc68bb7992f7208cf8f118ca7f72e4");
}

TEST_CASE("an officer's new key signs its chain and administration and purpose and itself") {
  const auto key = *crypto::from_hex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
  CHECK(hex(ledger::possession_bytes(filled<consensus::ChainId>(0x11), "PE", ledger::v1::ISSUER, key)) ==
        "71756970752d706f7373657373696f6e2d763100"
        "1111111111111111111111111111111111111111111111111111111111111111"
        "504501d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
}

TEST_CASE("quorum proofs and the file that lists them are frozen") {
  const auto proof = worked_proof(consensus::VoteKind::kFinalize);
  const Bytes encoded = consensus::encode(proof, 4);
  CHECK(encoded.size() == 250);
  CHECK(
      hex(encoded).starts_with("030000000000000005000000000000000400000000000000092222222222222222222222222222222222222"
                               "22222222222222222222222222"
                               "20baaaa"));
  CHECK(hex(crypto::sha256(encoded).view()) == "17a143d3122a2de7725c11bc84cb59824c3af1bac6d6ad993550f51b56be4ea4");
  const Bytes nullified = consensus::encode(worked_proof(consensus::VoteKind::kNullify), 4);
  CHECK(nullified.size() == 202);
  CHECK(hex(crypto::sha256(nullified).view()) == "4cc78db949b1e8499e59f53324a2fd343be72d1b9d3924be8ecdea13ae765b57");
  const std::vector<consensus::LinkProof> links = {{.step = proof, .skipped = {}}};
  const Bytes file = ledger::encode_links(links, 4);
  CHECK(file.size() == 260);
  CHECK(hex(file).starts_with("0001000000fe03"));
  CHECK(hex(crypto::sha256(file).view()) == "a0c55495c92452f39db55e7b83d871c8cb7108269748be171993c8e722a38da3");
}

}  // namespace quipu::worked_bytes
