// SPDX-License-Identifier: Apache-2.0
#include "consensus/message.h"

#include <utility>

#include "consensus/limits.h"
#include "consensus/wire.pb.h"
#include "consensus/wire_shape.h"

namespace quipu::consensus {

namespace {

constexpr std::size_t kChainPrefixBytes = 8;
constexpr std::size_t kListedItems = 4'096;  // leaves or ids in one message of the replica
constexpr std::size_t kVotesInStatus = 64;

template <class F>
std::string text(const F& fixed) {
  return std::string(fixed.view());
}

// ---- to the wire

void put(wire::Header& out, const Header& header) {
  out.set_epoch(header.epoch.value);
  out.set_height(header.height.value);
  out.set_parent_id(text(header.parent_id));
  out.set_tree_size(header.tree_size);
  out.set_tree_root(text(header.tree_root));
  if (!header.next_members_hash.is_zero()) out.set_next_members_hash(text(header.next_members_hash));
}

void put(wire::Block& out, const Block& block) {
  put(*out.mutable_header(), block.header);
  for (const auto& leaf : block.leaves) out.add_leaves(leaf);
}

void put(wire::Vote& out, const Vote& vote) {
  out.set_kind(static_cast<std::uint32_t>(vote.kind));
  out.set_view(vote.subject.view.value);
  if (vote.kind != VoteKind::kNullify) {
    out.set_parent_view(vote.subject.parent_view.value);
    out.set_height(vote.subject.height.value);
    out.set_block(text(vote.subject.block));
  }
  out.set_signer(vote.signer);
  out.set_signature(text(vote.signature));
}

// One overload per message: fills the envelope's body.
struct BodyWriter {
  wire::Envelope& out;
  std::size_t members;

  void operator()(const Proposal& m) const {
    auto& body = *out.mutable_proposal();
    body.set_view(m.view.value);
    body.set_parent_view(m.parent_view.value);
    if (m.repeat) body.set_repeated_block(text(m.repeated));
    if (!m.repeat) put(*body.mutable_block(), m.block);
    if (m.parent_proof) body.set_parent_proof(encode(*m.parent_proof, members));
    for (const auto& proof : m.skip_proofs) body.add_skip_proofs(encode(proof, members));
    for (const auto& id : m.leaf_ids) body.add_leaf_ids(text(id));
    body.set_signature(text(m.signature));
  }
  void operator()(const Vote& m) const { put(*out.mutable_vote(), m); }
  void operator()(const QuorumProof& m) const { out.set_quorum_proof(encode(m, members)); }
  void operator()(const ProofRequest& m) const {
    out.mutable_proof_request()->set_first(m.first.value);
    out.mutable_proof_request()->set_last(m.last.value);
  }
  void operator()(const ProofResponse& m) const {
    auto& body = *out.mutable_proof_response();
    for (const auto& proof : m.proofs) body.add_proofs(encode(proof, members));
  }
  void operator()(const BlockRequest& m) const {
    auto& body = *out.mutable_block_request();
    for (const auto& id : m.ids) body.add_ids(text(id));
    body.set_first(m.first.value);
    body.set_last(m.last.value);
  }
  void operator()(const BlockResponse& m) const {
    auto& body = *out.mutable_block_response();
    for (const auto& block : m.blocks) put(*body.add_blocks(), block);
    for (const auto& finalized : m.finalized) {
      auto& item = *body.add_finalized();
      put(*item.mutable_block(), finalized.block);
      for (const auto& link : finalized.links) item.add_links(encode(link, members));
    }
    if (m.finalization) body.set_finalization(encode(*m.finalization, members));
  }
  void operator()(const Status& m) const {
    auto& body = *out.mutable_status();
    body.set_final_view(m.finalized.view.value);
    body.set_final_height(m.finalized.height.value);
    body.set_final_block(text(m.finalized.block));
    body.set_tree_size(m.finalized.tree_size);
    body.set_tree_root(text(m.finalized.tree_root));
    body.set_current(m.current.value);
    if (m.finalization) body.set_finalization(encode(*m.finalization, members));
    if (m.entry) body.set_entry(encode(*m.entry, members));
    for (const auto& vote : m.your_votes) put(*body.add_your_votes(), vote);
    body.set_answer_wanted(m.answer_wanted);
    body.set_question(m.question);
    body.set_recovering(m.recovering);
    body.set_newest_protocol_version(m.newest_protocol_version);
  }
  void operator()(const Evidence& m) const {
    put(*out.mutable_evidence()->mutable_first(), m.first);
    put(*out.mutable_evidence()->mutable_second(), m.second);
  }
  void operator()(const Submissions& m) const {
    for (const auto& leaf : m.leaves) out.mutable_submissions()->add_leaves(leaf);
    out.mutable_submissions();
  }
  void operator()(const SubmissionOffer& m) const {
    out.mutable_submission_offer();
    for (const auto& id : m.ids) out.mutable_submission_offer()->add_ids(text(id));
  }
  void operator()(const SubmissionRequest& m) const {
    out.mutable_submission_request();
    for (const auto& id : m.ids) out.mutable_submission_request()->add_ids(text(id));
  }
  void operator()(const CosignatureMessage& m) const {
    auto& body = *out.mutable_cosignature();
    body.set_size(m.size);
    body.set_root(text(m.root));
    body.set_time_s(m.time_s);
    body.set_signature(text(m.signature));
  }
  void operator()(const RecordRequest& m) const {
    out.mutable_record_request();
    for (const auto& commitment : m.commitments) out.mutable_record_request()->add_ids(text(commitment));
  }
  void operator()(const RecordResponse& m) const {
    out.mutable_record_response();
    for (const auto& record : m.records) out.mutable_record_response()->add_records(record);
  }
};

// ---- from the wire. Every function returns false on what is malformed or over a bound.

template <class F>
bool get(F& out, const std::string& raw) {
  const auto value = F::from(raw);
  if (value) out = *value;
  return value.has_value();
}

template <class F>
bool get_or_zero(F& out, const std::string& raw) {
  return raw.empty() || get(out, raw);
}

bool get(Header& out, const wire::Header& in) {
  out.epoch = {in.epoch()};
  out.height = {in.height()};
  out.tree_size = in.tree_size();
  return get(out.parent_id, in.parent_id()) && get(out.tree_root, in.tree_root()) &&
         get_or_zero(out.next_members_hash, in.next_members_hash());
}

bool take(Block& out, wire::Block& in) {
  if (!get(out.header, in.header())) return false;
  if (in.leaves_size() > static_cast<int>(limits::kBlockSubmissions) + 1) return false;
  std::size_t total = 0;
  out.leaves.reserve(static_cast<std::size_t>(in.leaves_size()));
  for (auto& leaf : *in.mutable_leaves()) {
    total += leaf.size();
    if (leaf.size() > limits::kLeafBytes || total > limits::kBlockLeafBytes + limits::kLeafBytes) return false;
    out.leaves.push_back(std::move(leaf));
  }
  return true;
}

bool get(Vote& out, const wire::Vote& in, std::size_t members) {
  if (in.kind() < 1 || in.kind() > 3 || in.signer() >= members) return false;
  out.kind = static_cast<VoteKind>(in.kind());
  out.signer = static_cast<MemberIndex>(in.signer());
  out.subject.view = {in.view()};
  if (!get(out.signature, in.signature())) return false;
  if (out.kind == VoteKind::kNullify) return in.parent_view() == 0 && in.height() == 0 && in.block().empty();
  out.subject.parent_view = {in.parent_view()};
  out.subject.height = {in.height()};
  return get(out.subject.block, in.block());
}

bool get(std::optional<QuorumProof>& out, const std::string& raw, std::size_t members) {
  if (raw.empty()) return true;
  out = decode_quorum_proof(raw, members);
  return out.has_value();
}

template <class Repeated>
bool get(std::vector<QuorumProof>& out, const Repeated& in, std::size_t bound, std::size_t members) {
  if (in.size() > static_cast<int>(bound)) return false;
  for (const auto& raw : in) {
    auto proof = decode_quorum_proof(raw, members);
    if (!proof) return false;
    out.push_back(std::move(*proof));
  }
  return true;
}

template <class Repeated>
bool get(std::vector<crypto::Digest>& out, const Repeated& in, std::size_t bound) {
  if (in.size() > static_cast<int>(bound)) return false;
  for (const auto& raw : in)
    if (!get(out.emplace_back(), raw)) return false;
  return true;
}

template <class Repeated>
std::size_t total_bytes(const Repeated& in) {
  std::size_t total = 0;
  for (const auto& raw : in) total += raw.size();
  return total;
}

bool take(Proposal& out, wire::Proposal& in, std::size_t members) {
  out.view = {in.view()};
  out.parent_view = {in.parent_view()};
  out.repeat = !in.repeated_block().empty();
  if (out.repeat == in.has_block()) return false;
  if (out.repeat ? !get(out.repeated, in.repeated_block()) : !take(out.block, *in.mutable_block())) return false;
  if (total_bytes(in.skip_proofs()) > limits::kSkipProofBytes) return false;
  if (!get(out.leaf_ids, in.leaf_ids(), limits::kBlockSubmissions)) return false;
  if (!out.leaf_ids.empty() && (out.repeat || out.block.leaves.size() != 1)) return false;
  return get(out.parent_proof, in.parent_proof(), members) &&
         get(out.skip_proofs, in.skip_proofs(), limits::kSkipProofs, members) && get(out.signature, in.signature());
}

bool take(FinalizedBlock& out, wire::FinalizedBlock& in, std::size_t members) {
  if (!take(out.block, *in.mutable_block())) return false;
  for (const auto& raw : in.links()) {
    auto link = decode_link_proof(raw, members);
    if (!link) return false;
    out.links.push_back(std::move(*link));
  }
  return true;
}

bool take(BlockResponse& out, wire::BlockResponse& in, std::size_t members) {
  if (in.blocks_size() + in.finalized_size() > static_cast<int>(limits::kBlocksPerAnswer)) return false;
  for (auto& block : *in.mutable_blocks())
    if (!take(out.blocks.emplace_back(), block)) return false;
  for (auto& block : *in.mutable_finalized())
    if (!take(out.finalized.emplace_back(), block, members)) return false;
  return get(out.finalization, in.finalization(), members);
}

bool get(Status& out, const wire::Status& in, std::size_t members) {
  out.finalized.view = {in.final_view()};
  out.finalized.height = {in.final_height()};
  out.finalized.tree_size = in.tree_size();
  out.current = {in.current()};
  out.answer_wanted = in.answer_wanted();
  out.question = in.question();
  out.recovering = in.recovering();
  out.newest_protocol_version = in.newest_protocol_version();
  if (in.your_votes_size() > static_cast<int>(kVotesInStatus)) return false;
  for (const auto& vote : in.your_votes())
    if (!get(out.your_votes.emplace_back(), vote, members)) return false;
  return get(out.finalized.block, in.final_block()) && get(out.finalized.tree_root, in.tree_root()) &&
         get(out.finalization, in.finalization(), members) && get(out.entry, in.entry(), members);
}

bool take(Submissions& out, wire::Leaves& in) {
  if (in.leaves_size() > static_cast<int>(kListedItems)) return false;
  for (auto& leaf : *in.mutable_leaves()) {
    if (leaf.empty() || leaf.size() > limits::kLeafBytes) return false;
    out.leaves.push_back(std::move(leaf));
  }
  return true;
}

bool take(RecordResponse& out, wire::Records& in) {
  if (in.records_size() > static_cast<int>(limits::kRecordsPerRequest)) return false;
  if (total_bytes(in.records()) > limits::kLeafBytesPerFrame) return false;
  for (auto& record : *in.mutable_records()) {
    if (record.empty() || record.size() > limits::kRecordBytes) return false;
    out.records.push_back(std::move(record));
  }
  return true;
}

bool get(CosignatureMessage& out, const wire::Cosignature& in) {
  out.size = in.size();
  out.time_s = in.time_s();
  return get(out.root, in.root()) && get(out.signature, in.signature());
}

template <class M>
std::optional<Message> message_if(bool good, M& message) {
  if (!good) return std::nullopt;
  return Message(std::move(message));
}

template <class M, class W>
std::optional<Message> taken(W& in, std::size_t members) {
  M message;
  const bool good = take(message, in, members);
  return message_if(good, message);
}

std::optional<Message> proof_message(const std::string& raw, std::size_t members) {
  auto proof = decode_quorum_proof(raw, members);
  if (!proof) return std::nullopt;
  return Message(std::move(*proof));
}

std::optional<Message> consensus_body(wire::Envelope& in, std::size_t members) {
  switch (in.body_case()) {
    case wire::Envelope::kProposal:
      return taken<Proposal>(*in.mutable_proposal(), members);
    case wire::Envelope::kVote: {
      Vote vote;
      return message_if(get(vote, in.vote(), members), vote);
    }
    case wire::Envelope::kQuorumProof:
      return proof_message(in.quorum_proof(), members);
    case wire::Envelope::kProofRequest:
      return ProofRequest{{in.proof_request().first()}, {in.proof_request().last()}};
    case wire::Envelope::kProofResponse: {
      ProofResponse answer;
      return message_if(get(answer.proofs, in.proof_response().proofs(), limits::kProofRequestViews, members), answer);
    }
    case wire::Envelope::kBlockRequest: {
      const auto& body = in.block_request();
      BlockRequest request{.ids = {}, .first = {body.first()}, .last = {body.last()}};
      return message_if(get(request.ids, body.ids(), limits::kBlocksPerAnswer), request);
    }
    case wire::Envelope::kBlockResponse:
      return taken<BlockResponse>(*in.mutable_block_response(), members);
    case wire::Envelope::kStatus: {
      Status status;
      return message_if(get(status, in.status(), members), status);
    }
    case wire::Envelope::kEvidence: {
      Evidence evidence;
      const auto& body = in.evidence();
      return message_if(get(evidence.first, body.first(), members) && get(evidence.second, body.second(), members),
                        evidence);
    }
    default:
      return std::nullopt;
  }
}

std::optional<Message> replica_body(wire::Envelope& in) {
  switch (in.body_case()) {
    case wire::Envelope::kSubmissions: {
      Submissions submissions;
      return message_if(take(submissions, *in.mutable_submissions()), submissions);
    }
    case wire::Envelope::kSubmissionOffer: {
      SubmissionOffer offer;
      return message_if(get(offer.ids, in.submission_offer().ids(), kListedItems), offer);
    }
    case wire::Envelope::kSubmissionRequest: {
      SubmissionRequest request;
      return message_if(get(request.ids, in.submission_request().ids(), kListedItems), request);
    }
    case wire::Envelope::kCosignature: {
      CosignatureMessage cosignature;
      return message_if(get(cosignature, in.cosignature()), cosignature);
    }
    case wire::Envelope::kRecordRequest: {
      RecordRequest request;
      return message_if(get(request.commitments, in.record_request().ids(), limits::kRecordsPerRequest), request);
    }
    case wire::Envelope::kRecordResponse: {
      RecordResponse response;
      return message_if(take(response, *in.mutable_record_response()), response);
    }
    default:
      return std::nullopt;
  }
}

struct Classifier {
  Class operator()(const Proposal&) const { return Class::kBlocks; }
  Class operator()(const Vote&) const { return Class::kVotes; }
  Class operator()(const QuorumProof&) const { return Class::kVotes; }
  Class operator()(const ProofRequest&) const { return Class::kVotes; }
  Class operator()(const ProofResponse&) const { return Class::kBlocks; }
  Class operator()(const BlockRequest&) const { return Class::kVotes; }
  Class operator()(const BlockResponse&) const { return Class::kSync; }
  Class operator()(const Status&) const { return Class::kVotes; }
  Class operator()(const Evidence&) const { return Class::kSync; }  // proves something; nothing waits for it
  Class operator()(const Submissions&) const { return Class::kSubmissions; }
  Class operator()(const SubmissionOffer&) const { return Class::kSubmissions; }
  Class operator()(const SubmissionRequest&) const { return Class::kSubmissions; }
  Class operator()(const CosignatureMessage&) const { return Class::kSubmissions; }
  Class operator()(const RecordRequest&) const { return Class::kSync; }
  Class operator()(const RecordResponse&) const { return Class::kSync; }
};

}  // namespace

Class class_of(const Message& message) { return std::visit(Classifier{}, message); }

Bytes encode(const Message& message, const Scope& scope, std::size_t members) {
  wire::Envelope envelope;
  envelope.set_chain_prefix(std::string(scope.chain.view().substr(0, kChainPrefixBytes)));
  envelope.set_epoch(scope.epoch.value);
  std::visit(BodyWriter{envelope, members}, message);
  return envelope.SerializeAsString();
}

std::optional<Epoch> epoch_of(BytesView frame) {
  wire::Envelope envelope;
  if (frame.size() > limits::kSyncFrameBytes || !within_field_bound(frame)) return std::nullopt;
  if (!envelope.ParseFromArray(frame.data(), static_cast<int>(frame.size()))) return std::nullopt;
  return Epoch{envelope.epoch()};
}

std::expected<Message, std::string> decode_message(BytesView frame, const Scope& scope, std::size_t members) {
  if (frame.size() > limits::kSyncFrameBytes) return std::unexpected("frame too long");
  if (!within_field_bound(frame)) return std::unexpected("not a well-formed frame, or too many fields");
  wire::Envelope envelope;
  if (!envelope.ParseFromArray(frame.data(), static_cast<int>(frame.size()))) return std::unexpected("not an envelope");
  if (envelope.chain_prefix() != scope.chain.view().substr(0, kChainPrefixBytes))
    return std::unexpected("another chain");
  if (envelope.epoch() != scope.epoch.value) return std::unexpected(std::string(kOtherEpoch));
  auto message = consensus_body(envelope, members);
  if (!message) message = replica_body(envelope);
  if (!message) return std::unexpected("malformed or unknown message");
  return std::move(*message);
}

}  // namespace quipu::consensus
