// SPDX-License-Identifier: Apache-2.0
// Says things in others' names: votes with borrowed signatures, quorum proofs signed by itself alone or by the same
// signature over and over, and evidence against members that did nothing wrong.
#include <map>

#include "testnet/sim/attackers/attacker.h"

namespace quipu::testnet {

namespace {

using consensus::Vote;
using consensus::VoteKind;

class Forger final : public Attacker {
 public:
  explicit Forger(AttackerContext context) : Attacker(std::move(context)) {}

  void hears(consensus::PeerId, const consensus::Message& message, const Say& say) override {
    const auto* vote = std::get_if<Vote>(&message);
    if (!vote) return;
    accuse(*vote, say);
    if (!context_.random.chance(300)) return;
    const auto kind = static_cast<VoteKind>(1 + context_.random.below(3));
    if (kind != VoteKind::kNullify && vote->kind == VoteKind::kNullify) return;
    const Vote own = forge_vote(context_, kind, vote->subject);
    switch (context_.random.below(3)) {
      case 0:
        return say(std::nullopt, proof_of(own, 1));
      case 1:
        return say(std::nullopt, proof_of(own, context_.members));
      default:
        return in_all_names(own, say);
    }
  }

 private:
  // Its own signature, claimed to be that of the last `signers` members.
  consensus::QuorumProof proof_of(const Vote& own, std::size_t signers) const {
    consensus::QuorumProof proof{own.kind, own.subject, {}, {}};
    for (std::size_t member = context_.members - signers; member < context_.members; ++member) {
      proof.signers.push_back(static_cast<consensus::MemberIndex>(member));
      proof.signatures.push_back(own.signature);
    }
    if (signers == 1) proof.signers[0] = context_.self();
    return proof;
  }

  void in_all_names(const Vote& own, const Say& say) const {
    for (std::size_t member = 0; member < context_.members; ++member) {
      Vote claimed = own;
      claimed.signer = static_cast<consensus::MemberIndex>(member);
      say(std::nullopt, claimed);
    }
  }

  // Both are true votes, and both may be signed by one honest member.
  void accuse(const Vote& vote, const Say& say) {
    constexpr std::size_t kRemembered = 512;
    if (heard_.size() > kRemembered) heard_.clear();
    const auto [first, fresh] = heard_.try_emplace({vote.signer, vote.subject.view}, vote);
    if (!fresh && first->second.kind != vote.kind) say(std::nullopt, consensus::Evidence{first->second, vote});
  }

  std::map<std::pair<consensus::MemberIndex, consensus::View>, Vote> heard_;
};

}  // namespace

std::unique_ptr<Attacker> forger(AttackerContext context) { return std::make_unique<Forger>(std::move(context)); }

}  // namespace quipu::testnet
