// SPDX-License-Identifier: Apache-2.0
// Proposes one block to some and another to the rest, votes for both, and finalizes whatever it hears of.
#include "testnet/sim/attackers/attacker.h"
#include "testnet/sim/laws/contents.h"

namespace quipu::testnet {

namespace {

using consensus::VoteKind;

class EquivocatingLeader final : public Attacker {
 public:
  explicit EquivocatingLeader(AttackerContext context) : Attacker(std::move(context)) {}

  void says(std::optional<consensus::PeerId> to, const consensus::Message& message, const Say& say) override {
    const auto* proposal = std::get_if<consensus::Proposal>(&message);
    if (!proposal || proposal->repeat || to) return say(to, message);
    const consensus::Proposal other = another(*proposal);
    for (consensus::PeerId peer = 0; peer < context_.members; ++peer) {
      if (peer == context_.self()) continue;
      if (context_.random.chance(600)) say(peer, message);
      if (context_.random.chance(600)) say(peer, other);
    }
  }

  void hears(consensus::PeerId, const consensus::Message& message, const Say& say) override {
    const auto* vote = std::get_if<consensus::Vote>(&message);
    if (!vote || vote->kind != VoteKind::kNotarize || !context_.random.chance(500)) return;
    const auto peer = static_cast<consensus::PeerId>(context_.random.below(context_.members));
    if (peer == context_.self()) return;
    say(peer, forge_vote(context_, VoteKind::kNotarize, vote->subject));
    say(peer, forge_vote(context_, VoteKind::kFinalize, vote->subject));
  }

 private:
  // A block of the same height that differs and is itself well formed: without the last submission there would be
  // another seal, so the rival is built by our own ledger code elsewhere; here the header alone differs, and voters
  // refuse it.
  consensus::Proposal another(consensus::Proposal proposal) {
    proposal.block.header.tree_root.bytes[0] ^= 1;
    const auto& header = proposal.block.header;
    const consensus::Subject subject{proposal.view, proposal.parent_view, header.height,
                                     consensus::block_id(context_.cast->genesis.chain, header)};
    proposal.signature = forge_vote(context_, VoteKind::kNotarize, subject).signature;
    return proposal;
  }
};

}  // namespace

std::unique_ptr<Attacker> equivocating_leader(AttackerContext context) {
  return std::make_unique<EquivocatingLeader>(std::move(context));
}

}  // namespace quipu::testnet
