// SPDX-License-Identifier: Apache-2.0
#include "testnet/sim/stage/losses.h"

#include <algorithm>

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

void Losses::add(std::string kind, const std::vector<std::size_t>& from, const std::vector<std::size_t>& to) {
  losses_.push_back({std::move(kind), {from.begin(), from.end()}, {to.begin(), to.end()}});
}

bool Losses::concern(std::size_t from, std::size_t to) const {
  return std::ranges::any_of(losses_, [&](const Loss& loss) { return loss.concerns(from, to); });
}

bool Losses::lose(const consensus::ChainId& chain, std::size_t from, std::size_t to,
                  const consensus::Message& message) {
  const auto* proposal = std::get_if<consensus::Proposal>(&message);
  if (proposal && !proposal->repeat && proposal->block.header.is_handover())
    handovers_.insert(consensus::block_id(chain, proposal->block.header));
  return std::ranges::any_of(losses_,
                             [&](const Loss& loss) { return loss.concerns(from, to) && is_kind(message, loss.kind); });
}

bool Losses::is_kind(const consensus::Message& message, const std::string& kind) const {
  if (kind == "everything") return true;
  if (kind == "proposals") return std::holds_alternative<consensus::Proposal>(message);
  if (kind == "notarize-votes") return is_vote(message, VoteKind::kNotarize);
  if (kind == "nullify-votes") return is_vote(message, VoteKind::kNullify);
  if (kind == "finalize-votes") return is_vote(message, VoteKind::kFinalize);
  if (kind == "handover-finality") return finalizes_handover(message);
  if (kind == "notarizations") return is_proof(message, VoteKind::kNotarize);
  if (kind == "nullifications") return is_proof(message, VoteKind::kNullify);
  if (kind == "finalizations") return is_proof(message, VoteKind::kFinalize);
  if (kind == "submissions") return std::holds_alternative<consensus::Submissions>(message);
  if (kind == "offers") return std::holds_alternative<consensus::SubmissionOffer>(message);
  if (kind == "blocks") return std::holds_alternative<consensus::BlockResponse>(message);
  return false;
}

bool Losses::finalizes_handover(const consensus::Message& message) const {
  const auto* vote = std::get_if<consensus::Vote>(&message);
  const auto* proof = std::get_if<consensus::QuorumProof>(&message);
  return (vote && vote->kind == VoteKind::kFinalize && handovers_.contains(vote->subject.block)) ||
         (proof && proof->kind == VoteKind::kFinalize && handovers_.contains(proof->subject.block));
}

}  // namespace quipu::testnet::stage
