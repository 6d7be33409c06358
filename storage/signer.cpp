// SPDX-License-Identifier: Apache-2.0
#include "storage/signer.h"

#include <cassert>

namespace quipu::storage {

using consensus::Refusal;
using consensus::Slot;
using consensus::Subject;

Signer::Signer(SafetyFile file, crypto::SecretKey vote_key, consensus::Scope scope)
    : file_(std::move(file)), vote_key_(std::move(vote_key)), scope_(scope) {
  assert(record().chain == scope_.chain && record().epoch == scope_.epoch);
}

std::expected<crypto::Signature, Refusal> Signer::sign(const Slot& slot, const Subject& subject) {
  assert(slot.view == subject.view);
  auto after = consensus::guard(record(), slot, subject);
  if (!after) return std::unexpected(after.error());
  file_.store(*std::move(after));
  return vote_key_.sign(consensus::vote_bytes(scope_, slot.kind, subject));
}

void Signer::enter_epoch(const consensus::Scope& scope, const consensus::Tip& tip, consensus::View handed_over) {
  assert(scope.chain == record().chain && scope.epoch >= record().epoch);
  scope_ = scope;
  if (scope.epoch > record().epoch) file_.store(consensus::in_next_epoch(record(), scope.epoch, tip, handed_over));
}

void Signer::abstain(consensus::View until) { file_.store(consensus::abstaining(record(), until)); }

void Signer::set_tip(const consensus::Tip& tip) { file_.store(consensus::with_tip(record(), tip)); }

}  // namespace quipu::storage
