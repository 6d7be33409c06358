// SPDX-License-Identifier: Apache-2.0
// Pretends not to know what was notarized or finalized in some views, and leads as if nothing had happened there.
#include "testnet/sim/attackers/attacker.h"
#include "testnet/sim/laws/contents.h"

namespace quipu::testnet {

namespace {

using consensus::VoteKind;

class DeafLeader final : public Attacker {
 public:
  explicit DeafLeader(AttackerContext context) : Attacker(std::move(context)), salt_(context_.random.next()) {}

  bool lets_in(const consensus::Message& message) override {
    if (const auto* vote = std::get_if<consensus::Vote>(&message))
      return vote->kind == VoteKind::kNullify || !ignores(vote->subject.view);
    for (const auto& proof : proofs_in(message))
      if (proof.kind != VoteKind::kNullify && ignores(proof.subject.view)) return false;
    return true;
  }

 private:
  bool ignores(consensus::View view) const { return ((view.value + salt_) * 0x9e3779b97f4a7c15 >> 60) < 6; }

  std::uint64_t salt_;
};

}  // namespace

std::unique_ptr<Attacker> deaf_leader(AttackerContext context) {
  return std::make_unique<DeafLeader>(std::move(context));
}

}  // namespace quipu::testnet
