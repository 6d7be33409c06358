// SPDX-License-Identifier: Apache-2.0
// The wire form: round trips, and decoders fed with what attackers send.
#include <catch2/catch.hpp>

#include "consensus/deadlines.h"
#include "consensus/limits.h"
#include "consensus/wire_shape.h"
#include "crypto/merkle.h"
#include "network.h"

namespace quipu::consensus::net {

namespace {

constexpr std::size_t kMembers = 7;

struct Samples {
  Network net{kMembers};
  Block block = net.make_block(genesis_block(), "payload", 5);
  Subject subject{{3}, {2}, {1}, block_id(net.scope().chain, block.header)};
  QuorumProof n = net.proof(VoteKind::kNotarize, subject, {0, 1, 2, 5, 6});
  QuorumProof x = net.proof(VoteKind::kNullify, {.view = {4}}, {0, 2, 3, 4, 6});
  Vote vote = net.vote(VoteKind::kFinalize, subject, 6);
  Vote nullify = net.vote(VoteKind::kNullify, {.view = {4}}, 1);

  // By reference.
  Proposal named() const {
    return {.view = {5},
            .parent_view = {3},
            .block = {block.header, {"seal"}},
            .parent_proof = n,
            .signature = vote.signature,
            .leaf_ids = {crypto::leaf_hash("first"), crypto::leaf_hash("second")}};
  }

  std::vector<Message> all() const {
    const LinkProof link{n, {x}};
    return {Proposal{.view = {5},
                     .parent_view = {3},
                     .block = block,
                     .parent_proof = n,
                     .skip_proofs = {x},
                     .signature = vote.signature},
            Proposal{.view = {5},
                     .repeat = true,
                     .parent_view = {3},
                     .repeated = subject.block,
                     .parent_proof = n,
                     .signature = vote.signature},
            named(),
            vote,
            nullify,
            n,
            x,
            ProofRequest{{3}, {9}},
            ProofResponse{{n, x}},
            ProofResponse{},
            BlockRequest{{subject.block}, {}, {}},
            BlockRequest{{}, {4}, {9}},
            BlockResponse{{block}, {{block, {link, link}}}, n},
            BlockResponse{},
            Status{.finalized = {{3}, {1}, subject.block, 7, {}},
                   .current = {5},
                   .finalization = n,
                   .entry = x,
                   .your_votes = {vote, nullify},
                   .answer_wanted = true,
                   .question = 1ULL << 60,
                   .recovering = true,
                   .newest_protocol_version = 2},
            Status{},
            Evidence{vote, nullify},
            Submissions{{"leaf", "another"}},
            SubmissionOffer{{subject.block}},
            SubmissionRequest{{subject.block, {}}},
            CosignatureMessage{9, subject.block, 77, vote.signature},
            RecordRequest{{subject.block, {}}},
            RecordResponse{{"record", "another"}},
            RecordResponse{}};
  }
  Bytes frame(const Message& message) const { return encode(message, net.scope(), kMembers); }
};

}  // namespace

TEST_CASE(
    "a proposal by reference carries one leaf and repeats no block and names no more leaves than a block may have") {
  const Samples samples;
  const auto readable = [&](const Proposal& proposal) {
    return decode_message(encode(proposal, samples.net.scope(), kMembers), samples.net.scope(), kMembers).has_value();
  };
  auto proposal = samples.named();
  CHECK(readable(proposal));
  proposal.block.leaves.push_back("another");
  CHECK_FALSE(readable(proposal));
  proposal.block.leaves.clear();
  CHECK_FALSE(readable(proposal));
  proposal = samples.named();
  proposal.repeat = true;
  proposal.repeated = samples.subject.block;
  CHECK_FALSE(readable(proposal));
  proposal = samples.named();
  proposal.leaf_ids.resize(limits::kBlockSubmissions);
  CHECK(readable(proposal));
  proposal.leaf_ids.emplace_back();
  CHECK_FALSE(readable(proposal));
}

TEST_CASE("every message survives a round trip") {
  const Samples samples;
  for (const auto& message : samples.all()) {
    const Bytes frame = samples.frame(message);
    const auto back = decode_message(frame, samples.net.scope(), kMembers);
    INFO("message " << message.index());
    REQUIRE(back.has_value());
    CHECK(back->index() == message.index());
    CHECK(samples.frame(*back) == frame);
  }
}

TEST_CASE("a message of another chain or another epoch is refused with a reason") {
  const Samples samples;
  Scope other = samples.net.scope();
  other.epoch = {1};
  CHECK(decode_message(samples.frame(samples.vote), other, kMembers).error() == "another epoch");
  other = samples.net.scope();
  other.chain.bytes[0] ^= 1;
  CHECK(decode_message(samples.frame(samples.vote), other, kMembers).error() == "another chain");
  CHECK_FALSE(decode_message("", samples.net.scope(), kMembers).has_value());
}

TEST_CASE("mutated and cut frames never crash the decoder and what they yield encodes again") {
  const Samples samples;
  Jitter dice(11);
  std::size_t accepted = 0;
  for (const auto& message : samples.all()) {
    const Bytes frame = samples.frame(message);
    for (int i = 0; i < 400; ++i) {
      Bytes bad = frame;
      for (std::uint64_t edits = 1 + dice.next() % 4; edits > 0; --edits) {
        const auto at = dice.next() % bad.size();
        if (dice.next() % 4 == 0)
          bad.resize(1 + dice.next() % bad.size());
        else if (dice.next() % 4 == 0)
          bad.insert(at % bad.size(), 1, static_cast<char>(dice.next()));
        else
          bad[at % bad.size()] = static_cast<char>(dice.next());
      }
      const auto result = decode_message(bad, samples.net.scope(), kMembers);
      if (!result) continue;
      ++accepted;
      CHECK(decode_message(samples.frame(*result), samples.net.scope(), kMembers).has_value());
    }
  }
  CHECK(accepted > 0);
}

TEST_CASE("what a later program adds to a status is skipped and what an older one leaves out is nothing") {
  const Samples samples;
  const auto heard = [&](const Bytes& added) {  // a body that comes twice is one, with the fields of both
    auto message = decode_message(samples.frame(Status{.current = {5}}) + added, samples.net.scope(), kMembers);
    REQUIRE(message);
    CHECK(std::get<Status>(*message).current == View{5});
    return std::get<Status>(*message).newest_protocol_version;
  };
  CHECK(heard("") == 0);
  CHECK(heard("\x52\x02\x68\x02") == 2);      // field 13
  CHECK(heard("\x52\x02\x70\x02") == 0);      // field 14, of a time to come
  CHECK(heard("\x52\x03\x6a\x01\x02") == 0);  // 13 as bytes
  CHECK(heard("\x52\x0b\x68\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01") == UINT64_MAX);
  const Bytes endless = samples.frame(Status{}) + "\x52\x0c\x68\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01";
  CHECK_FALSE(decode_message(endless, samples.net.scope(), kMembers));
}

TEST_CASE("random bytes are not messages") {
  Jitter dice(12);
  for (int i = 0; i < 5'000; ++i) {
    Bytes noise(dice.next() % 200, '\0');
    for (auto& c : noise) c = static_cast<char>(dice.next());
    CHECK_FALSE(decode_message(noise, fake_scope(), kMembers).has_value());
  }
}

TEST_CASE("counts are bounded before anything is parsed") {
  // A block answer of a million empty leaves: two bytes each on the wire, forty in memory.
  Bytes leaves;
  for (int i = 0; i < 1'000'000; ++i) leaves += std::string("\x12\x00", 2);
  const auto wrap = [](char tag, const Bytes& body) {
    crypto::ByteWriter out;
    out.u8(static_cast<std::uint8_t>(tag)).varint(body.size()).raw(body);
    return out.take();
  };
  const Bytes frame = wrap(0x4a, wrap(0x0a, leaves));
  CHECK_FALSE(within_field_bound(frame));
  CHECK_FALSE(decode_message(frame, fake_scope(), kMembers).has_value());
  CHECK_FALSE(within_field_bound("\x0b"));              // a group
  CHECK_FALSE(within_field_bound("\x0a\xff\xff\x03"));  // longer than the frame
}

TEST_CASE("a full answer of full blocks is within the bound") {
  Samples samples;
  BlockResponse answer;
  Block block = samples.block;
  block.leaves.assign(limits::kBlockSubmissions + 1, "x");
  answer.blocks.assign(limits::kBlocksPerAnswer, block);
  CHECK(decode_message(samples.frame(answer), samples.net.scope(), kMembers).has_value());
  answer.blocks.push_back(block);
  CHECK_FALSE(decode_message(samples.frame(answer), samples.net.scope(), kMembers).has_value());
  block.leaves.push_back("one too many");
  CHECK_FALSE(decode_message(samples.frame(BlockResponse{{block}, {}, {}}), samples.net.scope(), kMembers).has_value());
  block.leaves = {Bytes(limits::kLeafBytes + 1, 'x')};
  CHECK_FALSE(decode_message(samples.frame(BlockResponse{{block}, {}, {}}), samples.net.scope(), kMembers).has_value());
}

TEST_CASE("side records are asked for and sent in bounded numbers and sizes") {
  const Samples samples;
  const auto readable = [&](const Message& message) {
    return decode_message(samples.frame(message), samples.net.scope(), kMembers).has_value();
  };
  RecordRequest request{std::vector<crypto::Digest>(limits::kRecordsPerRequest)};
  CHECK(readable(request));
  request.commitments.emplace_back();
  CHECK_FALSE(readable(request));

  RecordResponse response{std::vector<Bytes>(limits::kRecordsPerRequest, "r")};
  CHECK(readable(response));
  response.records.emplace_back("r");
  CHECK_FALSE(readable(response));
  CHECK_FALSE(readable(RecordResponse{{""}}));
  CHECK(readable(RecordResponse{{Bytes(limits::kRecordBytes, 'r')}}));
  CHECK_FALSE(readable(RecordResponse{{Bytes(limits::kRecordBytes + 1, 'r')}}));
  CHECK_FALSE(readable(RecordResponse{{Bytes(limits::kRecordBytes, 'r'), Bytes(limits::kRecordBytes, 'r')}}));
  // A full answer comes unasked for as far as the link is concerned.
  CHECK(samples.frame(RecordResponse{{Bytes(limits::kRecordBytes, 'r')}}).size() <= limits::kUnaskedFrameBytes);
}

TEST_CASE("proof_fuzz: duplicates and strangers and other scopes and mixed subjects do not verify") {
  const Samples samples;
  const auto& net = samples.net;
  const auto good = [&](const QuorumProof& proof) { return verify(proof, net.scope(), net.members(), &fake_verify); };
  REQUIRE(good(samples.n));
  REQUIRE(good(samples.x));
  QuorumProof bad = samples.n;
  bad.signers[1] = bad.signers[0];
  bad.signatures[1] = bad.signatures[0];
  CHECK_FALSE(good(bad));
  bad = samples.n;
  bad.signers.back() = kMembers;
  CHECK_FALSE(good(bad));
  bad = samples.n;
  bad.signers.pop_back();
  bad.signatures.pop_back();
  CHECK_FALSE(good(bad));
  bad = samples.n;
  std::swap(bad.signers[0], bad.signers[1]);
  CHECK_FALSE(good(bad));
  for (int field = 0; field < 4; ++field) {
    bad = samples.n;
    if (field == 0) bad.subject.view = {9};
    if (field == 1) bad.subject.parent_view = {1};
    if (field == 2) bad.subject.height = {9};
    if (field == 3) bad.subject.block.bytes[5] ^= 1;
    CHECK_FALSE(good(bad));
  }
  bad = samples.n;
  bad.kind = VoteKind::kFinalize;
  CHECK_FALSE(good(bad));
  Subject other = samples.subject;
  other.block.bytes[0] ^= 1;
  bad = samples.n;
  bad.signatures[2] = net.vote(VoteKind::kNotarize, other, 2).signature;  // q signatures, one about something else
  CHECK_FALSE(good(bad));
  bad = net.proof(VoteKind::kNotarize, samples.subject, {0, 1, 2, 3, 5, 6});
  bad.signatures[5] = {};  // a quorum of good ones and one bogus is refused as a whole
  CHECK_FALSE(good(bad));
  bad = samples.x;
  bad.subject.height = {1};
  CHECK_FALSE(good(bad));
  Scope scope = net.scope();
  scope.epoch = {1};
  CHECK_FALSE(verify(samples.n, scope, net.members(), &fake_verify));
  scope = net.scope();
  scope.anchor.bytes[3] ^= 1;
  CHECK_FALSE(verify(samples.n, scope, net.members(), &fake_verify));
}

TEST_CASE("proof_fuzz: the encoding refuses stray bits and wrong counts and trailing bytes") {
  const Samples samples;
  const Bytes good = encode(samples.n, kMembers);
  CHECK(good.size() == 1 + 56 + 1 + 5 * 64);
  CHECK(decode_quorum_proof(good, kMembers) == samples.n);
  CHECK(encode(samples.x, kMembers).size() == 1 + 8 + 1 + 5 * 64);
  CHECK_FALSE(decode_quorum_proof(good + "x", kMembers).has_value());
  CHECK_FALSE(decode_quorum_proof(good.substr(0, good.size() - 1), kMembers).has_value());
  Bytes stray = good + Bytes(64, 'x');
  stray[57] = static_cast<char>(stray[57] | 0x80);  // bit 7 of a set of seven
  CHECK_FALSE(decode_quorum_proof(stray, kMembers).has_value());
  Bytes kind = good;
  kind[0] = 4;
  CHECK_FALSE(decode_quorum_proof(kind, kMembers).has_value());
  const LinkProof link{samples.n, {samples.x}};
  const Bytes linked = encode(link, kMembers);
  CHECK(decode_link_proof(linked, kMembers) == link);
  CHECK_FALSE(decode_link_proof(encode(LinkProof{samples.n, {samples.x, samples.x}}, kMembers), kMembers).has_value());
  Bytes bomb = encode(LinkProof{samples.n, {}}, kMembers);
  bomb.replace(bomb.size() - 4, 4, "\xff\xff\xff\xff");
  CHECK_FALSE(decode_link_proof(bomb, kMembers).has_value());
}

}  // namespace quipu::consensus::net
