// SPDX-License-Identifier: Apache-2.0
#include "testnet/sim/laws/contents.h"

#include "testnet/sim/signatures.h"

namespace quipu::testnet {

using consensus::QuorumProof;
using consensus::Vote;

namespace {

std::optional<consensus::Subject> subject_of(const consensus::Proposal& proposal, const consensus::ChainId& chain) {
  if (!proposal.repeat) {
    const auto& header = proposal.block.header;
    return consensus::Subject{proposal.view, proposal.parent_view, header.height, consensus::block_id(chain, header)};
  }
  if (!proposal.parent_proof) return std::nullopt;
  return consensus::Subject{proposal.view, proposal.parent_view, proposal.parent_proof->subject.height,
                            proposal.repeated};
}

void collect(std::vector<QuorumProof>& out, const std::optional<QuorumProof>& proof) {
  if (proof) out.push_back(*proof);
}
void collect(std::vector<QuorumProof>& out, const std::vector<QuorumProof>& proofs) {
  out.insert(out.end(), proofs.begin(), proofs.end());
}

void collect(std::vector<QuorumProof>& out, const consensus::BlockResponse& response) {
  for (const auto& block : response.finalized) {
    for (const auto& link : block.links) {
      out.push_back(link.step);
      collect(out, link.skipped);
    }
  }
  collect(out, response.finalization);
}

void collect(std::vector<Vote>& out, const QuorumProof& proof) {
  for (std::size_t i = 0; i < proof.signers.size(); ++i)
    out.push_back({proof.kind, proof.subject, proof.signers[i], proof.signatures[i]});
}

}  // namespace

std::vector<QuorumProof> proofs_in(const consensus::Message& message) {
  std::vector<QuorumProof> out;
  if (const auto* proof = std::get_if<QuorumProof>(&message)) out.push_back(*proof);
  if (const auto* proposal = std::get_if<consensus::Proposal>(&message)) {
    collect(out, proposal->parent_proof);
    collect(out, proposal->skip_proofs);
  }
  if (const auto* response = std::get_if<consensus::ProofResponse>(&message)) collect(out, response->proofs);
  if (const auto* response = std::get_if<consensus::BlockResponse>(&message)) collect(out, *response);
  if (const auto* status = std::get_if<consensus::Status>(&message)) {
    collect(out, status->finalization);
    collect(out, status->entry);
  }
  return out;
}

std::vector<Vote> votes_in(const consensus::Message& message, const ledger::Membership& members,
                           const consensus::ChainId& chain) {
  std::vector<Vote> out;
  if (const auto* vote = std::get_if<Vote>(&message)) out.push_back(*vote);
  if (const auto* proposal = std::get_if<consensus::Proposal>(&message)) {
    if (const auto subject = subject_of(*proposal, chain))
      out.push_back(
          {consensus::VoteKind::kNotarize, *subject, leader_of(proposal->view, members), proposal->signature});
  }
  if (const auto* status = std::get_if<consensus::Status>(&message))
    out.insert(out.end(), status->your_votes.begin(), status->your_votes.end());
  if (const auto* evidence = std::get_if<consensus::Evidence>(&message)) {
    out.push_back(evidence->first);
    out.push_back(evidence->second);
  }
  for (const QuorumProof& proof : proofs_in(message)) collect(out, proof);
  return out;
}

consensus::MemberIndex leader_of(consensus::View view, const ledger::Membership& members) {
  const auto order = members.members.leader_order(members.anchor);
  return order[(view.value - 1) % order.size()];
}

consensus::MemberIndex leader_of(consensus::View view, const Cast& cast) {
  return leader_of(view, *ledger::genesis_membership(cast.genesis));
}

bool valid_vote(const Vote& vote, const ledger::Membership& members, const consensus::ChainId& chain) {
  if (vote.signer >= members.members.size()) return false;
  return remembered_verify(members.members[vote.signer].vote,
                           consensus::vote_bytes(members.scope(chain), vote.kind, vote.subject), vote.signature);
}

}  // namespace quipu::testnet
