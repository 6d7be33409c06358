// SPDX-License-Identifier: Apache-2.0
// Leads so that blocks are notarized which some members never got: its proposals reach no more members than make a
// quorum with it, and it answers no request for a block.
#include "consensus/members.h"
#include "testnet/sim/attackers/attacker.h"

namespace quipu::testnet {

namespace {

class Withholder final : public Attacker {
 public:
  explicit Withholder(AttackerContext context) : Attacker(std::move(context)) {}

  void says(std::optional<consensus::PeerId> to, const consensus::Message& message, const Say& say) override {
    if (std::holds_alternative<consensus::BlockResponse>(message)) return;
    if (to || !votes() || !std::holds_alternative<consensus::Proposal>(message)) return say(to, message);
    // A quorum with itself, and nobody more.
    const std::size_t quorum = context_.members - consensus::max_faulty(context_.members);
    std::size_t told = 1;
    for (consensus::PeerId peer = 0; peer < context_.members && told < quorum; ++peer) {
      if (peer == context_.self()) continue;
      say(peer, message);
      ++told;
    }
  }
};

}  // namespace

std::unique_ptr<Attacker> withholder(AttackerContext context) {
  return std::make_unique<Withholder>(std::move(context));
}

}  // namespace quipu::testnet
