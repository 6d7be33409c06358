// SPDX-License-Identifier: Apache-2.0
// What members say to each other, decoded, and its one spelling on the wire (protobuf inside message.cpp). Values.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "consensus/quorum_proof.h"
#include "consensus/types.h"

namespace quipu::consensus {

struct Proposal {
  View view{};
  bool repeat = false;  // the parent block once more, in a later view
  View parent_view{};
  BlockId repeated{};                         // repeat only: the block's id
  Block block{};                              // new only
  std::optional<QuorumProof> parent_proof{};  // N or F of parent_view; none when it is 0 or final already everywhere
  std::vector<QuorumProof> skip_proofs{};     // X of the newest views in (parent_view, view)
  crypto::Signature signature{};              // the leader's NOTARIZE of the subject
  // By reference: leaf hashes of the block's leaves but the last, which is then the only one in `block`. The replica's
  // business: the engine knows whole blocks only.
  std::vector<crypto::Digest> leaf_ids{};
};
struct ProofRequest {
  View first{};
  View last{};
};
struct ProofResponse {
  std::vector<QuorumProof> proofs{};
};
// By id when `ids` is not empty: an unfinalized block, or the finalized one of height `first`. Else finalized heights
// [first, last].
struct BlockRequest {
  std::vector<BlockId> ids{};
  Height first{};
  Height last{};
};
struct FinalizedBlock {
  Block block{};
  std::vector<LinkProof> links{};
};
// `finalization` proves the last of `finalized`, and by its parent links all before.
struct BlockResponse {
  std::vector<Block> blocks{};
  std::vector<FinalizedBlock> finalized{};
  std::optional<QuorumProof> finalization{};
};
struct Status {
  Tip finalized{};
  View current{};
  std::optional<QuorumProof> finalization{};  // F of finalized.view; none at genesis
  std::optional<QuorumProof> entry{};         // what let the sender enter `current`
  std::vector<Vote> your_votes{};             // highest votes of the receiver that the sender holds
  bool answer_wanted = false;
  std::uint64_t question = 0;                 // names the question that this asks, or answers; 0: none
  bool recovering = false;                    // the sender does not know how high it has voted
  std::uint64_t newest_protocol_version = 0;  // that the sender's program knows; 0: it does not say. The replica's
};
struct Evidence {
  Vote first{};
  Vote second{};
};

// Replica's, carried in the same envelope; opaque to the engine.
struct Submissions {
  std::vector<Bytes> leaves{};
};
struct SubmissionOffer {
  std::vector<crypto::Digest> ids{};
};
struct SubmissionRequest {
  std::vector<crypto::Digest> ids{};
};
struct CosignatureMessage {
  std::uint64_t size = 0;
  crypto::Digest root{};
  std::uint64_t time_s = 0;
  crypto::Signature signature{};
};
// Side records by their commitments; which of them the asker may have is the answerer's business.
struct RecordRequest {
  std::vector<crypto::Digest> commitments{};
};
// Those of them that fit a frame; none: there is nothing for the asker.
struct RecordResponse {
  std::vector<Bytes> records{};
};

using Message = std::variant<Proposal, Vote, QuorumProof, ProofRequest, ProofResponse, BlockRequest, BlockResponse,
                             Status, Evidence, Submissions, SubmissionOffer, SubmissionRequest, CosignatureMessage,
                             RecordRequest, RecordResponse>;

// The sending queues' classes: a full queue drops the last class first.
enum class Class : std::uint8_t { kVotes = 0, kBlocks = 1, kSubmissions = 2, kSync = 3 };
Class class_of(const Message& message);

// Chain prefix (8 bytes) and epoch ride in the envelope: a message of another chain or epoch is refused with a reason.
Bytes encode(const Message& message, const Scope& scope, std::size_t members);
// The error of a message that may be right elsewhere: its sender is at another point of the chain's life.
inline constexpr std::string_view kOtherEpoch = "another epoch";
std::expected<Message, std::string> decode_message(BytesView frame, const Scope& scope, std::size_t members);
// Of a frame that is at least an envelope.
std::optional<Epoch> epoch_of(BytesView frame);

}  // namespace quipu::consensus
