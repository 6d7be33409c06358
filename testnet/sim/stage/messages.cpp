// SPDX-License-Identifier: Apache-2.0
#include "testnet/sim/stage/messages.h"

namespace quipu::testnet::stage {

namespace {

using consensus::VoteKind;

bool is_vote(const consensus::Message& message, VoteKind kind) {
  const auto* vote = std::get_if<consensus::Vote>(&message);
  return vote && vote->kind == kind;
}

bool is_proof(const consensus::Message& message, VoteKind kind) {
  const auto* proof = std::get_if<consensus::QuorumProof>(&message);
  return proof && proof->kind == kind;
}

}  // namespace

bool is_kind(const consensus::Message& message, const std::string& kind) {
  if (kind == "everything") return true;
  if (kind == "proposals") return std::holds_alternative<consensus::Proposal>(message);
  if (kind == "notarize-votes") return is_vote(message, VoteKind::kNotarize);
  if (kind == "nullify-votes") return is_vote(message, VoteKind::kNullify);
  if (kind == "finalize-votes") return is_vote(message, VoteKind::kFinalize);
  if (kind == "notarizations") return is_proof(message, VoteKind::kNotarize);
  if (kind == "nullifications") return is_proof(message, VoteKind::kNullify);
  if (kind == "finalizations") return is_proof(message, VoteKind::kFinalize);
  if (kind == "submissions") return std::holds_alternative<consensus::Submissions>(message);
  if (kind == "offers") return std::holds_alternative<consensus::SubmissionOffer>(message);
  if (kind == "blocks") return std::holds_alternative<consensus::BlockResponse>(message);
  return false;
}

}  // namespace quipu::testnet::stage
