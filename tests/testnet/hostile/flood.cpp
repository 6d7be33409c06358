// SPDX-License-Identifier: Apache-2.0
#include "tests/testnet/hostile/flood.h"

#include <functional>

namespace quipu::hostile {

namespace {

using namespace consensus;

class Flood final : public Attack {
 public:
  using Maker = Bytes (Flood::*)();

  Flood(const Identity& identity, std::uint64_t seed, std::vector<Maker> makers)
      : identity_(identity), random_(seed), makers_(std::move(makers)) {}

  Bytes next() override { return (this->*makers_[random_() % makers_.size()])(); }
  void heard(const net::Frame& frame) override { heard_.listen(frame, identity_); }

  // ---- in form, signed by nobody or in vain
  Bytes unsigned_vote();
  Bytes own_vote();
  Bytes contradicting_vote();
  Bytes carried_vote();
  Bytes bad_proof();
  Bytes bad_status();
  Bytes bad_evidence();
  Bytes bad_submission();
  Bytes old_submission();
  Bytes bad_cosignature();
  // ---- costly to answer
  Bytes heights();
  Bytes block_by_id();
  Bytes proofs();
  Bytes status();
  Bytes offer();
  Bytes submission_request();
  // ---- long
  Bytes long_proposal();
  Bytes long_answer();
  // ---- unreadable
  Bytes noise();
  Bytes bomb();
  Bytes truncated();
  Bytes oversize();
  Bytes unknown_kind();
  Bytes ping() { return net::frame_header(net::FrameKind::kPing, 0); }

 private:
  template <class Fixed>
  Fixed any() {
    Fixed value;
    for (auto& byte : value.bytes) byte = static_cast<std::uint8_t>(random_());
    return value;
  }
  Bytes any_bytes(std::size_t size) {
    Bytes bytes(size, '\0');
    for (auto& byte : bytes) byte = static_cast<char>(random_());
    return bytes;
  }
  View near_view() { return {heard_.view.value + random_() % 3}; }
  Subject near_subject() {
    const View view = near_view();
    return {view, {view.value - 1}, {heard_.tip.height.value + 1}, any<BlockId>()};
  }
  Vote signed_vote(VoteKind kind, const Subject& subject) {
    const auto signature = identity_.vote.sign(vote_bytes(identity_.scope, kind, subject));
    return {kind, subject, identity_.self, signature};
  }
  Bytes framed(const Message& message) { return hostile::framed(message, identity_); }
  Bytes in_frame(net::FrameKind kind, const Bytes& payload) {
    return net::frame_header(kind, payload.size()) + payload;
  }

  const Identity& identity_;
  std::mt19937_64 random_;
  std::vector<Maker> makers_;
  Heard heard_;
};

Bytes Flood::unsigned_vote() {
  return framed(Vote{VoteKind::kNotarize, near_subject(), identity_.self, any<crypto::Signature>()});
}

Bytes Flood::own_vote() { return framed(signed_vote(VoteKind::kNullify, {.view = near_view()})); }

Bytes Flood::contradicting_vote() { return framed(signed_vote(VoteKind::kFinalize, near_subject())); }

// In another member's name.
Bytes Flood::carried_vote() {
  const auto signer =
      static_cast<MemberIndex>((identity_.self + 1 + random_() % (identity_.members - 1)) % identity_.members);
  return framed(Vote{VoteKind::kNotarize, near_subject(), signer, any<crypto::Signature>()});
}

// A true proof's signatures over something else, as far as one was heard of.
Bytes Flood::bad_proof() {
  QuorumProof proof{.kind = VoteKind::kNotarize, .subject = near_subject(), .signers = {}, .signatures = {}};
  for (MemberIndex i = 0; i < identity_.members; ++i) {
    proof.signers.push_back(i);
    proof.signatures.push_back(any<crypto::Signature>());
  }
  if (!heard_.proof) return framed(proof);
  proof = *heard_.proof;
  proof.subject.view = near_view();
  proof.signatures.back() = any<crypto::Signature>();
  return framed(proof);
}

Bytes Flood::bad_status() {
  Status status{.finalized = heard_.tip,
                .current = near_view(),
                .finalization = heard_.proof,
                .entry = heard_.proof,
                .your_votes = {},
                .answer_wanted = true};
  if (status.entry) {
    status.entry->subject.view = near_view();
    status.entry->signatures.front() = any<crypto::Signature>();
  }
  return framed(status);
}

Bytes Flood::bad_evidence() {
  const Subject subject = near_subject();
  Subject other = subject;
  other.block = any<BlockId>();
  const auto signer = static_cast<MemberIndex>(random_() % identity_.members);
  return framed(Evidence{{VoteKind::kNotarize, subject, signer, any<crypto::Signature>()},
                         {VoteKind::kNotarize, other, signer, any<crypto::Signature>()}});
}

// A statement that was heard, with another signature: the last bytes of its COSE form.
Bytes Flood::bad_submission() {
  if (heard_.leaves.empty()) return unsigned_vote();
  Bytes leaf = heard_.leaves[random_() % heard_.leaves.size()];
  for (std::size_t i = leaf.size() - 32; i < leaf.size(); ++i) leaf[i] = static_cast<char>(random_());
  leaf[leaf.size() - 1] = '\0';
  return framed(Submissions{{leaf}});
}

Bytes Flood::old_submission() {
  if (heard_.leaves.empty()) return own_vote();
  return framed(Submissions{{heard_.leaves.front()}});
}

Bytes Flood::bad_cosignature() {
  return framed(CosignatureMessage{heard_.tip.tree_size + random_() % 64, any<crypto::Digest>(), random_(),
                                   any<crypto::Signature>()});
}

Bytes Flood::heights() { return framed(BlockRequest{{}, {1 + random_() % 8}, {1'000'000}}); }

Bytes Flood::block_by_id() {
  const auto id = heard_.blocks.empty() ? any<BlockId>() : heard_.blocks[random_() % heard_.blocks.size()];
  return framed(BlockRequest{{id, any<BlockId>()}, heard_.tip.height, heard_.tip.height});
}

Bytes Flood::proofs() { return framed(ProofRequest{{1}, {heard_.view.value + 64}}); }

Bytes Flood::status() {
  return framed(Status{.finalized = heard_.tip,
                       .current = {1},
                       .finalization = {},
                       .entry = {},
                       .your_votes = {},
                       .answer_wanted = true});
}

Bytes Flood::offer() {
  SubmissionOffer offer;
  for (int i = 0; i < 64; ++i) offer.ids.push_back(any<crypto::Digest>());
  return framed(offer);
}

Bytes Flood::submission_request() {
  SubmissionRequest request;
  for (int i = 0; i < 64; ++i) request.ids.push_back(any<crypto::Digest>());
  return framed(request);
}

Bytes Flood::long_proposal() {
  Proposal proposal;
  proposal.view = near_view();
  proposal.parent_view = {proposal.view.value - 1};
  proposal.block.header.height = heard_.tip.height.next();
  proposal.block.header.parent_id = heard_.tip.block;
  for (int i = 0; i < 16; ++i) proposal.block.leaves.push_back(any_bytes(8) + Bytes(60'000, 'x'));
  proposal.signature = any<crypto::Signature>();
  return framed(proposal);
}

// Nobody asked: as long as is read all the same.
Bytes Flood::long_answer() {
  Block block;
  for (int i = 0; i < 60; ++i) block.leaves.push_back(any_bytes(8) + Bytes(1'000, 'x'));
  return framed(BlockResponse{{block}, {}, {}});
}

Bytes Flood::noise() {
  const auto kind = static_cast<net::FrameKind>(random_() % 4);
  return in_frame(kind, any_bytes(1 + random_() % 512));
}

// Small on the wire, large in memory: empty leaves, and fields nobody knows.
Bytes Flood::bomb() {
  Bytes payload;
  const Bytes pair = random_() % 2 == 0 ? Bytes("\x62\x00", 2) : Bytes("\x0a\x00", 2);
  while (payload.size() < 60'000) payload += pair;
  return in_frame(net::FrameKind::kSubmissions, payload);
}

// A true message that ends early.
Bytes Flood::truncated() {
  const Bytes payload =
      encode(signed_vote(VoteKind::kNullify, {.view = near_view()}), identity_.scope, identity_.members);
  return in_frame(net::FrameKind::kVotes, payload.substr(0, random_() % payload.size()));
}

Bytes Flood::oversize() {
  return random_() % 64 == 0 ? net::frame_header(net::FrameKind::kVotes, 3'000'000'000) : noise();
}

Bytes Flood::unknown_kind() { return random_() % 64 == 0 ? Bytes("\0\0\0\x01\x63!", 6) : noise(); }

}  // namespace

std::unique_ptr<Attack> make_flood(const std::string& name, const Identity& identity, std::uint64_t seed) {
  using Makers = std::vector<Flood::Maker>;
  const Makers votes = {&Flood::unsigned_vote, &Flood::own_vote, &Flood::contradicting_vote, &Flood::carried_vote};
  const Makers proofs = {&Flood::bad_proof, &Flood::bad_status, &Flood::bad_evidence};
  const Makers submissions = {&Flood::bad_submission, &Flood::old_submission, &Flood::bad_cosignature};
  const Makers requests = {&Flood::heights, &Flood::block_by_id, &Flood::proofs,
                           &Flood::status,  &Flood::offer,       &Flood::submission_request};
  Makers all = votes;
  for (const auto* more : {&proofs, &submissions, &requests}) all.insert(all.end(), more->begin(), more->end());
  const Makers garbage = {&Flood::noise, &Flood::bomb, &Flood::truncated, &Flood::oversize, &Flood::unknown_kind};
  const std::pair<const char*, Makers> sorts[] = {
      {"votes", votes},
      {"proofs", proofs},
      {"submissions", submissions},
      {"requests", requests},
      {"flood", all},
      {"garbage", garbage},
      {"pings", {&Flood::ping}},
      {"bulk", {&Flood::long_proposal, &Flood::long_answer}},
  };
  for (const auto& [sort, makers] : sorts) {
    if (name == sort) return std::make_unique<Flood>(identity, seed, makers);
  }
  return nullptr;
}

}  // namespace quipu::hostile
