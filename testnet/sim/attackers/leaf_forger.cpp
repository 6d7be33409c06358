// SPDX-License-Identifier: Apache-2.0
// Hangs other leaves under a true header, whose id stays the same: in its proposals, to some members only, and in its
// answers to whoever asks for blocks.
#include "testnet/sim/attackers/attacker.h"

namespace quipu::testnet {

namespace {

class LeafForger final : public Attacker {
 public:
  explicit LeafForger(AttackerContext context) : Attacker(std::move(context)) {}

  void says(std::optional<consensus::PeerId> to, const consensus::Message& message, const Say& say) override {
    if (const auto* proposal = std::get_if<consensus::Proposal>(&message); proposal && !proposal->repeat)
      return propose(to, *proposal, say);
    if (const auto* answer = std::get_if<consensus::BlockResponse>(&message)) return say(to, forged(*answer));
    say(to, message);
  }

 private:
  // The true leaves to most, so that the block is often notarized; others to the rest.
  void propose(std::optional<consensus::PeerId> to, const consensus::Proposal& proposal, const Say& say) {
    for (consensus::PeerId peer = 0; peer < context_.members; ++peer) {
      if (peer == context_.self() || (to && peer != *to)) continue;
      consensus::Proposal told = proposal;
      if (context_.random.chance(350)) forge(told.block);
      say(peer, told);
    }
  }

  consensus::BlockResponse forged(consensus::BlockResponse answer) {
    for (auto& block : answer.blocks) forge(block);
    for (auto& item : answer.finalized)
      if (context_.random.chance(500)) forge(item.block);
    return answer;
  }

  void forge(consensus::Block& block) {
    if (block.leaves.empty()) return;
    switch (context_.random.below(3)) {
      case 0:
        return block.leaves.pop_back();
      case 1:
        return block.leaves.push_back(block.leaves.front());
      default:
        block.leaves.front() = "no leaf at all";
    }
  }
};

}  // namespace

std::unique_ptr<Attacker> leaf_forger(AttackerContext context) {
  return std::make_unique<LeafForger>(std::move(context));
}

}  // namespace quipu::testnet
