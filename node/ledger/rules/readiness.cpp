// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/rules/readiness.h"

#include "node/ledger/membership.h"
#include "node/ledger/rules/history.h"
#include "node/ledger/rules/proposal_changes.h"
#include "node/ledger/rules/proposals.h"
#include "node/ledger/rules/records.h"
#include "node/ledger/rules/signatures.h"
#include "node/ledger/state.pb.h"

namespace quipu::ledger {
namespace {

Verdict check_possession(const Context& at, const v1::MemberReady& stated, const v1::Member& member) {
  const auto key = crypto::PublicKey::from(member.vote_key());
  const auto signature = crypto::Signature::from(stated.possession());
  if (!key || !signature) return refuse(Code::kBadPossession, "possession");
  const Bytes message = ready_bytes(at.origin.scope, {stated.height()}, *key, stated.proposal());
  if (!verified(*key, message, *signature)) return refuse(Code::kBadPossession, "possession");
  return {};
}

// It has seen the block that accepted it, and no block that nobody has.
Verdict check_height(const Context& at, const v1::MemberReady& stated, const v1::ProposalRecord& record) {
  if (stated.height() >= record.decided_height() && stated.height() < at.origin.height.value) return {};
  return refuse(Code::kReadyHeight, "from " + std::to_string(record.decided_height()) + " to the newest block's");
}

}  // namespace

Verdict check_member_ready(const Context& at, const v1::Event& event) {
  const v1::MemberReady& stated = event.member_ready();
  if (auto form = check_no_effect_stated(event); !form) return form;
  const auto record = proposal_named(at.state, stated.author(), stated.proposal());
  if (!record) return std::unexpected(record.error());
  if (record->state() != v1::PROPOSAL_ACCEPTED) return refuse(Code::kProposalNotWaiting, stated.proposal());
  if (expired(*record, at.origin.block_time_ms)) return refuse(Code::kProposalExpired, record->opened().expires());
  if (auto height = check_height(at, stated, *record); !height) return height;
  if (auto change = check_change(at, record->opened()); !change) return change;
  return check_possession(at, stated, record->opened().member_add());
}

void act_member_ready(const Context& at, const v1::Event& event) {
  const v1::MemberReady& stated = event.member_ready();
  v1::ProposalRecord record = *proposal_named(at.state, stated.author(), stated.proposal());
  bring_into_force(at, record);
  remember(at, *record.mutable_history());
  put(at.state, stated.author(), stated.proposal(), record);
}

}  // namespace quipu::ledger
