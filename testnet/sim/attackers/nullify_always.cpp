// SPDX-License-Identifier: Apache-2.0
// Votes against every view it hears of, and for it too, so that proofs of both kinds form with its help.
#include "testnet/sim/attackers/attacker.h"

namespace quipu::testnet {

namespace {

using consensus::VoteKind;

class NullifyAlways final : public Attacker {
 public:
  explicit NullifyAlways(AttackerContext context) : Attacker(std::move(context)) {}

  void enters(const ledger::Membership& membership) override {
    Attacker::enters(membership);
    if (std::exchange(epoch_, membership.epoch) != membership.epoch) answered_ = {};
  }
  void hears(consensus::PeerId, const consensus::Message& message, const Say& say) override {
    if (const auto* vote = std::get_if<consensus::Vote>(&message)) answer(vote->kind, vote->subject, say);
    if (const auto* proposal = std::get_if<consensus::Proposal>(&message)) {
      say(std::nullopt, forge_vote(context_, VoteKind::kNullify, {proposal->view, {}, {}, {}}));
    }
  }

 private:
  void answer(VoteKind kind, const consensus::Subject& subject, const Say& say) {
    if (subject.view <= answered_) return;
    answered_ = subject.view;
    say(std::nullopt, forge_vote(context_, VoteKind::kNullify, subject));
    if (kind == VoteKind::kNullify) return;
    say(std::nullopt, forge_vote(context_, VoteKind::kNotarize, subject));
    say(std::nullopt, forge_vote(context_, VoteKind::kFinalize, subject));
  }

  consensus::Epoch epoch_;
  consensus::View answered_;
};

}  // namespace

std::unique_ptr<Attacker> nullify_always(AttackerContext context) {
  return std::make_unique<NullifyAlways>(std::move(context));
}

}  // namespace quipu::testnet
