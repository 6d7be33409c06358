// SPDX-License-Identifier: Apache-2.0
#include "node/signer/desk.h"

namespace quipu::signer {

namespace {

// One root per size and height, for ever: else two checkpoints that exclude each other could be cosigned. An older tip
// is no contradiction; a ledger that is being refilled shows them, and they move nothing.
bool contradicts(const consensus::Tip& known, const consensus::Tip& told) {
  if (told.height < known.height) return false;
  if (told.height > known.height) return told.tree_size <= known.tree_size;
  return told.block != known.block || told.tree_size != known.tree_size || told.tree_root != known.tree_root;
}

std::unexpected<Refused> refuse(Reason reason) { return std::unexpected<Refused>(reason); }

}  // namespace

Bytes Desk::answer(BytesView message) {
  const auto request = decode_request(message);
  if (!request) return encode(Answer(refuse(Reason::kMalformed)));
  if (std::holds_alternative<Hello>(*request) == greeted_) return encode(Answer(refuse(Reason::kHelloFirst)));
  return encode(std::visit([this](const auto& concrete) { return answer_to(concrete); }, *request));
}

Answer Desk::done(BytesView result) const { return Done{signing_.syncs(), signing_.record(), Bytes(result)}; }

Answer Desk::answer_to(const Hello& hello) {
  if (hello.chain != signing_.record().chain) return refuse(Reason::kOtherChain);
  greeted_ = true;
  return done(Bytes(signing_.vote_key().view()) + Bytes(signing_.cosigner_key().view()));
}

Answer Desk::answer_to(const SignVote& vote) {
  if (!entered_) return refuse(Reason::kNoEpoch);
  const auto signature = signing_.sign(vote.slot, vote.subject);
  if (!signature) return std::unexpected<Refused>(signature.error());
  return done(signature->view());
}

Answer Desk::answer_to(const EnterEpoch& enter) {
  const auto& record = signing_.record();
  if (enter.scope.chain != record.chain) return refuse(Reason::kOtherChain);
  if (enter.scope.epoch < record.epoch) return refuse(Reason::kEarlierEpoch);
  const bool later = enter.scope.epoch > record.epoch;
  if (later && (enter.tip.height < record.tip.height || contradicts(record.tip, enter.tip)))
    return refuse(Reason::kOtherTip);
  signing_.enter_epoch(enter.scope, enter.tip, enter.handed_over);
  entered_ = true;
  return done();
}

Answer Desk::answer_to(const SetTip& set) {
  if (!entered_) return refuse(Reason::kNoEpoch);
  if (contradicts(signing_.record().tip, set.tip)) return refuse(Reason::kOtherTip);
  signing_.set_tip(set.tip);
  return done();
}

// Raising the bar only silences. How far it is lowered once the others have told is the node's word (decision 24).
Answer Desk::answer_to(const Abstain& abstain) {
  signing_.abstain(abstain.until);
  return done();
}

Answer Desk::answer_to(const CosignTip& cosign) {
  const auto signature = signing_.cosign(cosign.size, cosign.root, cosign.time_s);
  if (!signature) return refuse(Reason::kNotTheTip);
  return done(signature->view());
}

}  // namespace quipu::signer
