// SPDX-License-Identifier: Apache-2.0
// Repeats to anybody what it heard from others, old and new, and claims some of the votes for members that did not cast
// them.
#include <vector>

#include "testnet/sim/attackers/attacker.h"

namespace quipu::testnet {

namespace {

class Replayer final : public Attacker {
 public:
  explicit Replayer(AttackerContext context) : Attacker(std::move(context)) {}

  void hears(consensus::PeerId, const consensus::Message& message, const Say& say) override {
    remember(message);
    if (!context_.random.chance(300)) return;
    const auto peer = static_cast<consensus::PeerId>(context_.random.below(context_.members));
    if (peer == context_.self()) return;
    consensus::Message old = heard_[context_.random.below(heard_.size())];
    if (auto* vote = std::get_if<consensus::Vote>(&old); vote && context_.random.chance(300))
      vote->signer = static_cast<consensus::MemberIndex>(context_.random.below(context_.members));
    if (auto* proof = std::get_if<consensus::QuorumProof>(&old); proof && context_.random.chance(300)) damage(*proof);
    say(peer, old);
  }

 private:
  void remember(const consensus::Message& message) {
    constexpr std::size_t kHeard = 256;
    if (heard_.size() < kHeard) return heard_.push_back(message);
    heard_[context_.random.below(kHeard)] = message;
  }

  // A signature too few, or one moved to another subject.
  void damage(consensus::QuorumProof& proof) {
    if (context_.random.chance(500) && !proof.signers.empty()) {
      proof.signers.pop_back();
      proof.signatures.pop_back();
    } else {
      proof.subject.view.value += context_.random.below(3);
    }
  }

  std::vector<consensus::Message> heard_;
};

}  // namespace

std::unique_ptr<Attacker> replayer(AttackerContext context) { return std::make_unique<Replayer>(std::move(context)); }

}  // namespace quipu::testnet
